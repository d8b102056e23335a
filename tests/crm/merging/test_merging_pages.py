"""Duplicates are found, compared, merged, told apart, and merges undone: the pages, for each who may and may not."""

import pytest

from audit.models import Event
from crm import actions as records
from crm.contact_privacy import actions as privacy
from crm.merging import actions
from crm.models import (
    Company,
    Contact,
    ContactEmail,
    ContactPosition,
    ContactTag,
    Deal,
    DealContact,
    Merge,
    NoDuplicate,
    Note,
    Pipeline,
    SearchToken,
    Stage,
)
from crm.purging import purge
from crm.search import matching, reindex
from crm.tasks import purge_bin
from timetracking.models import Project

DUPLICATES, MERGE, MERGES = "/a/acme/contacts/duplicates/", "/a/acme/contacts/merge/", "/a/acme/merges/"


@pytest.fixture
def signed_in(client, bob):
    client.force_login(bob)
    return client


@pytest.fixture
def mahren(acme, bob, inside, member_of):
    """Maren again, as somebody typed her on the telephone: Bob's, too."""
    with inside(acme):
        contact = Contact(
            first_name="Mahren", last_name="Holdt", email="holt@home.example", phone="+45 33 12 44 10",
            note="Called.", owner=member_of(bob),
        )  # fmt: skip
        records.store(contact, records.Parts(tags=["press"]))
    return contact


def text_of(response):
    return response.content.decode()


def ids(*contacts):
    return [str(contact.public_id) for contact in contacts]


def test_the_same_person_typed_twice_is_found_and_merged(signed_in, acme, inside, maren, mahren):
    with inside(acme):
        stage = Stage.objects.create(pipeline=Pipeline.objects.create(name="New"), name="First")
        deal = Deal.objects.create(name="Exhibition", stage=stage)
        DealContact.objects.create(deal=deal, contact=mahren)
    page = text_of(signed_in.get(DUPLICATES, {"by": "sound"}))
    assert "Mahren Holdt" in page
    assert "Maren Holt" in page

    page = text_of(signed_in.get(MERGE, {"id": ids(maren, mahren)}))
    assert f'name="version-{maren.public_id}"' in page
    assert "<li>1 deal</li>" in page
    typed = {"id": ids(maren, mahren), "survivor": ids(maren), "keep.email": ids(mahren), "keep.first_name": ids(maren)}
    response = signed_in.post(MERGE, typed, follow=True)
    assert "Merged. You can undo it here for 30 days." in text_of(response)
    with inside(acme):
        maren.refresh_from_db()
        assert (maren.first_name, maren.email, maren.title) == ("Maren", "holt@home.example", "Director")
        assert [row.email for row in maren.emails.all()] == ["maren@tidewater.example"]
        assert [row.phone for row in maren.phones.all()] == ["+45 33 12 44 10"]
        assert [link.tag.name for link in maren.tags.select_related("tag")] == ["press"]
        assert [person.contact_id for person in deal.people.all()] == [maren.pk]
        assert Contact.objects.filter(matching(Contact, "holt@home.example")).live().get() == maren
        assert not Contact.objects.in_bin().exists()
        assert Event.objects.filter(kind="contact.merged", record_id=maren.public_id).exists()
    page = text_of(signed_in.get(f"/a/acme/contacts/{maren.public_id}/"))
    assert "Mahren Holdt</bdi> into this contact" in page
    assert "added <a" in page  # the history of what became part of it is told, too
    assert "part of" not in page
    old = signed_in.get(f"/a/acme/contacts/{mahren.public_id}/")
    assert (old.status_code, old["Location"]) == (302, f"/a/acme/contacts/{maren.public_id}/")
    assert "Mahren" not in text_of(signed_in.get("/a/acme/bin/"))

    with inside(acme):
        merge = Merge.objects.get()
    assert "Mahren Holdt stands alone again." in text_of(
        signed_in.post(MERGES, {"merge": merge.public_id}, follow=True)
    )
    assert signed_in.get(f"/a/acme/contacts/{mahren.public_id}/").status_code == 200
    with inside(acme):
        assert [person.contact_id for person in deal.people.all()] == [mahren.pk]
    assert "Undone" in text_of(signed_in.get(MERGES))


def test_what_somebody_changed_since_stays_and_is_named(in_acme, bob, member_of, maren, mahren):
    merge = actions.merge(maren, [mahren], keep={"title": maren, "note": mahren}, by=None)
    Contact.objects.filter(pk=maren.pk).update(note="Changed since.", version=9)
    undone = actions.undo(merge, by=None)
    assert undone.kept == ["the contact Maren Holt"]
    maren.refresh_from_db()
    assert maren.note == "Changed since."
    assert not maren.emails.exists()
    mahren.refresh_from_db()
    assert not mahren.is_in_bin


def test_who_was_changed_meanwhile_is_shown_again_and_not_merged(signed_in, acme, inside, maren, mahren):
    typed = {"id": ids(maren, mahren), "survivor": ids(maren)}
    with inside(acme):
        Contact.objects.filter(pk=mahren.pk).update(version=7, title="Curator")
    response = signed_in.post(MERGE, {**typed, f"version-{mahren.public_id}": "1"})
    assert response.status_code == 409
    assert "was changed by somebody else meanwhile" in text_of(response)
    assert "Curator" in text_of(response)
    with inside(acme):
        assert not Merge.objects.exists()


def test_a_restricted_contact_is_neither_offered_nor_merged(signed_in, acme, inside, maren, mahren):
    with inside(acme):
        Contact.objects.filter(pk=mahren.pk).update(restricted_at="2026-11-20T09:00Z")
    assert "Mahren" not in text_of(signed_in.get(DUPLICATES, {"by": "sound"}))
    response = signed_in.post(MERGE, {"id": ids(maren, mahren)})
    assert response.status_code == 409
    assert "is restricted" in text_of(response)


def test_not_the_same_is_remembered_and_taken_back(signed_in, acme, inside, maren, mahren):
    url = f"{DUPLICATES}?by=sound"
    signed_in.post(url, {"id": ids(mahren, maren)})
    assert "Mahren" not in text_of(signed_in.get(url))
    with inside(acme):
        pair = NoDuplicate.objects.get()
        assert (pair.first_id, pair.second_id) == (maren.pk, mahren.pk)
    assert "is not" in text_of(signed_in.get(f"{DUPLICATES}?apart=1"))
    signed_in.post(DUPLICATES, {"again": pair.public_id})
    assert "Mahren" in text_of(signed_in.get(url))


def test_duplicates_are_found_by_each_criterion_and_by_all_that_are_ticked(
    signed_in, acme, inside, tidewater, member_of, bob
):
    def made(**facts):
        contact = Contact(owner=member_of(bob), **facts)
        return records.store(contact, records.Parts())

    with inside(acme):
        one = made(first_name="Ana", last_name="Berg", email="a@x.example", phone="+45 20 55 01 77", company=tidewater)
        two = made(first_name="Bo", last_name="Lund")
        ContactEmail.objects.create(contact=two, email="A@x.example")
        made(first_name="Cleo", last_name="Dahl", phone="20550177")
        made(first_name="Berg", last_name="Anna", company=tidewater)
        Contact.objects.filter(first_name="Cleo").update(phone_e164="+4520550177")
        made(first_name="Zoë", last_name="Øst", phone="030 1234567")  # in Germany, so not to be dialled from here
        made(first_name="Zoe", last_name="Ost", phone="030 123 45-67")
        made(first_name="Finn", last_name="Short", phone="12 34")
        made(first_name="Fiona", last_name="Short", phone="1234")
        zoe, zoë = Contact.objects.filter(phone__startswith="030").order_by("-first_name")
    expected = {
        ("email",): {"Ana Berg", "Bo Lund"},
        ("phone",): {"Ana Berg", "Cleo Dahl", "Zoë Øst", "Zoe Ost"},
        ("sound", "company"): {"Ana Berg", "Berg Anna", "Zoë Øst", "Zoe Ost"},
        ("email", "phone"): set(),
        (): {"Ana Berg", "Bo Lund", "Berg Anna", "Zoë Øst", "Zoe Ost"},
    }
    for by, names in expected.items():
        page = text_of(signed_in.get(DUPLICATES, {"by": by}))
        everybody = ("Ana Berg", "Bo Lund", "Cleo Dahl", "Berg Anna", "Zoë Øst", "Zoe Ost", "Finn Short", "Fiona Short")
        found = {name for name in everybody if f'">{name}<' in page}
        assert found == names, by
    assert one.pk
    side_by_side = signed_in.get(MERGE, {"id": ids(zoe, zoë)})
    assert {row.part.name for row in side_by_side.context["shown"].choices} >= {"first_name", "last_name"}


def test_a_colleagues_record_is_neither_shown_nor_merged(
    signed_in, acme, inside, alice, member_of, only_own, maren, mahren
):
    with inside(acme):
        Contact.objects.filter(pk=mahren.pk).update(owner=member_of(alice))
    assert "Holdt" not in text_of(signed_in.get(DUPLICATES, {"by": "sound"}))
    for answer in (signed_in.get, signed_in.post):
        assert answer(MERGE, {"id": ids(maren, mahren)}).status_code == 404
    with inside(acme):
        merge = actions.merge(mahren, [maren], by=None)
    assert "Holdt" not in text_of(signed_in.get(MERGES))
    assert signed_in.post(MERGES, {"merge": merge.public_id}).status_code == 404
    assert signed_in.get(f"/a/acme/contacts/{maren.public_id}/").status_code == 404


def test_companies_take_people_projects_and_deals_along(in_acme, tidewater, maren):
    other = Company.objects.create(name="Tidewater Musuem ApS", city="Aarhus", street="Havnegade 1")
    person = Contact.objects.create(first_name="Bo", company=other)
    project = Project.objects.create(name="Website", company=other)
    merge = actions.merge(other, [tidewater], keep={"name": tidewater}, by=None)
    for row in (maren, person, project):
        row.refresh_from_db()
        assert row.company_id == other.pk
    other.refresh_from_db()
    assert (other.name, other.city) == ("Tidewater Museum", "Aarhus")
    assert [place.city for place in other.addresses.all()] == ["Copenhagen"]
    assert Contact.objects.filter(matching(Contact, "bo museum")).get() == person
    assert actions.undo(merge, by=None).kept == []
    maren.refresh_from_db()
    assert maren.company_id == tidewater.pk
    assert not Contact.objects.filter(matching(Contact, "bo museum")).exists()


def test_who_works_for_a_merged_company_and_its_deals_are_found_by_its_name(in_acme, tidewater, edith):
    other = Company.objects.create(name="Ebb House")
    ContactPosition.objects.create(contact=edith, company=other)
    stage = Stage.objects.create(pipeline=Pipeline.objects.create(name="New"), name="First")
    deal = Deal.objects.create(name="Broch", stage=stage, company=tidewater)
    reindex([edith])
    reindex([deal])

    def found(words):
        return [model.objects.filter(matching(model, words)).exists() for model in (Contact, Deal)]

    merge = actions.merge(tidewater, [other], by=None)
    assert (found("tidewater"), found("ebb")) == ([True, True], [False, False])
    assert actions.undo(merge, by=None).kept == []
    assert (found("tidewater"), found("ebb")) == ([False, True], [True, False])
    actions.merge(tidewater, [other], keep={"name": other}, by=None)
    assert (found("tidewater"), found("ebb")) == ([False, False], [True, True])


def test_a_later_merge_is_undone_first(in_acme, maren, mahren, edith):
    first = actions.merge(maren, [mahren], by=None)
    later = actions.merge(edith, [maren], by=None)
    first.refresh_from_db()
    with pytest.raises(actions.CannotUndo, match="Undo that merge first"):
        actions.undo(first, by=None)
    actions.undo(later, by=None)
    first.refresh_from_db()
    assert actions.undo(first, by=None).kept == []
    assert Contact.objects.live().count() == 3


def test_the_stricter_word_about_mail_counts(in_acme, maren, mahren):
    Contact.objects.filter(pk=maren.pk).update(mail_permission="given")
    Contact.objects.filter(pk=mahren.pk).update(mail_permission="refused")
    actions.merge(maren, [mahren], by=None)
    maren.refresh_from_db()
    assert maren.mail_permission == "refused"
    assert ContactTag.objects.filter(contact=maren).count() == 1


def test_one_or_six_are_sent_back(signed_in, maren):
    response = signed_in.get(MERGE, {"id": ids(maren)}, follow=True)
    assert "Tick two to 5 records" in text_of(response)


def test_after_thirty_days_only_the_way_to_the_survivor_is_left(signed_in, acme, inside, maren, mahren):
    with inside(acme):
        merge = actions.merge(maren, [mahren], by=None)
        purge_bin.run(account_id=acme.pk)
        assert Contact.objects.filter(pk=mahren.pk).exists()
        Merge.objects.filter(pk=merge.pk).update(at="2026-01-02T09:00Z")
        Contact.objects.filter(pk=mahren.pk).update(deleted_at="2026-01-02T09:00Z")
        purge_bin.run(account_id=acme.pk)
        assert not Contact.objects.filter(pk=mahren.pk).exists()
        assert not merge.rows.exists()
        assert not Contact.objects.filter(matching(Contact, "mahren")).exists()
        merge.refresh_from_db()
        with pytest.raises(actions.CannotUndo):
            actions.undo(merge, by=None)
    old = signed_in.get(f"/a/acme/contacts/{mahren.public_id}/")
    assert old["Location"] == f"/a/acme/contacts/{maren.public_id}/"


def test_a_colleagues_or_a_restricted_record_is_not_split_off(
    signed_in, acme, inside, alice, member_of, only_own, maren, edith
):
    with inside(acme):
        merge = actions.merge(maren, [edith], by=None)
    answer = signed_in.post(MERGES, {"merge": merge.public_id}, follow=True)
    assert "belongs to somebody else" in text_of(answer)
    with inside(acme):
        maren.refresh_from_db()
        privacy.restrict(maren, reason="She asked.", by=member_of(alice))
        with pytest.raises(actions.CannotUndo, match="Maren Holt is restricted"):
            actions.undo(merge, by=member_of(alice))
        assert Merge.objects.get().undone_at is None


def test_a_survivor_takes_along_for_good_what_became_part_of_it(in_acme, bob, member_of, maren, edith):
    actions.merge(maren, [edith], by=None)
    maren.refresh_from_db()
    purge([records.move_to_bin(maren, by=member_of(bob))])
    assert not Contact.objects.exists()
    assert not SearchToken.objects.filter(kind="contact").exists()
    assert Event.objects.filter(kind="contact.purged", record_id=edith.public_id).exists()


def test_what_was_written_about_the_other_at_that_moment_follows_in_the_night(in_acme, maren, mahren, bob, member_of):
    actions.merge(maren, [mahren], by=None)
    note = Note.objects.create(text="Just called.", contact=mahren, author=member_of(bob))
    purge_bin.run(account_id=in_acme.pk)
    note.refresh_from_db()
    assert note.contact == maren

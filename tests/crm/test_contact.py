"""A contact's page: what is known, what happened, what belongs to it."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import audit
from audit.models import Payload
from crm import panels
from crm.actions import Parts, move_to_bin, store
from crm.facts import facts_of
from crm.lists import tags_of
from crm.models import (
    Company,
    Contact,
    ContactAddress,
    ContactConsent,
    ContactEmail,
    ContactPhone,
    ContactPosition,
    Merge,
    MergedRecord,
    Note,
    Permission,
)
from crm.several import read_lists
from tenancy.context import Actor, activate
from tests.statements import behind_the_door


@pytest.fixture
def url(client, bob, maren):
    client.force_login(bob)
    return f"/a/acme/contacts/{maren.public_id}/"


@pytest.fixture
def as_bob(acme, bob, member_of):
    member = member_of(bob)
    return lambda: activate(acme, actor=Actor("member", member.pk, "Bob Reyes"))


def text_of(client, url):
    return " ".join(client.get(url).content.decode().split())


def test_everything_known_is_shown(client, acme, inside, url, maren):
    with inside(acme):
        ContactEmail.objects.create(contact=maren, label="private", email="maren@home.example")
        ContactPhone.objects.create(contact=maren, label="Desk", phone="+4533550140")
    text = text_of(client, url)
    for words in ("Maren Holt", "Director", "Tidewater Museum", "maren@tidewater.example", "maren@home.example",
                  "+45 20 55 01 77", "+45 33 55 01 40", "Bob Reyes"):  # fmt: skip
        assert words in text


def test_changes_read_as_sentences(client, url, maren, as_bob):
    with as_bob():
        maren.phone = "+45 20 55 01 78"
        changes = {"phone": ["+45 20 55 01 77", "+45 20 55 01 78"], "city": ["", "Aarhus"], "note": ["", "Long\ntext"]}
        store(maren, Parts(changes=changes), expected=1)
    text = text_of(client, url)
    assert "<b>Bob Reyes</b> changed the phone, the city and the note" in text
    assert '<dt>Phone</dt> <dd><del dir="auto">+45 20 55 01 77</del></dd>' in text
    assert '<ins dir="auto">Aarhus</ins>' in text
    assert "Long text" in text


def test_one_change_stands_in_its_sentence(client, url, maren, as_bob):
    with as_bob():
        audit.record("contact.changed", maren, data={"changes": {"phone": ["1", "2"]}})
    old, new = '<del class="muted" dir="auto">1</del>', '<bdi class="txt">2</bdi>'
    assert f"<b>Bob Reyes</b> changed the phone from {old} to {new}" in text_of(client, url)


def test_what_somebody_typed_is_never_markup(client, url, maren, as_bob):
    with as_bob():
        maren.first_name = "<script>alert(1)</script>"
        store(maren, Parts(changes={"first_name": ["Maren", maren.first_name]}), expected=1)
    text = text_of(client, url)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_kind_nobody_taught_is_still_told(client, acme, url, maren, as_bob):
    with as_bob():
        audit.record("contact.looked_up", maren)
    assert "<b>Bob Reyes</b> looked up this contact" in text_of(client, url)


def test_an_event_whose_words_were_erased_stays(client, url, maren, as_bob):
    with as_bob():
        audit.record("contact.changed", maren, data={"changes": {"phone": ["1", "2"]}})
        Payload.objects.all().delete()
    assert '<b>Bob Reyes</b> · Contact changed <span class="pill">' in text_of(client, url)
    assert "Details erased" in text_of(client, url)


def test_who_did_it_is_unnamed_when_their_own_name_was_erased(client, acme, inside, url, maren):
    with inside(acme), activate(acme, actor=Actor("member", 0, "Nobody")):
        audit.record("contact.changed", maren)
        Payload.objects.all().delete()
    assert "Somebody whose name was erased" in text_of(client, url)


def test_a_long_history_has_pages(client, url, maren, as_bob):
    with as_bob():
        for number in range(40):
            audit.record("contact.changed", maren, data={"changes": {"city": ["", f"Town {number}"]}})
    first = client.get(url).content.decode()
    assert "Town 39" in first
    assert "Town 3<" not in first
    older = first.split("?older=")[1].split("#")[0]
    assert "Town 3<" in client.get(url, {"older": older}).content.decode()


def test_the_history_is_of_this_record_alone(client, url, maren, edith, as_bob):
    with as_bob():
        audit.record("contact.changed", edith, data={"changes": {"city": ["", "Elsewhere"]}})
    assert "Elsewhere" not in text_of(client, url)


def test_one_in_the_bin_says_until_when(client, acme, inside, url, maren, bob, member_of):
    with inside(acme):
        move_to_bin(maren, by=member_of(bob))
    text = text_of(client, url)
    assert "In the bin since" in text
    assert "put there by Bob Reyes" in text
    assert "Restore" in text
    assert "Edit</a>" not in text


def test_apps_above_put_their_cards_beside_it(client, url, maren, monkeypatch):
    monkeypatch.setattr(panels, "_panels", [])
    for order, name in ((20, "Second"), (10, "First")):
        context = {"words": name}
        panels.register(
            panels.Panel((Contact,), "tests_panel.html", order, lambda request, record, shown=context: shown)
        )
    panels.register(panels.Panel((Contact,), "x.html", 5, lambda request, record: None))
    shown = panels.panels_for(None, maren)
    assert [panel.context["words"] for panel in shown] == ["First", "Second"]


def test_the_page_asks_no_more_for_more_rows(client, acme, inside, url, maren, as_bob):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    with as_bob():
        for number in range(2):
            audit.record("contact.changed", maren, data={"changes": {"city": ["", f"Town {number}"]}})
            ContactEmail.objects.create(contact=maren, email=f"m{number}@home.example")
    client.get(url)
    few = statements()
    with as_bob():
        for number in range(10):
            audit.record("contact.changed", maren, data={"changes": {"city": ["", f"Town {number}"]}})
            ContactEmail.objects.create(contact=maren, email=f"n{number}@home.example")
    assert statements() == few


def test_its_lists_are_read_by_one_statement_and_are_as_they_stand(in_acme, bob, member_of):
    reader = member_of(bob)
    maren = Contact.objects.create(first_name="Maren")
    other = Contact.objects.create(first_name="Nils")
    store(maren, Parts(tags=["museum", "client"]))
    for each in (maren, other):
        ContactEmail.objects.create(contact=each, email=f"{each.first_name}@home.example", label="home")
        ContactPhone.objects.create(contact=each, phone="+45 20 55 01 77")
        ContactAddress.objects.create(contact=each, label="Invoices", street="Kalvebod Brygge 9", city="Copenhagen")
    plain = Contact.objects.get(pk=maren.pk)
    asked = [facts_of(plain, reader), [tag.name for tag in tags_of(plain)]]
    with CaptureQueriesContext(connection) as captured:
        assert not read_lists(maren)
        read = [[*maren.emails.all()], [*maren.phones.all()], [*maren.addresses.all()], tags_of(maren)]
    assert len(captured) == 1 and [len(each) for each in read] == [1, 1, 1, 2]
    assert [facts_of(maren, reader), [tag.name for tag in tags_of(maren)]] == asked
    ContactPosition.objects.create(contact=maren, company=Company.objects.create(name="Tidewater"), title="Director")
    assert read_lists(maren)


def test_what_a_contact_lacks_is_seen_with_its_lists(in_acme, bob, member_of):
    by = member_of(bob)
    maren, nils = (Contact.objects.create(first_name=name) for name in ("Maren", "Nils"))

    def lacks():
        read_lists(maren)
        return maren.lacks

    assert lacks() == {"merges", "pinned", "consents"}
    note = Note.objects.create(contact=maren, author=by, text="Rings back on Monday.")
    for other in (Note.objects.create(contact=nils, author=by, text="Another's."), note):
        assert "pinned" in lacks()
        other.pinned_at = timezone.now()
        other.save()
    merge = Merge.objects.create(contact=maren, by=by)
    Merge.objects.create(contact=nils, by=by)
    ContactConsent.objects.create(contact=maren, permission=Permission.GIVEN, how="phone", said_on="2026-11-20", by=by)
    assert lacks() == frozenset()
    note.deleted_at = merge.undone_at = timezone.now()
    note.save()
    merge.save()
    assert lacks() == {"merges", "pinned"}


def test_a_plain_contact_shows_with_fourteen_statements(client, url, maren):
    client.get(url)
    asked = behind_the_door(lambda: client.get(url))  # and four at the door
    assert len(asked) == 10, "\n".join(each[:110] + each[each.find(" FROM ") :][:90] for each in asked)


def test_what_a_contact_seldom_has_costs_what_the_benchmark_says(client, url, maren, as_bob, bob, member_of):
    """Two for pinned notes, two for consents, three for merges: docs/benchmark.md says so."""
    by, more = member_of(bob), []

    def costs():
        client.get(url)
        return len(behind_the_door(lambda: client.get(url)))

    plain = costs()
    for _ in range(2):  # and the second of each costs no more
        with as_bob():
            Note.objects.create(contact=maren, author=by, text="Rings back.", pinned_at=timezone.now())
        more.append(costs() - plain)
        with as_bob():
            given = {"permission": Permission.GIVEN, "how": "phone", "said_on": "2026-11-20", "by": by}
            ContactConsent.objects.create(contact=maren, **given)
        more.append(costs() - plain)
        with as_bob():
            MergedRecord.objects.create(merge=Merge.objects.create(contact=maren, by=by), old_id=uuid4())
        more.append(costs() - plain)
    assert more == [2, 4, 7, 7, 7, 7]

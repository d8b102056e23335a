"""Deals, activities, own fields and further parts out of one sheet; and the exports of HubSpot and Pipedrive."""

from datetime import date
from decimal import Decimal

import pytest

from crm.fields import keys
from crm.imports import undoing
from crm.models import (
    Activity,
    Company,
    Contact,
    ContactAddress,
    ContactPosition,
    CustomField,
    Deal,
    DealContact,
    StageMove,
)
from tests.crm.imports.conftest import FOLDER


@pytest.fixture
def took(upload, check, run):
    """Check and run agree; the import."""

    def go(content, name="people.csv", **rules):
        job = upload(content, name=name)
        for rule, value in rules.items():
            setattr(job, rule, value)
        check(job)
        foreseen = job.counts(), job.tally
        run(job)
        assert (job.state, job.failure) == ("done", "")
        assert foreseen == (job.counts(), job.tally)
        return job

    return go


def test_hubspots_contacts(took, acme, inside):
    job = took(FOLDER / "hubspot-contacts.csv", name="hubspot-contacts.csv")
    assert job.counts() == {"stored": 2, "merged": 0, "skipped": 0, "rejected": 1}
    with inside(acme):
        zoe = Contact.objects.select_related("company", "owner__user").get(email="zoe@fjord.example")
        assert (zoe.last_name, zoe.title, zoe.company.name, zoe.phone) == ("Øst 🌻", "CTO", "Fjord A/S", "+4520550177")
        assert str(zoe.owner) == "Alice Novak"
        reason = job.rows.get(contact__email="mohammad@lab.example").reason
        assert "There is no member called “Somebody Gone”." in reason
        assert Company.objects.filter(name="المختبر").exists()


def test_pipedrives_people_and_then_their_deals(took, acme, inside):
    took(FOLDER / "pipedrive-people.csv", name="people.csv")
    job = took(FOLDER / "pipedrive-deals.csv", name="deals.csv", match_on=["email", "name"])
    assert job.counts() == {"stored": 0, "merged": 3, "skipped": 0, "rejected": 1}
    assert job.tally == {"deal": {"added": 3}, "activity": {"added": 1}}
    with inside(acme):
        ines = Contact.objects.get(email="ines@marazul.example")
        assert (ines.first_name, ines.last_name, ines.phone) == ("Inês", "de Sá", "+351211234567")
        assert sorted(tag.tag.name for tag in ines.tags.select_related("tag")) == ["Customer", "Hot lead"]
        relaunch = Deal.objects.select_related("stage", "company").get(name="Relaunch")
        assert (relaunch.value, relaunch.currency, relaunch.stage.name) == (Decimal("12500.00"), "EUR", "Proposal")
        assert (str(relaunch.company), relaunch.close_on, relaunch.status) == (
            "Mar Azul Lda",
            date(2026, 12, 15),
            "open",
        )
        assert [person.contact_id for person in DealContact.objects.filter(deal=relaunch)] == [ines.pk]
        assert StageMove.objects.filter(deal=relaunch, to_stage=relaunch.stage).count() == 1
        call = Activity.objects.get()
        assert (call.subject, call.due_on, call.deal_id) == ("Call about the offer ☎️", date(2026, 12, 1), relaunch.pk)
        assert call.contact_id == ines.pk
        hosting = Deal.objects.get(name="Hosting")
        assert (hosting.status, hosting.closed_on, hosting.currency) == ("won", date(2026, 3, 1), "USD")
        assert Deal.objects.select_related("stage").get(name="Audit").stage.name == "Lead"
        assert "There is no stage “Contact Made”" in job.rows.get(row=5).reason
        assert job.rows.get(outcome="rejected").reason.startswith("Row 4: The deal: “many” is not a number.")
    again = took(FOLDER / "pipedrive-deals.csv", name="deals.csv", match_on=["email", "name"])
    with inside(acme):
        assert again.tally == {}
        assert (Deal.objects.count(), Activity.objects.count()) == (3, 1)


def test_own_fields_and_further_companies_and_addresses_come_in_and_go_again(took, acme, inside):
    with inside(acme):
        field = CustomField.objects.create(noun="contact", key="number", label="Customer no", kind="number")
        CustomField.objects.create(noun="company", key="since", label="Client since", kind="date")
    text = "First name,E-mail,Company,Customer no,Client since,Home street,Home city,Street,City\n"
    maren, solo = "Maren,m@x.example,Lab ::: Fjord,1250,,Gasse 2,Jena,Weg 1,Ulm\n", ",,Solo,,2020-05-01,,,,\n"
    job = took(f"{text}{maren}{solo}Ute,u@x.example,,x,,,,,\n")
    assert job.mapping[3:5] == ["contact.custom.number", "company.custom.since"]
    assert job.rejected == 1
    with inside(acme):
        maren = Contact.objects.get()
        assert maren.custom == {"number": 1250}
        assert Contact.objects.filter(keys.where(field, "at_least", "1000")).get() == maren
        assert Company.objects.get(name="Solo").custom == {"since": "2020-05-01"}
        assert [place.company.name for place in ContactPosition.objects.select_related("company")] == ["Fjord"]
        assert [(place.label, str(place)) for place in ContactAddress.objects.all()] == [("Home", "Gasse 2, Jena")]
    second = took(f"{text}Maren,m@x.example,,77,,,,,\n", on_match="update")
    with inside(acme):
        maren.refresh_from_db()
        assert maren.custom == {"number": 77}
        undoing.start(second)
        while second.is_at_work:
            undoing.undo_batch(second)
        maren.refresh_from_db()
        assert maren.custom == {"number": 1250}
        undoing.start(job)
        while job.is_at_work:
            undoing.undo_batch(job)
        assert job.undo["kept"] == 3  # put back is touched, too: Maren and both companies
        assert not Company.objects.filter(name="Solo").exists()


def test_what_may_not_be_used_is_left_alone(took, acme, inside):
    took("First name,E-mail\nMaren,m@x.example\n")
    with inside(acme):
        Contact.objects.update(restricted_at="2026-11-01T10:00Z", restriction_reason="They asked")
    job = took("First name,E-mail,City,Deal name\nMarina,m@x.example,Ulm,Relaunch\n", on_match="update")
    with inside(acme):
        maren = Contact.objects.get()
        assert (maren.first_name, maren.city) == ("Maren", "")
        assert not DealContact.objects.exists()
        assert "may be stored but not used" in job.rows.get().reason
    assert job.tally == {"deal": {"added": 1}}


def test_one_or_all_of_several_fields_decide(took, acme, inside):
    took("First name,Last name,E-mail,Phone\nMaren,Holm,m@x.example,+4930901820\n")
    same_phone = "First name,Last name,E-mail,Phone\nMaren,Holm,other@x.example,+49 (30) 901820\n"
    assert took(same_phone, match_on=["email", "phone"], match_all=True).tally == {"contact": {"added": 1}}
    assert took(same_phone, match_on=["name", "phone"], match_all=True).merged == 1
    assert took("First name,Last name\nMaren,Holm\n", match_on=["name"]).merged == 1
    took("Company,Website\nLab GmbH,https://www.lab.example\n")
    assert took("Company,Website\nLab,lab.example\n", match_on=["email", "domain"]).merged == 1


def test_a_deals_currency_is_one_that_there_is(took, acme, inside):
    rows = "".join(f"Deal {n};100;{currency}\n" for n, currency in enumerate(["€", "chf", "", "???", "<B>", "XYZ"]))
    job = took(f"Deal - Title;Deal - Value;Deal - Currency\n{rows}")
    with inside(acme):
        assert list(Deal.objects.order_by("name").values_list("currency", flat=True)) == ["EUR", "CHF", "EUR"]
        assert "“???” is not a currency. Write its code" in job.rows.filter(outcome="rejected").first().reason


def test_a_choice_that_is_not_offered_any_more_is_set_nowhere_anew(took, acme, inside):
    tin = [{"key": "gold", "label": "Gold", "is_retired": False}, {"key": "tin", "label": "Tin", "is_retired": True}]
    with inside(acme):
        CustomField(noun="contact", key="level", label="Level", kind="choice", choices=tin).save()
        CustomField(noun="contact", key="likes", label="Likes", kind="choices", choices=tin, position=1).save()
        Contact.objects.create(first_name="Ada", email="ada@x.example", custom={"level": "tin", "likes": ["tin"]})
        Contact.objects.create(first_name="Ben", email="ben@x.example", custom={"level": "gold"})
    rows = "Ada,ada@x.example,Tin,Gold; Tin\nBen,ben@x.example,Tin,Tin\nCid,cid@x.example,Tin,Gold; Tin\n"
    job = took(f"First name,E-mail,Level,Likes\n{rows}".encode(), on_match="update")
    with inside(acme):
        assert dict(Contact.objects.values_list("first_name", "custom")) == {
            "Ada": {"level": "tin", "likes": ["gold", "tin"]}, "Ben": {"level": "gold"}, "Cid": {"likes": ["gold"]},
        }  # fmt: skip
        assert "“Tin” is not offered any more for Level" in job.rows.get(contact__first_name="Cid").reason

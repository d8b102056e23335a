"""Admin, Audit log: who sees what happened, and what they can narrow it to."""

from datetime import UTC, timedelta
from html import unescape
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import audit
from accounts.log.filters import NO_RECORD, LogFilterForm
from accounts.models import Membership
from audit.models import Event, Link, Payload
from crm.models import Contact
from lib import formats
from tenancy.context import Actor, activate
from tests.days import ZONE, today
from tests.explain import plan_of, rely_on_indexes
from tests.statements import assert_same_statements

URL = "/a/acme/admin/audit/"


@pytest.fixture
def hers(client, alice, acme):
    """Alice's browser; she owns Acme."""
    client.force_login(alice)
    return client


@pytest.fixture
def member_of(acme):
    return lambda user: Membership.objects.get(account=acme, user=user)


@pytest.fixture
def happens(acme, inside):
    """``happens("contact.changed", anna, by=bobs, phone=["1", "2"])``: one more event in Acme."""

    def record(kind, about=None, *, by=None, data=None, **changes):
        actor = by if isinstance(by, Actor) else Actor("member", by.pk, str(by)) if by else Actor("system", None, "x")
        with activate(acme, actor=actor):
            return audit.record(kind, about, data=data or {"changes": changes})

    return record


@pytest.fixture
def anna(acme, inside):
    with inside(acme):
        return Contact.objects.create(first_name="Anna", last_name="Berg")


def text_of(response):
    return " ".join(response.content.decode().split())


def said(client, query=""):
    """The sentences of the page, the newest first."""
    return [f"{line.who.name} {line.told.text}" for line, _ in client.get(f"{URL}{query}").context["lines"]]


def test_a_change_reads_as_a_sentence_with_a_link(hers, happens, anna, bob, member_of):
    happens("contact.changed", anna, by=member_of(bob), phone=["1", "2"])
    assert said(hers)[0] == "Bob Reyes changed the phone of Anna Berg from 1 to 2"
    text = text_of(hers.get(URL))
    assert f'<a class="link" dir="auto" href="/a/acme/contacts/{anna.public_id}/">Anna Berg</a>' in text
    assert '<del class="muted" dir="auto">1</del>' in text


def test_a_record_that_is_gone_is_named_without_a_link(hers, happens, anna, acme, inside):
    happens("contact.deleted", anna)
    with inside(acme):
        anna.delete()
    text = text_of(hers.get(URL))
    assert '<bdi class="txt">Anna Berg</bdi>' in text
    assert str(anna.public_id) not in text


def test_everybody_who_can_act_is_told_apart(hers, happens, anna, bob, member_of, sam):
    happens("contact.changed", anna, by=Actor("job", None, "crm.tidy"), city=["", "Oslo"])
    happens("contact.changed", anna, by=Actor("staff", sam.pk, "Sam Reyes"), city=["", "Oslo"])
    happens("contact.changed", anna, by=Actor("system", None, "Candor"), city=["", "Oslo"])
    happens("contact.changed", anna, by=Actor("visitor", None, "somebody"), city=["", "Oslo"])
    names = [(line.who.kind, line.who.name) for line, _ in hers.get(URL).context["lines"][:4]]
    assert names == [
        ("visitor", "A visitor"), ("system", "Candor"), ("staff", "Sam Reyes"), ("job", "A background job"),
    ]  # fmt: skip
    assert '<b dir="auto">Sam Reyes</b> <span class="muted">(Candor support)</span>' in text_of(hers.get(URL))


def test_erased_details_leave_who_and_what_kind(hers, happens, anna, bob, member_of, acme, inside):
    happens("contact.changed", anna, by=member_of(bob), phone=["+45 20 55 01 12", "2"])
    with inside(acme):
        audit.erase(Event.objects.get(kind="contact.changed"))
    text = text_of(hers.get(URL))
    assert "Bob Reyes</b> · Contact changed" in text
    with timezone.override(ZONE):
        assert f"Details erased {formats.day(today())}" in text
    assert said(hers)[0] == "Candor erased the details of an event: Contact changed"
    assert "+45 20 55 01 12" not in text


def test_times_are_those_of_the_reader(hers, happens, alice):
    happens("account.changed")
    alice.time_zone = "Pacific/Kiritimati"
    alice.save()
    now = timezone.now().astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert f"{now.day} {now:%b}" in text_of(hers.get(URL))


def test_events_of_another_account_are_not_there(hers, happens, globex, inside, mallory):
    with inside(globex):
        secret = Contact.objects.create(first_name="Secret", last_name="Agent")
        event = audit.record("contact.created", secret)
    assert "Secret" not in text_of(hers.get(URL))
    assert hers.get(f"{URL}events/{event}/").status_code == 404
    hers_of_globex = Membership.objects.get(account=globex)
    assert said(hers, f"?record={secret.public_id}") == []
    assert hers.get(f"{URL}?who={hers_of_globex.public_id}").status_code == 422


@pytest.mark.parametrize("role", ["manager", "member", "billing", "reader"])
def test_others_are_turned_away_and_see_no_entry(client, acme, bob, role):
    Membership.objects.filter(account=acme, user=bob).update(role=role)
    client.force_login(bob)
    assert client.get(URL).status_code == 403
    assert "Audit log" not in text_of(client.get("/a/acme/admin/"))


def test_an_admin_sees_it_and_never_only_own_records(client, acme, bob):
    """The log shows what happened to everything."""
    members = Membership.objects.filter(account=acme, user=bob)
    members.update(role="admin")
    client.force_login(bob)
    assert client.get(URL).status_code == 200
    assert URL in text_of(client.get("/a/acme/admin/"))
    with pytest.raises(IntegrityError, match="membership_admin_sees_all"), transaction.atomic():
        members.update(sees_only_own_records=True)


def test_a_stranger_finds_nothing(client, acme, mallory, globex):
    client.force_login(mallory)
    assert client.get(URL).status_code == 404


# --- filters ------------------------------------------------------------------------------------


@pytest.fixture
def four(happens, anna, bob, alice, member_of, acme, inside):
    """Bob and Alice each change Anna's phone; Alice adds a company and a job imports."""
    happens("contact.changed", anna, by=member_of(bob), phone=["1", "2"])
    happens("contact.changed", anna, by=member_of(alice), phone=["2", "3"])
    happens("company.created", by=member_of(alice))
    happens("contacts.imported", by=Actor("job", None, "crm.run"), data={"stored": 1})


def only(client, four, **query):
    return [line.event.kind for line, _ in client.get(URL, query).context["lines"]]


def test_by_person(hers, four, bob, member_of):
    assert only(hers, four, who=member_of(bob).public_id) == ["contact.changed"]


def test_by_who_is_no_person(hers, four):
    assert only(hers, four, who="job") == ["contacts.imported"]


def test_by_kind_and_by_group(hers, four):
    assert only(hers, four, kind="company.created") == ["company.created"]
    group = ["contacts.imported", "company.created", "contact.changed", "contact.changed"]
    assert only(hers, four, kind="contacts-and-companies") == group


@pytest.mark.parametrize("words", ["{}", '"{}"', "/a/acme/contacts/{}/", "https://x.example/a/acme/contacts/{}/edit/"])
def test_by_record_however_it_is_pasted(hers, four, anna, words):
    asked = words.format(str(anna.public_id).upper())
    assert only(hers, four, record=asked) == ["contact.changed", "contact.changed"]
    assert "Anna Berg" in [chip.words for chip in hers.get(URL, {"record": asked}).context["chips"]]


def test_all_filters_hold_together(hers, four, anna, alice, member_of):
    asked = {"who": member_of(alice).public_id, "record": anna.public_id, "kind": "contact.changed"}
    assert only(hers, four, **asked) == ["contact.changed"]
    assert only(hers, four, **asked | {"kind": "company.created"}) == []


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_are_those_of_the_reader(hers, four, alice, zone):
    """The two are a day and an hour apart: in one of them it is another day than in London."""
    alice.time_zone = zone
    alice.save()
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
    assert "contact.changed" in only(hers, four, since=today, until=today)
    assert only(hers, four, since=tomorrow) == []
    assert only(hers, four, until=yesterday) == []


def test_a_day_of_23_hours_ends_at_its_own_midnight(alice, acme):
    reader = Membership.objects.get(account=acme)
    form = LogFilterForm({"since": "2026-03-29", "until": "2026-03-29"}, reader=reader)
    with timezone.override("Europe/Copenhagen"):
        assert form.is_valid()
        bounds = dict(form.condition().children)
    since, until = (bounds[f"written_at__{end}"].astimezone(UTC) for end in ("gte", "lt"))
    assert until - since == timedelta(hours=23)


def test_a_filter_that_makes_no_sense_says_so(hers, four):
    answer = hers.get(URL, {"record": "Anna"})
    assert answer.status_code == 422
    assert NO_RECORD in unescape(text_of(answer))
    assert "No events match" in text_of(answer)
    assert hers.get(URL, {"who": "nobody"}).status_code == 422
    assert hers.get(URL, {"since": "1066-10-14"}).status_code == 422


def test_nothing_found_offers_to_clear(hers, four):
    text = text_of(hers.get(URL, {"record": uuid4()}))
    assert "No events match" in text
    assert "Clear filters" in text


def test_each_chip_takes_its_own_filter_off(hers, four, anna):
    chips = hers.get(URL, {"record": anna.public_id, "kind": "contact.changed", "page": "x"}).context["chips"]
    assert [(chip.words, chip.url) for chip in chips] == [
        ("Contact changed", f"?record={anna.public_id}"), ("Anna Berg", "?kind=contact.changed"),
    ]  # fmt: skip


def test_pages_keep_the_filters(hers, happens, anna):
    for number in range(60):
        happens("contact.changed", anna, city=["", f"Town {number}"])
    first = hers.get(URL, {"record": anna.public_id})
    assert len(first.context["lines"]) == 50
    second = hers.get(f"{URL}{first.context['next_url']}")
    assert [line.told.text for line, _ in second.context["lines"]][-1].endswith("Town 0")
    assert len(second.context["lines"]) == 10
    assert hers.get(f"{URL}{second.context['previous_url']}").context["lines"][0][0].told.text.endswith("Town 59")


def test_htmx_gets_the_part(hers, four):
    text = hers.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert 'id="events"' in text
    assert "<html" not in text


def test_the_page_asks_no_more_for_more_rows(hers, happens, anna, bob, member_of):
    by = member_of(bob)
    happens("contact.changed", anna, by=by, city=["", "Oslo"])
    happens("contact.changed", anna, by=by, city=["", "Bergen"])

    def more():
        for number in range(10):
            happens("contact.changed", anna, by=by, city=["", f"Town {number}"])

    assert_same_statements(hers, URL, more)


# --- one event ----------------------------------------------------------------------------------


def test_an_event_shows_everything_it_holds(hers, happens, anna, bob, member_of):
    event = happens("contact.created", anna, by=member_of(bob), note=["", "x" * 400], title=["", "Director"])
    text = text_of(hers.get(f"{URL}events/{event}/"))
    for words in ("Contact added", "Bob Reyes", "Anna Berg", "Director", "x" * 400, str(event), "contact.created"):
        assert words in text
    assert f"{URL}?record={anna.public_id}" in text
    assert f"{URL}?who={member_of(bob).public_id}" in text


def test_an_event_whose_words_are_erased_says_so(hers, happens, anna, acme, inside):
    event = happens("contact.changed", anna, phone=["1", "2"])
    with inside(acme):
        Payload.objects.all().delete()
    assert "The words of this event were erased" in text_of(hers.get(f"{URL}events/{event}/"))


def test_a_line_has_the_number_that_its_seal_gave_it(hers, happens, anna, acme):
    happens("contact.changed", anna, phone=["1", "2"])
    audit.seal(acme)
    event = happens("contact.changed", anna, phone=["2", "3"])
    assert [number for _, number in hers.get(URL).context["lines"]] == [None, 2, 1]
    assert "Not sealed yet" in text_of(hers.get(f"{URL}events/{event}/"))
    audit.seal(acme)
    with activate(acme, actor=Actor("system", None, "x")):
        link = Link.objects.get(number=3)
    assert bytes(link.hash).hex() in text_of(hers.get(f"{URL}events/{event}/"))


def test_what_somebody_typed_is_never_markup(hers, happens, acme, inside):
    with inside(acme):
        evil = Contact.objects.create(first_name="<script>alert(1)</script>")
    event = happens("contact.changed", evil, note=["<b>", "</pre><script>"], city=["", "<i>"])
    for url in (URL, f"{URL}events/{event}/"):
        text = text_of(hers.get(url))
        assert "<script>alert" not in text
        assert "</pre><script>" not in text
        assert "<i>" not in text


# --- the way in from a record -------------------------------------------------------------------


def test_a_record_leads_to_its_lines_in_the_log_for_who_may_read_it(client, alice, bob, anna):
    page, link = f"/a/acme/contacts/{anna.public_id}/", f"{URL}?record={anna.public_id}"
    client.force_login(alice)
    assert link in text_of(client.get(page))
    client.force_login(bob)
    assert link not in text_of(client.get(page))


# --- indexes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "audit_event_time"),
        ({"since": "2026-01-01", "until": "2199-12-31"}, "audit_event_time"),
        ({"kind": "contact.changed", "until": "2199-12-31"}, "audit_event_of_kind"),
        ({"record": "anna"}, "audit_event_about"),
        ({"who": "bob", "since": "2026-01-01"}, "audit_event_by_member"),
        ({"who": "job"}, "audit_event_by_others"),
    ],
)
def test_each_filter_walks_an_index_of_the_account(hers, acme, inside, four, anna, bob, member_of, asked, index):
    known = {"anna": anna.public_id, "bob": member_of(bob).public_id}
    with CaptureQueriesContext(connection) as captured:
        hers.get(URL, {name: known.get(value, value) for name, value in asked.items()})
    (statement,) = [query["sql"] for query in captured if 'FROM "audit_event"' in query["sql"]]
    with activate(acme, actor=Actor("system", None, "x")):
        for _ in range(300):  # with a handful, any index costs the same
            audit.record("company.created")
        rely_on_indexes()
        plan = plan_of(statement)
    assert [node["Index Name"] for node in plan.nodes if "Index Name" in node] == [index]
    assert "(account_id = " in plan.index_conditions[0]
    assert "Sort" not in plan.text
    assert plan.removed == 0, plan.text

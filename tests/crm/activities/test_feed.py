"""The calendar that other programs read: by a secret address, and as an independent parser understands it."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Membership, SecretLink
from crm.activities import actions, feed
from crm.activities.zones import carried
from crm.models import Activity
from tests.crm.activities.conftest import TODAY

PAGE = "/a/acme/admin/calendar/"
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


@pytest.fixture
def address(client, bob):
    """Bob's address, as the page shows it once."""
    client.force_login(bob)
    page = client.post(PAGE).content.decode()
    return re.search(r'id="feed-url"[^>]* value="https?://[^/]+([^"]+)"', page)[1]


def read(address, **query):
    return Client().get(address, query)


def items(address, kind="vevent", **query):
    """What an independent parser finds, by summary."""
    calendar = vobject.readOne(read(address, **query).content.decode())
    return {item.summary.value: item for item in getattr(calendar, f"{kind}_list", [])}


def test_the_address_is_shown_once_and_needs_no_session(client, address, plan):
    plan("Call Maren", due_on=TODAY)
    answer = read(address)
    assert answer.status_code == 200 and answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer["Cache-Control"] and answer["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in str(answer.headers)
    secret = address.removeprefix("/calendar/").removesuffix(".ics")
    page = client.get(PAGE).content.decode()
    assert secret not in page and secret[:4] + "…" in page
    assert secret not in str(SecretLink.objects.filter(account__slug="acme").values()[0])


def test_it_ends_when_renewed_revoked_left_or_closed(client, acme, bob, address):
    assert read(address).status_code == 200
    again = re.search(r'value="https?://[^/]+(/calendar/[^"]+)"', client.post(PAGE).content.decode())[1]
    assert (read(address).status_code, read(again).status_code) == (404, 200)
    mine, now = Membership.objects.filter(account=acme, user=bob), timezone.now()
    for ended, undone in (({"removed_at": now}, {"removed_at": None}), ({"role": "billing"}, {"role": "member"})):
        mine.update(**ended)
        assert read(again).status_code == 404
        mine.update(**undone)
    for column, value, usual in (("closed_at", now, None), ("allow_list", ["203.0.113.7 Office"], [])):
        Account.objects.filter(pk=acme.pk).update(**{column: value})
        assert read(again).status_code == 404, column
        Account.objects.filter(pk=acme.pk).update(**{column: usual})
    assert read(again).status_code == 200
    client.post(f"{PAGE}revoke/")
    assert read(again).status_code == 404
    assert read("/calendar/nonsense.ics").status_code == 404


def test_days_times_and_zones_are_understood_by_another_program(address, plan):
    plan("Call", kind="call", due_on=date(2027, 7, 1), due_time=time(15), minutes=45)
    plan("Far", due_on=date(2027, 7, 1), due_time=time(9), time_zone="America/New_York")
    plan("Quote", due_on=date(2027, 7, 2))
    plan("Some day")
    found = items(address)
    assert found.keys() == {"Call", "Far", "Quote"}
    assert found["Call"].dtstart.value.astimezone(UTC) == datetime(2027, 7, 1, 13, tzinfo=UTC)
    assert found["Call"].duration.value.total_seconds() == 45 * 60
    assert found["Far"].dtstart.value.astimezone(UTC) == datetime(2027, 7, 1, 13, tzinfo=UTC)
    assert found["Quote"].dtstart.value == date(2027, 7, 2)
    todo = items(address, "vtodo", **{"as": "todos"})["Quote"]
    assert (todo.status.value, todo.dtstart.value) == ("NEEDS-ACTION", date(2027, 7, 2))
    assert items(address, **{"as": "todos"}).keys() == {"Call", "Far"}


def test_rules_fall_on_the_same_days_there_over_clock_changes_and_short_months(address, plan, acme, inside, bob,
                                                                               member_of):  # fmt: skip
    weekly = plan("Stand-up", due_on=date(2027, 3, 26), due_time=time(9),
                  repeats="FREQ=WEEKLY;INTERVAL=1;BYDAY=FR;WKST=MO;UNTIL=20270402")  # fmt: skip
    plan("Report", due_on=date(2027, 1, 31),
         repeats="FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;COUNT=3")  # fmt: skip
    found = items(address)
    days = [day.astimezone(COPENHAGEN) for day in found["Stand-up"].getrruleset(addRDate=True)]
    assert [(day.day, day.hour) for day in days] == [(26, 9), (2, 9)]
    reports = [day.date() for day in found["Report"].getrruleset(addRDate=True)]
    assert reports == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]
    uid = found["Stand-up"].uid.value
    with inside(acme):
        actions.complete(weekly, by=member_of(bob))
    calendar = vobject.readOne(read(address).content.decode())
    uids = [item.uid.value for item in calendar.vevent_list if item.summary.value == "Stand-up"]
    assert uid in uids and len(set(uids)) == 2, "the series goes on under its uid; the done one has its own"


def test_words_are_escaped_and_lines_folded(address, plan, maren, acme, inside):
    subject = "Å; semi, comma \\ back 👩‍🚀 " + "long " * 30
    plan(subject, due_on=TODAY, note="First\nsecond; third, \\n", contact=maren)
    raw = read(address).content
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    [item] = items(address).values()
    assert item.summary.value == subject.strip() or item.summary.value == subject
    assert item.description.value == "Maren Holt\nFirst\nsecond; third, \\n"
    with inside(acme):
        maren.restricted_at = timezone.now()
        maren.save()
    assert "Maren" not in read(address).content.decode(), "who is restricted is not handed on"


def test_it_holds_the_members_own_alone(address, plan, alice, member_of, edith, only_own, globex, inside):
    plan("Hers", due_on=TODAY, owner=member_of(alice))
    plan("Gone", due_on=TODAY, deleted_at=timezone.now())
    plan("Mine", due_on=TODAY, contact=edith)
    with inside(globex):
        Activity.objects.create(subject="Theirs", due_on=TODAY)
    body = read(address).content.decode()
    assert items(address).keys() == {"Mine"}
    assert "Edith" not in body, "she is Alice's, and Bob sees only his own"


def test_what_fails_tells_no_log_the_address(address, monkeypatch, caplog):
    monkeypatch.setattr(feed, "calendar_of", lambda *_, **__: 1 / 0)
    assert read(address).status_code == 503
    assert "could not be written" in caplog.text and address not in caplog.text


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("Europe/Copenhagen", ["FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"]),
        ("America/New_York", ["FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"]),
        ("Asia/Tokyo", []),
        ("Africa/Casablanca", []),  # by the moon: dates, no rule
    ],
)
def test_a_zone_is_carried_by_rules_where_rules_fit(name, rules):
    zone = carried(name, 2026)
    assert [part["rrule"].to_ical().decode() for part in zone.subcomponents if "rrule" in part] == rules
    assert zone.subcomponents, "a zone without a change has one setting"

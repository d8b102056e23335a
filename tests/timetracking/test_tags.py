"""The firm's own words on hours: written in every place that writes hours, and never lost on the way."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Event, Payload
from crm.models import Contact, ContactTag, Tag
from datamap import rows_about
from tests.timetracking.conftest import MONDAY
from timetracking import actions
from timetracking.models import RunningTimer, TimeEntry, TimeEntryTag, work_value

DAY = "/a/acme/time/day/?day=2026-11-16"
TIMER = "/a/acme/timer/"


@pytest.fixture
def bobs_client(client, bob):
    client.force_login(bob)
    return client


@pytest.fixture
def tags(acme, inside):
    """The tags of all entries, by day."""

    def read():
        with inside(acme):
            return [entry.tag_names for entry in TimeEntry.objects.with_tags().order_by("day", "id")]

    return read


def test_a_form_writes_them_and_the_log_tells(bobs_client, acme, globex, website, design, tags, inside):
    with inside(globex):
        Tag.objects.create(name="night shift")
    form = {"day": "2026-11-16", "work": work_value(website, design), "time": "1:30"}
    bobs_client.post("/a/acme/time/entries/", {**form, "tags": "Night  shift, on site,night shift"})
    assert tags() == [["Night shift", "on site"]]
    page = bobs_client.get(DAY).content.decode()
    assert re.findall(r'class="tag">([^<]*)<', page) == ["Night shift", "on site"]
    assert '<option value="on site">' in page
    assert "Night shift" in bobs_client.get("/a/acme/time/?week=2026-11-16").content.decode()
    with inside(acme):
        entry = TimeEntry.objects.get()
    page = f"/a/acme/time/entries/{entry.public_id}/"
    assert 'value="Night shift, on site"' in bobs_client.get(page).content.decode()
    bobs_client.post(page, {**form, "tags": "ON SITE", "billable": "on", "version": "1"})
    assert tags() == [["on site"]]
    too_long = bobs_client.post(page, {**form, "tags": "x" * 61, "version": "2"})
    assert (too_long.status_code, b"at most 60 characters" in too_long.content) == (422, True)
    with inside(acme):
        assert Tag.objects.filter(name_key="on site").count() == 1
        event = Event.objects.get(kind="time_entry.changed")
        changes = Payload.objects.get(event_id=event.pk).data["changes"]
        assert changes == {"tags": [["Night shift", "on site"], ["on site"]]}


def test_what_is_brought_back_has_them(acme, bobs, website, tags, inside):
    with inside(acme):
        entry = actions.log_time(bobs, website, None, MONDAY, 60, tags=["on site"])
        undo = actions.delete_entries([entry])
        assert not TimeEntryTag.objects.exists()
        actions.undo(bobs, undo)
        assert tags() == [["on site"]]
        actions.copy_week(bobs, MONDAY, MONDAY + timedelta(days=7), hours=True)
        assert tags() == [["on site"], ["on site"]]
        about = {rows.queryset.model: list(rows.queryset) for rows in rows_about(bobs)}
        assert len(about[TimeEntryTag]) == 2


def test_the_timer_carries_them(bobs_client, acme, website, tags, inside):
    bobs_client.post(f"{TIMER}start/", {"work": work_value(website, None), "tags": "on site, trade fair"})
    with inside(acme):
        assert RunningTimer.objects.get().tags == ["on site", "trade fair"]
        RunningTimer.objects.update(started_at=timezone.now() - timedelta(minutes=5))
    bobs_client.post(f"{TIMER}stop/")
    assert tags() == [["on site", "trade fair"]]
    bobs_client.post(f"{TIMER}undo/")
    bobs_client.post(f"{TIMER}stop/")
    panel = bobs_client.get(f"{TIMER}panel/").content.decode()
    assert f'data-work="{website.public_id}"' in panel.partition("data-recent")[2]
    assert 'data-tags="on site, trade fair"' in panel
    bobs_client.post(f"{TIMER}again/")
    with inside(acme):
        assert RunningTimer.objects.get().tags == ["on site", "trade fair"]


def test_lists_offer_the_tags_of_their_own_records(client, alice, acme, bobs, website, design, inside):
    """What hours are tagged with finds no contact, and what contacts are tagged with no hour."""
    with inside(acme):
        actions.log_time(bobs, website, design, MONDAY, 60, tags=["bugfix"])
        ContactTag.objects.create(
            contact=Contact.objects.create(first_name="Maren"), tag=Tag.objects.create(name="press")
        )
    client.force_login(alice)
    offered = {}
    for page in ("contacts/?panel=filters", "companies/?panel=filters", "reports/"):
        text = client.get(f"/a/acme/{page}").content.decode()
        choices = text.partition('name="tag"')[2].partition("</select>")[0]
        offered[page] = {name for name in ("bugfix", "press") if f">{name}<" in choices}
    assert list(offered.values()) == [{"press"}, set(), {"bugfix"}]

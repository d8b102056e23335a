"""Projects, tasks and time entries for programs: the same rules, words and log as on the pages."""

import pytest

from accounts.models import Membership
from audit.models import Event
from timetracking.models import ReportUse, TimeEntry

NO_ID = "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"
MORNING = {"started_at": "2026-11-20T09:30:00+01:00", "stopped_at": "2026-11-20T10:00:59+00:00"}


@pytest.fixture
def website(alices):
    return alices.post("projects/", {"name": "Website", "hourly_rate": {"amount": "95.00", "currency": "DKK"}}).data


@pytest.fixture
def design(alices, website):
    return alices.post("tasks/", {"name": "Design", "project": website["id"]}).data


@pytest.fixture
def bobs(program_of, acme, bob):
    return program_of(acme, bob)


def kinds(acme, inside):
    with inside(acme):
        return list(Event.objects.order_by("id").values_list("kind", flat=True)[1:])


# --- projects and tasks ---------------------------------------------------------------------------


def test_a_project_lives_its_life(alices, acme, inside):
    company = alices.post("companies/", {"name": "Tidewater"}).data
    body = {
        "name": "Website", "code": "TW-1", "company": company["id"], "billable": False, "budget_minutes": 90.0,
        "hourly_rate": {"amount": "95.5", "currency": "DKK"},
    }  # fmt: skip
    made = alices.post("projects/", body)
    assert made.status_code == 201
    assert made.data["hourly_rate"] == {"amount": "95.50", "currency": "DKK"}
    assert {**made.data, **body, "hourly_rate": made.data["hourly_rate"]} == made.data
    one = f"projects/{made.data['id']}/"
    assert alices.patch(one, {"status": "archived"}).data["status"] == "archived"
    changed = alices.patch(one, {"status": "active", "budget_minutes": None, "hourly_rate": None, "company": None}).data
    assert (changed["status"], changed["budget_minutes"], changed["hourly_rate"]) == ("active", None, None)
    assert alices.get(one).data == changed
    assert alices.delete(one).status_code == 405
    assert kinds(acme, inside)[1:] == [
        "project.created", "project.archived", "project.changed", "project.restored", "rate.changed",
    ]  # fmt: skip


def test_projects_are_found_by_their_words_their_company_and_their_state(alices):
    company = alices.post("companies/", {"name": "Tidewater"}).data
    first = alices.post("projects/", {"name": "Website", "company": company["id"]}).data["id"]
    second = alices.post("projects/", {"name": "Archive", "status": "archived"}).data["id"]
    for query, found in {
        "search=web": [first], "search=tide": [first], f"company={company['id']}": [first], "status=archived": [second],
        "ordering=-name": [first, second], "": [second, first], f"company={NO_ID}": [],
    }.items():  # fmt: skip
        assert [each["id"] for each in alices.get(f"projects/?{query}").data["results"]] == found, query


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        ({}, "name", "This is needed."),
        ({"name": " "}, "name", "Fill this in."),
        ({"name": "x", "hourly_rate": 95.0}, "hourly_rate", "Write an amount, as in"),
        ({"name": "x", "hourly_rate": {"amount": "-1", "currency": "EUR"}}, "hourly_rate", "Write an amount, as in"),
        (
            {"name": "x", "hourly_rate": {"amount": "1", "currency": "ZZZ"}},
            "hourly_rate",
            "“ZZZ” is not one of the choices.",
        ),
        ({"name": "x", "budget_minutes": 0}, "budget_minutes", "Write a whole number from 1"),
        ({"name": "x", "budget_minutes": 1.5}, "budget_minutes", "Write a whole number from 1"),
        ({"name": "x", "budget_minutes": True}, "budget_minutes", "Write a whole number from 1"),
        ({"name": "x", "company": NO_ID}, "company", "There is no such company."),
        ({"name": "x", "billable": "yes"}, "billable", "Write true or false."),
        ({"name": "x", "status": "gone"}, "status", "Write active or archived."),
    ],
)
def test_what_is_wrong_with_a_project_is_said_by_name(body, name, words, alices):
    response = alices.post("projects/", body)
    assert response.status_code == 422
    assert list(response.data["errors"]) == [name]
    assert response.data["errors"][name][0].startswith(words)


def test_rates_are_for_those_who_may_see_them(bobs, alices, website):
    assert alices.get(f"projects/{website['id']}/").data["hourly_rate"]["amount"] == "95.00"
    for seen in (bobs.get(f"projects/{website['id']}/").data, bobs.get("projects/").data["results"][0]):
        assert "hourly_rate" not in seen
    assert bobs.post("projects/", {"name": "x"}).status_code == 403


def test_a_task_stays_in_its_project_and_has_a_name_of_its_own(alices, website, design):
    again = alices.post("tasks/", {"name": "design", "project": website["id"]})
    assert again.data["errors"] == {"record": ["This project already has a task with that name."]}
    other = alices.post("projects/", {"name": "Other"}).data
    moved = alices.patch(f"tasks/{design['id']}/", {"project": other["id"]})
    assert moved.data["errors"] == {"project": ["A task stays in its project."]}
    changed = alices.patch(f"tasks/{design['id']}/", {"project": website["id"], "name": "Drawing", "billable": False})
    assert (changed.data["name"], changed.data["billable"], changed.data["version"]) == ("Drawing", False, 2)
    alices.post("tasks/", {"name": "x", "project": other["id"]})
    found = alices.get(f"tasks/?project={website['id']}").data["results"]
    assert [each["id"] for each in found] == [design["id"]]


# --- time entries ---------------------------------------------------------------------------------


def test_time_is_logged_changed_and_deleted(bobs, acme, bob, website, design, inside):
    body = {"project": website["id"], "task": design["id"], "day": "2026-11-20", "minutes": 90, "note": "Sketches"}
    made = bobs.post("time-entries/", body)
    assert made.status_code == 201
    assert {**made.data, **body} == made.data
    assert made.data["person"] == str(Membership.objects.get(account=acme, user=bob).public_id)
    assert (made.data["started_at"], made.data["locked"], made.data["billable"]) == (None, False, True)
    one = f"time-entries/{made.data['id']}/"
    changed = bobs.patch(one, {"minutes": 45, "task": None, "day": "2026-11-21"}, if_match='"1"').data
    assert (changed["minutes"], changed["task"], changed["day"], changed["version"]) == (45, None, "2026-11-21", 2)
    assert bobs.patch(one, {"minutes": 45}).data["version"] == 2
    assert bobs.delete(one).status_code == 204
    assert bobs.get(one).status_code == 404
    assert kinds(acme, inside)[-3:] == ["time_entry.created", "time_entry.changed", "time_entry.deleted"]


def test_whether_it_is_billed_follows_task_and_project_unless_it_is_said(bobs, alices, website, design):
    alices.patch(f"tasks/{design['id']}/", {"billable": False})
    body = {"project": website["id"], "task": design["id"], "day": "2026-11-20", "minutes": 5}
    assert bobs.post("time-entries/", body).data["billable"] is False
    assert bobs.post("time-entries/", {**body, "billable": True}).data["billable"] is True


def test_clock_times_say_day_and_minutes(bobs, website):
    made = bobs.post("time-entries/", {"project": website["id"], **MORNING}).data
    assert (made["day"], made["minutes"]) == ("2026-11-20", 90)
    assert (made["started_at"], made["stopped_at"]) == ("2026-11-20T08:30:00Z", "2026-11-20T10:00:00Z")
    late = {"started_at": "2026-11-20T23:30:00Z", "stopped_at": "2026-11-21T00:30:00Z"}  # after midnight in Copenhagen
    one = f"time-entries/{made['id']}/"
    moved = bobs.patch(one, late).data
    assert (moved["day"], moved["minutes"]) == ("2026-11-21", 60)
    shorter = bobs.patch(one, {"minutes": 30}).data
    assert shorter["stopped_at"] == "2026-11-21T00:00:00Z"
    for end in ("started_at", "stopped_at"):
        assert "together" in bobs.patch(one, {end: None}).data["errors"]["record"][0]
    cleared = bobs.patch(one, {"started_at": None, "stopped_at": None}).data
    assert (cleared["started_at"], cleared["stopped_at"], cleared["minutes"]) == (None, None, 30)


def test_an_hour_that_the_clock_shows_twice_is_the_one_that_was_sent(bobs, website):
    second = {"started_at": "2026-10-25T01:10:00Z", "stopped_at": "2026-10-25T01:50:00Z"}  # 2:10 for the second time
    made = bobs.post("time-entries/", {"project": website["id"], **second}).data
    assert (made["started_at"], made["stopped_at"], made["minutes"]) == (*second.values(), 40)


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        ({}, "day", "This is needed."),
        ({"day": "2026-11-20"}, "minutes", "This is needed."),
        ({"day": "2026-11-31", "minutes": 5}, "day", "Write a day, as in 2026-11-20."),
        ({"day": "20261120", "minutes": 5}, "day", "Write a day, as in 2026-11-20."),
        ({"day": "1900-01-01", "minutes": 5}, "day", "Choose a day from 1970 to 2199."),
        ({"day": "2026-11-20", "minutes": 1441}, "minutes", "Write a whole number from 1 to 1440."),
        ({"day": "2026-11-20", "minutes": 5, "note": "x" * 501}, "note", "Write at most 500"),
        ({"day": "2026-11-20", "minutes": 5, "task": NO_ID}, "task", "There is no such task."),
        ({"day": "2026-11-20", "minutes": 5, "locked": True}, "locked", "This can only be read."),
        ({"started_at": "2026-11-20T08:30:00Z"}, "record", "Give started_at and stopped_at together"),
        ({**MORNING, "minutes": 60}, "minutes", "The clock times say 90."),
        ({**MORNING, "day": "2026-11-19"}, "day", "The clock times say 2026-11-20."),
        ({**MORNING, "stopped_at": "2026-11-20T08:30:59Z"}, "stopped_at", "The end comes after the start."),
        ({**MORNING, "stopped_at": "2026-11-22T08:30:00Z"}, "record", "An entry is between a minute and 24 hours."),
        ({**MORNING, "stopped_at": "2026-11-20T08:30:00"}, "stopped_at", "Write an instant with its zone"),
        ({**MORNING, "started_at": "0001-01-01T00:00:00+14:00"}, "started_at", "Write an instant with its zone"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_by_name(body, name, words, bobs, website):
    response = bobs.post("time-entries/", {"project": website["id"], **body})
    assert response.status_code == 422
    assert response.data["errors"][name][0].startswith(words)
    assert len(response.data["errors"]) == (2 if body == {} else 1)


def test_a_task_of_another_project_is_refused(bobs, alices, design):
    other = alices.post("projects/", {"name": "Other"}).data
    body = {"project": other["id"], "day": "2026-11-20", "minutes": 5}
    wrong = {"task": ["This task belongs to another project."]}
    assert bobs.post("time-entries/", {**body, "task": design["id"]}).data["errors"] == wrong
    made = bobs.post("time-entries/", body).data
    assert bobs.patch(f"time-entries/{made['id']}/", {"task": design["id"]}).data["errors"] == wrong
    assert bobs.patch(f"time-entries/{made['id']}/", {"project": design["project"]}).status_code == 200


def test_archived_work_and_locked_time_say_why(bobs, alices, acme, website, inside):
    made = bobs.post("time-entries/", {"project": website["id"], "day": "2026-11-20", "minutes": 5}).data
    alices.patch(f"projects/{website['id']}/", {"status": "archived"})
    refused = bobs.post("time-entries/", {"project": website["id"], "day": "2026-11-20", "minutes": 5})
    assert refused.data["errors"] == {"record": ["Website is archived. Restore it to log time on it."]}
    with inside(acme):
        TimeEntry.objects.update(locked_at="2026-11-21T00:00Z", lock_reason="Approved by Alice.")
    one = f"time-entries/{made['id']}/"
    assert bobs.get(one).data["locked"] is True
    for method in ("patch", "delete"):
        refused = bobs.ask(method, one, {"minutes": 6})
        assert (refused.status_code, refused.data["errors"]) == (422, {"record": ["Approved by Alice."]})


def test_members_log_for_themselves_and_managers_for_all(bobs, alices, acme, bob, carol, website):
    def public_id(user):
        return str(Membership.objects.get(account=acme, user=user).public_id)

    body = {"project": website["id"], "day": "2026-11-20", "minutes": 5}
    for_carol = {**body, "person": public_id(carol)}
    assert "person" in bobs.post("time-entries/", for_carol).data["errors"]
    made = alices.post("time-entries/", for_carol).data
    assert made["person"] == for_carol["person"]
    own = bobs.post("time-entries/", {**body, "person": public_id(bob)}).data
    for method in ("get", "patch", "delete"):
        assert bobs.ask(method, f"time-entries/{made['id']}/", {}).status_code == 404
    assert [each["id"] for each in bobs.get("time-entries/").data["results"]] == [own["id"]]
    assert len(alices.get("time-entries/").data["results"]) == 2
    found = alices.get(f"time-entries/?person={public_id(carol)}").data["results"]
    assert [each["id"] for each in found] == [made["id"]]
    moved = alices.patch(f"time-entries/{own['id']}/", {"person": public_id(carol)})
    assert moved.data["errors"] == {"person": ["An entry stays with the one who worked."]}


def test_entries_are_found_by_day_and_state(bobs, website):
    made = [
        bobs.post("time-entries/", {"project": website["id"], "day": f"2026-11-{day}", "minutes": 5}).data
        for day in (16, 17, 18)
    ]
    ids = [each["id"] for each in made]
    for query, found in {
        "": ids[::-1], "ordering=day": ids, "day_from=2026-11-17": ids[:0:-1], "day_to=2026-11-16": ids[:1],
        "locked=false&ordering=created_at": ids, "billable=false": [], f"task={NO_ID}": [],
        f"updated_since={made[2]['updated_at']}": ids[2:], "ordering=-updated_at": ids[::-1],
    }.items():  # fmt: skip
        assert [each["id"] for each in bobs.get(f"time-entries/?{query}").data["results"]] == found, query


def test_tags_are_written_asked_for_and_carried_by_the_timer(bobs, website):
    body = {"project": website["id"], "day": "2026-11-16", "minutes": 30}
    made = bobs.post("time-entries/", {**body, "tags": ["on site"]}).data
    assert made["tags"] == ["on site"]
    assert bobs.post("time-entries/", body).data["tags"] == []
    for asked, found in (("ON SITE", 1), ("elsewhere", 0)):
        assert len(bobs.get(f"time-entries/?tag={asked}").data["results"]) == found
    changed = bobs.patch(f"time-entries/{made['id']}/", {"tags": []}).data
    assert (changed["tags"], changed["version"]) == ([], 2)
    assert bobs.post("timer/start/", {"project": website["id"], "tags": ["trade fair"]}).data["timer"]["tags"] == [
        "trade fair"
    ]


def test_whose_hours_a_program_lists_can_read_so(alices, bobs, acme, alice, website, inside):
    for day in (3, 20):
        made = bobs.post("time-entries/", {"project": website["id"], "day": f"2026-11-{day:02}", "minutes": 5}).data
    alices.post("time-entries/", {"project": website["id"], "day": "2026-10-01", "minutes": 5})

    def told():
        with inside(acme):
            uses = ReportUse.objects.filter(by__user=alice).exclude(person__user=alice).order_by("id")
            assert uses.count() == ReportUse.objects.count()
            return [(use.report, use.way, use.first.isoformat(), use.last.isoformat()) for use in uses]

    bobs.get("time-entries/")
    assert told() == []
    for query in ("page_size=1", "", f"project={website['id']}"):
        alices.get(f"time-entries/?{query}")
    alices.get(f"time-entries/{made['id']}/")
    whole_month = ("entries", "program", "2026-11-01", "2026-11-30")
    assert told() == [whole_month]
    alices.get("time-entries/?day_from=2026-11-02&day_to=2026-11-04")
    assert told() == [whole_month, ("entries", "program", "2026-11-02", "2026-11-04")]

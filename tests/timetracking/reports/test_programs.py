"""Utilisation, missing hours, budgets and kept reports, for programs."""

import pytest

from tests.api.conftest import key_for, program_of  # noqa: F401  (fixtures)
from timetracking.models import Project, ReportUse, TimeSettings

EARLY = "from=2026-11-01&to=2026-11-08"


@pytest.fixture
def owners(program_of, acme, alice, hours):  # noqa: F811
    return program_of(acme, alice)


@pytest.fixture
def bobs_program(program_of, acme, bob, hours):  # noqa: F811
    return program_of(acme, bob)


def line_of(report, person):
    return next(line for line in report["lines"] if line["person"] == str(person.public_id))


def test_utilisation_says_what_its_page_says(owners, client, alice, bobs):
    found = owners.get(f"reports/utilisation/?{EARLY}").data
    assert (found["first"], found["last"], found["hides_people"]) == ("2026-11-01", "2026-11-08", False)
    assert (line_of(found, bobs)["minutes"], line_of(found, bobs)["billable_minutes"]) == (180, 180)
    client.force_login(alice)
    page = client.get(f"/a/acme/reports/utilisation/?period=days&{EARLY}").context["total"]
    assert found["total"] == {
        "minutes": page.minutes, "billable_minutes": page.billable, "target_minutes": page.target,
    }  # fmt: skip


def test_missing_days_are_told_one_by_one(owners, bobs):
    line = line_of(owners.get(f"reports/missing/?{EARLY}").data, bobs)
    assert line["days"][0] == {"day": "2026-11-04", "missing_minutes": 300}  # of 8:00 he logged 3:00
    assert sum(day["missing_minutes"] for day in line["days"]) == line["missing_minutes"]
    assert line["late_minutes"] in (0, 180)  # entered today, whenever that is


@pytest.mark.parametrize("report", ["utilisation", "missing"])
def test_few_people_are_not_put_side_by_side_and_who_is_named_reads_it(report, owners, acme, bobs, inside):
    with inside(acme):
        TimeSettings.objects.create(smallest_group=4)
    few = owners.get(f"reports/{report}/?{EARLY}").data
    assert (few["hides_people"], few["lines"]) == (True, [])
    with inside(acme):
        assert not ReportUse.objects.exists()
    one = owners.get(f"reports/{report}/?{EARLY}&person={bobs.public_id}").data
    assert [line["person"] for line in one["lines"]] == [str(bobs.public_id)]
    with inside(acme):
        assert list(ReportUse.objects.values_list("person", "report", "way")) == [(bobs.pk, report, "program")]


@pytest.mark.parametrize("report", ["utilisation", "missing"])
def test_odd_days_are_refused(report, owners):
    refused = owners.get(f"reports/{report}/?from=2026-11-08&to=2026-11-01")
    assert (refused.status_code, list(refused.data["errors"])) == (422, ["to"])
    assert owners.get(f"reports/{report}/?by=person").status_code == 400


@pytest.mark.parametrize("report", ["utilisation", "missing"])
def test_a_period_of_which_no_day_is_over_says_so(report, owners, client, alice):
    ahead = "from=2030-05-01&to=2030-05-31"
    found = owners.get(f"reports/{report}/?{ahead}").data
    assert (found["first"], found["last"], found["lines"]) == (None, None, [])
    client.force_login(alice)
    page = client.get(f"/a/acme/reports/{report}/?{ahead}").text
    assert "No day of 1 May 2030 – 31 May 2030 is over yet." in page


def test_budgets_in_hours_and_in_money(owners, acme, inside):
    with inside(acme):
        Project.objects.filter(name="Website relaunch").update(budget_minutes=600)
    [hours] = owners.get("reports/budgets/").data["lines"]
    assert (hours["name"], hours["percent"], hours["used_minutes"], hours["budget_minutes"]) == (
        "Website relaunch", 60, 360, 600,
    )  # fmt: skip
    assert (hours["used_amount"], hours["month"]) == (None, None)
    assert owners.get("reports/budgets/?full=yes").data["lines"] == []
    with inside(acme):
        Project.objects.filter(name="Website relaunch").update(budget_minutes=None, budget_amount=500)
    [money] = owners.get("reports/budgets/").data["lines"]
    assert money["used_amount"] == {"amount": "570.00", "currency": "EUR"}
    assert (money["budget_amount"]["amount"], money["used_minutes"]) == ("500.00", None)


@pytest.mark.parametrize("report", ["utilisation", "missing", "budgets"])
def test_members_are_told_nothing_of_others(report, bobs_program):
    assert bobs_program.get(f"reports/{report}/").status_code == 403


def test_a_report_is_kept_changed_shared_and_forgotten(owners, bobs_program):
    asked = {"period": "this_year", "by": "client"}
    kept = owners.post("saved-reports/", {"name": "Billed", "asked": asked})
    assert (kept.status_code, kept.data["asked"], kept.data["is_shared"]) == (201, asked, False)
    one = f"saved-reports/{kept.data['id']}/"
    assert bobs_program.get(one).status_code == 404
    assert owners.get("saved-views/").data["results"] == []  # of lists of contacts and the like
    assert owners.patch(one, {"is_shared": True, "asked": {"by": "task"}}).data["asked"] == {"by": "task"}
    assert bobs_program.get("saved-reports/?shared=true").data["results"] == [owners.get(one).data]
    assert bobs_program.delete(one).status_code == 403
    assert bobs_program.post("saved-reports/", {"name": "Ours", "is_shared": True}).status_code == 403
    refused = owners.post("saved-reports/", {"name": "x", "asked": {"colour": "red"}})
    assert (refused.status_code, list(refused.data["errors"])) == (422, ["asked"])
    assert owners.delete(one).status_code == 204

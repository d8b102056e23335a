"""What a report adds up, for whom, and where each sum leads."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from accounts.models import Membership
from audit.models import Event
from crm.models import SavedView
from tests.timetracking.reports.conftest import NOVEMBER
from timetracking import actions
from timetracking.models import Project, ReportUse, TimeEntry, TimeSettings
from timetracking.rates.actions import set_rate
from timetracking.rates.freezing import freeze
from timetracking.reports.asked import DIMENSIONS, asked_of
from timetracking.reports.files import sums_file
from timetracking.reports.hours import report

URL = "/a/acme/reports/"


def asked_by(member, **words):
    return report(asked_of({**NOVEMBER, **words}, member, date(2026, 11, 20)), member)


def told(found):
    return [(group.name, group.sums.minutes) for group in found.groups]


def test_hours_are_added_up_by_whatever_was_asked(acme, alices, bobs, website, hours, inside):
    with inside(acme):
        assert told(asked_by(alices, by="person")) == [(str(bobs), 180), (str(alices), 120), ("Cara Acme", 30)]
        assert told(asked_by(alices, by="project")) == [("Website relaunch", 300), ("Internal", 30)]
        assert told(asked_by(alices, by="client")) == [("Tidewater Museum", 300), ("Internal", 30)]
        assert told(asked_by(alices, by="task")) == [("Website relaunch · Design", 180), ("No task", 150)]
        assert told(asked_by(alices, by="tag")) == [("No tag", 330)]
        year = {"period": "this_year", "by": "month"}
        assert told(asked_by(alices, **year)) == [("October 2026", 60), ("November 2026", 330)]
        both = asked_by(alices, by="client", then="person")
        assert [len(group.parts) for group in both.groups] == [2, 1]
        assert told(asked_by(alices, by="project", billable="no")) == [("Internal", 30)]
        assert told(asked_by(alices, by="project", approved="yes")) == []
        assert told(asked_by(alices, by="project", client="none")) == [("Internal", 30)]
        assert told(asked_by(alices, by="project", project="00000000-0000-4000-8000-000000000000")) == []
        compared = asked_by(alices, by="project", compare="on")
        assert (compared.total.sums.minutes, compared.total.before) == (330, 60)
        alices.role = "billing"
        museum_only = asked_by(
            alices, by="project", client=str(website.company.public_id), project=str(website.public_id)
        )
        assert museum_only.total.sums.minutes == 300, "billing has sums of projects that it can't open"
        assert told(asked_by(bobs, by="person")) == [(str(bobs), 180)], "a member sees the own hours alone"
        assert asked_by(bobs, by="person", person=str(alices.public_id)).total.sums.minutes == 0


def test_every_grouping_and_filter_comes_to_the_sum_of_its_entries(acme, alices, hours, inside):
    """Summaries and entries answer alike, and each line leads to just the entries that it adds up."""
    with inside(acme):
        freeze(hours[1:2])
        levels = ["", *DIMENSIONS]
        for by, then, billable in product(DIMENSIONS, levels, ("", "yes")):
            found = asked_by(alices, by=by, then=then, billable=billable)
            raw = TimeEntry.objects.between(date(2026, 11, 1), date(2026, 11, 30))
            raw = raw.filter(billable=True) if billable else raw
            assert found.total.sums.minutes == raw.minutes(), (by, then)
            if by != "person" or not found.hides_people:
                assert sum(group.sums.minutes for group in found.groups) == raw.minutes(), (by, then)


def test_money_follows_the_rates_and_what_was_approved_keeps_its_own(acme, alices, website, hours, inside):
    with inside(acme):
        freeze(hours[1:2])
        set_rate("bill", Decimal(100), project=website, starts_on=date(2026, 11, 1))
        total = asked_by(alices, by="project", money="on").total
        assert total.billed == {"EUR": 2 * 95 + 3 * 100} and total.cost == {"EUR": Decimal("5.5") * 40}
        assert total.margin == {"EUR": Decimal(270)}
        Membership.objects.filter(pk=alices.pk).update(role="manager")
        alices.role = "manager"
        assert asked_by(alices, by="project", money="on").total.cost == {}
        alices.role = "reader"
        assert asked_by(alices, by="project", money="on").total.billed == {}


def test_few_people_are_not_put_side_by_side(acme, alices, bobs, cara, hours, inside):
    with inside(acme):
        actions.delete_entries(hours[3:])
        found = asked_by(alices, by="person", then="project")
        assert found.hides_people and told(found) == [("Website relaunch", 300)] and not found.people
        one = asked_by(alices, by="person", person=str(bobs.public_id))
        assert told(one) == [(str(bobs), 180)] and one.people == {bobs.pk}
        rows = sums_file(asked_by(alices, by="person"), "hours").content.decode("utf-8-sig").split()
        assert rows[-1] == "Total,300,5.00,300,5.00,2", "their sum is in the file, too"


def test_who_worked_before_only_is_told_and_hidden_all_the_same(client, acme, alice, alices, bobs, hours, inside):
    december = {"from": "2026-12-01", "to": "2026-12-31", "compare": "on"}
    client.force_login(alice)
    client.get(URL, {"period": "days", "by": "person", **december})
    with inside(acme):
        use = ReportUse.objects.get(person=bobs)
        assert (use.first, use.last) == (date(2026, 11, 1), date(2026, 12, 31))
        found = asked_by(alices, by="person", **december)
        assert len(found.groups) == 3 and len(found.people) == 2
        assert asked_by(alices, by="project", person=str(bobs.public_id), **december).people == {bobs.pk}
        actions.delete_entries(hours[3:])
        few = asked_by(alices, by="person", **december)
        assert few.hides_people and not few.groups and not few.people and few.total.before == 300


def test_a_record_that_is_not_there_is_compared_with_nothing(acme, alices, hours, inside):
    with inside(acme):
        nobody = {"project": "00000000-0000-4000-8000-000000000000", "compare": "on"}
        found = asked_by(alices, by="project", **{"from": "2026-12-01", "to": "2026-12-31"}, **nobody)
        assert told(found) == [] and found.total.before == 0


def test_what_has_two_tags_is_worth_its_money_once(acme, alices, website, hours, inside):
    with inside(acme):
        actions.log_time(alices, website, None, date(2026, 12, 1), 60, tags=["night", "rush"])
        asked = {"by": "tag", "money": "on", "compare": "on"}
        total = asked_by(alices, **asked, **{"from": "2026-12-01", "to": "2026-12-31"}).total
        assert (total.sums.minutes, total.billed, total.cost) == (60, {"EUR": 95}, {"EUR": 40})
        later = asked_by(alices, **asked, **{"from": "2027-01-01", "to": "2027-01-31"})
        assert [group.before for group in later.groups] == [60, 60] and later.total.before == 60


def test_a_report_leads_to_its_entries_and_is_kept_and_taken_along(client, acme, alice, bobs, cara, hours, inside):
    client.force_login(alice)
    query = "?period=days&from=2026-11-01&to=2026-11-30&by=person&then=project"
    page = client.get(URL + query).text
    assert "3:00" in page and "Sketches" not in page
    link = f"/a/acme/reports/entries/?period=days&amp;from=2026-11-01&amp;to=2026-11-30&amp;person={bobs.public_id}"
    assert f'href="{link}"' in page
    entries = client.get(link.replace("&amp;", "&")).text
    assert "Sketches" in entries and "Internal" not in entries

    csv = client.get(f"{URL}hours.csv{query}").content.decode("utf-8-sig").splitlines()
    assert csv[0] == "Person,Project,Minutes,Hours,Billable minutes,Billable hours,Entries" and len(csv) == 4
    answer = client.get(f"{URL}entries.csv{query}")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert answer.streaming and len(rows) == 4 and "Sketches" in rows[2] and rows[2].endswith("95.00,EUR")

    client.post(f"{URL}keep/", {"name": "Who and what", "is_shared": "on", "asked": query})
    with inside(acme):
        assert Event.objects.filter(kind="report.exported").count() == 2
        kept = SavedView.objects.get()
        assert (kept.kind, kept.asked["then"]) == ("reports", "project")
    assert "Who and what" in client.get(URL).text
    client.post(f"{URL}kept/{kept.public_id}/forget/")
    with inside(acme):
        assert not SavedView.objects.exists()


def test_whose_hours_were_used_can_read_by_whom(client, acme, alice, bob, bobs, cara, hours, inside):
    client.force_login(alice)
    query = "?period=days&from=2026-11-01&to=2026-11-30"
    for url in ("", "", "hours.csv"):
        client.get(f"{URL}{url}{query}&by=person")
    client.get(f"{URL}{query}&by=project")
    with inside(acme):
        uses = ReportUse.objects.filter(person=bobs)
        assert sorted(uses.values_list("report", "way")) == [("hours", "file"), ("hours", "page")]
        assert not ReportUse.objects.filter(person=hours[0].person_id).exists(), "nobody is told of themselves"
    client.force_login(bob)
    page = client.get("/a/acme/time/uses/").text
    assert "Alice" in page and "taken along as a file" in page and "no screenshots" in page


def test_mallory_and_readers_find_nothing(client, acme, globex, mallory, bob, bobs, hours):
    client.force_login(mallory)
    assert client.get(URL).status_code == 404
    page = client.get("/a/globex/reports/?period=this_year").text
    assert "No hours here" in page and "Website" not in page
    client.force_login(bob)
    Membership.objects.filter(pk=bobs.pk).update(role="reader")
    for path in ("utilisation/", "missing/", "budgets/"):
        assert client.get(URL + path).status_code == 403


@pytest.mark.parametrize("path", ["utilisation/", "missing/", "budgets/"])
def test_what_was_planned_is_shown_to_managers(client, acme, alice, hours, path):
    client.force_login(alice)
    answer = client.get(f"{URL}{path}?period=days&from=2026-11-01&to=2026-11-08")
    assert answer.status_code == 200
    if path == "missing/":
        assert "Cara" in answer.text and "Together" in answer.text
    if path == "utilisation/":  # also of days before an account was made for who logged them
        assert [line for line in answer.context["lines"] if line.minutes and not line.target] == []
        assert answer.context["total"].target


def test_a_budget_that_is_used_up_says_by_how_much(client, acme, alice, hours, inside):
    client.force_login(alice)
    for terms, left in (({"budget_minutes": 300}, "−1:00"), ({"budget_minutes": None, "budget_amount": 500}, "−€70")):
        with inside(acme):
            Project.objects.filter(name="Website relaunch").update(**terms)
        assert f'<td class="num">{left}</td>' in client.get(f"{URL}budgets/").text


def test_who_sees_only_own_records_is_told_of_no_budget_that_others_used(client, acme, bob, bobs, hours, inside):
    with inside(acme):
        Project.objects.filter(name="Website relaunch").update(budget_minutes=400)
    client.force_login(bob)
    seen = []
    for own_only in (False, True):
        Membership.objects.filter(pk=bobs.pk).update(role="manager", sees_only_own_records=own_only)
        seen.append("6:00" in client.get(f"{URL}budgets/").text)
    assert seen == [True, False]


@pytest.mark.parametrize(("path", "told_as"), [("utilisation/", "utilisation"), ("missing/", "missing")])
def test_few_people_are_not_put_side_by_side_against_plans_either(
    client, acme, alice, bobs, cara, hours, path, told_as, inside
):
    november = f"{URL}{path}?period=days&from=2026-11-01&to=2026-11-08"
    client.force_login(alice)
    with inside(acme):
        TimeSettings.objects.create(smallest_group=4)
    few = client.get(november)
    assert "Fewer than 4" in few.text and few.context["lines"] == [] and "Together" in few.text
    assert '<th scope="row">Cara' not in few.text
    with inside(acme):
        assert not ReportUse.objects.exists()
    one = client.get(f"{november}&person={bobs.public_id}")
    assert [line.person for line in one.context["lines"]] == [bobs]
    with inside(acme):
        assert list(ReportUse.objects.values_list("person", "report")) == [(bobs.pk, told_as)]
        TimeSettings.objects.update(smallest_group=3)
    for _ in range(2):
        assert "Fewer than" not in client.get(november).text
    with inside(acme):
        told = ReportUse.objects.filter(report=told_as).values_list("person", flat=True)
        assert sorted(told) == sorted([bobs.pk, cara.pk]), "once a day, and nobody is told of themselves"


def test_a_kept_report_is_forgotten_by_whom_it_belongs_to_alone(client, acme, alice, alices, bob, inside):
    with inside(acme):
        private, shared = (
            SavedView.objects.create(kind="reports", name=name, owner=alices, is_shared=name == "Ours", asked={})
            for name in ("Mine", "Ours")
        )
        contacts = SavedView.objects.create(kind="contacts", name="People", owner=alices, asked={})
    client.force_login(bob)
    page = client.get(URL).text
    assert "Ours" in page and "Mine" not in page
    for view in (private, shared):
        assert client.post(f"{URL}kept/{view.public_id}/forget/").status_code == 404
    client.force_login(alice)
    assert client.post(f"{URL}kept/{contacts.public_id}/forget/").status_code == 404
    assert client.post(f"{URL}kept/{shared.public_id}/forget/").status_code == 302
    assert client.post(f"{URL}kept/{shared.public_id}/forget/").status_code == 404, "it is forgotten already"
    with inside(acme):
        assert sorted(SavedView.objects.values_list("name", flat=True)) == ["Mine", "People"]


@pytest.mark.parametrize("path", ["utilisation/", "missing/"])
def test_of_somebody_who_is_not_there_nothing_is_shown(client, acme, alice, bobs, hours, path, inside):
    client.force_login(alice)
    nobody = "00000000-0000-4000-8000-000000000000"
    page = client.get(f"{URL}{path}?period=days&from=2026-11-01&to=2026-11-08&person={nobody}").text
    assert "No days yet" in page and "Fewer than" not in page
    with inside(acme):
        assert not ReportUse.objects.exists()


@pytest.mark.parametrize(
    ("words", "said", "first", "last", "kept"),
    [
        ("from=2026-02-31&to=2026-11-30", "“2026-02-31” is not a day.", None, None, "2026-02-31"),
        ("from=2026-11-30&to=2026-11-01", "The last day comes after the first.", date(2026, 11, 30),
         date(2026, 11, 30), "2026-11-01"),
        ("from=1001-01-01&to=2026-11-30", "Choose a day from 1970 to 2199.", None, None, "1001-01-01"),
        ("from=1990-01-01&to=2026-11-30", "At most 1,830 days at once.", date(2021, 11, 26), date(2026, 11, 30),
         "1990-01-01"),
        ("from=%3Cb%3E", "“&lt;b&gt;” is not a day.", None, None, "&lt;b&gt;"),
    ],
)  # fmt: skip
def test_days_that_are_none_of_a_report_are_told_and_kept(client, alice, alices, hours, words, said, first, last, kept):
    client.force_login(alice)
    for path in ("", "utilisation/", "missing/"):
        page = client.get(f"{URL}{path}?period=days&{words}").text
        assert said in page and "Shown instead: " in page, path
        assert f'value="{kept}"' in page, "what was typed stays"
    period = client.get(f"{URL}?period=days&{words}").context["report"].asked.period
    assert (first or period.first, last or period.last) == (period.first, period.last)
    assert f"Shown instead: {period.label}." in client.get(f"{URL}entries/?period=days&{words}").text


def test_good_days_and_periods_say_nothing_and_an_unknown_period_does(client, alice, hours):
    client.force_login(alice)
    for words in (
        "",
        "?period=days&from=2026-11-01&to=2026-11-30",
        "?period=last_week&from=nonsense",
        "?from=2026-11-01",
    ):
        assert "Shown instead" not in client.get(URL + words).text, words
    assert "At most 1,830 days at once." in client.get(f"{URL}?from=1990-01-01").text, "up to the usual last day"
    page = client.get(f"{URL}?period=for_ever").text
    assert "There is no period “for_ever”. Shown instead: " in page
    assert '<option value="this_month" selected>' in page
    assert "At most 401 days are looked at here." in client.get(f"{URL}missing/?period=days&from=2023-01-01").text

"""The home page's panels: the member's own week, and what they logged last."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Membership
from tests.statements import assert_same_statements
from timetracking import actions, home
from timetracking.models import Project

HOME = "/a/acme/"
MONDAY, WEDNESDAY, THURSDAY = date(2026, 11, 16), date(2026, 11, 18), date(2026, 11, 19)


@pytest.fixture(autouse=True)
def thursday(monkeypatch, bobs):
    """It is Thursday of the week that the tests speak of, and Bob has been here for long."""
    monkeypatch.setattr(home, "today_of", lambda person: THURSDAY)
    since(bobs, datetime(2026, 1, 5, tzinfo=UTC))


@pytest.fixture
def log(acme, bobs, website, inside):
    """``log(MONDAY, 390)``: Bob worked on the website."""

    def log(day, minutes, *, person=bobs, project=website, task=None):
        with inside(acme):
            return actions.log_time(person, project, task, day, minutes)

    return log


@pytest.fixture
def page(client, bob):
    """Bob's home page, with its white space folded."""

    def page():
        client.force_login(bob)
        return " ".join(client.get(HOME).content.decode().split())

    return page


def since(member, joined_at):
    Membership.objects.filter(pk=member.pk).update(joined_at=joined_at)


def bars(page):
    """The value of each day's bar."""
    return [int(part.split('"')[0]) for part in page.partition('class="bare week"')[2].split(' value="')[1:8]]


def test_each_day_stands_against_its_target(page, log, internal):
    log(MONDAY, 300)
    log(MONDAY, 90, project=internal)
    log(THURSDAY, 525)
    log(MONDAY - timedelta(days=1), 60)
    log(MONDAY + timedelta(days=7), 60)
    shown = page()
    assert bars(shown) == [390, 0, 0, 525, 0, 0, 0]
    assert '<b>6:30</b><span class="muted hide-sm"> / 8:00</span>' in shown
    assert '<b>15:15</b> <span class="muted">of 40:00</span>' in shown
    assert shown.count(" / 8:00") == 5
    assert 'class="is-today" aria-current="date"> <progress class="col" max="600" value="525"' in shown
    assert 'href="/a/acme/time/">Open week</a>' in shown


def test_working_days_that_lack_hours_are_named(page, log):
    log(MONDAY, 390)
    log(WEDNESDAY, 480)
    shown = page()
    assert '<b class="warn">9:30 missing</b> on Monday and Tuesday<' in shown
    assert 'href="/a/acme/time/day/?day=2026-11-16">Fill Monday</a>' in shown
    assert shown.count('class="gap"') == 2


def test_a_full_week_lacks_nothing(page, log):
    for number in range(3):
        log(MONDAY + timedelta(days=number), 480)
    shown = page()
    assert bars(shown) == [480, 480, 480, 0, 0, 0, 0]
    assert "missing" not in shown and "Fill " not in shown


def test_days_before_one_joined_are_not_missing(page, log, bobs):
    since(bobs, datetime(2026, 11, 17, 23, 30, tzinfo=UTC))  # Wednesday on Bob's clock
    log(THURSDAY, 60)
    assert "8:00 missing</b> on Wednesday<" in page()


def test_the_week_begins_on_the_accounts_first_weekday(page, log, acme):
    type(acme).objects.filter(pk=acme.pk).update(first_weekday=6)
    log(MONDAY - timedelta(days=1), 60)
    assert bars(page()) == [60, 0, 0, 0, 0, 0, 0]


def test_a_week_without_time_says_so_and_offers_to_log_some(page, bobs):
    since(bobs, datetime(2026, 11, 19, 8, tzinfo=UTC))
    shown = page()
    assert "No time this week yet" in shown and 'href="/a/acme/time/day/">Log time</a>' in shown
    assert "<progress" not in shown and "missing" not in shown
    assert "The last hours you logged stand here" in shown


def test_a_week_without_time_still_names_what_is_missing(page):
    assert "24:00 missing</b> on Monday, Tuesday and Wednesday<" in page()


def test_the_last_five_entries_lead_to_their_days(page, log, design):
    for number in range(6):
        log(MONDAY - timedelta(days=number), 10 + number)
    log(MONDAY, 95, task=design)
    shown = page().partition("Recent entries")[2]
    days = [part[:10] for part in shown.split("/a/acme/time/day/?day=")[1:]]
    assert days == ["2026-11-16", "2026-11-16", "2026-11-15", "2026-11-14", "2026-11-13"]
    assert shown.index("Website relaunch · Design") < shown.index("0:10")
    assert "1:35" in shown and "Tidewater Museum" in shown


def test_only_ones_own_time_counts(page, log, alices, website):
    log(MONDAY, 120, person=alices)
    shown = page()
    assert "No time this week yet" in shown and ">2:00<" not in shown


@pytest.mark.parametrize("role", [Membership.Role.READER, Membership.Role.BILLING])
def test_who_logs_no_time_gets_neither_panel(page, log, bobs, role):
    log(THURSDAY, 60)
    assert "My week" in page()
    Membership.objects.filter(pk=bobs.pk).update(role=role)
    shown = page()
    assert "Hello, Bob" in shown
    assert "My week" not in shown and "Recent entries" not in shown


def test_more_entries_ask_no_more_statements(client, bob, log, museum, inside, acme):
    client.force_login(bob)
    log(MONDAY, 30)

    def more():
        for number in range(4):
            log(MONDAY + timedelta(days=number), 30, project=new_project(number))

    def new_project(number):
        with inside(acme):
            return actions.create(Project(name=f"Site {number}", company=museum))

    assert_same_statements(client, HOME, more)


def test_mallory_sees_nothing_of_acme(client, mallory, log, globex, acme):
    log(THURSDAY, 60)
    client.force_login(mallory)
    assert client.get(HOME).status_code == 404
    own = client.get("/a/globex/").content.decode()
    assert "No time this week yet" in own and "Website relaunch" not in own


def test_who_logged_before_joining_is_held_to_it(page, log, bobs):
    since(bobs, datetime(2026, 11, 19, 9, tzinfo=UTC))
    log(MONDAY, 420)
    shown = page()
    assert "17:00 missing</b> on Monday, Tuesday and Wednesday" in shown


def test_everybodys_hours_on_a_project_are_for_those_who_may_see_them(client, alice, bob, carol, log):
    log(MONDAY, 75)

    def projects(user):
        client.force_login(user)
        return (
            client.get(HOME).content.decode().partition('aria-labelledby="home_projects"')[2].partition("</section>")[0]
        )

    assert "Website relaunch" in projects(alice) and "1:15" in projects(alice) and "New project" in projects(alice)
    for user in (bob, carol):
        assert "Website relaunch" in projects(user)
        assert "1:15" not in projects(user) and "New project" not in projects(user)

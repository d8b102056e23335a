"""Half, 80 % and all of a budget: told once each, whatever is logged, deleted and changed in whatever order."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.bell import notices_of
from accounts.models import BellNotice, Membership, OutgoingMail
from audit.models import Event
from tests.timetracking.conftest import MONDAY
from timetracking import actions
from timetracking.budgets import alerts
from timetracking.budgets.queries import used
from timetracking.models import BudgetAlert, BudgetWatcher, Project, ProjectMember, TimeEntry

OCTOBER = date(2026, 10, 15)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """Monday, 16 November 2026, for whatever counts by the month."""
    monkeypatch.setattr(alerts, "firm_today", lambda: MONDAY)
    monkeypatch.setattr("timetracking.budgets.queries.firm_today", lambda: MONDAY)


@pytest.fixture
def budgeted(website, in_acme):
    """Ten hours for all of the website."""
    return budget(website, budget_minutes=600)


def budget(project, **terms):
    terms = {"budget_minutes": None, "budget_amount": None, "budget_period": "total"} | terms
    project.refresh_from_db()
    for name, value in terms.items():
        setattr(project, name, value)
    names = {"budget_hours" if name == "budget_minutes" else name: ["", ""] for name in terms}
    return actions.change(project, names, expected=project.version)


def told(member):
    alerts.look_at_all()
    return [shown.words for shown in reversed(notices_of(member, None).rows)]


STEPS = [  # what is logged, what the budget becomes, what is then told
    (299, {}, []),
    (1, {}, [50]),
    (60, {}, []),
    (-60, {}, []),
    (60, {}, []),
    (119, {}, []),
    (1, {}, [80]),
    (0, {"budget_minutes": 1200}, []),  # 480 of 20 hours: all may be told again
    (119, {}, []),
    (1, {}, [50]),
    (600, {}, [100]),  # the highest alone
    (0, {"budget_minutes": 1250}, []),  # 96 %: only the last may be told again
    (50, {}, [100]),
    (0, {"budget_minutes": None}, []),
    (0, {"budget_minutes": 1250}, [100]),
    (0, {"budget_minutes": None, "budget_amount": "4000"}, []),  # 1,250 minutes at €95: 1,979.17
    (14, {}, [50]),
]


def test_each_share_is_told_once(budgeted, alices, bobs):
    said, entry = [], None
    for step, (minutes, terms, shares) in enumerate(STEPS):
        if minutes > 0:
            for each in [minutes] if minutes < 1440 else [minutes // 2, minutes - minutes // 2]:
                entry = actions.log_time(bobs, budgeted, None, MONDAY, each)
        elif minutes:
            actions.delete_entries([TimeEntry.objects.get(pk=entry.pk)])
        if terms:
            budgeted = budget(budgeted, **{k: Decimal(v) if k == "budget_amount" else v for k, v in terms.items()})
        percent = used([budgeted])[budgeted.pk].percent if budgeted.has_budget else 0
        said += [f"noticed: {percent} % of the budget of Website relaunch is used"] * bool(shares)
        assert told(alices) == said, step
        assert alerts.look_at_all() == 0
    assert told(bobs) == []  # he manages nothing
    assert Event.objects.filter(kind="project.budget_used").count() == len(said)


def test_a_month_has_alerts_of_its_own(website, alices, bobs, in_acme):
    actions.log_time(bobs, website, None, OCTOBER, 600)
    project = budget(website, budget_minutes=600, budget_period="monthly")
    assert told(alices) == []  # what was used before the budget is known
    actions.log_time(bobs, project, None, MONDAY, 480)
    words = ["noticed: 80 % of the budget of Website relaunch for November is used"]
    assert told(alices) == words
    budget(project, budget_minutes=1200, budget_period="monthly")
    actions.log_time(bobs, project, None, OCTOBER, 600)  # hours that come late
    assert told(alices) == [*words, "noticed: 100 % of the budget of Website relaunch for October is used"]
    assert used([Project.objects.get(pk=project.pk)])[project.pk].minutes == 480


def test_who_is_told(budgeted, acme, alices, bobs, carol, in_acme):
    carols = Membership.objects.get(account=acme, user=carol)
    assert alerts.people_to_tell(budgeted) == [alices]
    ProjectMember.objects.create(project=budgeted, person=bobs, is_manager=True)
    assert alerts.people_to_tell(budgeted) == [alices, bobs]
    money = budget(budgeted, budget_amount=Decimal(100))
    assert alerts.people_to_tell(money) == [alices]  # Bob may not see rates
    BudgetWatcher.objects.create(project=budgeted, person=carols)
    assert alerts.people_to_tell(budgeted) == [carols]
    Membership.objects.filter(pk=carols.pk).update(mails_notices=True)
    ProjectMember.objects.all().delete()
    actions.log_time(bobs, money, None, MONDAY, 50)
    assert told(carols) == ["noticed: 79 % of the budget of Website relaunch is used"]
    letter = OutgoingMail.objects.get()
    assert letter.to == carols.user.email and "runs out" in letter.text
    Membership.objects.filter(pk=carols.pk).update(role="member")
    ProjectMember.objects.create(project=money, person=bobs)
    assert told(Membership.objects.get(pk=carols.pk)) == [""]  # it is not hers to see any more


def test_samples_ring_nothing(budgeted, alices, bobs):
    Project.objects.filter(pk=budgeted.pk).update(is_sample=True)
    actions.log_time(bobs, budgeted, None, MONDAY, 599)
    assert told(alices) == [] and alerts.look([budgeted.public_id]) == 0


def test_a_message_follows_hours_on_a_budget_and_no_others(
    budgeted, internal, bobs, django_capture_on_commit_callbacks, monkeypatch
):
    sent = []
    monkeypatch.setattr("tenancy.queue.send", lambda name, kwargs: sent.append((name, kwargs["projects"])))
    wanted = [("timetracking.look_at_budgets", [str(budgeted.public_id)])]

    def messages(act):
        sent.clear()
        with django_capture_on_commit_callbacks(execute=True):
            done = act()
        return sent, done

    assert messages(lambda: actions.log_time(bobs, internal, None, MONDAY, 5))[0] == []
    said, entry = messages(lambda: actions.log_time(bobs, budgeted, None, MONDAY, 5))
    assert said == wanted
    assert messages(lambda: actions.change_entry(entry, minutes=6))[0] == wanted
    assert messages(lambda: actions.change_entry(entry, project=internal))[0] == wanted
    assert messages(lambda: actions.change_entry(entry, project=budgeted))[0] == wanted
    said, undo = messages(lambda: actions.delete_entries([entry]))
    assert said == wanted
    assert messages(lambda: actions.undo(bobs, undo))[0] == wanted


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("log"), st.integers(20, 400)),
        st.tuples(st.just("delete"), st.integers(0, 9)),
        st.tuples(st.just("budget"), st.sampled_from([None, 100, 400, 1000, 1000])),
        st.tuples(st.just("look"), st.just(0)),
    ),
    max_size=14,
)


@given(acts=ACTS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_happens_in_whatever_order(acts, website, alices, bobs, in_acme):
    """A share is told when a look finds it reached and nobody was told since a budget lay above it."""
    with transaction.atomic():
        limit, known, entries, rung, project = None, set(), [], 0, website
        for what, number in [("budget", 400), *acts, ("look", 0)]:
            if what == "log":
                entries.append(actions.log_time(bobs, project, None, MONDAY, number))
            elif what == "delete" and entries:
                actions.delete_entries([entries.pop(number % len(entries))])
            elif what == "budget":
                project, limit = budget(project, budget_minutes=number), number
                known = {share for share in known if reached(share, entries, limit)}
            elif what == "look":
                alerts.look([project.public_id])
                new = {share for share in alerts.SHARES if reached(share, entries, limit)} - known
                known, rung = known | new, rung + bool(new)
            open_ones = BudgetAlert.objects.filter(project=website, rearmed_at=None)
            assert sorted(open_ones.values_list("percent", flat=True)) == sorted(known)
            assert BellNotice.objects.filter(member=alices).count() == rung
        transaction.set_rollback(True)


def reached(share, entries, limit):
    return limit is not None and sum(entry.minutes for entry in entries) * 100 >= share * limit

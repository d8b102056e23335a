"""A budget in money: what hours are worth by the rates, to the cent what each entry says."""

from datetime import timedelta
from decimal import Decimal

from tests.timetracking.conftest import MONDAY
from timetracking import actions
from timetracking.budgets.burn import burn
from timetracking.budgets.queries import used
from timetracking.models import Project, TimeEntry
from timetracking.rates.actions import set_rate
from timetracking.rates.freezing import freeze
from timetracking.rates.queries import BILL, bill_rates


def test_what_is_used_is_the_sum_of_what_each_entry_is_billed_at(website, design, alices, bobs, in_acme, monkeypatch):
    for module in ("budgets.queries", "budgets.burn"):
        monkeypatch.setattr(f"timetracking.{module}.firm_today", lambda: MONDAY)
    Project.objects.filter(pk=website.pk).update(budget_amount=Decimal(1000))
    project = Project.objects.get(pk=website.pk)
    set_rate(BILL, Decimal("120.50"), project=project, starts_on=MONDAY - timedelta(days=2))
    set_rate(BILL, Decimal(70), task=design)
    set_rate(BILL, Decimal(200), project=project, person=bobs, starts_on=MONDAY)
    for back in range(5):
        for person in (alices, bobs):
            actions.log_time(person, project, None, MONDAY - timedelta(days=back), 47)
    actions.log_time(alices, project, design, MONDAY, 61)
    actions.log_time(alices, project, None, MONDAY, 600, billable=False)
    TimeEntry.objects.filter(minutes=61).update(bill_rate=Decimal("33.33"), has_own_rate=True)
    freeze(TimeEntry.objects.filter(day=MONDAY - timedelta(days=1)))
    set_rate(BILL, Decimal(5), project=project, starts_on=MONDAY - timedelta(days=1))  # what is frozen stays
    TimeEntry.objects.filter(minutes=61).update(rate_currency="EUR")
    entries = TimeEntry.objects.filter(billable=True)
    rates = bill_rates(entries)
    expected = sum(rates[entry.pk].amount * entry.minutes / 60 for entry in entries)
    state = used([project])[project.pk]
    assert round(state.amount, 6) == round(expected, 6) > 700
    assert round(burn(state).points[-1].sum, 6) == round(expected, 6)
    TimeEntry.objects.filter(minutes=61).update(rate_currency="DKK")  # worth nothing in euros
    assert round(used([project])[project.pk].amount, 6) == round(expected - Decimal("33.33") * 61 / 60, 6)

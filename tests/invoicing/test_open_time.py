"""What waits for an invoice, and that it comes to what the draft does."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from crm.models import Company
from invoicing import actions
from invoicing.amounts import of_hours, totals
from invoicing.errors import NothingOpen
from invoicing.models import BilledTime
from invoicing.open_time import Grouping, open_clients, open_entries
from tests.invoicing.conftest import MONDAY
from tests.timetracking.statements import asked
from timetracking.actions import create
from timetracking.models import Project, Rate, ReportUse, Task, TimeEntry


def test_billable_hours_for_clients_are_open_and_nothing_else(worked, alices, website, museum):
    worked(60)
    worked(30, billable=False)
    worked(45, project=Project.objects.create(name="Our own"))
    worked(15, source="sample")
    [client] = open_clients(open_entries(alices))
    assert (client.company, client.currency, client.minutes, client.amount) == (museum, "EUR", 60, Decimal(95))


def test_hours_without_a_rate_are_told_and_stay_open(worked, alices, museum):
    unpriced = Project.objects.create(name="Poster", company=museum, currency="EUR")
    worked(60, project=unpriced)
    [client] = open_clients(open_entries(alices))
    assert (client.minutes, client.amount, client.unpriced) == (0, 0, 60)
    with pytest.raises(NothingOpen, match="no open hours with a rate in EUR"):
        actions.draft_open_time(museum, "EUR", by=alices)


def test_through_approved_and_a_single_project_narrow_it(worked, alices, website, museum):
    early, late = worked(60), worked(30, day=MONDAY + timedelta(days=1))
    found = open_entries(alices, company=museum, project=website, through=MONDAY)
    assert list(found) == [early]
    assert not open_entries(alices, only_approved=True).exists()
    type(late).objects.filter(pk=late.pk).update(
        rates_frozen_at="2026-11-18T12:00Z", bill_rate=100, rate_currency="EUR"
    )
    assert list(open_entries(alices, only_approved=True)) == [late]
    assert open_clients(open_entries(alices, only_approved=True))[0].amount == 50  # what was frozen


def test_another_accounts_hours_are_not_there(acme, globex, alice, mallory, inside):
    with inside(acme):
        museum = Company.objects.create(name="Museum")
        website = create(Project(name="Website", company=museum, hourly_rate=95, currency="EUR"))
        alices = Membership.objects.get(account_id=acme.pk, user_id=alice.pk)
        TimeEntry.objects.create(project=website, person=alices, day=MONDAY, minutes=60)
        assert len(open_clients(open_entries(alices))) == 1
    with inside(globex):
        mallorys = Membership.objects.get(account_id=globex.pk, user_id=mallory.pk)
        assert open_clients(open_entries(mallorys)) == []


def test_the_statements_do_not_grow_with_projects(worked, alices, museum):
    worked(60)
    few = asked(lambda: open_clients(open_entries(alices)))
    for number in range(8):
        worked(60, project=Project.objects.create(name=f"P{number}", company=museum, currency="EUR"))
    assert asked(lambda: open_clients(open_entries(alices))) == few == 3


@pytest.mark.parametrize(
    ("grouping", "texts"),
    [
        (Grouping.TASK, ["Website", "Website: Design"]),
        (Grouping.PROJECT, ["Website"]),
        (Grouping.PERSON, ["Website, Alice Novak", "Website, Bob Reyes"]),
        (Grouping.ENTRY, ["16 Nov 2026, Website, Kick-off", "16 Nov 2026, Website", "16 Nov 2026, Website"]),
    ],
)
def test_what_becomes_one_line(worked, alices, bobs, museum, design, grouping, texts):
    worked(60, note="Kick-off")
    worked(30, task=design)
    worked(45, person=bobs)
    invoice = actions.draft_open_time(museum, "EUR", by=alices, grouping=grouping)
    assert [line.text for line in invoice.lines.all()] == texts
    assert sum(line.minutes for line in invoice.lines.all()) == 135
    assert BilledTime.objects.count() == 3
    named = {use.person for use in ReportUse.objects.all()}
    assert named == ({bobs} if grouping == Grouping.PERSON else set())


def test_hours_at_different_rates_are_different_lines(worked, alices, museum, website):
    worked(60)
    worked(60, day=MONDAY + timedelta(days=7))
    Rate.objects.create(kind="bill", project=website, amount=120, starts_on=MONDAY + timedelta(days=5))
    invoice = actions.draft_open_time(museum, "EUR", by=alices, grouping=Grouping.PROJECT)
    assert [line.unit_price for line in invoice.lines.all()] == [95, 120]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    work=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 1440)), min_size=1, max_size=12),
    rates=st.lists(st.decimals("0.01", "999.99", places=2), min_size=3, max_size=3),
)
def test_what_is_open_equals_its_draft_to_the_cent(worked, alices, museum, website, work, rates):
    """T13, whatever was worked at whatever rates; deleting the draft opens all of it again."""
    tasks = [Task.objects.create(project=website, name=uuid4().hex) for _ in rates]
    for task, rate in zip(tasks, rates, strict=True):
        Rate.objects.create(kind="bill", project=website, task=task, amount=rate)
    for place, minutes in work:
        worked(minutes, task=tasks[place])
    [before] = open_clients(open_entries(alices))
    invoice = actions.draft_open_time(museum, "EUR", by=alices)
    assert invoice.net == before.amount
    assert open_clients(open_entries(alices)) == []
    actions.remove(invoice)
    [after] = open_clients(open_entries(alices))
    assert (after.amount, after.minutes) == (before.amount, before.minutes)
    open_entries(alices).delete()


def test_tax_is_worked_out_once_for_each_rate():
    """Three lines of 0.33 at 20 %: 0.20 on the sum of 0.99, where line by line it would be 0.21."""
    sums = totals([(Decimal("0.33"), Decimal(20))] * 3 + [(Decimal("10.00"), Decimal(0))])
    assert [(each.rate, each.tax) for each in sums.taxes] == [(20, Decimal("0.20")), (0, 0)]
    assert (sums.net, sums.gross) == (Decimal("10.99"), Decimal("11.19"))


def test_halves_are_rounded_away_from_zero():
    assert of_hours(1, Decimal("0.30")) == Decimal("0.01")  # 0.005

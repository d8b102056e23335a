import pytest

from timetracking.models import Expense, ExpenseCategory


@pytest.fixture(autouse=True)
def _files(files_folder):
    """Receipts lie in a folder of the test's own."""


@pytest.fixture
def kinds(acme, inside):
    with inside(acme):
        ExpenseCategory.objects.filter(name="Mileage").update(rate="0.38")
        return {kind.name: str(kind.public_id) for kind in ExpenseCategory.objects.all()}


@pytest.fixture
def spend(acme, bobs, inside):
    """``spend(12.5, note="Taxi")``: Bob paid."""

    def spend(amount, *, person=bobs, currency="EUR", day="2026-11-17", **more):
        with inside(acme):
            kind = ExpenseCategory.objects.get(name="Travel")
            paid = {"amount": amount, "currency": currency, "day": day, **more}
            return Expense.objects.create(person=person, category=kind, **paid)

    return spend

"""What somebody spent is about a member, and part of the firm's books; the receipt is a stored file."""

from datamap import Column, Subject, Support, describe
from timetracking.models import Expense, ExpenseCategory

describe(
    ExpenseCategory,
    fields={"name": "business", "rate": "business"},
    not_personal=frozenset({"unit", "position", "archived_at"}),
)

describe(
    Expense,
    purpose="Paying back and billing what a member spent for the firm's work",
    subject=Subject.MEMBER,
    fields={
        **dict.fromkeys(("day", "currency", "distance", "unit"), "work"),
        **dict.fromkeys(("amount", "tax", "rate"), Column("work", support=Support.LENGTH)),  # money is masked (70)
        "receipt": Column("file", support=Support.HIDDEN),
        "note": "free text",
    },
    not_personal=frozenset({"billable", "reimbursable", "deleted_at"}),
    rows_for="person",
)

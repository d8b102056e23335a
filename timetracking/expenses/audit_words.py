"""How the log tells what happened to expenses."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse

from audit.words import Data, Field, Kind, Noun, Ref, register, register_noun
from lib import formats
from timetracking.models import Expense

GROUP = "Projects and time"


def _expense(data: Data) -> dict[str, str | Ref]:
    return {
        "what": f"{formats.money(Decimal(data['amount']), data['currency'], cents=True)} for {data['category']}",
        "day": formats.day(date.fromisoformat(data["day"])),
        "whose": f" for {data['person']}" if data.get("person") else "",
        "late": f" (late: {data['reason']})" if data.get("reason") else "",
    }


def _exported(data: Data) -> dict[str, str | Ref]:
    return {"number": f"{data['number']} expense{'' if data['number'] == 1 else 's'}"}


def _pages(reader: Any, public_ids: Collection[UUID]) -> dict[UUID, str]:
    seen = Expense.objects.live().visible_to(reader).filter(public_id__in=public_ids)
    slug = reader.account.slug
    return {
        each: reverse("timetracking:expense", args=[slug, each]) for each in seen.values_list("public_id", flat=True)
    }


register(
    GROUP,
    Kind("expense.created", "Expense entered", "entered {what}{whose}, {day}{late}", "receipt", _expense),
    Kind("expense.changed", "Expense changed", "changed {changes} of the expense {record}{whose}{late}", "pencil",
         _expense),
    Kind("expense.deleted", "Expense deleted", "deleted {what}{whose}, {day}{late}", "trash", _expense),
    Kind("expense.restored", "Expense brought back", "brought back {what}{whose}, {day}", "arrow-back-up", _expense),
    Kind("expense.exported", "Expenses taken along", "took along {number}", "download", _exported),
    Kind("expense_category.created", "Kind of expense added", "added [the kind of expense ]{record}", "plus"),
    Kind("expense_category.changed", "Kind of expense changed", "changed {changes}[ of {record}]", "pencil"),
    Kind("expense_category.archived", "Kind of expense archived", "archived [the kind of expense ]{record}", "archive"),
    Kind("expense_category.restored", "Kind of expense restored", "restored [the kind of expense ]{record}",
         "archive-off"),
)  # fmt: skip
register_noun(
    Noun(
        "timetracking.expense",
        "expense",
        {
            "category": Field("Kind"),
            "day": Field("Day"),
            "amount": Field("Amount"),
            "currency": Field("Currency"),
            "tax": Field("Tax"),
            "distance": Field("Distance"),
            "project": Field("Project"),
            "task": Field("Task"),
            "company": Field("Client"),
            "note": Field("What for", is_long=True),
            "billable": Field("Billable"),
            "reimbursable": Field("To be paid back"),
            "receipt": Field("Receipt"),
        },
        _pages,
    )
)
register_noun(
    Noun(
        "timetracking.expensecategory",
        "kind of expense",
        {"name": Field("Name"), "unit": Field("Counts"), "rate": Field("Rate")},
    )
)

"""Expenses and their kinds for programs: the same form and actions as on the pages."""

from __future__ import annotations

import base64
import binascii
from copy import copy
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.base import ContentFile
from django.db.models import Expression, QuerySet, TextField, Value
from django.http import HttpResponse

from accounts.api import lists
from accounts.api.body import BodyForm, missing, read_body
from accounts.api.fields import (
    CREATED,
    ID,
    UPDATED,
    VERSION,
    Day,
    Flag,
    MaybeAddress,
    Money,
    Number,
    OneOf,
    Reason,
    Reference,
    Schema,
    Since,
    Text,
)
from accounts.api.problems import WHOLE, Errors, Problem
from accounts.api.resource import Resource
from accounts.api.values import EXAMPLE_ID
from accounts.files.purposes import MB, Unwelcome
from accounts.files.serving import link_for_programs
from accounts.files.stored import StoredFile
from accounts.models import Membership
from accounts.permissions import within_reach
from crm.models import Company
from tenancy.fields import AccountChoiceField
from timetracking.api import WHY_LATE, reason_asked, refusals
from timetracking.expenses import actions
from timetracking.expenses.forms import CategoryForm, ExpenseForm
from timetracking.inputs import companies_for, people_for
from timetracking.kinds.api import IS_ARCHIVED, Kinds
from timetracking.models import Expense, ExpenseCategory, Project
from timetracking.sheets import locks
from timetracking.stored_files import RECEIPT

MOST_TEXT = RECEIPT.largest * 4 // 3 + 4
A_DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
RECEIPT_BODY: Schema = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 255, "description": "What the file is called."},
        "content": {
            "type": "string",
            "contentEncoding": "base64",
            "description": f"A picture or a PDF, up to {RECEIPT.largest // MB} MB. What it is, says its content.",
        },
        "reason": {"type": "string", "maxLength": locks.LONGEST_REASON, "description": WHY_LATE},
    },
    "required": ["name", "content"],
    "additionalProperties": False,
    "examples": [{"name": "taxi.png", "content": A_DOT}],
}


class ExpenseBody(BodyForm, ExpenseForm):
    """An expense, and whose it is."""

    person = AccountChoiceField(model=Membership, required=False, error_messages=missing("member to enter it for"))
    reason = forms.CharField(required=False, max_length=locks.LONGEST_REASON)

    class Meta(ExpenseForm.Meta):
        error_messages = {
            "category": missing("kind of expense"),
            "project": missing("project"),
            "task": missing("task"),
            "company": missing("company"),
        }

    def __init__(self, given: Any, *, by: Membership, instance: Expense) -> None:
        self.is_new = instance._state.adding
        if not self.is_new and given.keys() & {"project", "task"}:  # they must fit together, so both are looked at
            place = {"project": instance.project, "task": instance.task}
            given = {**{name: row and row.public_id for name, row in place.items()}, **given}
        super().__init__(given, person=by if self.is_new else instance.person, by=by, instance=instance)
        if "currency" in self.fields:
            self.fields["currency"].required = True
        if "company" in self.fields:
            self.fields["company"].queryset = companies_for(by, instance.company_id)
        if "person" in self.fields:
            self.fields["person"].queryset = people_for(by, "expense.edit", self.instance.person)

    def clean_person(self) -> Membership:
        whose: Membership = self.cleaned_data["person"] or self.instance.person
        if not self.is_new and whose.pk != self.instance.person_id:
            raise forms.ValidationError("An expense stays with its person.")
        self.instance.person = whose
        return whose


class Expenses(Resource):
    """``/expenses/``"""

    name, one = "expenses", "expense"
    about = (
        "What somebody paid or drove for the firm's work. Submitted and approved days refuse changes. A `GET` of "
        "`receipt/` tells where the receipt is for ten minutes; fetch it with a key of the same member."
    )
    model, scope = Expense, "time"
    may = {
        "browse": "expense.view",
        "create": "expense.edit",
        "read": "expense.view",
        "change": "expense.edit",
        "delete": "expense.edit",
        "receipt": "expense.edit",
        "fetch": "expense.view",
    }
    sent = {"receipt": RECEIPT_BODY}
    asked_at_deletion = {"reason": WHY_LATE}
    fields = (
        ID,
        VERSION,
        Reference("person", "Who paid; the key's member if not said.", EXAMPLE_ID, to="members", may_be_null=False),
        Reference("category", "The kind.", EXAMPLE_ID, to="expense-categories", is_required=True, may_be_null=False),
        Day("day", "When it was paid.", "2026-10-19", is_required=True),
        Money(
            "amount",
            "How much, tax included; of a distance it follows from the kind's rate.",
            {"amount": "119.00", "currency": "EUR"},
            digits=9,
        ),
        Number("distance", "How far, for a kind that counts a distance.", None, places=1),
        OneOf("unit", "What the distance is in.", "", is_read_only=True, words=tuple(ExpenseCategory.Unit.values)),
        Reference("project", "What it was for.", None, to="projects"),
        Reference("task", "One of the project's tasks.", None, to="tasks"),
        Reference("company", "Whom it was for, without a project.", None, to="companies"),
        Text("note", "What for.", "Train to Malmö"),
        Flag("billable", "Whether it is billed.", True),
        Flag("reimbursable", "Whether the person is paid back.", True),
        Since("has_receipt", "Whether there is a receipt.", False, column="receipt_id", is_read_only=True),
        MaybeAddress(
            "receipt_link",
            "Where the receipt is for ten minutes, for the member who asked: send a key of "
            "theirs along. Only `GET …/receipt/` tells it.",
            None,
            is_read_only=True,
        ),
        Reason("reason", WHY_LATE, "The receipt came by post", is_write_only=True),
        CREATED,
        UPDATED,
    )
    orders = {
        "-day": ("-day", "-id"),
        "day": ("day", "id"),
        "created_at": ("id",),
        "-created_at": ("-id",),
    }
    filters = (
        lists.by_reference("person", lambda member: Membership.objects.filter(account_id=member.account_id), "Whose."),
        lists.by_reference("category", lambda member: ExpenseCategory.objects.all(), "Of this kind."),
        lists.by_reference("project", lambda member: Project.objects.all(), "For this project."),
        lists.by_reference("company", lambda member: Company.objects.visible_to(member), "For this company."),
        lists.by_day("day_from", "day__gte", "On this day or later."),
        lists.by_day("day_to", "day__lte", "On this day or earlier."),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return Expense.objects.live().visible_to(member)

    def made_up(self) -> dict[str, Expression]:
        return {"receipt_link": Value(None, output_field=TextField(null=True))}

    def editable(self, member: Membership) -> QuerySet[Any]:
        return within_reach(Expense.objects.live().with_names(), member, "expense.edit")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        return ExpenseBody(given, instance=copy(record) if record else Expense(), by=request.membership)

    def store(self, form: Any, request: Any) -> Any:
        stored = form.save()
        if stored is None:
            raise Problem("invalid", errors={WHOLE: [str(each) for each in form.non_field_errors()]})
        return stored

    def remove(self, record: Any, request: Any) -> None:
        with refusals():
            actions.delete(record, reason=reason_asked(request))

    def receipt(self, request: Any, public_id: UUID) -> HttpResponse:
        """Put a receipt to it, in place of the former one."""
        record = self._editable(request, public_id)
        body = read_body(request)
        reason = body.pop("reason", "")
        file = _file(body, reason)
        try:
            with refusals():
                kept = {"was_on": record.day, "expected": record.version, "receipt": file, "reason": reason}
                actions.change(record, {}, by=request.membership, **kept)
        except Unwelcome as refusal:
            raise Problem("invalid", errors={"content": [str(refusal)]}) from refusal
        return self._answer(request, self._row(request, public_id))

    def fetch(self, request: Any, public_id: UUID) -> HttpResponse:
        """Tell for some minutes where its receipt is; null where there is none."""
        row, address = self._row(request, public_id), None
        if receipt := StoredFile.objects.filter(pk=row["receipt_id"], discarded_at=None).first():
            address = link_for_programs(request, receipt.public_id, self.may["fetch"])
        return self._answer(request, {**row, "receipt_link": address})


class CategoryBody(BodyForm, CategoryForm):
    """A kind of expense. Only one with a unit has a rate, so both are looked at."""

    def __init__(self, given: Any, *, instance: ExpenseCategory) -> None:
        stored = {} if instance._state.adding else {"unit": instance.unit, "rate": instance.rate}
        super().__init__({**stored, **given}, instance=instance)


class ExpenseCategories(Kinds):
    """``/expense-categories/``"""

    name, one, about = "expense-categories", "expense_category", "The firm's kinds of expenses."
    model, body = ExpenseCategory, CategoryBody
    may = {"browse": "expense.view", "create": "time.settings", "read": "expense.view", "change": "time.settings"}
    fields = (
        ID,
        VERSION,
        Text("name", "What it is called.", "Tolls", is_required=True),
        OneOf("unit", "What it counts: km, mi, or nothing.", "", words=tuple(ExpenseCategory.Unit.values)),
        Number("rate", "What one of its unit is worth, in the account's currency.", None, digits=4, places=4),
        IS_ARCHIVED,
    )


def _file(body: dict[str, Any], reason: Any) -> ContentFile[bytes]:
    """The file of a body; what it really is, its purpose finds out."""
    errors: Errors = {name: ["There is no such field."] for name in body.keys() - {"name", "content"}}
    name, content, data = body.get("name"), body.get("content"), b""
    if not isinstance(name, str) or not 0 < len(name) <= 255:
        errors["name"] = ["Write what the file is called."]
    if not isinstance(reason, str) or len(reason) > locks.LONGEST_REASON:
        errors["reason"] = [f"Write why in at most {locks.LONGEST_REASON} characters."]
    try:
        if not isinstance(content, str) or len(content) > MOST_TEXT:
            raise ValueError
        data = base64.b64decode(content, validate=True)
    except (ValueError, binascii.Error):
        errors["content"] = [f"Write the file in base64, {RECEIPT.largest // MB} MB at most."]
    if errors:
        raise Problem("invalid", errors=errors)
    return ContentFile(data, name=name)


RESOURCES = (Expenses(), ExpenseCategories())

"""Timesheets for programs: handed in, approved and returned by the same actions as on the pages."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Exists, Expression, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
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
    MaybeInstant,
    OneOf,
    Reference,
    Schema,
    Text,
    Whole,
)
from accounts.api.operations import Operation
from accounts.api.problems import Errors, Problem
from accounts.api.resource import Resource
from accounts.api.values import EXAMPLE_ID, EXAMPLE_INSTANT, Wrong, a_day, a_text, an_id
from accounts.models import Membership
from accounts.permissions import can_for_others, within_reach
from timetracking.api import refusals
from timetracking.approval import actions
from timetracking.approval.approvers import Approvers
from timetracking.approval.forms import DelegationForm
from timetracking.models import Delegation, Signature, TimeEntry, Timesheet

STATES = tuple(str(state) for state in Timesheet.State)
SUBMIT: Schema = {
    "type": "object",
    "properties": {
        "day": {"type": "string", "format": "date", "description": "Any day of the period."},
        "person": {"type": "string", "format": "uuid", "description": "Whose; the key's member if not said."},
        "has_no_hours": {"type": "boolean", "description": "True to say that none were worked."},
    },
    "required": ["day"],
    "additionalProperties": False,
    "examples": [{"day": "2026-11-20"}],
}
WORDS: Schema = {
    "type": "object",
    "properties": {"words": {"type": "string", "minLength": 1, "maxLength": 500, "description": "What to look at."}},
    "required": ["words"],
    "additionalProperties": False,
    "examples": [{"words": "Friday is empty. Day off, or forgotten?"}],
}


class Timesheets(Resource):
    """``/timesheets/``"""

    name, one = "timesheets", "timesheet"
    about = (
        "A person's hours of one period, as they are approved. Posting a day submits the period that holds it. While "
        "it is submitted or approved, none of its hours can be changed."
    )
    model, scope = Timesheet, "time"
    may = {
        "browse": "time.view", "create": "time.log", "read": "time.view", "withdraw": "time.log",
        "approve": "time.approve", "return": "time.approve", "reopen": "time.approve",
    }  # fmt: skip
    sent: ClassVar[dict[str, Schema]] = {"create": SUBMIT, "return": WORDS, "reopen": WORDS}
    fields = (
        ID,
        VERSION,
        Reference("person", "Whose hours.", EXAMPLE_ID, to="members", may_be_null=False, is_read_only=True),
        Day("first_day", "The first day of the period.", "2026-11-16", is_read_only=True),
        Day("last_day", "Its last day.", "2026-11-22", is_read_only=True),
        OneOf("state", "How far it is.", "submitted", is_read_only=True, words=STATES),
        Whole("minutes", "How much was logged.", 2400, is_read_only=True, least=0),
        Flag("has_no_hours", "The person said that they worked none.", False, is_read_only=True),
        Text("words", "With which it was last returned.", "", is_read_only=True),
        MaybeInstant("submitted_at", "When it was last submitted.", EXAMPLE_INSTANT, is_read_only=True),
        MaybeInstant("decided_at", "When it was last approved or returned.", None, is_read_only=True),
        Reference("decided_by", "By whom.", None, to="members", is_read_only=True),
        CREATED,
        UPDATED,
    )
    orders = {"-first_day": ("-first_day", "-id"), "first_day": ("first_day", "id")}
    filters = (
        lists.by_reference("person", lambda member: Membership.objects.filter(account_id=member.account_id), "Whose."),
        lists.by_word("state", {state: Q(state=state) for state in STATES}, "How far they are."),
        lists.by_day("day_from", "last_day__gte", "That end on this day or later."),
        lists.by_day("day_to", "first_day__lte", "That begin on this day or earlier."),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        """One's own, those that wait for one's approval or have it, or everybody's for who sees everybody's hours."""
        sheets = within_reach(Timesheet.objects.all(), member, "time.view")
        if can_for_others(member, "time.view") or not can_for_others(member, "time.approve"):
            return sheets
        signed = Exists(Signature.objects.filter(Q(by=member) | Q(on_behalf_of=member), sheet=OuterRef("pk")))
        waiting = Q(state__in=Timesheet.WAITING) & Approvers().waiting_for(member)
        return Timesheet.objects.filter(Q(person=member) | Q(decided_by=member) | Q(signed) | waiting)

    def made_up(self) -> dict[str, Expression]:
        days = (OuterRef("first_day"), OuterRef("last_day"))
        hours = TimeEntry.objects.filter(person=OuterRef("person"), day__range=days).order_by().values("person")
        return {"minutes": Coalesce(Subquery(hours.annotate(total=Sum("minutes")).values("total")), 0)}

    def operation(self, verb: str) -> Operation:
        if verb != "return":
            return super().operation(verb)
        return Operation(scope=f"{self.scope}:write", action=self.may[verb], run=self.send_back)

    def create(self, request: Any) -> HttpResponse:
        """Submit the period that holds the day; again, after it came back."""
        body = _taken(read_body(request), {"day": a_day, "person": an_id, "has_no_hours": _a_flag}, needed=("day",))
        person = _person(request.membership, body.get("person"))
        with refusals():
            sheet = actions.submit(person, body["day"], by=request.membership, no_hours=body.get("has_no_hours", False))
        return self._made(request, sheet.public_id)

    def withdraw(self, request: Any, public_id: UUID) -> HttpResponse:
        """Take it back, until it is approved."""
        sheet = self._editable(request, public_id)
        if not actions.may_submit(sheet.person, request.membership):
            raise Problem("forbidden")
        with refusals():
            actions.withdraw(sheet, by=request.membership)
        return self.read(request, public_id)

    def approve(self, request: Any, public_id: UUID) -> HttpResponse:
        """Give the signature that waits for this member."""
        with refusals():
            actions.approve(self._editable(request, public_id), by=request.membership)
        return self.read(request, public_id)

    def send_back(self, request: Any, public_id: UUID) -> HttpResponse:
        """Return it with words."""
        return self._back(request, public_id, Timesheet.WAITING, "Only a submitted timesheet is returned.")

    def reopen(self, request: Any, public_id: UUID) -> HttpResponse:
        """Return one that was approved, with words."""
        approved = (Timesheet.State.APPROVED,)
        return self._back(request, public_id, approved, "Only an approved timesheet is reopened.")

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).select_related("person__user", "decided_by__user")

    def _back(self, request: Any, public_id: UUID, states: tuple[str, ...], otherwise: str) -> HttpResponse:
        sheet = self._editable(request, public_id)
        words = _taken(read_body(request), {"words": _words}, needed=("words",))["words"]
        if sheet.state not in states:
            raise Problem("invalid", errors={"state": [otherwise]})
        with refusals():
            actions.send_back(sheet, words, by=request.membership)
        return self.read(request, public_id)


def _taken(body: dict[str, Any], takes: dict[str, Any], *, needed: tuple[str, ...]) -> dict[str, Any]:
    """The body's values; raises the problem that names each that is wrong."""
    errors: Errors = {name: ["There is no such field."] for name in body.keys() - takes.keys()}
    errors |= {name: ["This is needed."] for name in needed if body.get(name) in (None, "")}
    found = {}
    for name in body.keys() & takes.keys() - errors.keys():
        try:
            found[name] = takes[name](body[name])
        except Wrong as wrong:
            errors[name] = [str(wrong)]
    if errors:
        raise Problem("invalid", errors=errors)
    return found


def _a_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("Write true or false.")
    return value


def _words(value: Any) -> str:
    words = a_text(value, 500).strip()
    if not words:
        raise Wrong("Say what to look at.")
    return words


def _person(member: Membership, public_id: UUID | None) -> Membership:
    people = Membership.objects.select_related("user", "account").filter(account_id=member.account_id)
    wanted = people.filter(public_id=public_id or member.public_id).first()
    if wanted is None or not actions.may_submit(wanted, member):
        raise Problem("invalid", errors={"person": ["There is no such member whose hours you may submit."]})
    return wanted


class DelegationBody(BodyForm, DelegationForm):
    """Who approves in the place of the key's member, and when."""

    class Meta(DelegationForm.Meta):
        error_messages = {"delegate": missing("member who approves")}


class Delegations(Resource):
    """``/delegations/``"""

    name, one = "delegations", "delegation"
    about = (
        "Who approves in the place of the key's member while they are away. Deleted, they approve themselves again; "
        "what was signed meanwhile stays."
    )
    model, scope, is_versioned = Delegation, "time", False
    may = dict.fromkeys(("browse", "create", "read", "delete"), "time.approve")
    fields = (
        ID,
        Reference("delegate", "Who approves.", EXAMPLE_ID, to="members", is_required=True, may_be_null=False),
        Day("first_day", "From this day on.", "2026-12-21", is_required=True),
        Day("last_day", "Up to and including this day.", "2027-01-03", is_required=True),
    )
    orders = {"first_day": ("first_day", "id"), "-first_day": ("-first_day", "-id")}

    def visible(self, member: Membership) -> QuerySet[Any]:
        return Delegation.objects.filter(person=member)

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).select_related("delegate__user")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> DelegationBody:
        return DelegationBody(given, instance=Delegation(), person=request.membership)

    def store(self, form: Any, request: Any) -> Delegation:
        return actions.delegate(form.save(commit=False))

    def remove(self, record: Any, request: Any) -> None:
        actions.end_delegation(record)


RESOURCES = (Timesheets(), Delegations())

"""New values that staff propose and the firm applies: through the very form that its own pages and programs use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

import audit
from accounts.api.body import errors_of, given_to_form
from accounts.api.fields import Day, MaybeDay, Text
from accounts.api.problems import Problem
from accounts.api.resource import Resource
from accounts.bell import ring
from accounts.models import Membership, User
from accounts.permissions import can
from privacy.support_access import kinds
from privacy.support_access.granting import NotPossible, staff_actor, staff_did
from privacy.support_access.kinds import Named
from privacy.support_access.looking import may_stay
from privacy.support_access.models import Grant, Look, StaffAction, Suggestion
from privacy.support_access.notices import SUGGESTED
from privacy.support_access.queries import approvers_of
from tenancy.context import activate

WRITTEN = (Text, Day, MaybeDay)


@dataclass(frozen=True)
class Change:
    """A suggestion beside what stands there now, for one member."""

    record: Any
    name: str
    url: str
    label: str
    old: str
    new: str
    may_apply: bool


def suggestable(kind: str, shown: Iterable[str]) -> list[tuple[str, str]]:
    """The fields of a kind for which a value may be proposed, of the columns that were shown."""
    resource, keys = _resource(kind), set(shown)
    labels = {field.column: field.label for field in kinds.fields_of(kind) if field.key in keys}
    return [
        (field.name, labels[field.columns[0]])
        for field in (resource.fields if resource else ())
        if isinstance(field, WRITTEN) and not (field.is_read_only or field.is_fixed or field.needs)
        and field.columns[0] in labels
    ]  # fmt: skip


@transaction.atomic
def suggest(look: Look, grant: Grant, *, field: str, value: str, why: str, by: User) -> Suggestion:
    """Staff propose a value for a field that they were shown, as long as they may look."""
    if look.staff_id != by.pk or look.shown_at is None or not may_stay(look, grant):
        raise NotPossible("This look is over.")
    made = Suggestion.objects.create(look=look, account=look.account, field=field, value=value, why=why)
    named, label = Named.of(look.record), _label(made)
    with activate(look.account, actor=staff_actor(by)):
        audit.record("change.suggested", kinds.in_log(named), data={"label": label, "why": why})
        ring(_who_decides(look), SUGGESTED, made)
    staff_did(StaffAction.Kind.SUGGESTED, grant, by=by, detail=f"{label} of {named}")
    return made


def change_of(suggestion: Suggestion, member: Membership) -> Change | None:
    """The suggestion as this member may see it; None for who may not see the record."""
    named = Named.of(suggestion.look.record)
    pages = kinds.pages_for(member, [named])
    if not pages:
        return None
    resource, record = _resource(named.kind), kinds.in_log(named)
    column = next(
        (field.columns[0] for field in (resource.fields if resource else ()) if field.name == suggestion.field), ""
    )
    may = resource is not None and can(member, resource.may["change"], record)
    old = str(getattr(record, column, "") or "")
    return Change(record, f"{named.noun} {record}", pages[named], _label(suggestion), old, suggestion.value, may)


@transaction.atomic(savepoint=False)
def decide(suggestion: Suggestion, change: Change, request: Any, *, applies: bool) -> str:
    """Apply it or not. Returns what stands in the way, in words."""
    open_ = Suggestion.objects.select_for_update().filter(
        pk=suggestion.pk, account_id=request.account.pk, decided_at=None
    )
    if not open_.exists():
        return "Somebody has decided this meanwhile."
    if not change.may_apply:
        return "You may not change this record."
    if applies and (trouble := put(change.record, suggestion.field, suggestion.value, request)):
        return trouble
    facts = {"decided_at": timezone.now(), "decided_by": request.membership.user, "was_applied": applies}
    Suggestion.objects.filter(pk=suggestion.pk).update(**facts)
    audit.record("change.applied" if applies else "change.declined", change.record, data={"label": change.label})
    return ""


def put(found: Any, field: str, value: str, request: Any) -> str:
    """Store a value in one field of a record, by the form that pages and programs use. Returns what is in the way."""
    changed_by = Resource.changed_by.get(type(found))
    if changed_by is None:
        return "Such a record can’t be changed here."
    resource = changed_by()
    record = resource.editable(request.membership).filter(pk=found.pk).first()
    if record is None:
        return "You may not change this record."
    fields = resource.fields_for(request.membership)
    try:
        given = given_to_form({field: value}, fields, is_new=False)
        form = resource.form(given, request, record)
        if form.is_valid():
            resource.store(form, request)
            return ""
        return " ".join(said for errors in errors_of(form, fields.values()).values() for said in errors)
    except Problem as problem:
        return str(problem)


def _resource(kind: str) -> Resource | None:
    found = Resource.changed_by.get(kinds.kinds()[kind])
    return found() if found else None


def _label(suggestion: Suggestion) -> str:
    kind = suggestion.look.kind
    every = [field.key for field in kinds.fields_of(kind)]
    return dict(suggestable(kind, every)).get(suggestion.field, suggestion.field)


def _who_decides(look: Look) -> list[Membership]:
    """Whoever asked for help, and those who decide what support may see."""
    members = {member.pk: member for member in approvers_of(look.account)}
    asking = Membership.objects.filter(account_id=look.account_id, user=look.grant.ticket.user, removed_at=None)
    members |= {member.pk: member for member in asking.select_related("user", "account")}
    return list(members.values())

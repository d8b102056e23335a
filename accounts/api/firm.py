"""The firm's own resources: its members, and what its log says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from accounts.api import lists
from accounts.api.fields import EXAMPLE_ID, EXAMPLE_INSTANT, ID, Field, Identity, Instant, MaybeInstant, Row, Text
from accounts.api.resource import Resource
from accounts.models import Membership
from accounts.models.members import ADDRESS
from accounts.permissions import can_for_others
from audit.models import Event, Payload


class Mailbox(Field):
    """An e-mail address; empty where nobody is behind it any more."""

    kind = {"type": "string", "maxLength": 254}


class Members(Resource):
    """``/members/``"""

    name, one, about = "members", "member", "Who works in the account, and who did: owners and persons are members."
    model, scope, is_versioned, is_shaped = Membership, "admin", False, False
    may = {"browse": "member.view", "read": "member.view"}
    fields = (
        ID,
        Text("first_name", "The given name.", "Bob", column="user__first_name"),
        Text("last_name", "The family name.", "Reyes", column="user__last_name"),
        Mailbox(
            "email",
            "For owners and admins; empty of somebody who was erased.",
            "bob@acme.example",
            column="shown_address",
            needs="account.view",
        ),
        Text("role", "What the member may do.", "member"),
        Instant("joined_at", "Since when.", EXAMPLE_INSTANT),
        MaybeInstant("removed_at", "Since when no more; null for who works here."),
    )
    orders = {
        "name": ("user__first_name", "user__last_name", "id"),
        "-name": ("-user__first_name", "-user__last_name", "-id"),
    }
    filters = (lists.by_flag("removed", "Left, or still here.", lambda gone: Q(removed_at__isnull=not gone)),)

    def visible(self, member: Membership) -> QuerySet[Any]:
        rows = Membership.objects.filter(account_id=member.account_id)
        return rows if can_for_others(member, "member.view") else rows.filter(pk=member.pk)

    def made_up(self) -> dict[str, Any]:
        return {"shown_address": ADDRESS}


class Said(Field):
    """What an event says, as an object; null once it was erased."""

    kind = {"type": ["object", "null"]}
    is_plain = False

    def show(self, row: Row) -> Any:
        return (row["said"] or [None])[0]


class Who(Field):
    """Who acted: kind and name, and the member's id where it was one."""

    kind = {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": ["member", "staff", "job", "system", "visitor"]},
            "name": {"type": ["string", "null"]},
            "member": {"type": ["string", "null"], "format": "uuid"},
        },
        "required": ["kind", "name", "member"],
    }
    is_plain = False
    columns = ("actor_kind", "member_ids")

    def show(self, row: Row) -> Any:
        said: Mapping[str, Any] = (row["said"] or [None])[0] or {}
        is_member = row["actor_kind"] == "member"  # who is none has a number of another table
        member = row["member_ids"][0] if is_member and row["member_ids"] else None
        return {"kind": row["actor_kind"], "name": said.get("actor"), "member": member}


class About(Field):
    """The record an event is about."""

    kind = {
        "type": ["object", "null"],
        "properties": {"type": {"type": "string"}, "id": {"type": ["string", "null"], "format": "uuid"}},
        "required": ["type", "id"],
    }
    is_plain = False
    columns = ("record_type", "record_id")

    def show(self, row: Row) -> Any:
        return {"type": row["record_type"], "id": row["record_id"]} if row["record_type"] else None


class AuditEvents(Resource):
    """``/audit-events/``"""

    name, one, about = "audit-events", "audit_event", "What happened in the account, the newest first."
    model, scope, is_versioned = Event, "admin", False
    may = {"browse": "audit.view", "read": "audit.view"}
    fields = (
        Identity("id", "The event's own id.", EXAMPLE_ID, column="public_id"),
        Instant("at", "When it was written.", EXAMPLE_INSTANT, column="written_at"),
        Text("kind", "What happened.", "contact.changed"),
        Who("actor", "Who did it.", {"kind": "member", "name": "Bob Reyes", "member": EXAMPLE_ID}),
        About("record", "To what.", {"type": "crm.contact", "id": EXAMPLE_ID}),
        Said("data", "What is said of it; null once it was erased.", {"record": "Maren Holt"}, column="said"),
    )
    orders = {"-at": ("-id",), "at": ("id",)}
    filters = (
        lists.by_text("kind", "Of this kind.", lambda text: Q(kind=text)),
        lists.Filter(
            "record", "About the record with this id.", {"type": "string", "format": "uuid"}, lists.an_id,
            lambda public_id, _: Q(record_id=public_id),
        ),
        lists.by_instant("since", "written_at__gte", "Written at or after this moment."),
    )  # fmt: skip

    def visible(self, member: Membership) -> QuerySet[Any]:
        rows: QuerySet[Any] = Event.objects.all()
        return rows if can_for_others(member, "audit.view") else rows.none()

    def made_up(self) -> dict[str, Any]:
        said = Payload.objects.filter(event_id=OuterRef("pk")).values("data")
        members = Membership.objects.filter(account_id=OuterRef("account_id"), pk=OuterRef("actor_id"))
        return {
            "said": ArraySubquery(said),
            "member_ids": ArraySubquery(members.values("public_id")),
        }


RESOURCES = (Members(), AuditEvents())

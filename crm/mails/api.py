"""Logged mails for programs: one's own, and what others share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.api import lists
from accounts.api.body import BodyForm
from accounts.api.fields import (
    CREATED,
    ID,
    UPDATED,
    VERSION,
    Field,
    Instant,
    OneOf,
    Reference,
    Row,
    Schema,
    Switch,
    Text,
)
from accounts.api.resource import Resource
from accounts.api.values import EXAMPLE_ID, EXAMPLE_INSTANT, a_text
from accounts.files.sealed import TextBox
from accounts.models import Membership
from crm import about_api
from crm.mails import actions, reading
from crm.mails.forms import MailForm
from crm.models import Mail, MailAttachment, Record
from tenancy.context import memory

ON_NONE = Q(company=None, contact=None, deal=None)
ON_NO_RECORD = "Only a mail on a contact, a company or a deal can be shared."


class Body(Field):
    """What a mail says. It lies sealed, so a list opens each of its mails."""

    is_plain = False
    columns = ("public_id", "sealed_body")

    def show(self, row: Row) -> str:
        box = memory().get(TextBox) or memory().setdefault(TextBox, TextBox())
        return Mail(public_id=row["public_id"], sealed_body=row["sealed_body"]).body(box)

    def take(self, value: Any) -> dict[str, Any]:
        return {self.name: a_text(value)}

    def schema(self, model: type[Model]) -> Schema:
        return {**super().schema(model), "maxLength": reading.LONGEST_BODY}


class Attachments(Field):
    """The files that came with it."""

    kind = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "size": {"type": "integer"}, "refused": {"type": "string"}},
            "required": ["name", "size", "refused"],
        },
    }


class MailBody(BodyForm, MailForm):
    """A mail that a program logs."""


@dataclass
class Refiled:
    """What of a logged mail is changed: the record that it is on, and who may read it."""

    mail: Mail
    record: Record | None
    shared: bool | None
    errors: dict[str, list[str]] = field(default_factory=dict)

    def is_valid(self) -> bool:
        if self.shared and not (self.record or self.mail.records):
            self.errors["shared"] = [ON_NO_RECORD]
        return not self.errors

    def save(self) -> Mail:
        mail = self.mail
        if self.record is not None and mail.records != [self.record]:
            mail = actions.put_on(mail, self.record, expected=mail.version)
        if self.shared is None or self.shared == mail.is_shared:
            return mail
        return (actions.share if self.shared else actions.unshare)(mail, expected=mail.version)


class Mails(Resource):
    """``/mails/``"""

    name, one = "mails", "mail"
    about = "Mails of the key's member, and what colleagues share. Nobody else sees one until it is shared."
    model, scope = Mail, "crm"
    may = {"browse": "mail.view", "create": "mail.edit", "read": "mail.view", "change": "mail.edit",
           "delete": "mail.edit"}  # fmt: skip
    fields = (
        ID,
        VERSION,
        OneOf("direction", "Who wrote to whom; received if not said.", "sent", words=tuple(Mail.Direction.values),
              is_fixed=True),
        Text("subject", "What it is about.", "The plan", is_required=True, is_fixed=True),
        Text("sender", "Who wrote it.", "bob@acme.example", is_fixed=True),
        Text("recipients", "To whom.", "maren@tidewater.example", is_fixed=True),
        Instant("sent_at", "When; now if not said.", EXAMPLE_INSTANT, is_fixed=True),
        Body("body", "What it says, as text.", "Hi Maren, here is the plan.", is_fixed=True),
        *about_api.references(is_fixed=False),
        Switch("shared", "Everybody may read it who may see its record. On another record it is private again.", False,
               column="shared_at"),
        Reference("member", "Whose mail it is.", EXAMPLE_ID, to="members", is_read_only=True, may_be_null=False),
        Text("held_because", "Why it is on no record yet.", "", is_read_only=True),
        Attachments("attachments", "Files that came with it; `refused` says why one was not kept.", [],
                    column="attached", is_read_only=True),
        CREATED,
        UPDATED,
    )  # fmt: skip
    orders = {
        "-sent_at": ("-sent_at", "-id"),
        "sent_at": ("sent_at", "id"),
        "updated_at": ("updated_at", "id"),
        "-updated_at": ("-updated_at", "-id"),
    }
    filters = (
        *about_api.filters(),
        lists.by_word("direction", {each: Q(direction=each) for each in Mail.Direction.values}, "Sent or received."),
        lists.by_flag("shared", "Shared or private.", lambda flag: Q(shared_at__isnull=not flag)),
        lists.by_flag("unsorted", "On no record yet, or on one.", lambda flag: ON_NONE if flag else ~ON_NONE),
        lists.by_instant("sent_since", "sent_at__gte", "Sent at or after this moment."),
        lists.by_instant("updated_since", "updated_at__gte", "Changed at or after this moment."),
    )

    def made_up(self) -> dict[str, Any]:
        files = MailAttachment.objects.filter(mail_id=OuterRef("pk")).order_by("id")
        return {"attached": ArraySubquery(files.values(shown=JSONObject(name="name", size="size", refused="refused")))}

    def made_up_of(self, form: Any) -> Row:
        return {"attached": []}

    def visible(self, member: Membership) -> QuerySet[Any]:
        return Mail.objects.visible_to(member)

    def editable(self, member: Membership) -> QuerySet[Any]:
        return Mail.objects.live().of(member).select_related("company", "contact", "deal")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        member, shared = request.membership, given.pop("shared", None)
        if record is not None:
            return Refiled(record, about_api.take_record(given, member), shared)
        subject = about_api.need_record(given, member)
        mail = Mail(member=member, **{str(subject._meta.model_name): subject})
        return MailBody({**given, "is_shared": bool(shared)}, instance=mail, member=member)

    def remove(self, record: Any, request: Any) -> None:
        actions.remove(record)


RESOURCES = (Mails(),)

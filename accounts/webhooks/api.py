"""The register of recipients for programs, and what was sent to them: the same form and actions as on the pages.

A secret is in the answer that made it, and nowhere else: not in what is kept for the same ``Idempotency-Key``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import Expression, Q, QuerySet, TextField, Value
from django.http import HttpResponse

from accounts import topics
from accounts.api import lists
from accounts.api.body import BodyForm
from accounts.api.fields import (
    CREATED,
    ID,
    UPDATED,
    VERSION,
    Field,
    Instant,
    MaybeInstant,
    MaybeText,
    OneOf,
    Reference,
    Schema,
    Text,
    Whole,
)
from accounts.api.once import told_once
from accounts.api.problems import Problem
from accounts.api.resource import Resource
from accounts.api.values import EXAMPLE_ID, EXAMPLE_INSTANT, Wrong
from accounts.models import Membership, WebhookDelivery, WebhookRecipient
from accounts.webhooks import actions
from accounts.webhooks.forms import RecipientForm


class Topics(Field):
    """Kinds of records, by the names that their resources have."""

    def take(self, value: Any) -> dict[str, Any]:
        known = _topics()
        if not isinstance(value, list) or not value or any(each not in known for each in value):
            raise Wrong(f"Write a list with one or more of: {', '.join(known)}.")
        return {self.name: sorted(set(value))}

    def schema(self, model: Any) -> Schema:
        items = {"type": "string", "enum": _topics()}
        return {**super().schema(model), "type": "array", "items": items, "minItems": 1}


def _topics() -> list[str]:
    return sorted(topic.name for topic in topics.every())


class MaybeId(Field):
    """An id, or null."""

    kind = {"type": ["string", "null"], "format": "uuid"}


class RecipientBody(BodyForm, RecipientForm):
    """What the register says of a recipient."""


@contextmanager
def refusals() -> Iterator[None]:
    """What a recipient lacks says so in a sentence."""
    try:
        yield
    except (actions.IsOff, actions.NoSecret) as refusal:
        raise Problem("in-the-way", str(refusal)) from None


class Webhooks(Resource):
    """``/webhooks/``"""

    name, one = "webhooks", "webhook"
    about = (
        "Who outside hears that a record changed: the firm's register of recipients. One is added switched off. Its "
        "`secret` is in the answer that adds it or makes a new one, and in no other, not even to the same "
        "`Idempotency-Key`. What was sent to it is in `webhook-deliveries`."
    )
    model, scope = WebhookRecipient, "webhooks"
    may = dict.fromkeys(
        ("browse", "create", "read", "change", "delete", "on", "off", "secret", "test"), "webhook.manage"
    )
    open_when_read_only = frozenset({"off", "delete"})
    fields = (
        ID,
        VERSION,
        Text("name", "Who gets the messages.", "Nordic Books ApS", is_required=True),
        Text("url", "Where they are sent, by https.", "https://books.example/candor", is_required=True),
        Text("purpose", "What for.", "Keeps our client list in the books", is_required=True),
        Text("country", "Where it is kept: the two letters of a country.", "DK", is_required=True),
        Topics("topics", "What it hears of.", ["contacts"], is_required=True),
        MaybeInstant("switched_on_at", "Since when it hears; null while it is off.", None, is_read_only=True),
        Text("off_because", "Why we switched it off ourselves.", "", is_read_only=True),
        MaybeText("secret", "By which messages are signed; null in every later answer.", None, is_read_only=True),
        CREATED,
        UPDATED,
    )
    orders = {"name": ("name", "id"), "-name": ("-name", "-id")}
    filters = (lists.by_flag("on", "Switched on, or off.", lambda flag: Q(switched_on_at__isnull=not flag)),)

    def visible(self, member: Membership) -> QuerySet[Any]:
        return WebhookRecipient.objects.all()

    def made_up(self) -> dict[str, Expression]:
        return {"secret": Value(None, output_field=TextField(null=True))}

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        return RecipientBody(given, instance=record or WebhookRecipient())

    def store(self, form: Any, request: Any) -> Any:
        if form.has_changed():
            actions.change(form.save(commit=False), form.said(), expected_version=form.stored_version)
        return form.instance

    def remove(self, record: Any, request: Any) -> None:
        actions.remove(record)

    def create(self, request: Any) -> HttpResponse:
        """Put somebody on the register, and tell the secret."""
        recipient, secret = actions.enter(self._form(request, None).save(commit=False))
        row = self._row(request, recipient.public_id)
        return told_once(self._made(request, recipient.public_id, {**row, "secret": secret}),
                     self._made(request, recipient.public_id, row))  # fmt: skip

    def secret(self, request: Any, public_id: UUID) -> HttpResponse:
        """Make another secret, and tell it."""
        secret = actions.change_secret(self._editable(request, public_id))
        row = self._row(request, public_id)
        return told_once(self._answer(request, {**row, "secret": secret}), self._answer(request, row))

    def on(self, request: Any, public_id: UUID) -> HttpResponse:
        """It hears of what happens from now on."""
        with refusals():
            actions.switch_on(self._editable(request, public_id))
        return self._answer(request, self._row(request, public_id))

    def off(self, request: Any, public_id: UUID) -> HttpResponse:
        """Nothing is sent any more; what waits is dropped."""
        actions.switch_off(self._editable(request, public_id))
        return self._answer(request, self._row(request, public_id))

    def test(self, request: Any, public_id: UUID) -> HttpResponse:
        """Send a message about nothing."""
        with refusals():
            actions.send_test(self._editable(request, public_id))
        return self._answer(request, self._row(request, public_id))


class WebhookDeliveries(Resource):
    """``/webhook-deliveries/``"""

    name, one = "webhook-deliveries", "webhook_delivery"
    about = "Messages to recipients of webhooks, and what came of them; kept for seven days."
    model, scope, is_versioned = WebhookDelivery, "webhooks", False
    may = dict.fromkeys(("browse", "read", "again"), "webhook.manage")
    fields = (
        ID,
        Reference("webhook", "To whom.", EXAMPLE_ID, column="recipient__public_id", to="webhooks", may_be_null=False),
        Text("type", "What happened.", "contact.changed", column="kind"),
        Text("resource", "To which kind of record; empty for a test.", "contacts", column="topic"),
        MaybeId("record", "To which record; null for a test.", EXAMPLE_ID, column="record_id"),
        Instant("happened_at", "When.", EXAMPLE_INSTANT),
        OneOf("state", "How far it came.", "delivered", words=tuple(WebhookDelivery.State.values)),
        Whole("tries", "How often it was tried.", 1, least=0),
        MaybeInstant("tried_at", "When last.", EXAMPLE_INSTANT),
        Instant("next_try_at", "When again, while it waits.", EXAMPLE_INSTANT),
        Whole("status", "What the last answer said.", 204, least=0, may_be_null=True),
        Text("trouble", "Why there was no answer.", ""),
    )
    orders = {"-happened_at": ("-id",), "happened_at": ("id",)}
    filters = (
        lists.by_reference("webhook", lambda member: WebhookRecipient.objects.all(), "To this one.", "recipient_id"),
        lists.by_word("state", {name: Q(state=name) for name in WebhookDelivery.State.values}, "That came so far."),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return WebhookDelivery.objects.all()

    def editable(self, member: Membership) -> QuerySet[Any]:
        return WebhookDelivery.objects.select_related("recipient")

    def again(self, request: Any, public_id: UUID) -> HttpResponse:
        """Send it once more, under the same id."""
        with refusals():
            actions.send_again(self._editable(request, public_id))
        return self._answer(request, self._row(request, public_id))


RESOURCES = (Webhooks(), WebhookDeliveries())

"""The card processor: the one place that knows its SDK. Nothing of it leaves this module.

The SDK sends a request again, under the same key, when it was refused or broke off; never after a time-out, because
somebody waits. What was sent and not answered is ``Ambiguous``, whatever the SDK calls it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn
from uuid import UUID

import requests
import stripe
from django.conf import settings
from urllib3.exceptions import NewConnectionError

from billing.gateway import (
    Ambiguous,
    CardSetup,
    CardSetupResult,
    CardSummary,
    Conflict,
    Declined,
    EventRef,
    Forged,
    InvoiceLink,
    InvoicePreview,
    InvoiceSnapshot,
    Misconfigured,
    NotFound,
    Payment,
    Profile,
    SubscriptionSnapshot,
    Trouble,
    Unavailable,
    patience,
    shapes,
)

stripe.enable_telemetry = False  # it need not know how long we waited

CONNECT_SECONDS, ANSWER_SECONDS, LEAST_SECONDS = 3.0, 10.0, 0.2
TOLERANCE = 300  # seconds that a delivery may be old, or ahead of our clock
OUR_MISTAKES = ("parameter_unknown", "parameter_missing", "parameter_invalid", "secret_key_required", "url_invalid")


class _Client(stripe.RequestsClient):
    """Remembers whether anything was sent, and does not begin again after a time-out."""

    def __init__(self) -> None:
        super().__init__()
        self.now = threading.local()
        self.answer_seconds = ANSWER_SECONDS

    @property
    def _timeout(self) -> tuple[float, float]:
        """For the connection, and for the answer: never longer than whoever waits for a page has left."""
        left = patience.left()
        most = self.answer_seconds if left is None else max(min(self.answer_seconds, left), LEAST_SECONDS)
        return min(CONNECT_SECONDS, most), most

    @_timeout.setter
    def _timeout(self, value: object) -> None:
        """The SDK sets its own; ours is asked for anew each time."""

    def _handle_request_error(self, e: Exception) -> NoReturn:
        if not _never_left(e):
            self.now.was_sent = True
        if isinstance(e, requests.exceptions.Timeout):
            raise stripe.APIConnectionError(type(e).__name__, should_retry=False) from e  # type: ignore[no-untyped-call]
        super()._handle_request_error(e)


def _never_left(error: Exception) -> bool:
    """True when there was not even a connection."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


@lru_cache(maxsize=4)
def _connection(key: str, base: str) -> tuple[stripe.StripeClient, _Client]:
    client = _Client()
    bases: Any = {"api": base} if base else None
    return stripe.StripeClient(key, base_addresses=bases, max_network_retries=1, http_client=client), client


class StripeProcessor:
    """Does what ``billing.gateway.Processor`` says."""

    def __init__(self) -> None:
        self.client, self.http = _connection(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE)
        self.api: Any = self.client.v1  # its own types are wider than what we send

    # --- a firm and its card -----------------------------------------------------------------------

    def make_customer(self, account: UUID, *, key: str) -> str:
        with self._asking(writes=True):
            made = self.api.customers.create({"metadata": {"account": str(account)}}, {"idempotency_key": key})
        return str(made.id)

    def update_customer(self, customer: str, profile: Profile, *, key: str) -> None:
        address = {
            "line1": profile.street,
            "postal_code": profile.postal_code,
            "city": profile.city,
            "state": profile.region,
            "country": profile.country,
        }
        wanted = {"name": profile.name, "email": profile.email, "address": address}
        with self._asking(writes=True):
            self.api.customers.update(customer, wanted, {"idempotency_key": key})
            self._keep_tax_number(customer, profile, key)

    def _keep_tax_number(self, customer: str, profile: Profile, key: str) -> None:
        """One number, or none."""
        wanted = (profile.tax_kind, profile.tax_number)
        there = list(self.api.customers.tax_ids.list(customer).auto_paging_iter())
        for each in there:
            if (each.type, each.value) != wanted:
                self.api.customers.tax_ids.delete(customer, each.id)
        if all(wanted) and wanted not in {(each.type, each.value) for each in there}:
            number = {"type": profile.tax_kind, "value": profile.tax_number}
            self.api.customers.tax_ids.create(customer, number, {"idempotency_key": f"{key}:tax"})

    def start_card(self, customer: str, *, key: str) -> CardSetup:
        wanted = {"customer": customer, "usage": "off_session", "allowed_payment_method_types": ["card"]}
        with self._asking(writes=True):
            made = self.api.setup_intents.create(wanted, {"idempotency_key": key})
        return CardSetup(made.id, made.client_secret)

    def card_setup(self, setup: str) -> CardSetupResult:
        with self._asking():
            found = self.api.setup_intents.retrieve(setup)
        error = found.last_setup_error
        return CardSetupResult(
            ref=found.id,
            customer=shapes.id_of(found.customer),
            is_ready=found.status == "succeeded",
            method=shapes.id_of(found.payment_method),
            declined=shapes.decline_of(error) if error else "",
        )

    def use_card(self, customer: str, method: str, *, key: str) -> CardSummary:
        wanted = {"invoice_settings": {"default_payment_method": method}}
        with self._asking(writes=True):
            self.api.customers.update(customer, wanted, {"idempotency_key": key})
            found = self.api.payment_methods.retrieve(method)
        return shapes.card(found)

    def card_of(self, customer: str) -> CardSummary | None:
        with self._asking():
            found = self.api.customers.retrieve(customer, {"expand": ["invoice_settings.default_payment_method"]})
        if shapes.maybe(found, "deleted"):
            raise NotFound(customer)
        method = found.invoice_settings.default_payment_method
        return shapes.card(method) if method else None

    def forget_customer(self, customer: str, *, key: str) -> None:
        try:
            with self._asking(writes=True):
                self.api.customers.delete(customer, None, {"idempotency_key": key})
        except NotFound:
            pass

    # --- subscriptions -----------------------------------------------------------------------------

    def open_subscription(
        self, customer: str, *, price: str, seats: int, intent: UUID, key: str
    ) -> SubscriptionSnapshot:
        wanted = {
            "customer": customer,
            "items": [{"price": self._price(price), "quantity": seats}],
            "payment_behavior": "allow_incomplete",
            "proration_behavior": "create_prorations",
            "metadata": {"intent": str(intent)},
        }
        with self._asking(writes=True):
            return shapes.subscription(self.api.subscriptions.create(wanted, {"idempotency_key": key}))

    def change_subscription(
        self,
        subscription: SubscriptionSnapshot,
        *,
        price: str,
        seats: int,
        at: datetime | None,
        intent: UUID,
        key: str,
    ) -> SubscriptionSnapshot:
        wanted: dict[str, Any] = {
            "items": [{"id": subscription.item, "price": self._price(price), "quantity": seats}],
            "payment_behavior": "error_if_incomplete",
            "metadata": {"intent": str(intent)},
            **shapes.prorating(at),
        }
        with self._asking(writes=True):
            return shapes.subscription(
                self.api.subscriptions.update(subscription.ref, wanted, {"idempotency_key": key})
            )

    def preview(
        self, subscription: SubscriptionSnapshot, *, price: str, seats: int, at: datetime, prorate: bool
    ) -> InvoicePreview:
        details = {
            "items": [{"id": subscription.item, "price": self._price(price), "quantity": seats}],
            **shapes.prorating(at if prorate else None),
        }
        wanted = {"customer": subscription.customer, "subscription": subscription.ref, "subscription_details": details}
        with self._asking():
            found = self.api.invoices.create_preview(wanted)
            lines = tuple(shapes.preview_line(line) for line in found.lines.auto_paging_iter())
        return InvoicePreview(
            currency=found.currency.upper(),
            subtotal=found.subtotal,
            tax=shapes.tax(found),
            total=found.total,
            due=found.amount_due,
            at=at,
            charged_at=shapes.moment(shapes.maybe(found, "next_payment_attempt") or found.period_end),
            lines=lines,
        )

    def cancel_at_period_end(self, subscription: str, *, cancel: bool, intent: UUID, key: str) -> SubscriptionSnapshot:
        wanted = {"cancel_at_period_end": cancel, "metadata": {"intent": str(intent)}}
        with self._asking(writes=True):
            return shapes.subscription(self.api.subscriptions.update(subscription, wanted, {"idempotency_key": key}))

    def cancel_now(self, subscription: str, *, key: str) -> SubscriptionSnapshot:
        wanted = {"invoice_now": False, "prorate": False}
        with self._asking(writes=True):
            return shapes.subscription(self.api.subscriptions.cancel(subscription, wanted, {"idempotency_key": key}))

    def subscription(self, ref: str) -> SubscriptionSnapshot:
        with self._asking():
            return shapes.subscription(self.api.subscriptions.retrieve(ref))

    def subscriptions_of(self, customer: str) -> list[SubscriptionSnapshot]:
        with self._asking():
            found = self.api.subscriptions.list({"customer": customer, "status": "all", "limit": 100})
            return [shapes.subscription(each) for each in found.auto_paging_iter()]

    # --- invoices ----------------------------------------------------------------------------------

    def invoices_of(self, customer: str) -> Iterator[InvoiceSnapshot]:
        with self._asking():
            for each in self.api.invoices.list({"customer": customer, "limit": 100}).auto_paging_iter():
                yield shapes.invoice(each)

    def invoice_link(self, ref: str) -> InvoiceLink:
        with self._asking():
            found = self.api.invoices.retrieve(ref)
        return InvoiceLink(page=found.hosted_invoice_url or "", pdf=found.invoice_pdf or "")

    def payment_of(self, invoice: str) -> Payment:
        with self._asking():
            found = self.api.invoices.retrieve(invoice, {"expand": ["confirmation_secret"]})
            secret = shapes.maybe(found, "confirmation_secret")
            if found.status != "open" or not secret:
                return Payment()
            payment = self.api.payment_intents.retrieve(secret.client_secret.partition("_secret")[0])
        if payment.status == "requires_action":
            return Payment(client_secret=secret.client_secret)
        error = payment.last_payment_error
        return Payment(declined=shapes.decline_of(error)) if error else Payment()

    def pay(self, ref: str, *, key: str) -> InvoiceSnapshot:
        with self._asking(writes=True):
            return shapes.invoice(self.api.invoices.pay(ref, {"off_session": False}, {"idempotency_key": key}))

    # --- prices, events ----------------------------------------------------------------------------

    def publish_price(self, *, key: str, product: str, name: str, amount: int, currency: str, interval: str) -> None:
        with self._asking(writes=True):
            if self._known_price(key):
                return
            try:
                self.api.products.retrieve(product)
            except stripe.InvalidRequestError:
                self.api.products.create({"id": product, "name": name})
            self.api.prices.create(
                {
                    "product": product,
                    "unit_amount": amount,
                    "currency": currency.lower(),
                    "recurring": {"interval": interval},
                    "lookup_key": key,
                }
            )

    def _price(self, key: str) -> str:
        with self._asking():
            found = self._known_price(key)
        if not found:
            raise Misconfigured(f"The processor has no price called {key}: run manage.py publish_prices.")
        return found

    def _known_price(self, key: str) -> str:
        found = self.api.prices.list({"lookup_keys": [key], "active": True, "limit": 1}).data
        return str(found[0].id) if found else ""

    def read_event(self, body: bytes, signature: str) -> EventRef:
        secrets = [secret for secret in settings.STRIPE_WEBHOOK_SECRETS if secret]
        if not any(_is_signed(body, signature, secret) for secret in secrets):
            raise Forged("not signed by the processor, or not now")
        try:
            event = json.loads(body)
            found = shapes.event(event)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Forged("not an event") from error
        if event.get("livemode") is not settings.STRIPE_LIVEMODE or event.get("account"):
            raise Forged("not for this account of ours")
        return found

    # --- trouble -----------------------------------------------------------------------------------

    @contextmanager
    def _asking(self, *, writes: bool = False) -> Iterator[None]:
        """Turn whatever the SDK raises into one of the six. Nothing is begun for which a request has no time left."""
        left = patience.left()
        if left is not None and left < LEAST_SECONDS:
            raise Unavailable("no time left")
        self.http.now.was_sent = False
        try:
            yield
        except stripe.StripeError as error:
            was_sent = bool(getattr(self.http.now, "was_sent", False))
            raise _trouble(error, may_be_done=writes and was_sent, writes=writes) from error


def _trouble(error: stripe.StripeError, *, may_be_done: bool, writes: bool) -> Trouble:
    words = f"{error.http_status or ''} {error.code or type(error).__name__}".strip()
    if isinstance(error, stripe.CardError):
        return _declined(error)
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return Misconfigured(words)
    if isinstance(error, stripe.RateLimitError) or error.http_status == 429:
        return Unavailable(words)
    if isinstance(error, stripe.IdempotencyError):
        return Conflict(words)
    if isinstance(error, stripe.InvalidRequestError):
        return _refusal(error, words)
    if isinstance(error, stripe.APIConnectionError):
        return Ambiguous(words) if may_be_done else Unavailable(words)
    return Ambiguous(words) if writes else Unavailable(words)


def _declined(error: stripe.CardError) -> Declined:
    detail: Any = error.error
    decline = str(shapes.maybe(detail, "decline_code") or "") if detail else ""
    code = str(error.code or "")
    waits = code in ("authentication_required", "invoice_payment_intent_requires_action")
    return Declined(code, decline, needs_action=waits or decline == "authentication_required")


def _refusal(error: stripe.InvalidRequestError, words: str) -> Trouble:
    code = str(error.code or "")
    if code == "resource_missing" or error.http_status == 404:
        return NotFound(words)
    if code == "invoice_payment_intent_requires_action":
        return Declined(code, needs_action=True)
    return Misconfigured(words) if code.startswith(OUR_MISTAKES) else Conflict(words)


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether the processor signed it with this secret, a moment ago and not in the future."""
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE)
        signed_at = next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))
    except (stripe.SignatureVerificationError, ValueError, StopIteration, IndexError):
        return False
    return signed_at <= time.time() + TOLERANCE

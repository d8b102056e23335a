"""The settings of the card processor: who we are there, where it is, and how we know its deliveries.

Without a key, an installation that only this machine reaches works with the test processor of `devtools/processor_sim`,
which `bin/start` runs beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

if TYPE_CHECKING:
    from config.env import _Reader

JS_URL = "https://js.stripe.com/endive/stripe.js"


@dataclass(frozen=True)
class Stripe:
    """One account at the processor. Without ``api_key`` nobody can pay here."""

    api_key: str = field(repr=False)
    publishable_key: str
    api_base: str  # "" is the processor's own
    js_url: str
    webhook_secrets: list[str] = field(repr=False)
    webhook_endpoint: UUID  # the last word of the address to which deliveries come
    is_live: bool
    simulator_port: int | None = None


def read(given: _Reader, *, debug: bool, port: int, derive: Callable[[str], str]) -> Stripe:
    endpoint = _uuid(given, "STRIPE_WEBHOOK_ENDPOINT") or UUID(derive("stripe webhook endpoint")[:32])
    if debug and not given.text("STRIPE_API_KEY"):
        return _simulated(given, port, derive, endpoint)
    key = given.text("STRIPE_API_KEY")
    stripe = Stripe(
        api_key=key,
        publishable_key=given.text("STRIPE_PUBLISHABLE_KEY"),
        api_base=given.url("STRIPE_API_BASE", ("http", "https"), "").rstrip("/"),
        js_url=given.url("STRIPE_JS_URL", ("http", "https"), JS_URL),
        webhook_secrets=given.words("STRIPE_WEBHOOK_SECRETS"),
        webhook_endpoint=endpoint,
        is_live=given.switch("STRIPE_LIVEMODE", _is_live(key)),
    )
    given.troubles += _troubles(stripe, debug)
    return stripe


def _simulated(given: _Reader, port: int, derive: Callable[[str], str], endpoint: UUID) -> Stripe:
    at = given.number("PROCESSOR_SIM_PORT", port + 2 if port + 2 < 65536 else port - 2, 1, 65535)
    return Stripe(
        api_key=f"sk_test_{derive('test processor key')[:32]}",
        publishable_key=f"pk_test_{derive('test processor page')[:32]}",
        api_base=f"http://localhost:{at}",
        js_url=f"http://localhost:{at}/js/stripe.js",
        webhook_secrets=[f"whsec_{derive('test processor deliveries')[:32]}"],
        webhook_endpoint=endpoint,
        is_live=False,
        simulator_port=at,
    )


def _is_live(key: str) -> bool:
    return key.startswith(("sk_live_", "rk_live_"))


def _troubles(stripe: Stripe, debug: bool) -> list[str]:
    """What must not be, once there is a key: above all where strangers pay."""
    if not stripe.api_key:
        return []
    troubles = []
    if not stripe.api_key.startswith(("sk_", "rk_")):
        troubles.append("STRIPE_API_KEY must be a secret or restricted key (sk_… or rk_…).")
    if not stripe.publishable_key.startswith("pk_live_" if _is_live(stripe.api_key) else "pk_test_"):
        troubles.append("STRIPE_PUBLISHABLE_KEY does not go with STRIPE_API_KEY: take both from the same mode.")
    if stripe.is_live is not _is_live(stripe.api_key):
        troubles.append("STRIPE_LIVEMODE and STRIPE_API_KEY disagree: one is for real money, the other for tests.")
    if not stripe.webhook_secrets or not all(len(secret) >= 16 for secret in stripe.webhook_secrets):
        troubles.append("STRIPE_WEBHOOK_SECRETS must hold the secret of our endpoint; without it anybody could forge.")
    if not debug:
        for name, url in (("STRIPE_API_BASE", stripe.api_base), ("STRIPE_JS_URL", stripe.js_url)):
            if url and urlsplit(url).scheme != "https":
                troubles.append(f"{name} must be an https address where strangers pay.")
    return troubles


def _uuid(given: _Reader, name: str) -> UUID | None:
    text = given.text(name)
    try:
        return UUID(text) if text else None
    except ValueError:
        given.troubles.append(f"{name} must be a UUID, such as the one that `uuidgen` prints.")
        return None

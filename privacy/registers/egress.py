"""Where our programs and pages may talk to: nobody who is not in the register of processors (83, 85).

``manage.py check`` compares the settings with the register. The policy of the page where cards are typed is
compared by a test, which knows both.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from privacy.registers import books

PROCESSOR_ITSELF = "https://api.stripe.com"  # where its SDK talks to when no other address is set


@checks.register("registers")
def check_egress(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """A warning for each place outside that a setting names and the register does not."""
    known = books.hosts()
    return [
        checks.Warning(
            f"{setting} leads to {host}, which is in no register of processors.",
            hint="Name who runs it in PROCESSORS_FILE, with this host; firms get a letter 30 days before.",
            id="registers.W001",
        )
        for setting, host in sorted(outbound())
        if host not in known
    ]


def outbound() -> set[tuple[str, str]]:
    """Every place outside that the settings name, with the name of the setting."""
    return {(setting, host) for setting, host in _named() if host and not _is_ours(host)}


def _named() -> Iterator[tuple[str, str]]:
    if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield "EMAIL_URL", settings.EMAIL_HOST
    if settings.STRIPE_API_KEY:
        yield "STRIPE_API_BASE", _host(settings.STRIPE_API_BASE or PROCESSOR_ITSELF)
        yield "STRIPE_JS_URL", _host(settings.STRIPE_JS_URL)
    for words in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].values():
        for word in words:
            if "." in word:
                yield "CONTENT_SECURITY_POLICY", _host(word if "//" in word else f"//{word}")


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _is_ours(host: str) -> bool:
    """A machine of our own: this one, one without a domain, or one in a private network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host == _host(settings.SITE_URL)

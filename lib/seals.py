"""Seals: short texts encrypted and authenticated for one purpose, under the installation's secrets.

The newest secret seals; the former ones (``SECRET_KEY_FALLBACKS``) still open. A seal of one purpose opens
nothing that was sealed for another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

CACHED = "candor:"  # what the name of everything in the shared cache begins with


class Seal:
    """Closes and opens the texts of one purpose: ``Seal("session data")``."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose

    def close(self, text: str) -> str:
        """The text as nobody else can read or make it; letters, digits, ``-`` and ``_``."""
        return self._box.encrypt(text.encode()).decode().rstrip("=")

    def open(self, sealed: str, max_age: timedelta | None = None) -> str | None:
        """What was closed; None if it was not closed here for this purpose, or longer ago than ``max_age``."""
        seconds = None if max_age is None else int(max_age.total_seconds())
        try:
            return self._box.decrypt(sealed.encode() + b"=" * (-len(sealed) % 4), ttl=seconds).decode()
        except (InvalidToken, UnicodeError):
            return None

    @property
    def _box(self) -> MultiFernet:
        return _box(self.purpose, *settings.SEAL_SECRETS)


def marks(purpose: str, text: str) -> list[str]:
    """Keyed hashes of a text, under the newest secret first: they recognise it and tell nothing about it."""
    return [_digest(secret, purpose, text).hex()[:40] for secret in settings.SEAL_SECRETS]


def cache_key(key: str, prefix: str, version: int) -> str:
    """How Django's cache names things (``KEY_FUNCTION``): a key may hold an address, its mark does not."""
    return f"{CACHED}{marks('cache', f'{prefix}:{version}:{key}')[0]}"


@lru_cache(maxsize=64)
def _box(purpose: str, *secrets: str) -> MultiFernet:
    keys = (_digest(secret, "seal", purpose) for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def _digest(secret: str, purpose: str, text: str) -> bytes:
    return hmac.new(secret.encode(), f"{purpose}\0{text}".encode(), hashlib.sha256).digest()

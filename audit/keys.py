"""The key that signs checkpoints: it lives outside the database, in a file or in the environment.

Written as one line, ``PRIVATE+KEY+NAME+ID+SECRET``; the name says whose checkpoints it signs. Its public half is
listed in audit_key. When a new key takes over, old and new sign that together, so trust in either leads to both.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import transaction

from audit.candor_verify import Key, change_body, signature_line
from audit.models import PublicKey
from lib.drafts import keep_first, write_beside

_PREFIX = "PRIVATE+KEY+"


class NoKey(RuntimeError):
    """There is no usable signing key, and making one would break the chain of keys."""


@dataclass(frozen=True)
class SigningKey:
    """A key that can sign; ``public`` is what others check with."""

    public: Key
    seed: bytes

    @classmethod
    def make(cls, seed: bytes | None = None, name: str = "") -> SigningKey:
        seed = seed or secrets.token_bytes(32)
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return cls(Key.of(name or origin(), public), seed)

    @classmethod
    def read(cls, text: str) -> SigningKey:
        try:
            name, _, coded = text.strip().removeprefix(_PREFIX).split("+", 2)
            raw = base64.b64decode(coded, validate=True)
            key = cls.make(raw[1:], name)
        except ValueError as error:
            raise NoKey("The signing key of the log is damaged; put it back from a backup.") from error
        if str(key) != text.strip():
            raise NoKey("The signing key of the log does not match its own id; put it back from a backup.")
        return key

    def __str__(self) -> str:
        coded = base64.b64encode(b"\x01" + self.seed).decode()
        return f"{_PREFIX}{self.public.name}+{self.public.id.hex()}+{coded}"

    def __repr__(self) -> str:
        return f"SigningKey({self.public.short})"

    def signature(self, body: str) -> str:
        """The line that signs a note's body."""
        return signature_line(self.public, Ed25519PrivateKey.from_private_bytes(self.seed).sign(body.encode()))


def origin() -> str:
    """What our checkpoints and keys are called: the host, and what it is about."""
    return f"{urlsplit(settings.SITE_URL).netloc}/access-log"


def is_signed(public: bytes, body: bytes, signature: bytes) -> bool:
    """The same answer as ``candor_verify.is_signed``, sooner: for many signatures on our own machine."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, body)
    except (InvalidSignature, ValueError):
        return False
    return True


def signing_key() -> SigningKey | None:
    """The key of this machine, if it has one; most need none."""
    if settings.AUDIT_LOG_KEY:
        return SigningKey.read(settings.AUDIT_LOG_KEY)
    try:
        return SigningKey.read(settings.AUDIT_LOG_KEY_FILE.read_text())
    except FileNotFoundError:
        return None


def ready_key() -> SigningKey:
    """The key to sign with, listed. Made here at the very first start; a lost one is not replaced in silence."""
    key = signing_key()
    listed = list(PublicKey.objects.order_by("id").values_list("key", flat=True))
    if key is None:
        if listed:
            raise NoKey(
                f"The log was signed with {Key.read(listed[-1]).short}, and that key is not on this machine. Put it "
                "back, or name it in AUDIT_LOG_KEY. If it is lost: manage.py rotate_log_key --lost."
            )
        key = _keep(SigningKey.make(), settings.AUDIT_LOG_KEY_FILE)
    if str(key.public) not in listed:
        PublicKey.objects.create(key=str(key.public))
    return key


def rotate(at: str, *, lost: bool = False) -> SigningKey:
    """Let a new key take over; the old one, unless it is lost, vouches for it. Returns the new key.

    A key file is replaced. A key in the environment is the operator's to replace: both stay good.
    """
    new = SigningKey.make()
    old = None if lost else ready_key()
    change = ""
    if old:
        body = change_body(old.public, new.public, at)
        change = f"{body}\n{old.signature(body)}{new.signature(body)}"
    with transaction.atomic():
        PublicKey.objects.create(key=str(new.public), change=change)
        if not settings.AUDIT_LOG_KEY:
            write_beside(settings.AUDIT_LOG_KEY_FILE, f"{new}\n").rename(settings.AUDIT_LOG_KEY_FILE)
    return new


def _keep(key: SigningKey, path: Path) -> SigningKey:
    """Write the first key, unless another process was quicker; returns the one that stands there."""
    return SigningKey.read(keep_first(path, f"{key}\n"))

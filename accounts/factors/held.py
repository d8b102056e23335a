"""What a person has besides the password, and how each is shown to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator

from accounts.factors.codes import left
from accounts.models import User
from lib.seals import marks

Type = Authenticator.Type


@dataclass(frozen=True)
class Passkey:
    """One passkey as its person sees it."""

    mark: str
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Factors:
    """A person's second factors; ``codes_left`` is None where no recovery codes were made."""

    app: Authenticator | None
    passkeys: list[Passkey]
    codes_left: int | None

    @property
    def is_on(self) -> bool:
        """True when a password alone lets nobody in."""
        return self.app is not None or bool(self.passkeys)


def factors_of(user: User) -> Factors:
    """All that a person has, by one statement."""
    rows = list(Authenticator.objects.filter(user_id=user.pk).order_by("pk"))
    single = {row.type: row for row in rows if row.type != Type.WEBAUTHN}
    codes = single.get(Type.RECOVERY_CODES)
    return Factors(
        app=single.get(Type.TOTP),
        passkeys=[
            Passkey(mark_of(row), row.data["name"], row.created_at, row.last_used_at)
            for row in rows
            if row.type == Type.WEBAUTHN
        ],
        codes_left=left(codes) if codes else None,
    )


def mark_of(passkey: Authenticator) -> str:
    """The word for a passkey in an address: its number stays in the house."""
    return marks("passkey", str(passkey.pk))[0]


def passkey_of(user: User, mark: str) -> Authenticator | None:
    """The person's own passkey of this mark."""
    own = Authenticator.objects.filter(user_id=user.pk, type=Type.WEBAUTHN)
    return next((passkey for passkey in own if mark_of(passkey) == mark), None)

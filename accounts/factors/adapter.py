"""How allauth.mfa works in this house."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from accounts.models import User
from lib.seals import Seal


class Unreadable(ValueError):
    """A second factor was sealed with a secret that this installation does not have any more."""


class FactorAdapter(DefaultMFAAdapter):
    """What opens is sealed in the table; no sequence number of ours goes into anybody's passkey."""

    _seal = Seal("second factor")

    def encrypt(self, text: str) -> str:
        return self._seal.close(text)

    def decrypt(self, encrypted_text: str) -> str:
        opened = self._seal.open(encrypted_text)
        if opened is None:
            raise Unreadable
        return opened

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        return {"id": user.public_id.bytes, "name": user.email, "display_name": str(user)}

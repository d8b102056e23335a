"""A member's own address for logging mail: what is sent there, openly or as a blind copy, joins their log."""

from __future__ import annotations

import re
import secrets

from django.conf import settings

from accounts import secret_links
from accounts.models import Account, Membership, SecretLink
from accounts.permissions import can
from accounts.standing import Standing

KIND = "mail"
_LOCAL = re.compile(r"log-([a-z2-9]{27})")


def new_address(member: Membership) -> str:
    """Make one, in place of the former; it is shown once."""
    return f"log-{secret_links.make(member, KIND)}@{settings.MAIL_LOG_DOMAIN}"


def present(member: Membership) -> SecretLink | None:
    return secret_links.present(member, KIND)


def revoke(member: Membership) -> bool:
    return bool(secret_links.revoke(member, KIND))


def found(address: str) -> SecretLink | None:
    """Whose address this is, if they may still log mail in an account that is not over. What is none costs the same."""
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    match = _LOCAL.fullmatch(local)
    is_ours = match is not None and domain == settings.MAIL_LOG_DOMAIN.lower()
    link = secret_links.found(KIND, match[1] if match and is_ours else secrets.token_hex(13))
    return link if link and can(link.membership, "mail.edit") and _lives(link.membership.account) else None


def _lives(account: Account) -> bool:
    """While it may only read, mail waits at the sender's; once its last days have begun, nobody will read it."""
    return account.standing() not in (Standing.CLOSING, Standing.CLOSED)

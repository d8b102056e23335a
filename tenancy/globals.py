"""Tables outside the fence, by name, each with its reason.

The door must read before an account is known, so these have no row policy. A new one states below
by which columns it is asked: every statement carries one of them, and the statement recorder of the
tests checks it.
"""

from __future__ import annotations

from django.apps import apps
from django.db import models

GLOBAL_TABLES: dict[str, str] = {
    "accounts_account": "the tenant itself: the door finds it by its slug",
    "accounts_user": "people sign in before an account is known, and may belong to several",
    "accounts_membership": "the door asks who belongs where",
    "accounts_invitation": "who is invited belongs to no account yet, and follows the link before entering one",
    "accounts_consent": "a person's own choices about mail, keyed by user, in whichever account they work",
    "accounts_acceptance": "a person's agreement to terms and policy, keyed by user: given before an account is known",
    "accounts_suppression": "addresses that want no promotions, as keyed hashes: beyond any account and any person",
    "accounts_documenttext": "our own published documents, the same for everybody",
    "accounts_outgoingmail": "some letters precede their account or have none; sent by number, never listed to people",
    "accounts_arrivedform": "public forms arrive before an account is known; holds keyed hashes only",
    "accounts_cacheentry": "tries at signing in are counted before anybody is known; keyed hashes only",
    "accounts_emailchange": "a person's wish for another address, keyed by user; its links come from outside",
    "accounts_securityevent": "what happened to a person's sign-in, keyed by user; tries by strangers have none",
    "accounts_apikey": "the door finds the account of a request by its key",
    "accounts_alarm": "the clock wakes tasks that fell silent, before it is in any account; numbers alone",
    "audit_unsealed": "the clock asks which logs wait for a seal, before it is in any account; numbers alone",
    "audit_head": "one checkpoint signs the heads of all logs at once; lengths and hashes alone",
    "audit_checkpoint": "signed over all accounts, and published; hashes alone",
    "audit_key": "public keys of the checkpoints, and published",
    "support_access_ticket": "requests to us: a stranger's belongs to no account, and staff answer them all",
    "support_access_ticketmessage": "the words of those requests, found by their request",
    "support_access_call": "telephone calls with us, of people in whichever account, or in none",
    "support_access_staffaction": "what our staff did, which may concern no account",
    "account_emailaddress": "allauth: a person's verified addresses, keyed by user",
    "account_emailconfirmation": "allauth: confirmations of those addresses",
    "mfa_authenticator": "allauth: a person's second factors, keyed by user: asked for before an account is known",
    "django_session": "a session exists before sign-in",
    "usersessions_usersession": "allauth: where a person is signed in, keyed by user, in whichever account they work",
    "django_content_type": "Django's list of models",
    "django_migrations": "Django's list of applied migrations",
    "django_site": "allauth's list of sites",
    "auth_group": "Django's own, unused",
    "auth_group_permissions": "Django's own, unused",
    "auth_permission": "Django's own, unused",
}

# Read freely: Django's own lists, which hold nobody's data, and what a sweeper walks as a whole
# (whose a session is stands inside it).
READ_FREELY = frozenset(
    {
        "accounts_alarm",
        "accounts_arrivedform",
        "accounts_cacheentry",
        "accounts_documenttext",
        "accounts_outgoingmail",
        "accounts_securityevent",
        "audit_checkpoint",
        "audit_head",
        "audit_key",
        "audit_unsealed",
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "django_content_type",
        "django_migrations",
        "django_session",
        "django_site",
    }
)

# A table that states nothing is asked by one of these.
USUAL_KEYS = frozenset({"account_id", "user_id", "id"})

FOUND_BY: dict[str, frozenset[str]] = {
    "accounts_account": frozenset({"id", "public_id", "slug"}),
    "accounts_user": frozenset({"id", "public_id", "email", "is_staff"}),
    "accounts_suppression": frozenset({"digest"}),
    "accounts_consent": USUAL_KEYS | {"purpose"},
    "accounts_apikey": frozenset({"id", "hash", "account_id"}),
    "accounts_outgoingmail": USUAL_KEYS | {"to"},
    "accounts_invitation": frozenset({"account_id", "id", "token_hash"}),
    # Staff's lists name the queues, purposes and kinds that they show; nobody else's pages ask by these.
    "support_access_ticket": USUAL_KEYS | {"public_id", "number", "email", "queue", "assignee_id"},
    "support_access_ticketmessage": frozenset({"id", "ticket_id", "author_id"}),
    "support_access_call": USUAL_KEYS | {"public_id", "ticket_id", "purpose", "staff_id"},
    "support_access_staffaction": USUAL_KEYS | {"staff_id", "ticket_id", "call_id", "kind"},
    "account_emailaddress": frozenset({"id", "user_id", "email"}),
    "account_emailconfirmation": frozenset({"id", "email_address_id", "key"}),
    "usersessions_usersession": frozenset({"id", "user_id", "session_key"}),
}

# A sweeper may delete from these by age alone, over all accounts.
SWEPT_BY = {"accounts_emailchange": "asked_at", "accounts_invitation": "expires_at"}


def found_by() -> dict[str, frozenset[str]]:
    """By which columns each global table with somebody's data may be asked."""
    return {name: FOUND_BY.get(name, USUAL_KEYS) for name in GLOBAL_TABLES if name not in READ_FREELY}


def fenced_models() -> list[type[models.Model]]:
    """Every model whose rows belong to an account and lie behind the fence."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table not in GLOBAL_TABLES
        and any(field.column == "account_id" for field in model._meta.local_concrete_fields)
    ]

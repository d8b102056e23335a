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
    "accounts_documentversion": "which of our documents holds from which day, the same for everybody",
    "accounts_documenttext": "our own published documents, the same for everybody",
    "accounts_outgoingmail": "some letters precede their account or have none; sent by number, never listed to people",
    "accounts_arrivedform": "public forms arrive before an account is known; holds keyed hashes only",
    "accounts_cacheentry": "tries at signing in are counted before anybody is known; keyed hashes only",
    "accounts_emailchange": "a person's wish for another address, keyed by user; its links come from outside",
    "accounts_securityevent": "what happened to a person's sign-in, keyed by user; tries by strangers have none",
    "accounts_apikey": "the door finds the account of a request by its key",
    "accounts_secretlink": "an address in itself: a calendar feed, a member's for mail; found by its keyed hash",
    "accounts_alarm": "the clock wakes tasks that fell silent, before it is in any account; numbers alone",
    "audit_unsealed": "the clock asks which logs wait for a seal, before it is in any account; numbers alone",
    "audit_head": "one checkpoint signs the heads of all logs at once; lengths and hashes alone",
    "audit_checkpoint": "signed over all accounts, and published; hashes alone",
    "audit_key": "public keys of the checkpoints, and published",
    "support_access_ticket": "requests to us: a stranger's belongs to no account, and staff answer them all",
    "support_access_ticketmessage": "the words of those requests, found by their request",
    "support_access_ticketfile": "kind and size of files in those requests; their content is behind the fence",
    "support_access_call": "telephone calls with us, of people in whichever account, or in none",
    "support_access_staffaction": "what our staff did, which may concern no account",
    "rights_rightsrequest": "what people ask of us about their data: a stranger's belongs to no account",
    "rights_step": "what became of those requests, found by its request",
    "rights_comparison": "which points of somebody's proof fitted, found by its request or the address's keyed hash",
    "rights_agent": "who asks for another, found by its request",
    "children_childreport": "reports about children in whichever account; holds no word about a child",
    "children_parentalconsent": "what parents allowed us, found by the person's id; staff read all of it",
    "billing_processorcustomer": "word from the card processor names its own customer, and the account is found by it",
    "billing_webhookevent": "word from the card processor, before we know whom it concerns; references alone",
    "billing_finding": "where books differ, for the operator; never a customer's data",
    "billing_retainedinvoice": "what tax law keeps of an account that is gone",
    "support_access_grant": "staff enter no account: what they may look at is found by its request or account",
    "support_access_grantstep": "what became of those grants, found by its grant",
    "support_access_look": "each use of a grant, found by its grant, its account or who looked",
    "support_access_review": "staff check each other's grants, of all accounts",
    "support_access_suggestion": "what staff propose after a look, found by that look or its account",
    "support_access_mask": "how columns are masked, as the data map says; about nobody",
    "registers_disclosure": "our own record of what authorities asked and got; staff read all of it",
    "registers_incident": "our own record of what went wrong, and published",
    "registers_businesstransfer": "that our business goes to somebody else, and published",
    "registers_release": "figures that we published",
    "registers_logextract": "which part of our logs a case asks for; staff read all of them",
    "registers_misuse": "our own cases of fraud and breaches of the terms, whoever the firm is",
    "registers_announcement": "what every firm hears from us, and published",
    "visits_visit": "who looked at a page, without account or person: most of them belong to none",
    "visits_tie": "that staff tied visits to a person, keyed by user, in whichever account they work",
    "visits_figure": "counts of many, about nobody",
    "visits_alert": "network addresses that behave like intruders; staff read all of them",
    "deletion_accountdeletion": "speaks of an account that is gone, by its number; a worker walks all of them",
    "deletion_ledgerline": "keyed hashes of what was erased, in whichever account; compared with a file at every start",
    "deletion_personerasure": "that somebody was erased, in an account or from all: keyed hashes; a worker walks all",
    "deletion_retentionrun": "how many rows outside accounts were too old: counts alone",
    "deletion_legalhold": "our own record of why something may not be erased; whoever answers for them walks all",
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
        "accounts_documentversion",
        "accounts_outgoingmail",
        "accounts_securityevent",
        "audit_checkpoint",
        "audit_head",
        "audit_key",
        "audit_unsealed",
        "registers_announcement",
        "registers_businesstransfer",
        "registers_disclosure",
        "registers_incident",
        "registers_logextract",
        "registers_misuse",
        "registers_release",
        "deletion_accountdeletion",
        "deletion_ledgerline",
        "deletion_legalhold",
        "deletion_personerasure",
        "deletion_retentionrun",
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "billing_finding",
        "billing_processorcustomer",
        "billing_webhookevent",
        "django_content_type",
        "django_migrations",
        "django_session",
        "django_site",
        "support_access_mask",
        "visits_alert",
        "visits_figure",
        "visits_tie",
        "visits_visit",
    }
)

# A table that states nothing is asked by one of these.
USUAL_KEYS = frozenset({"account_id", "user_id", "id"})

FOUND_BY: dict[str, frozenset[str]] = {
    "accounts_account": frozenset({"id", "public_id", "slug"}),
    "accounts_user": frozenset({"id", "public_id", "email", "is_staff"}),
    "accounts_suppression": frozenset({"digest"}),
    "accounts_consent": USUAL_KEYS | {"purpose", "public_id"},
    "accounts_apikey": frozenset({"id", "hash", "account_id"}),
    "accounts_outgoingmail": USUAL_KEYS | {"to"},
    "accounts_secretlink": frozenset({"id", "hash", "account_id"}),
    "accounts_invitation": frozenset({"account_id", "id", "token_hash", "email"}),
    # Staff's lists name the queues, purposes and kinds that they show; nobody else's pages ask by these.
    "support_access_ticket": USUAL_KEYS | {"public_id", "number", "email", "queue", "assignee_id"},
    "support_access_ticketmessage": frozenset({"id", "ticket_id", "author_id"}),
    "support_access_ticketfile": USUAL_KEYS | {"public_id", "message_id"},
    "support_access_call": USUAL_KEYS | {"public_id", "ticket_id", "purpose", "staff_id"},
    "support_access_staffaction": USUAL_KEYS | {"staff_id", "ticket_id", "call_id", "kind"},
    "billing_retainedinvoice": frozenset({"id", "account_ref"}),
    "rights_rightsrequest": frozenset({"id", "public_id", "number", "mark", "user_ref", "kind", "decided_by_id"}),
    "rights_step": frozenset({"id", "request_id", "by_id"}),
    "rights_comparison": frozenset({"id", "request_id", "mark"}),
    "rights_agent": frozenset({"id", "request_id", "public_id"}),
    "children_childreport": frozenset(
        {"id", "public_id", "ticket_id", "person_ref", "outcome", "found_by_id", "decided_by_id"}
    ),
    "children_parentalconsent": frozenset({"id", "public_id", "report_id", "person_ref", "verified_by_id"}),
    "support_access_grant": USUAL_KEYS | {"public_id", "ticket_id", "staff_id", "asked_by_id", "origin"},
    "support_access_grantstep": frozenset({"id", "grant_id", "by_id"}),
    "support_access_look": USUAL_KEYS | {"public_id", "grant_id", "staff_id"},
    "support_access_review": frozenset({"id", "grant_id", "by_id"}),
    "support_access_suggestion": USUAL_KEYS | {"public_id", "look_id"},
    "account_emailaddress": frozenset({"id", "user_id", "email"}),
    "account_emailconfirmation": frozenset({"id", "email_address_id", "key"}),
    "usersessions_usersession": frozenset({"id", "user_id", "session_key"}),
}

# A sweeper may delete from these by age alone, over all accounts.
SWEPT_BY = {
    "accounts_emailchange": "asked_at",
    "accounts_invitation": "expires_at",
    "billing_retainedinvoice": "purge_on",
    "support_access_look": "seen_at",
}


def found_by() -> dict[str, frozenset[str]]:
    """By which columns each global table with somebody's data may be asked."""
    return {name: FOUND_BY.get(name, USUAL_KEYS) for name in GLOBAL_TABLES if name not in READ_FREELY}


def fenced_models() -> list[type[models.Model]]:
    """Every model whose rows belong to an account and lie behind the fence."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table not in GLOBAL_TABLES and has_account(model)
    ]


def has_account(model: type[models.Model]) -> bool:
    """Whether its rows say whose they are, behind the fence or not."""
    return any(field.column == "account_id" for field in model._meta.local_concrete_fields)

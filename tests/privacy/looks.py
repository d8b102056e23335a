"""What tests of looks share: a contact full of canaries, and grants in every state."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

import audit
from accounts.models import Account, Membership, User
from crm.models import Contact
from privacy.support_access import actions, granting
from privacy.support_access.kinds import Named
from privacy.support_access.models import Grant, GrantStep, Look, Ticket, Topic
from tenancy.context import activate
from tests import database

# Nothing of these may reach staff, unless a grant lifts the field.
CANARIES = {
    "first_name": "Quillonia",
    "last_name": "Vrandt",
    "email": "quillonia.vrandt@zyxomail.example",
    "phone": "+49 30 5550 17433",
    "street": "Kanarienweg 77",
    "city": "Zwitscherstadt",
    "note": "She sings before noon, says the canary",
    "title": "Songbird in chief",
}
SECRET = [value for name, value in CANARIES.items() if name != "title"]  # a job is shown: it is "work"


def member_of(account: Account, user: User) -> Membership:
    return Membership.objects.select_related("account", "user").get(account=account, user=user)


def canary(account: Account, **facts: Any) -> Named:
    """A contact of the account that says only canaries."""
    with activate(account, actor=granting.Actor("system", None, "test")):
        contact = Contact.objects.create(**{**CANARIES, **facts}, custom={"song": "kanarienlied"})
    return Named("crm.contact", contact.public_id)


def ticket_of(account: Account, user: User) -> Ticket:
    words = {"subject": "The import", "name": "Bob Reyes", "email": user.email}
    return actions.open_ticket(Topic.HELP, "It stops.", **words, member=member_of(account, user))


def asked(ticket: Ticket, *records: Named, by: User, unmasked: tuple[str, ...] = (), minutes: int = 60) -> Grant:
    return granting.ask(ticket, records, unmasked=unmasked, minutes=minutes, reason="It stops at her row", by=by)


def allowed(grant: Grant, *, by: Membership, **narrower: Any) -> Grant:
    given = {"records": grant.records, "unmasked": grant.unmasked, "minutes": grant.minutes, **narrower}
    with activate(grant.account, actor=granting.Actor("member", by.pk, str(by))):
        granting.allow(grant, by=by, **given)
    return granting.grants().get(pk=grant.pk)


def on_record(grant: Grant, record: Named, *, by: User, **forged: Any) -> Look:
    """What the app writes before a look, or something like it."""
    from privacy.support_access import kinds

    with activate(grant.account, actor=granting.staff_actor(by)):
        event = audit.record("look.opened", kinds.in_log(record), data={})
        facts = {"grant": grant, "account": grant.account, "staff": by, "record": record.key, "event": event, **forged}
        return Look.objects.create(**facts)


def as_support() -> psycopg.Connection:
    """The connection that staff's pages have: the role support."""
    return psycopg.connect(**{**settings.SUPPORT_DATABASE, "dbname": connection.settings_dict["NAME"]}, autocommit=True)


def as_superuser() -> psycopg.Connection:
    return psycopg.connect(database.renamed(database.admin_dsn(), connection.settings_dict["NAME"]), autocommit=True)


def step_of(grant: Grant, kind: str) -> GrantStep:
    return GrantStep.objects.get(grant_id=grant.pk, kind=kind)

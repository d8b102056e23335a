"""Words that are found again wherever they stay: planted in each text and JSON of every table of a firm."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Consent, Membership, SecurityEvent, User
from privacy.deletion import tables
from privacy.deletion.models import LegalHold
from privacy.support_access.models import Call, StaffAction, Ticket, TicketMessage
from tenancy.probe import CannotMake

MARK = "Zanzibarcanary"
# Rules between their columns that no rows can be made by without knowing them.
HAND_MADE = {"support_access_grant", "support_access_look", "support_access_suggestion"}


def requests(account, word, staff):
    """What the firm asked us, a call about it, a released hold, and what our staff did there."""
    member = Membership.objects.filter(account=account).first()
    ticket = Ticket.objects.create(
        topic="help", queue="support", subject=word, name=word, email=f"{word}@b.example", user=member.user,
        account=account,
    )  # fmt: skip
    TicketMessage.objects.create(ticket=ticket, kind="theirs", text=word)
    now, until = timezone.now(), timezone.localdate() + timedelta(days=30)
    call = Call.objects.create(
        person=word, account=account, ticket=ticket, staff=staff, purpose="help", started_at=now, ended_at=now,
        summary=word, kept_until=until,
    )  # fmt: skip
    StaffAction.objects.create(kind="ticket.noted", staff=staff, ticket=ticket, call=call, account=None, detail=word)
    LegalHold.objects.create(
        account=account, matter=word, reason=word, custodian=word, review_on=until, released_at=now
    )


def fill(account, word, staff, inside, recorder, rows):
    """A row in every table that holds an account's rows, with the word in every text that has room for it."""
    rows.word = word
    owner = {"id": Membership.objects.filter(account=account).first().user_id}
    rows.rows["accounts_user", None] = rows.rows["accounts_user", account.pk] = owner
    with recorder.looking_away(), inside(account):
        requests(account, word, staff)
        for table in tables.in_order():
            with suppress(CannotMake) if table.name in HAND_MADE else nullcontext():
                rows.row(table.name, account.pk)
        for member in Membership.objects.filter(account=account).exclude(user__email="bob@acme.example"):
            User.objects.filter(pk=member.user_id).update(first_name=f"{word} {member.pk}", phone=f"{word} phone")
            rows.rows["accounts_user", None] = {"id": member.user_id}
            for model in (Consent, EmailAddress):
                rows.make(model._meta.db_table, None)
            SecurityEvent.objects.create(user_id=member.user_id, kind="signed_in", browser=word)


TEXTS = """
    SELECT c.relname, a.attname, t.typname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relname = ANY(%s) AND c.relkind = 'r' AND t.typname IN ('text', 'varchar', 'jsonb')
    AND (a.atttypmod < 0 OR a.atttypmod > 30) ORDER BY 1, 2
"""
FILL = """
    UPDATE "{0}" t SET "{1}" = n.value
    FROM (SELECT ctid, {2} AS value FROM "{0}" WHERE account_id = %s AND ("{1}" IS NULL OR "{1}" IN ({3}))) n
    WHERE t.ctid = n.ctid AND t.account_id = %s
"""
MORE_ROWS = 15
# Words that checks prescribe, and a number that only a sent invoice has.
NO_ROOM = {"accounts_storedfile.media_type", "invoicing_invoice.number", "support_access_call.recording"}


def plant(account, rows, inside, recorder):
    """More rows, and a canary of its own in each text and JSON of all of them that was left empty.

    Returns the columns in which there is none: rules between columns, or a row that may only be added.
    """
    names, rows.word = [table.name for table in tables.in_order() if table.name != "accounts_outgoingmail"], MARK
    with recorder.looking_away(), inside(account):
        for name in sorted(set(names) - HAND_MADE - {"deletion_legalhold"}):
            for _ in range(MORE_ROWS):
                with suppress(CannotMake):
                    rows.make(name, account.pk)
        with connection.cursor() as cursor:
            cursor.execute(TEXTS, [names])
            columns = list(cursor.fetchall())
            for number, column in enumerate(columns):
                with suppress(DatabaseError), transaction.atomic():
                    cursor.execute(filling(*column, number), [account.pk, account.pk])
            return {f"{table}.{column}" for table, column, _ in columns if not _has_one(cursor, table, column, account)}


def filling(table, column, kind, number):
    word = f"'{MARK}{number:x}g' || row_number() OVER ()"
    if kind == "jsonb":
        return FILL.format(table, column, f"to_jsonb(ARRAY[{word}])", "'{}', '[]'")
    return FILL.format(table, column, word, "''")


def _has_one(cursor, table, column, account):
    cursor.execute(
        f'SELECT 1 FROM "{table}" WHERE account_id = %s AND "{column}"::text LIKE %s LIMIT 1',
        [account.pk, f"%{MARK}%"],
    )
    return cursor.fetchone()

# ruff: noqa: S608  (names of tables and columns are ours, values are parameters)
"""Which records look alike, found for a whole account in one statement; and what became part of what.

Records are grouped by equal keys alone: equality is leakproof, so PostgreSQL may use its indexes under the row policy.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import Membership
from accounts.permissions import can_for_others
from crm.merging.nouns import Noun
from crm.models import Company, Contact, Merge, MergedRecord, NoDuplicate, Record
from crm.models.records import Mergeable
from lib.phones import FEWEST_DIGITS
from lib.seals import Seal
from tenancy.context import current_account_id

GROUPS = 20  # on a page
LARGEST = 50  # what more records than this share says nothing: a switchboard's number

_SEAL = Seal("duplicates cursor")


@dataclass(frozen=True)
class Criterion:
    """What records may share, in words, and where its key is read: a column, or a table of several for each."""

    name: str
    label: str
    key: str  # of the records themselves
    more: str = ""  # the same key beside them, as a statement that gives id and key


_MORE_EMAILS = "SELECT contact_id AS id, email_lower AS key FROM crm_contactemail WHERE account_id = %(account)s"
# A number that can't be dialled from the account's country is the same in all spellings of its digits.
_PHONE = rf"""CASE WHEN phone_e164 <> '' THEN phone_e164
    WHEN length(regexp_replace(phone, '\D', '', 'g')) >= {FEWEST_DIGITS} THEN regexp_replace(phone, '\D', '', 'g')
    ELSE '' END"""
_MORE_PHONES = f"SELECT contact_id AS id, {_PHONE} AS key FROM crm_contactphone WHERE account_id = %(account)s"
_NAME = Criterion("name", "Same name", "name_key")
_SOUND = Criterion("sound", "Similar name", "sound_key")
CRITERIA: dict[str, tuple[Criterion, ...]] = {
    "contacts": (
        Criterion("email", "Same e-mail", "email_lower", _MORE_EMAILS),
        Criterion("phone", "Same phone", _PHONE, _MORE_PHONES),
        _NAME,
        _SOUND,
        Criterion("company", "Same company", "COALESCE(company_id::text, '')"),
    ),
    "companies": (
        Criterion("domain", "Same website", "domain"),
        Criterion("phone", "Same phone", _PHONE),
        _NAME,
        _SOUND,
    ),
}
# What is looked for when nobody says otherwise: whoever shares all of any of these.
USUAL: dict[str, tuple[tuple[str, ...], ...]] = {
    "contacts": (("email",), ("name",), ("phone", "sound"), ("sound", "company")),
    "companies": (("domain",), ("name",), ("sound",)),
}


@dataclass(frozen=True)
class Group:
    """Records that may be one, and what they share."""

    records: list[Any]
    shared: list[str]


@dataclass(frozen=True)
class Found:
    """A page of groups, how many there are, and where the next page begins."""

    groups: list[Group]
    number: int
    next: str | None


def look_for(noun: Noun, member: Membership, by: Sequence[str], cursor: str = "", size: int = GROUPS) -> Found:
    """Groups of records that share all of ``by``; without any, what makes duplicates likely."""
    known = {each.name: each for each in CRITERIA[noun.many]}
    asked = tuple(name for name in known if name in by)
    rules = [asked] if asked else USUAL[noun.many]
    sql = _statement(
        noun, [[known[name] for name in rule] for rule in rules], of_all=can_for_others(member, "contact.view")
    )
    given = {
        "account": current_account_id(), "owner": member.pk, "kind": noun.one, "largest": LARGEST,
        "after": _read(cursor), "limit": size + 1,
    }  # fmt: skip
    with connection.cursor() as database:
        database.execute(sql, given)
        rows = database.fetchall()
    number = rows[0][2] if rows else 0
    following = _SEAL.close(json.dumps(rows[size - 1][0])) if len(rows) > size else None
    return Found(_groups(noun, rows[:size], known), number, following)


def _statement(noun: Noun, rules: Sequence[Sequence[Criterion]], *, of_all: bool) -> str:
    """``base`` are the records that this member may merge, ``said`` the groups nobody has called different yet."""
    table = noun.model._meta.db_table
    whose = "" if of_all else "AND owner_id = %(owner)s"
    usable = "AND restricted_at IS NULL" if noun.model is Contact else ""
    needed = {criterion.name: criterion for rule in rules for criterion in rule}
    keys = ", ".join(f"{each.key} AS {each.name}" for each in needed.values())
    parts = [
        f"base AS MATERIALIZED (SELECT id, {keys} FROM {table} "
        f"WHERE account_id = %(account)s AND deleted_at IS NULL {usable} {whose})"
    ]
    parts += [
        f"{each.name}_of AS (SELECT id, {each.name} AS key FROM base WHERE {each.name} <> '' "
        f"UNION SELECT more.id, more.key FROM ({each.more}) AS more JOIN base USING (id) WHERE more.key <> '')"
        for each in needed.values()
        if each.more
    ]
    groups = " UNION ALL ".join(_rule(rule) for rule in rules)
    return f"""
        WITH {", ".join(parts)}, alike AS (
            SELECT ids, array_agg(DISTINCT why) AS why FROM ({groups}) AS found (ids, why) GROUP BY ids
        ), said AS (
            SELECT ids, why FROM alike WHERE cardinality(ids) * (cardinality(ids) - 1) / 2 > (
                SELECT count(*) FROM crm_noduplicate
                WHERE account_id = %(account)s AND kind = %(kind)s AND first_id = ANY(ids) AND second_id = ANY(ids)
            )
        )
        SELECT ids, why, (SELECT count(*) FROM said) FROM said
        WHERE ids > %(after)s::bigint[] ORDER BY ids LIMIT %(limit)s
    """


def _rule(rule: Sequence[Criterion]) -> str:
    """Groups of whoever shares all of these."""
    tables = "base" + "".join(f" JOIN {each.name}_of USING (id)" for each in rule if each.more)
    keys = ", ".join(f"{each.name}_of.key" if each.more else f"base.{each.name}" for each in rule)
    # Two people without a company share that; whatever else is empty says nothing.
    told = " AND ".join(f"base.{each.name} <> ''" for each in rule if not each.more and each.name != "company")
    return (
        f"SELECT array_agg(DISTINCT id ORDER BY id), '{' '.join(each.name for each in rule)}' FROM {tables} "
        f"{f'WHERE {told}' if told else ''} "
        f"GROUP BY {keys} HAVING count(DISTINCT id) BETWEEN 2 AND %(largest)s"
    )


def _groups(noun: Noun, rows: Sequence[Any], known: dict[str, Criterion]) -> list[Group]:
    numbers = {number for ids, *_ in rows for number in ids}
    records: Any = noun.model._default_manager.filter(pk__in=numbers).select_related("owner__user")
    if noun.model is Contact:
        records = records.select_related("company", "owner__user")
    found = {record.pk: record for record in records}
    return [
        Group(
            [found[number] for number in ids if number in found],
            [" and ".join(known[name].label.lower() for name in each.split()).capitalize() for each in why],
        )
        for ids, why, _ in rows
    ]


def _read(cursor: str) -> list[int]:
    plain = _SEAL.open(cursor) if cursor else None
    return json.loads(plain) if plain else []


def pairs_apart(noun: Noun, member: Membership) -> QuerySet[NoDuplicate]:
    """What was said to be no duplicate, of records this member may see both of."""
    seen = noun.model._default_manager.live().visible_to(member).values("pk")  # type: ignore[attr-defined]
    return NoDuplicate.objects.filter(kind=noun.one, first_id__in=seen, second_id__in=seen)


def visible_merges(member: Membership) -> QuerySet[Merge]:
    """Those whose survivor this member may see."""
    contacts, companies = (model.objects.visible_to(member).values("pk") for model in (Contact, Company))
    return Merge.objects.filter(Q(contact__in=contacts) | Q(company__in=companies))


def merged_ids(record: Record) -> list[UUID]:
    """The ids of what became part of this record."""
    if not isinstance(record, Mergeable) or "merges" in record.lacks:
        return []
    into = {f"merge__{record._meta.model_name}": record.pk}
    return list(MergedRecord.objects.filter(**into, merge__undone_at=None).values_list("old_id", flat=True))


def became(model: type[Mergeable], old_id: UUID, member: Membership) -> Any:
    """The record that one of this id became part of, if this member may see it; else None."""
    noun = str(model._meta.model_name)
    merge = Merge.objects.filter(records__old_id=old_id, undone_at=None).order_by("-at", "-id").first()
    number = merge and getattr(merge, f"{noun}_id")
    seen: Any = model._default_manager.visible_to(member)  # type: ignore[attr-defined]
    return seen.filter(pk=number).first() if number else None


def merges_of(record: Record) -> QuerySet[Merge]:
    """The merges that made this record what it is, the latest first."""
    merges: QuerySet[Merge] = record.merges.filter(undone_at=None)  # type: ignore[attr-defined]
    return merges.select_related("by__user").prefetch_related("records").order_by("-at", "-id")

"""Finding records by the beginnings of their words.

Every kind of record that can be found says so once, in its app's ``search.py``::

    register(SearchKind("project", Project, label="Projects", icon="folder", action="project.view",
                        view="timetracking:project", words=lambda project: words(project.name),
                        visible=lambda member: Project.objects.visible_to(member).order_by("name_key")))

and calls ``reindex([project])`` whenever it saves some, in the same transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import F, Model, Q, QuerySet, Subquery, prefetch_related_objects

from accounts.models import Membership
from accounts.permissions import can
from crm.models import Company, Contact, SearchToken
from lib.keyset import IsAmong, IsOneOf
from lib.phones import national_digits
from lib.text import fold, words
from tenancy.context import current_account_id

LONGEST_TOKEN = 80
MOST_WORDS = 10  # of a search; each costs a look at the index, and a tenth word hardly narrows it
LAST_CHARACTER = "\U0010ffff"
HITS = 8
COMMON = 5_000  # from so many hits on a start is common

_DELETE = "DELETE FROM crm_searchtoken WHERE account_id = %s AND kind = %s AND record_id = ANY(%s)"
_INSERT = """
    INSERT INTO crm_searchtoken (account_id, token, kind, record_id)
    SELECT %s, token, %s, record_id FROM unnest(%s::text[], %s::bigint[]) AS new (token, record_id)
"""
_COUNT = """
    SELECT count(*) FROM (
        SELECT FROM crm_searchtoken WHERE account_id = %s AND kind = %s AND token >= %s AND token < %s LIMIT %s
    ) AS enough
"""


@dataclass(frozen=True)
class SearchKind:
    """One kind of record that can be found: by which words, by whom, and how a hit is shown."""

    name: str
    model: type[Model]
    label: str
    icon: str
    action: str  # who may find it: a row of accounts/permissions.py
    view: str  # its page: a URL name that takes the account and the public id
    words: Callable[[Any], Iterable[str]]
    visible: Callable[[Membership], QuerySet[Any]]  # what this member may see, in order
    detail: Callable[[Any], str] = lambda record: ""
    list_view: str = ""  # the page that lists all hits, given ?q=
    parts: tuple[str, ...] = ()  # related rows that ``words`` reads


@dataclass(frozen=True)
class Hit:
    """One found record, and a few words to tell it from others."""

    record: Any
    detail: str


@dataclass(frozen=True)
class Group:
    """The hits of one kind. ``has_more`` when there are others behind the first few."""

    kind: SearchKind
    hits: list[Hit]
    has_more: bool


_kinds: dict[type[Model], SearchKind] = {}


def register(kind: SearchKind) -> None:
    _kinds[kind.model] = kind


def reindex(records: Sequence[Model], *, are_new: bool = False) -> None:
    """Store the words of these records, all of one model, in place of their former ones.

    Two statements however many they are; one when they ``are_new``. Records of several thousand
    may come at once, with what ``words`` reads (a contact's company) loaded.
    """
    if not records:
        return
    kind = _kinds[type(records[0])]
    if not are_new:
        prefetch_related_objects(records, *kind.parts)
    pairs = [(token, record.pk) for record in records for token in tokens_of(record)]
    account = current_account_id()
    with connection.cursor() as cursor:
        if not are_new:
            cursor.execute(_DELETE, [account, kind.name, [record.pk for record in records]])
        tokens, numbers = [token for token, _ in pairs], [number for _, number in pairs]
        cursor.execute(_INSERT, [account, kind.name, tokens, numbers])


def tokens_of(record: Model) -> set[str]:
    """The words by which a record is found, as they are stored."""
    return {word[:LONGEST_TOKEN] for word in _kinds[type(record)].words(record)}


def matching(model: type[Model], text: str) -> Q:
    """The condition that every word of ``text`` begins one of the record's words; a text without a word finds nothing.

    Rare words are looked up first, and their records handed over as an array: see ``IsAmong``. Of common ones
    most hits would be fetched in vain: see ``IsOneOf``.
    """
    kind = _kinds[model]
    starts = [word[:LONGEST_TOKEN] for word in asked_words(text)]
    if not starts:
        return Q(pk__in=[])
    are_common = all(_is_common(kind, start) for start in starts)
    numbers = [_numbers_of(kind, start) for start in starts]
    found = numbers[0].intersection(*numbers[1:]) if numbers[1:] else numbers[0]
    return Q(IsOneOf(F("pk"), Subquery(found)) if are_common else IsAmong(F("pk"), ArraySubquery(found)))


def _is_common(kind: SearchKind, start: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [current_account_id(), kind.name, start, start + LAST_CHARACTER, COMMON])
        return bool(cursor.fetchone()[0] >= COMMON)


def _numbers_of(kind: SearchKind, start: str) -> QuerySet[Any]:
    tokens = SearchToken.objects.filter(kind=kind.name, token__gte=start, token__lt=start + LAST_CHARACTER)
    return tokens.values("record_id")


def find(membership: Membership, text: str, limit: int = HITS) -> list[Group]:
    """What this member may see of what ``text`` finds, kind by kind; kinds without a hit are absent."""
    if not asked_words(text):
        return []
    found = []
    for kind in _kinds.values():
        if can(membership, kind.action):
            visible = kind.visible(membership)
            first = visible.filter(matching(kind.model, text))[: limit + 1]
            records = list(visible.filter(IsAmong(F("pk"), ArraySubquery(first.values("pk")))))
            hits = [Hit(record, kind.detail(record)) for record in records[:limit]]
            found.append(Group(kind, hits, len(records) > limit))
    return [group for group in found if group.hits]


def asked_words(text: str) -> list[str]:
    """The words somebody looks for: an address or a number typed with spaces is one word."""
    text = text.replace("\0", "").strip()
    if re.fullmatch(r"\+?[\d\s().,/-]{4,}", text) and (digits := re.sub(r"\D", "", text)):
        return [digits.lstrip("0") or digits]
    found: list[str] = []
    for part in text.split():
        found += [fold(part)] if re.search(r"\w@\w", part) else words(part)
    return list(dict.fromkeys(found))[:MOST_WORDS]


def address_words(email: str) -> list[str]:
    """An address is found as a whole and by its parts."""
    return [fold(email), *words(email)] if email else []


def phone_words(phone: str, e164: str) -> list[str]:
    """A number is found with and without the country's code, however it is written."""
    digits = re.sub(r"\D", "", phone)
    return [word for word in (e164.lstrip("+"), national_digits(e164), digits.lstrip("0")) if word]


def contact_words(contact: Contact) -> Iterable[str]:
    yield from words(f"{contact.first_name} {contact.last_name}")
    if contact.company:
        yield from words(contact.company.name)
    for address in (contact.email, *(extra.email for extra in _extras(contact, "emails"))):
        yield from address_words(address)
    for number in (contact, *_extras(contact, "phones")):
        yield from phone_words(number.phone, number.phone_e164)


def company_words(company: Company) -> Iterable[str]:
    yield from words(company.name)
    yield from address_words(company.domain)
    yield from phone_words(company.phone, company.phone_e164)


def _extras(contact: Contact, name: str) -> Iterable[Any]:
    """The loaded further addresses or numbers; a contact just made has none that were not told."""
    return getattr(contact, "_prefetched_objects_cache", {}).get(name, ())


register(
    SearchKind(
        "contact", Contact, "Contacts", "users", "contact.view", "crm:contact",
        words=contact_words,
        visible=lambda member: Contact.objects.live().visible_to(member).select_related("company")
        .order_by("name_key", "id"),
        detail=lambda contact: " · ".join(
            filter(None, [contact.title, str(contact.company or ""), contact.email])
        ),
        list_view="crm:contacts",
        parts=("company", "emails", "phones"),
    )
)  # fmt: skip
register(
    SearchKind(
        "company", Company, "Companies", "building", "company.view", "crm:company",
        words=company_words,
        visible=lambda member: Company.objects.live().visible_to(member).order_by("name_key", "id"),
        detail=lambda company: " · ".join(filter(None, [company.domain, company.city])),
        list_view="crm:companies",
    )
)  # fmt: skip

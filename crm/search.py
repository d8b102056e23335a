"""Finding records by the beginnings of their words; by parts of them, where ``crm/substrings.py`` says so.

Every kind of record that can be found says so once, in its app's ``search.py``::

    register(SearchKind("project", Project, label="Projects", icon="folder", action="project.view",
                        view="timetracking:project", words=lambda project: words(project.name),
                        visible=lambda member: Project.objects.visible_to(member).order_by("name_key")))

and calls ``reindex([project])`` whenever it saves some, in the same transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    F,
    Func,
    Model,
    Q,
    QuerySet,
    prefetch_related_objects,
)

from accounts.models import Membership
from accounts.permissions import can
from audit.models import Event
from crm import substrings
from crm.models import Company, Contact, Record, SearchToken
from crm.spread import Seen, like, spread, spread_within
from lib.keyset import LAST_CHARACTER, IsAmong
from lib.phones import national_digits
from lib.text import fold, words
from tenancy import bulk
from tenancy.context import current_account_id

LONGEST_TOKEN = 80
MOST_WORDS = 10  # of a search; each costs a look at the index, and a tenth word hardly narrows it
HITS = 8
RECENT = 60  # events in which the records changed last are looked for
MANY = 2_000  # words from which on COPY is quicker than a statement that holds them
COMMON = 2_000  # from so many hits on a start is common
FEW = 500  # up to so many words the records' numbers come along, and nobody looks for them again
FEW_ALONE = 2_000  # the same of the only part that is looked for: nothing is read of each record
SEEN = 20_000  # words that are looked at to know of which kinds they are: cheaper than asking each kind in vain

_DELETE = "DELETE FROM crm_searchtoken WHERE account_id = %s AND kind = %s AND record_id = ANY(%s)"
_LOOK = 'SELECT record_id FROM "crm_searchtoken" WHERE account_id = %s AND kind = %s'
_INSERT = """
    INSERT INTO crm_searchtoken (account_id, token, kind, record_id)
    SELECT %s, token, %s, record_id FROM unnest(%s::text[], %s::bigint[]) AS new (token, record_id)
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
    companies: tuple[str, ...] = ()  # keys to the companies whose names are among the words


@dataclass(frozen=True)
class Hit:
    """One found record, and a few words to tell it from others."""

    record: Any
    detail: str
    kind: SearchKind


@dataclass(frozen=True)
class Group:
    """The hits of one kind. ``has_more`` when there are others behind the first few."""

    kind: SearchKind
    hits: list[Hit]
    has_more: bool


_kinds: dict[type[Model], SearchKind] = {}
_more_words: list[Callable[[Any], Iterable[str]]] = []


def add_words(source: Callable[[Any], Iterable[str]]) -> None:
    """Have all companies, contacts and deals found by these words, too."""
    _more_words.append(source)


def register(kind: SearchKind) -> None:
    _kinds[kind.model] = kind


def is_found(model: type[Model]) -> bool:
    """Whether search knows records of this kind."""
    return model in _kinds


def reindex(records: Sequence[Model], *, are_new: bool = False) -> None:
    """Store the words of these records, all of one model, in place of their former ones.

    A fixed number of statements however many they are. Records of several thousand may come at once, with what
    ``words`` reads (a contact's company) loaded; sorted by word they go into the index quickest.
    """
    if not records:
        return
    kind = _kinds[type(records[0])]
    if not are_new:
        prefetch_related_objects(records, *kind.parts)
    numbered = ((record.pk, tokens_of(record)) for record in records)
    pairs = [(token, number) for number, tokens in numbered for token in tokens]
    account = current_account_id()
    with connection.cursor() as cursor:
        if not are_new:
            cursor.execute(_DELETE, [account, kind.name, [record.pk for record in records]])
        if len(pairs) > MANY:
            bulk.insert(SearchToken, ("token", "record_id", "kind"), ((*pair, kind.name) for pair in sorted(pairs)))
            return
        tokens, numbers = [token for token, _ in pairs], [number for _, number in pairs]
        cursor.execute(_INSERT, [account, kind.name, tokens, numbers])


def reindex_around(companies: Collection[int]) -> None:
    """Store the words of all that is found by the names of these companies: they, or what names them, changed."""
    for kind in _kinds.values():
        for key in kind.companies:
            reindex(list(kind.model._default_manager.filter(**{f"{key}__in": companies}).distinct()))


def forget(model: type[Model], numbers: Collection[int]) -> None:
    """Remove the words of records that are removed for good."""
    if kind := _kinds.get(model):
        SearchToken.objects.filter(kind=kind.name, record_id__in=numbers).delete()


def tokens_of(record: Model) -> set[str]:
    """The words by which a record is found, as they are stored."""
    found = {word[:LONGEST_TOKEN] for word in _kinds[type(record)].words(record)}
    if isinstance(record, Record):
        found |= {word[:LONGEST_TOKEN] for source in _more_words for word in source(record)}
    return found


@dataclass(frozen=True)
class _Sought:
    """A word that somebody looks for, and where it was seen, by kind: looked at up to ``most`` words."""

    word: str
    seen: dict[str, Seen]
    most: int
    is_part: bool = False  # of the records' words; else it begins them

    @cached_property
    def words(self) -> int:
        return sum(seen.words for seen in self.seen.values())

    @property
    def is_common(self) -> bool:
        return self.words >= COMMON

    @property
    def are_few(self) -> bool:
        """The records of every kind are known."""
        return self.words < self.most and all(seen.records is not None for seen in self.seen.values())

    def may_hit(self, kind: SearchKind) -> bool:
        """False when it surely is in no word of such records."""
        return kind.name in self.seen or self.words >= self.most

    def records(self, kind: SearchKind) -> set[int] | None:
        """All records of this kind that it was seen in; None where they are many or not all were looked at."""
        if self.words >= self.most:
            return None
        found = self.seen[kind.name].records if kind.name in self.seen else ()
        return None if found is None else {*found}

    @property
    def condition(self) -> tuple[str, list[str]]:
        """That a word is it, as SQL and its values."""
        if self.is_part:
            return "token LIKE %s", [like(self.word)]
        return "token >= %s AND token < %s", [self.word, self.word + LAST_CHARACTER]


class _Holds(Func):
    """That a record's words hold what is sought: ``id = ANY(ARRAY(SELECT …))``, see ``IsAmong``; of what very many
    records hold ``(id IN (SELECT …)) IS TRUE``, see ``IsOneOf``.

    A QuerySet would say the same, but Django puts its SQL together anew each time: a millisecond for each search.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(self, numbers: str, values: Sequence[Any], *, are_common: bool = False) -> None:
        self.values = values
        self.words = f"IN ({numbers})) IS TRUE" if are_common else f"= ANY(ARRAY({numbers})))"
        super().__init__(F("pk"))

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        pk, values = compiler.compile(self.source_expressions[0])
        return f"({pk} {self.words}", [*values, *self.values]


class _Numbers(Func):
    """Numbers that are known, as an array for ``IsAmong``; Django's own would prepare them one by one."""

    output_field = ArrayField(BigIntegerField())

    def __init__(self, numbers: Iterable[int]) -> None:
        self.text = f"{{{','.join(map(str, numbers))}}}"
        super().__init__()

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        return "%s::bigint[]", [self.text]


def matching(model: type[Model], text: str) -> Q:
    """The condition that each word of ``text`` begins one of the record's words, or is a part of one where parts are
    found; without a word nothing is found.
    """
    sought = _sought(text)
    return _condition(_kinds[model], _widened(sought)) if sought else Q(pk__in=[])


def _sought(text: str, most: int = COMMON) -> list[_Sought]:
    starts = [word[:LONGEST_TOKEN] for word in asked_words(text)]
    found = zip(starts, spread(starts, FEW, most), strict=True) if starts else ()
    return [_Sought(start, kinds, most) for start, kinds in found]


def _widened(sought: list[_Sought]) -> list[_Sought]:
    """The same words as parts of the records' words. What thousands of words begin with remains a beginning: there
    is plenty of it, and reading whatever else holds it would cost everybody. Where the rarest part is in few records,
    all parts are looked for in these at once, and one stands for all.
    """
    rare = [each for each in sought if len(each.word) >= substrings.SHORTEST and not each.is_common]
    if not rare or not substrings.are_found():
        return sought
    rarest, *others = sorted((each.word for each in rare), key=len, reverse=True)
    few = FEW if others else FEW_ALONE
    parts = [_Sought(rarest, spread_within([rarest], few, COMMON, others)[0], COMMON, is_part=True)]
    if others and not parts[0].are_few:
        seen = zip(others, spread_within(others, FEW, COMMON), strict=True)
        parts += [_Sought(word, kinds, COMMON, is_part=True) for word, kinds in seen]
    return [*parts, *(each for each in sought if each not in rare)]


def _condition(kind: SearchKind, sought: list[_Sought]) -> Q:
    """Rare words are looked up first, and their records handed over as an array: see ``IsAmong``. Of common ones
    most hits would be fetched in vain: see ``IsOneOf``.
    """
    known = [records for each in sought if (records := each.records(kind)) is not None]
    few = known and set.intersection(*known)
    if known and not few:
        return Q(pk__in=[])
    if few:
        numbers = sorted(few)
        is_known = Q(IsAmong(F("pk"), _Numbers(numbers)))
        others = [each for each in sought if each.records(kind) is None]
        return is_known & Q(_Holds(*_numbers(kind, others, among=numbers))) if others else is_known
    return Q(_Holds(*_numbers(kind, sought), are_common=all(each.is_common for each in sought)))


def _numbers(kind: SearchKind, sought: list[_Sought], among: list[int] | None = None) -> tuple[str, list[Any]]:
    """The numbers of the records that hold all of these, as SQL and its values; ``among``: of these records alone."""
    looks, values = list[str](), list[Any]()
    for condition, parts in (each.condition for each in sought):
        looks.append(f"{_LOOK} AND {condition}" + (" AND record_id = ANY(%s)" if among else ""))
        values += [current_account_id(), kind.name, *parts, *([among] if among else [])]
    return " INTERSECT ".join(looks), values


def find(membership: Membership, text: str, limit: int = HITS) -> list[Group]:
    """What this member may see of what ``text`` finds, kind by kind; kinds without a hit are absent."""
    sought = _sought(text, SEEN)
    if not sought:
        return []
    wider, found = _widened(sought), []
    for kind in _kinds.values():
        if can(membership, kind.action):
            visible = kind.visible(membership)
            records = _first(kind, visible, sought, limit + 1)
            if wider is not sought and len(records) <= limit:  # what begins so stands first
                others = visible.exclude(pk__in=[record.pk for record in records])
                records += _first(kind, others, wider, limit + 1 - len(records))
            hits = [Hit(record, kind.detail(record), kind) for record in records[:limit]]
            found.append(Group(kind, hits, len(records) > limit))
    return [group for group in found if group.hits]


def _first(kind: SearchKind, visible: QuerySet[Any], sought: list[_Sought], limit: int) -> list[Any]:
    """The first hits in their order; without a statement where there can be none."""
    if not all(each.may_hit(kind) for each in sought):
        return []
    first = visible.filter(_condition(kind, sought))[:limit]
    return list(visible.filter(IsAmong(F("pk"), ArraySubquery(first.values("pk")))))


def recent(membership: Membership, limit: int = HITS) -> list[Hit]:
    """What this member changed last, as their log says, as far as they may still see it."""
    own = Event.objects.filter(actor_kind="member", actor_id=membership.pk, record_id__isnull=False)
    lately = own.order_by("-written_at", "-id").values_list("record_type", "record_id")[:RECENT]
    order = list(dict.fromkeys(lately))
    found: dict[tuple[str, Any], Hit] = {}
    for kind in _kinds.values():
        type_ = kind.model._meta.label_lower
        ids = [public_id for each, public_id in order if each == type_]
        if ids and can(membership, kind.action):
            for record in kind.visible(membership).filter(public_id__in=ids):
                found[type_, record.public_id] = Hit(record, kind.detail(record), kind)
    return [found[key] for key in order if key in found][:limit]


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
    for company in (contact.company, *(position.company for position in _extras(contact, "positions"))):
        yield from words(company.name if company else "")
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
        parts=("company", "emails", "phones", "positions__company"),
        companies=("company", "positions__company"),
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

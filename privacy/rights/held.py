"""What is held about one person, as it stands now: every field with its value, where it is from, what for, on which
ground, who can see it and until when. Read from the data map; nobody keeps a second list.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.text import slugify

import datamap
from accounts.models import Membership, User
from crm.models import Contact
from datamap import Answer, Party, Subject, Support
from lib import formats
from lib.sheets import BYTE_ORDER_MARK, comma_separated
from privacy.registers import books
from tenancy.globals import has_account
from tenancy.models import AccountModel

MOST_ROWS = 20  # of one table on a page; the copy has all
SECRET = "Set. Nobody can read it, not even we."  # noqa: S105 - a sentence
NOTHING = "–"
NOBODY = "Nobody else"
NEVER = "No: nothing is sold, and nothing is shared for advertising."


@dataclass(frozen=True)
class Said:
    """One field of one row, in words."""

    label: str
    value: str


@dataclass(frozen=True)
class About:
    """What holds of a column in every row."""

    label: str
    category: str
    source: str
    purpose: str
    basis: str
    seen_by: str
    goes_to: str
    kept: str
    erased: str


@dataclass(frozen=True)
class Held:
    """One table: what its fields are, and the rows about this person."""

    name: str
    about: str
    columns: tuple[About, ...]
    rows: tuple[tuple[Said, ...], ...]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def of_user(user: User, most: int = MOST_ROWS) -> Iterator[Held]:
    """What we hold about somebody who signs in, for purposes of our own; whichever firm they work in."""
    yield from _tables(user, Subject.ACCOUNT_HOLDER, most)


def of_member(member: Membership, most: int = MOST_ROWS) -> Iterator[Held]:
    """What the active firm keeps about one of its members."""
    yield from _tables(member, Subject.MEMBER, most)


def of_contact(contact: Contact, most: int = MOST_ROWS) -> Iterator[Held]:
    """What the active firm keeps about one of its contacts."""
    yield from _tables(contact, Subject.CONTACT, most)


def as_data(tables: Iterator[Held]) -> list[dict[str, Any]]:
    """The same for programs: a list of tables, each with its fields explained and its rows."""
    return [
        {
            "table": held.name,
            "about": held.about,
            "fields": [asdict(column) for column in held.columns],
            "rows": [{said.label: said.value for said in row} for row in held.rows],
        }
        for held in tables
    ]


def controller() -> dict[str, str]:
    """Who answers for what we keep for purposes of our own: named in every copy (105)."""
    return settings.OPERATOR.named()


def as_zip(data: dict[str, Any]) -> bytes:
    """A copy for spreadsheets: each table as CSV, and beside them the whole as JSON, which explains every field."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("data.json", as_json(data))
        for part, tables in data.items():
            if part == "categories":
                packed.writestr("categories.csv", _lines(tables))
            elif isinstance(tables, list):
                for number, table in enumerate(tables, start=1):
                    packed.writestr(f"{part}/{number:02}-{slugify(table['table'])}.csv", _as_csv(table))
    return out.getvalue()


def as_json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False)


def _as_csv(table: dict[str, Any]) -> bytes:
    head = [field["label"] for field in table["fields"]]
    rows = [[row.get(label, "") for label in head] for row in table["rows"]]
    return BYTE_ORDER_MARK.encode() + comma_separated([head, *rows])


def _lines(rows: list[dict[str, str]]) -> bytes:
    head = list(rows[0]) if rows else []
    return BYTE_ORDER_MARK.encode() + comma_separated([head, *([row[name] for name in head] for row in rows)])


def categories(user: User) -> list[dict[str, str]]:
    """Which kinds of data are kept about this person, from where, what for and who gets them; nobody buys them."""
    found: dict[tuple[str, str], list[Answer]] = {}
    for _, answers, rows in _found(user, Subject.ACCOUNT_HOLDER):
        for answer in answers if rows.exists() else ():
            if answer.category.ccpa:
                found.setdefault((answer.category.ccpa, str(answer.source)), []).append(answer)
    return [
        {
            "category": category,
            "source": source,
            "purpose": "; ".join(sorted({purpose for answer in answers for purpose in answer.purposes})),
            "shared_with": _goes_to({str(answer.category) for answer in answers}),
            "sold_or_shared": NEVER,
        }
        for (category, source), answers in sorted(found.items(), key=lambda item: item[0])
    ]


def _tables(person: Model, subject: Subject, most: int) -> Iterator[Held]:
    for model, answers, rows in _found(person, subject):
        if total := rows.count():
            yield _held(model, answers, rows, total, most)


def _found(person: Model, subject: Subject) -> Iterator[tuple[type[Model], list[Answer], QuerySet[Any]]]:
    """Each table once, with the columns that are about this person and the rows that are."""
    seen: set[type[Model]] = set()
    for found in datamap.rows_about(person):
        model = found.queryset.model
        entry = datamap.registry.entry_of(model)
        answers = [answer for answer in found.answers if answer.is_personal]
        if entry is not None and subject in entry.paths and model not in seen and answers:
            seen.add(model)
            yield model, answers, _of_one_firm(found.queryset, person)


def _of_one_firm(rows: QuerySet[Any], person: Model) -> QuerySet[Any]:
    """Of a table outside the fence, what belongs to the firm in which this person is a member or a contact."""
    account = getattr(person, "account_id", None)
    is_shared = not issubclass(rows.model, AccountModel) and has_account(rows.model)
    return rows.filter(account_id=account) if account and is_shared else rows


def _held(model: type[Model], answers: list[Answer], rows: QuerySet[Any], total: int, most: int) -> Held:
    fields = [(answer, model._meta.get_field(answer.field)) for answer in answers]
    newest = rows.order_by("-pk")[:most]
    return Held(
        name=str(model._meta.verbose_name_plural).capitalize(),
        about=(model.__doc__ or "").strip().split("\n")[0],
        columns=tuple(_about(answer, field) for answer, field in fields),
        rows=tuple(tuple(_said(row, answer, field) for answer, field in fields) for row in newest),
        total=total,
    )


def _about(answer: Answer, field: Any) -> About:
    return About(
        label=_label(field),
        category=str(answer.category),
        source=str(answer.source),
        purpose="; ".join(answer.purposes),
        basis=f"{answer.basis}: {answer.interest}" if answer.interest else str(answer.basis or ""),
        seen_by=_seen_by(answer),
        goes_to=_goes_to({str(answer.category)}),
        kept=f"{answer.retention}: {answer.retention.in_words}",
        erased=str(answer.erase),
    )


def _seen_by(answer: Answer) -> str:
    """Who besides the person can read it."""
    if answer.support is Support.HIDDEN:
        return "Nobody of our support, even in a look that was allowed"
    is_firms = answer.party is Party.PROCESSOR
    who = "Members of the firm whose role allows it" if is_firms else "You, and who runs Candor"
    return f"{who}; our support only in a look that was allowed, {answer.support}"


def _goes_to(categories: set[str]) -> str:
    """With what kinds of others it is shared, and who they are: from the register of processors (124)."""
    return "; ".join(f"{each.service}: {each.name}" for each in books.recipients(categories)) or NOBODY


def _said(row: Any, answer: Answer, field: Any) -> Said:
    value = getattr(row, answer.field, None)
    if not answer.is_exported:
        return Said(_label(field), SECRET if value else NOTHING)
    return Said(_label(field), _in_words(row, field, value))


def _in_words(row: Any, field: Any, value: Any) -> str:
    if value in (None, "", {}, []):
        return NOTHING
    if getattr(field, "choices", None):
        return str(getattr(row, f"get_{field.name}_display")())
    return formats.exact(value) if isinstance(value, datetime) else str(value)


def _label(field: Any) -> str:
    return str(getattr(field, "verbose_name", field.name)).capitalize()

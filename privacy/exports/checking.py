"""Looking into an archive that somebody brings: what it would bring, or the sentences that say why it is refused.

Nothing is stored here. An archive is read as if a stranger had written it: what it says of itself counts only as far as
it fits our own columns, and a row may point at rows of the archive alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, models, transaction

from audit.candor_verify import Key
from audit.keys import is_signed
from privacy.exports.allowed import brought
from privacy.exports.candor_archive import LARGEST_MANIFEST, NoArchive, lines_of, read_manifest, verify
from privacy.exports.entities import Column, Entity, entity_named
from privacy.exports.known_ids import KnownIds

MOST_FINDINGS = 20
MOST_PEOPLE = 2000
MOST_ROWS = 5_000_000
BATCH = 2000
LONGEST_LINE = 4 * 1024 * 1024
PEOPLE, USERS, FILES = "accounts.membership", "accounts.user", "accounts.storedfile"
A_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


TOO_MUCH = "It would unpack to far more than a file of this size holds. The operator can bring it in."


class Refused(Exception):
    """This archive can't come in; each argument is a sentence that says why."""


@dataclass
class Plan:
    """What an archive would bring: rows of each kind, and people; and what of it stays ``behind``."""

    manifest: dict[str, Any]
    rows: dict[str, int] = field(default_factory=dict)
    people: list[dict[str, Any]] = field(default_factory=list)
    behind: dict[str, int] = field(default_factory=dict)
    listed: dict[str, set[str]] = field(default_factory=dict)  # the columns that the manifest names
    watch: Callable[[int], None] = lambda rows: None
    read: int = 0  # rows so far, each as often as it was read

    @property
    def total(self) -> int:
        return sum(self.rows.values())

    def kept(self) -> dict[str, Any]:
        """What a job keeps of it, but for the people."""
        account, snapshot = self.manifest["account"], self.manifest.get("snapshot")
        taken_at = snapshot.get("taken_at") if isinstance(snapshot, dict) else ""
        return {
            "account": {name: account[name][:200] for name in ("slug", "name")},
            "taken_at": _spoken(taken_at)[:40],
            "signed_by": _spoken(self.manifest.get("signed_by"))[:300],
            "rows": self.rows,
            "behind": self.behind,
        }


def check(
    files: Any,
    trusted: Iterable[Key] = (),
    watch: Callable[[int], None] = lambda rows: None,
    *,
    most_unpacked: int | None = None,
    largest_manifest: int = LARGEST_MANIFEST,
) -> Plan:
    """What the archive would bring; raises Refused with all that is wrong, as far as a reader needs it.

    ``watch`` hears how many rows were read: each is read twice. ``most_unpacked`` are the bytes that it may have, by
    what it says of itself and by what is read of it.
    """
    bytes_read = 0

    def count(size: int) -> None:
        nonlocal bytes_read
        bytes_read += size
        if most_unpacked is not None and bytes_read > most_unpacked:
            raise Refused(TOO_MUCH)
        watch(0)

    try:
        manifest = looked_into(files, most_unpacked, largest_manifest)
        report = verify(files, trusted, is_signed, count, largest_manifest)
    except NoArchive as trouble:
        raise Refused(str(trouble)) from None
    if report.findings:
        raise Refused(*report.findings[:MOST_FINDINGS])
    plan = Plan(manifest, watch=watch)
    _enough(list(_unknown(files, plan)))
    with transaction.atomic(), KnownIds() as known:
        _check_rows(files, plan, known)
    read = {each.name for each in brought()} | {PEOPLE, USERS, FILES}
    plan.behind = {name: rows for name, rows in _counts(manifest) if rows and name not in read and entity_named(name)}
    return plan


def looked_into(
    files: Any, most_unpacked: int | None = None, largest_manifest: int = LARGEST_MANIFEST
) -> dict[str, Any]:
    """The manifest of an archive whose bounds are those of one that comes in, by what it says of itself.

    Raises NoArchive or Refused before any of its rows is read.
    """
    if most_unpacked is not None and sum(map(files.size, files.names())) > most_unpacked:
        raise Refused(TOO_MUCH)
    manifest = read_manifest(files, largest_manifest)
    _of_an_account(manifest)
    rows = _rows_listed(manifest)
    if sum(rows.values()) > MOST_ROWS:
        raise Refused(f"It has more than {MOST_ROWS:,} rows, the most that we bring in.")
    if max(rows.get(name, 0) for name in (USERS, PEOPLE)) > MOST_PEOPLE:
        raise Refused(f"It names more than {MOST_PEOPLE:,} people, and no account has as many.")
    return manifest


def rows_to_read(manifest: dict[str, Any]) -> int:
    """How many rows a check reads, each as often as it does."""
    return 2 * sum(_rows_listed(manifest).values())


def _rows_listed(manifest: dict[str, Any]) -> dict[str, int]:
    """How many rows there are of each kind, as the list of files says; the check counts them."""
    data = {each["path"]: each.get("rows") for each in manifest["files"] if each["path"].startswith("data/")}
    if not all(type(rows) is int and rows >= 0 for rows in data.values()):
        raise Refused("manifest.json does not say how many rows there are.")
    return {path.removeprefix("data/").removesuffix(".jsonl"): int(rows or 0) for path, rows in data.items()}


def _check_rows(files: Any, plan: Plan, known: KnownIds) -> None:
    for name in (USERS, PEOPLE, FILES):
        if entity := entity_named(name):
            _enough(list(_first(_rows_wrong(files, entity, plan, known))))
            plan.rows.pop(name)  # read for what comes, and do not come as they are
    _enough(list(_people(files, plan)))
    for entity in brought():
        _enough(list(_first(_rows_wrong(files, entity, plan, known))))
    known.sort()
    _enough(list(_first(_dangling(files, plan, known))))


def rows_of(files: Any, entity: Entity) -> Iterator[dict[str, Any]]:
    """The rows that an archive has of an entity; none where it has no such file."""
    name = f"data/{entity.name}.jsonl"
    return lines_of(files, name) if name in files.names() else iter(())


def value_of(column: Column, value: Any) -> Any:
    """What a value of the archive is in our own column; raises ValidationError with a sentence."""
    target: Any = column.field
    if value is None:
        if not target.null:
            raise ValidationError("it may not be empty")
        return None
    return _inside_array(target, value) if isinstance(target, ArrayField) else _plain(target, value)


# ------------------------------------------------------------------------------- what may be wrong


def _of_an_account(manifest: dict[str, Any]) -> None:
    scope, account = manifest.get("scope"), manifest.get("account")
    if not isinstance(scope, dict) or scope.get("kind") != "account":
        raise Refused("It is not of a whole account, and only those come back.")
    if not isinstance(account, dict) or not all(_spoken(account.get(name)) for name in ("slug", "name")):
        raise Refused("manifest.json does not say whose it is.")


def _spoken(value: Any) -> str:
    """The text, if it is one that a table can hold."""
    return value if isinstance(value, str) and not _is_strange(value) else ""


def _is_strange(text: str) -> bool:
    return "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text)


def _unknown(files: Any, plan: Plan) -> Iterator[str]:
    for path in files.names():
        if path.startswith("data/") and entity_named(path.removeprefix("data/").removesuffix(".jsonl")) is None:
            yield f"{path} holds a kind of record that we don’t know. Was it written by a newer Candor?"
    entities = plan.manifest.get("entities")
    if not isinstance(entities, list) or not all(map(_is_listed, entities)):
        yield "manifest.json does not say which kinds of records there are."
        return
    plan.listed = {each["name"]: set(each["columns"]) for each in entities}


def _is_listed(each: Any) -> bool:
    """A kind of record as the manifest lists it: its name, how many, and which columns."""
    return (
        isinstance(each, dict)
        and isinstance(each.get("name"), str)
        and type(each.get("rows")) is int
        and isinstance(each.get("columns"), list)
        and all(isinstance(name, str) for name in each["columns"])
    )


def _counts(manifest: dict[str, Any]) -> Iterator[tuple[str, int]]:
    return ((each["name"], each["rows"]) for each in manifest["entities"])


def _people(files: Any, plan: Plan) -> Iterator[str]:
    """Who worked in the account, by address: their ids are those that records name."""
    users: dict[str, dict[str, Any]] = {}
    for row in _read(files, USERS, plan):
        if not _is_address(row.get("email")):
            yield f"{_short(row.get('email'))} is no e-mail address of a person."
            return
        users[_id(row.get("id"))] = row
    if len({str(user["email"]).strip().lower() for user in users.values()}) != len(users):
        yield "Two people have the same e-mail address."
    for row in _read(files, PEOPLE, plan):
        user = users.get(_id(row.get("user")))
        if user is None or not _id(row.get("id")):
            yield f"The person {_short(row.get('id'))} belongs to nobody in accounts.user."
            return
        plan.people.append(_person(row, user))
        if not _is_address(plan.people[-1]["email"]):
            yield f"{_short(row['kept_for'])} is no e-mail address of a person."
    if len({person["email"] for person in plan.people}) != len(plan.people):
        yield "Somebody is two people."


def _is_address(value: Any) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def _person(row: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
    """Who somebody is: by their address, or the one for which an earlier archive kept their place."""
    return {
        "id": _id(row["id"]),
        "email": str(row.get("kept_for") or user["email"]).strip().lower(),
        "first_name": user.get("first_name"),
        "last_name": user.get("last_name"),
        "role": row.get("role"),
        "has_left": bool(row.get("removed_at")) and not row.get("kept_for"),
    }


def _rows_wrong(files: Any, entity: Entity, plan: Plan, known: KnownIds) -> Iterator[str]:
    columns = {column.name: column for column in entity.columns}
    needed = columns.keys() - _younger(entity, plan)
    place, number = f"data/{entity.name}.jsonl, line", 0
    rows = enumerate(_read(files, entity.name, plan), 1)
    while batch := list(islice(rows, BATCH)):
        ids: list[tuple[str, int]] = []
        for number, row in batch:
            if wrong := _row_wrong(row, columns, needed):
                yield f"{place} {number}: {wrong}"
            else:
                ids.append((row["id"], number))
        known.add(entity.name, ids)
    for line, public_id in known.twice(entity.name, MOST_FINDINGS) if number else ():
        yield f"{place} {line}: the id {public_id} is there twice."
    plan.rows[entity.name] = number


def _younger(entity: Entity, plan: Plan) -> set[str]:
    """Columns that came after the Candor that wrote the archive, and that a record may do without."""
    listed = plan.listed.get(entity.name, set())
    return {column.name for column in entity.columns if column.name not in listed and may_do_without(column.field)}


def may_do_without(target: Any) -> bool:
    """Whether a new record gets along without a value of its own for this column."""
    return bool(target.null or target.blank or target.has_default() or target.has_db_default())


def _row_wrong(row: Any, columns: dict[str, Column], needed: Collection[str]) -> str:
    if not isinstance(row, dict) or not _id(row.get("id")):
        return "it has no id."
    if strange := sorted(row.keys() - columns.keys()):
        return f"we have no column {_short(strange[0])}."
    if missing := sorted(needed - row.keys()):
        return f"the column {missing[0]} is missing."
    for name, value in row.items():
        try:
            _must_be_id(value) if columns[name].to else value_of(columns[name], value)
        except ValidationError as trouble:
            return f"{name}: {trouble.messages[0]}."
    return ""


def _dangling(files: Any, plan: Plan, known: KnownIds) -> Iterator[str]:
    """Rows that point at what the archive does not have: perhaps at somebody else's."""
    there = {each.name for each in brought()} | {PEOPLE, FILES}
    for entity in brought():
        keys = [column for column in entity.keys if column.to in there]
        rows = enumerate(_read(files, entity.name, plan), 1)
        while batch := list(islice(rows, BATCH)):
            asked = {(column.to, row[column.name]) for _, row in batch for column in keys if row.get(column.name)}
            missing = known.missing(list(asked))
            for number, row in batch:
                for column in keys:
                    place, value = f"data/{entity.name}.jsonl, line {number}: {column.name}", row.get(column.name)
                    if (column.to, value) in missing:
                        yield f"{place} points at {value}, which is not in the archive."
                    if value is None and not column.field.null:
                        yield f"{place} may not be empty."


def _read(files: Any, name: str, plan: Plan) -> Iterator[Any]:
    entity = entity_named(name)
    try:
        for row in rows_of(files, entity) if entity else ():
            plan.read += 1
            if plan.read > 2 * MOST_ROWS + 2 * MOST_PEOPLE:
                raise Refused(f"It has more than {MOST_ROWS:,} rows, the most that we bring in.")
            plan.watch(plan.read)
            yield row
    except (ValueError, RecursionError):
        raise Refused(f"data/{name}.jsonl is not written as JSON lines are.") from None


def _first(findings: Iterator[str]) -> Iterator[str]:
    for _, finding in zip(range(MOST_FINDINGS), findings, strict=False):
        yield finding


def _enough(findings: list[str]) -> None:
    if findings:
        raise Refused(*findings[:MOST_FINDINGS])


# ------------------------------------------------------------------------------- values


def _id(value: Any) -> str:
    """The id, if it is one as we write them."""
    try:
        return value if isinstance(value, str) and str(UUID(value)) == value else ""
    except ValueError:
        return ""


def _must_be_id(value: Any) -> None:
    if value is not None and not _id(value):
        raise ValidationError(f"{_short(value)} is no id")


def _inside_array(target: Any, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValidationError("it should be a list")
    return [_plain(target.base_field, each) for each in value]


def _plain(target: Any, value: Any) -> Any:
    if isinstance(target, models.JSONField):
        return _json(value)
    if isinstance(target, models.BooleanField):
        return _as(bool, value, "true or false")
    if isinstance(target, models.DecimalField):
        return _decimal(target, value)
    if isinstance(target, models.IntegerField):
        return _whole(target, value)
    text = _as(str, value, "a text")
    if _is_strange(text):
        raise ValidationError("it holds a character that no text has")
    if isinstance(target, (models.CharField, models.TextField)):
        return _text(target, text)
    parsed = target.to_python(text)  # a day, a moment, an id; raises ValidationError
    if isinstance(target, models.DateTimeField):
        _must_be_moment(parsed)
    return parsed


def _must_be_moment(parsed: datetime) -> None:
    if parsed.tzinfo is None:
        raise ValidationError("a moment needs its zone")
    try:
        parsed.astimezone(UTC)
    except OverflowError:
        raise ValidationError("a moment is out of its bounds") from None


def _as(kind: type, value: Any, words: str) -> Any:
    if type(value) is not kind:
        raise ValidationError(f"it should be {words}, and is {_short(value)}")
    return value


def _text(target: Any, text: str) -> str:
    if target.max_length and len(text) > target.max_length:
        raise ValidationError(f"it is longer than {target.max_length} characters")
    if target.choices and text not in dict(target.flatchoices) and not (text == "" and target.blank):
        raise ValidationError(f"{_short(text)} is none of its words")
    return text


def _whole(target: Any, value: Any) -> int:
    number: int = _as(int, value, "a whole number")
    least, most = connection.ops.integer_field_range(target.get_internal_type())
    if (least is not None and number < least) or (most is not None and number > most):
        raise ValidationError(f"{number} is out of its bounds")
    return number


def _decimal(target: Any, value: Any) -> Decimal:
    text = _as(str, value, "a number as a text")
    try:
        number = Decimal(text) if A_DECIMAL.fullmatch(text) else None
        if number is None or round(number, target.decimal_places) != number:
            raise ValidationError(f"{_short(text)} is no such number")
    except InvalidOperation:
        raise ValidationError(f"{_short(text)} is no such number") from None
    if abs(number) >= 10 ** (target.max_digits - target.decimal_places):
        raise ValidationError(f"{_short(text)} is out of its bounds")
    return number


def _json(value: Any) -> Any:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()  # a lone half of a character is none
    except RecursionError:
        raise ValidationError("it is nested deeper than anything that we write") from None
    except ValueError:
        raise ValidationError("it holds what no record has") from None
    if "\\u0000" in text or len(text) > LONGEST_LINE:
        raise ValidationError("it holds what no record has")
    return value


def _short(value: Any) -> str:
    return repr(value)[:60]

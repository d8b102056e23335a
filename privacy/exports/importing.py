"""Bringing an archive into an account that is still empty: all of it in one transaction, or nothing.

Rows keep their ids; numbers are new. What follows from other columns (names to sort by, words to find by, sums) is made
here, as it is for everything else that is stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.models.expressions import DatabaseDefault

import audit
from accounts.files.purposes import Purpose, Unwelcome, purpose_named
from accounts.files.stored import store
from accounts.models import Account, Membership, StoredFile
from accounts.people import invitations
from crm import search
from crm.fields import keys
from crm.models import Activity, Company, Contact, Deal, Note
from lib.text import fold
from privacy.exports.allowed import brought
from privacy.exports.candor_archive import BLOCK
from privacy.exports.checking import FILES, PEOPLE, Plan, Refused, rows_of, value_of
from privacy.exports.entities import Column, Entity, entity_named
from tenancy import bulk
from tenancy.context import current_account_id
from timetracking import summary
from timetracking.models import Expense, Project, TimeEntry

BATCH = 2000
OF_THE_FIRM = (Company, Contact, Deal, Activity, Note, Project, TimeEntry, Expense)
FOUND_BY_WORDS = (Company, Contact, Deal, Activity, Note)
WITH_OWN_FIELDS = (Company, Contact, Deal)
FOLDED = {"name_key": "name", "label_key": "label"}  # of models that work nothing else out
_LATER = """
    UPDATE {table} t SET {column} = p.id FROM {table} p, unnest(%s::uuid[], %s::uuid[]) AS said (child, parent)
    WHERE t.account_id = %s AND p.account_id = %s AND t.public_id = said.child AND p.public_id = said.parent
"""
Role = Membership.Role
Numbers = dict[str, dict[str, int]]  # by kind and id


def must_be_empty() -> None:
    """Raise Refused where the account has records of its own already."""
    for model in OF_THE_FIRM:
        if model._default_manager.exists():
            many = model._meta.verbose_name_plural
            raise Refused(f"The account has {many} already. An archive comes into an account that is still empty.")


def bring(files: Any, plan: Plan, *, watch: Callable[[int], None] = lambda rows: None, record: Any = None) -> int:
    """Store what was checked, in the active account; returns how many rows. Raises Refused, and nothing is stored.

    ``watch`` hears how many rows are stored; ``record`` is what the log says it of.
    """
    with transaction.atomic():
        must_be_empty()
        _clear_defaults()
        Bringing(files, plan, watch).run()
        _must_be_alone(plan)
        _make_what_follows(watch, plan.total)
        said = {"rows": plan.total, "from": str(plan.manifest["account"].get("slug", ""))}
        audit.record("archive.imported", record, data=said)
    return plan.total


def place_of(person: dict[str, Any]) -> Membership | None:
    """The place in the active account that somebody of an archive takes, if they have one here already.

    Theirs by their address; or by their id, where an archive comes back into the account that it left.
    """
    here = Membership.objects.filter(account_id=current_account_id()).select_related("user")
    for known in ({"user__email": person["email"]}, {"kept_for": person["email"]}, {"public_id": person["id"]}):
        if member := here.filter(**known).first():
            return member
    return None


def role_of(person: dict[str, Any]) -> str:
    """What they may do, once they come: ownership is offered and accepted, never brought along."""
    role = person["role"] if person["role"] in Role.values else Role.MEMBER
    return str(Role.ADMIN if role == Role.OWNER else role)


class Bringing:
    """One archive while it is stored. Numbers of rows are asked of the tables, so a million take no more memory."""

    def __init__(self, files: Any, plan: Plan, watch: Callable[[int], None]) -> None:
        self.files, self.plan, self.watch = files, plan, watch
        self.numbers: dict[str, dict[str, int]] = {}  # of people and files alone; rows are asked of their tables
        self.done = 0

    def run(self) -> None:
        self.numbers[PEOPLE] = {person["id"]: self._person(person) for person in self.plan.people}
        self.numbers[FILES] = dict(self._stored_files())
        for entity in brought():
            try:
                self._insert(entity)
            except (IntegrityError, DataError) as trouble:
                raise Refused(f"data/{entity.name}.jsonl breaks a rule of ours: {_rule(trouble)}.") from None

    def _person(self, person: dict[str, Any]) -> int:
        """The number of a member here, or of the place that is kept for somebody until they agree to come."""
        member = place_of(person)
        if member is None:
            account = Account.objects.get(pk=current_account_id())
            names = {name: person.get(name) for name in ("first_name", "last_name")}
            known_as = {"public_id": UUID(person["id"]), "role": role_of(person)}
            member = invitations.keep_a_place(account, person["email"], **known_as, **names)
        return int(member.pk)

    # ------------------------------------------------------------------------------- the files

    def _stored_files(self) -> Iterator[tuple[str, int]]:
        """Uploaded files go through the door that every upload goes through."""
        entity = entity_named(FILES)
        for row in rows_of(self.files, entity) if entity else ():
            purpose, path = purpose_named(str(row.get("purpose"))), f"files/{row.get('sha256')}"
            if purpose and purpose.takes and not purpose.left_out and path in self.files.names():
                yield row["id"], self._file(row, purpose, path)

    def _file(self, row: dict[str, Any], purpose: Purpose, path: str) -> int:
        self.watch(self.done)
        known = StoredFile.objects.filter(public_id=row["id"], discarded_at=None).first()
        if known is not None and (known.purpose, known.sha256) == (purpose.name, row["sha256"]):
            return int(known.pk)  # the account that it left has it still
        if StoredFile.objects.filter(public_id=row["id"]).exists():
            raise Refused(f"{path} has the id of another file of this account.")
        try:
            pieces = self._pieces(path)
            kept = store(pieces, purpose=purpose, name=str(row["name"])[:255], public_id=UUID(row["id"]))
        except (Unwelcome, KeyError, ValueError) as trouble:
            raise Refused(f"{path} is no {purpose.name}: {trouble}") from None
        return int(kept.pk)

    def _pieces(self, path: str) -> Iterator[bytes]:
        with self.files.open(path) as file:
            while piece := file.read(BLOCK):
                yield piece

    # ------------------------------------------------------------------------------- the tables

    def _insert(self, entity: Entity) -> None:
        stored = 0
        for batch in _batches(rows_of(self.files, entity)):
            numbers = self._numbers_for(batch, entity)
            records = [self._record(row, entity, numbers) for row in batch]
            fields = _fields_of(records[0])
            values = ([_given(field, record) for field in fields] for record in records)
            bulk.insert(entity.model, [field.name for field in fields], values)
            stored += len(batch)
            self.done += len(batch)
            self.watch(self.done)
        if stored >= bulk.MANY:
            with connection.cursor() as cursor:
                cursor.execute("DISCARD PLANS")  # made while the table was small: see tenancy/bulk.py
        if own := [column for column in entity.keys if column.to == entity.name]:
            for batch in _batches(rows_of(self.files, entity)):
                self.watch(self.done)
                _point_at_own_kind(entity, own, batch)

    def _numbers_for(self, batch: list[dict[str, Any]], entity: Entity) -> Numbers:
        """The numbers here of all that these rows point at."""
        wanted: dict[str, set[str]] = {}
        others = {each.name for each in brought()} - {entity.name}
        for column in entity.keys:
            if column.to in others:
                wanted.setdefault(column.to, set()).update(row[column.name] for row in batch if row.get(column.name))
        return self.numbers | {name: _numbers_of(name, ids) for name, ids in wanted.items()}

    def _record(self, row: dict[str, Any], entity: Entity, numbers: Numbers) -> Any:
        """The row as a record of ours, with what follows from it."""
        there = [column for column in entity.columns if column.name in row]
        values = {_attribute(column): _value(column, row[column.name], entity, numbers) for column in there}
        record: Any = entity.model(**values)
        if hasattr(record, "fill_derived"):
            record.fill_derived()
        else:
            for name, source in FOLDED.items():
                if hasattr(record, name):
                    setattr(record, name, fold(getattr(record, source)))
        return record


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _numbers_of(name: str, ids: Collection[str]) -> dict[str, int]:
    """The numbers of rows that are stored already, by the ids that they have everywhere."""
    entity = entity_named(name)
    if entity is None or not ids:
        return {}
    found = entity.model._default_manager.filter(public_id__in=ids).values_list("public_id", "pk")
    return {str(public_id): number for public_id, number in found}


def _value(column: Column, value: Any, entity: Entity, numbers: Numbers) -> Any:
    if not column.to:
        return value_of(column, value)
    is_later = value is None or column.to == entity.name
    return None if is_later else numbers.get(column.to, {}).get(value)


def _clear_defaults() -> None:
    """A new account begins with some pipelines and settings: those of the archive take their place."""
    for entity in reversed(brought()):
        if entity.model._default_manager.exists():  # some tables may only be added to
            entity.model._default_manager.all().delete()


def _must_be_alone(plan: Plan) -> None:
    """Whoever wrote something while the archive was stored is not to find it between the archive's rows."""
    names = {entity.model: entity.name for entity in brought()}
    for model in OF_THE_FIRM:
        if model._default_manager.count() != plan.rows.get(names[model], 0):
            many = model._meta.verbose_name_plural
            raise Refused(f"Somebody added {many} meanwhile. An archive comes into an account that is still empty.")


def _fields_of(record: Any) -> list[Any]:
    """The columns that it has a value for; the others are the database's to fill."""
    return [
        field
        for field in record._meta.concrete_fields
        if field.name != "account"
        and not field.primary_key
        and not isinstance(getattr(record, field.attname), DatabaseDefault)
    ]


def _attribute(column: Column) -> str:
    return str(getattr(column.field, "attname", column.column))


def _given(field: Any, record: Any) -> Any:
    value = getattr(record, field.attname)
    if isinstance(field, models.JSONField) and value is not None:
        return json.dumps(value, cls=DjangoJSONEncoder)
    return value


def _point_at_own_kind(entity: Entity, columns: list[Column], rows: list[dict[str, Any]]) -> None:
    """Keys of these rows to others of the same table, now that all of them are there."""
    account, quote = current_account_id(), connection.ops.quote_name
    for column in columns:
        children = [row["id"] for row in rows if row.get(column.name)]
        parents = [row[column.name] for row in rows if row.get(column.name)]
        if not children:
            continue
        statement = _LATER.format(table=quote(entity.table), column=quote(column.column))
        with connection.cursor() as cursor:
            cursor.execute(statement, [children, parents, account, account])


def _make_what_follows(watch: Callable[[int], None], rows: int) -> None:
    """The words by which records are found, the keys of a firm's own fields, the sums of hours."""
    for model in FOUND_BY_WORDS:
        found = model._default_manager.order_by("pk").iterator(chunk_size=BATCH)
        while batch := list(islice(found, BATCH)):
            watch(rows)
            search.reindex(batch)
            if model in WITH_OWN_FIELDS:
                keys.store(batch)
    summary.rebuild()


def _rule(trouble: Exception) -> str:
    """The name of the rule, without the values that broke it."""
    told = getattr(getattr(trouble.__cause__, "diag", None), "constraint_name", None)
    return str(told or "a value does not fit its column").replace("_", " ")

"""The book of entries: filled by each app's ``datamap.py`` at start, then closed and only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, Final, Literal, TypeAlias

from django.apps import apps
from django.db.models import Field, ForeignKey, Model, QuerySet

from datamap.vocabulary import (
    Basis,
    Category,
    Erasure,
    Interest,
    Keep,
    Party,
    Retention,
    Source,
    Subject,
    Support,
)

RowsFor: TypeAlias = Callable[[Any], QuerySet[Any]] | str

SELF: Final = "self"
"""``rows_for=SELF``: a row of this model *is* the person."""

COMMON: Final = frozenset({"id", "account", "public_id", "version", "created_at", "updated_at"})
"""What every table has and no entry repeats; an entry may still name one in ``fields``."""


class Undescribed(LookupError):
    """Somebody asked about a model or column that no ``datamap.py`` mentions."""


@dataclass(frozen=True)
class Column:
    """One column: its category, and any answer that differs from the category's.

    ``export`` is True, or the reason why the archive leaves the column out.
    """

    category: str | Category
    _: KW_ONLY
    erase: Erasure | Keep | None = None
    export: Literal[True] | str | None = None
    support: Support | None = None
    source: Source | None = None
    retention: Retention | None = None
    purpose: str | tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What one ``describe`` call said about one model."""

    reference: str | type[Model]
    purposes: tuple[str, ...]
    subject: Subject
    party: Party
    basis: Basis
    interest: Interest | None
    retention: Retention
    counted_from: str | None
    fields: Mapping[str, Column]
    not_personal: frozenset[str]
    rows_for: RowsFor | None
    also: Mapping[Subject, RowsFor]
    erase: Erasure | Keep | None
    exported: Literal[True] | str

    @property
    def label(self) -> str:
        return _label(self.reference)

    @property
    def model(self) -> type[Model]:
        """The model itself; LookupError when it is gone."""
        return apps.get_model(self.reference) if isinstance(self.reference, str) else self.reference

    @property
    def is_person(self) -> bool:
        return self.rows_for == SELF

    @property
    def paths(self) -> dict[Subject, RowsFor]:
        """For each kind of person the rows may be about: how theirs are found."""
        return {**({self.subject: self.rows_for} if self.rows_for is not None else {}), **self.also}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Everything the map says about one column: the one answer all others read."""

    model: type[Model]
    field: str
    column: str
    category: Category
    subjects: tuple[Subject, ...]
    party: Party
    basis: Basis | None
    interest: Interest | None
    purposes: tuple[str, ...]
    retention: Retention
    source: Source
    erase: Erasure | Keep
    not_exported: str | None
    support: Support

    @property
    def is_personal(self) -> bool:
        return self.category.is_personal

    @property
    def is_exported(self) -> bool:
        return self.not_exported is None


@dataclass(frozen=True)
class Rows:
    """Rows that are about one person, and those of their columns that are."""

    queryset: QuerySet[Any]
    answers: tuple[Answer, ...]


class Registry:
    """All entries of the house; tests make their own."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._nothing: dict[str, str] = {}
        self._is_frozen = False

    # Writing: at start only.

    def describe(
        self,
        model: str | type[Model],
        *,
        purpose: str | tuple[str, ...] = (),
        subject: Subject = Subject.MEMBER,
        party: Party = Party.PROCESSOR,
        basis: Basis = Basis.CONTRACT,
        interest: Interest | None = None,
        retention: Retention = Retention.LIFE_OF_ACCOUNT,
        counted_from: str | None = None,
        fields: Mapping[str, str | Category | Column] | None = None,
        not_personal: frozenset[str] = frozenset(),
        rows_for: RowsFor | None = None,
        also: Mapping[Subject, RowsFor] | None = None,
        erase: Erasure | Keep | None = None,
        exported: Literal[True] | str = True,
    ) -> None:
        """Say what the columns of ``model`` (a class, or ``"app.Model"``) hold; see the package's docstring.

        ``also`` names other kinds of people the same columns may be about, and finds their rows.
        ``counted_from`` names the column from which a retention rule counts its days. ``erase`` is for the
        whole row and overrules the categories. ``exported`` is True, or the reason why the archive has no
        such rows.
        """
        entry = Entry(
            reference=model,
            purposes=_sentences(purpose),
            subject=subject,
            party=party,
            basis=basis,
            interest=interest,
            retention=retention,
            counted_from=counted_from,
            fields={name: _column(value) for name, value in (fields or {}).items()},
            not_personal=not_personal,
            rows_for=rows_for,
            also=also or {},
            erase=erase,
            exported=exported,
        )
        self._claim(entry.label)
        self._entries[entry.label.lower()] = entry

    def holds_nothing_personal(self, model: str | type[Model], *, because: str) -> None:
        """Say that somebody else's table holds nothing about anybody, and why. Ours are described."""
        label = _label(model)
        self._claim(label)
        self._nothing[label] = because

    def freeze(self) -> None:
        """Close the book."""
        self._is_frozen = True

    def _claim(self, label: str) -> None:
        if self._is_frozen:
            raise RuntimeError(f"The data map is closed: describe {label} in an app's datamap.py.")
        if label.lower() in self._entries or label.lower() in {known.lower() for known in self._nothing}:
            raise ValueError(f"{label} is described twice.")

    # Reading.

    def entries(self) -> tuple[Entry, ...]:
        """Every entry, by label."""
        return tuple(entry for _, entry in sorted(self._entries.items()))

    def nothing_personal(self) -> dict[str, str]:
        """Other people's tables that hold nothing about anybody: label and reason, by label."""
        return dict(sorted(self._nothing.items()))

    def entry_of(self, model: type[Model]) -> Entry | None:
        """The entry that describes ``model`` (a proxy's is its original's), if there is one."""
        concrete = model._meta.concrete_model or model
        return self._entries.get(concrete._meta.label_lower)

    def entries_for(self, subject: Subject) -> tuple[Entry, ...]:
        """Every entry with at least one column about such a person."""
        return tuple(
            entry
            for entry in self.entries()
            if any(subject in answer.subjects for answer in self.columns_of(entry.model))
        )

    def columns_of(self, model: type[Model]) -> tuple[Answer, ...]:
        """One answer for each column of the model's table, in the table's order."""
        entry = self.entry_of(model)
        if entry is None:
            raise Undescribed(f"{model._meta.label} is not in the data map.")
        return tuple(self.answer_for(entry, field) for field in columns(entry.model))

    def support_mask(self, model: type[Model]) -> dict[str, Support]:
        """How a support agent sees each column during a look. What is not in it is hidden."""
        return {answer.column: answer.support for answer in self.columns_of(model)}

    def exported_columns(self, model: type[Model]) -> tuple[str, ...]:
        """The columns that an archive carries, in the table's order."""
        return tuple(answer.column for answer in self.columns_of(model) if answer.is_exported)

    def rows_about(self, person: Model) -> Iterator[Rows]:
        """Every row that is about this person, table by table, each with the columns that are.

        A table can come twice: Bob's own entries with all their columns, and the entries Bob approved with
        that one key.
        """
        own = self.entry_of(type(person))
        if own is None or not own.is_person:
            raise Undescribed(f"The data map does not know a {type(person).__name__} as a person.")
        for entry in self.entries():
            answers = self.columns_of(entry.model)
            manager = entry.model._default_manager
            if own.subject in entry.paths:
                queryset = _rows(entry, entry.paths[own.subject], person)
                yield Rows(queryset, tuple(a for a in answers if not self._is_link_aside(entry, a)))
            for answer in answers:
                target = _target(entry.model._meta.get_field(answer.field))
                if self._is_link_aside(entry, answer) and target is own.model:
                    yield Rows(manager.filter(**{answer.field: person}), (answer,))

    # How an answer is found.

    def category_of(self, entry: Entry, field: Field[Any, Any]) -> Category | None:
        """The column's category: written down, or following from what it is. None: nobody said."""
        if field.name in entry.fields:
            return Category.of(entry.fields[field.name].category)
        if field.name in entry.not_personal:
            return Category.TECHNICAL
        if self.is_key_of_person(field):
            return Category.LINK
        if field.name in COMMON or _target(field) is not None:
            return Category.TECHNICAL
        return None

    def is_key_of_person(self, field: Field[Any, Any]) -> bool:
        target = _target(field)
        entry = self.entry_of(target) if target is not None else None
        return entry is not None and entry.is_person

    def answer_for(self, entry: Entry, field: Field[Any, Any]) -> Answer:
        category = self.category_of(entry, field)
        if category is None:
            raise Undescribed(f"{entry.label}.{field.name} is not in the data map.")
        column = entry.fields.get(field.name, Column(category))
        is_personal = category.is_personal
        return Answer(
            model=entry.model,
            field=field.name,
            column=field.column or field.name,
            category=category,
            subjects=self._subjects(entry, field, category),
            party=entry.party,
            basis=entry.basis if is_personal else None,
            interest=entry.interest if is_personal else None,
            purposes=(_sentences(column.purpose) or entry.purposes) if is_personal else (),
            retention=column.retention or entry.retention,
            source=column.source or category.source or _source(entry),
            erase=column.erase or _erase(entry, field, category),
            not_exported=_not_exported(entry, column, category),
            support=column.support or category.support,
        )

    def _subjects(self, entry: Entry, field: Field[Any, Any], category: Category) -> tuple[Subject, ...]:
        if category is Category.LINK and (target := _target(field)) is not None:
            person = self.entry_of(target)
            return (person.subject,) if person else ()
        return (entry.subject, *entry.also) if category.is_personal else ()

    @staticmethod
    def _is_link_aside(entry: Entry, answer: Answer) -> bool:
        """Is this the key of somebody other than the person the row is about?"""
        return answer.category is Category.LINK and entry.rows_for != answer.field


registry = Registry()


def columns(model: type[Model]) -> list[Field[Any, Any]]:
    """The fields behind the columns of the model's own table."""
    return [field for field in model._meta.local_concrete_fields if field.column]


def _label(model: str | type[Model]) -> str:
    return model if isinstance(model, str) else model._meta.label


def _column(value: str | Category | Column) -> Column:
    return value if isinstance(value, Column) else Column(value)


def _sentences(purpose: str | tuple[str, ...]) -> tuple[str, ...]:
    return (purpose,) if isinstance(purpose, str) else purpose


def _target(field: Any) -> type[Model] | None:
    """The model a key points at."""
    if isinstance(field, ForeignKey) and isinstance(field.related_model, type):
        related: type[Model] = field.related_model
        return related._meta.concrete_model or related
    return None


def _rows(entry: Entry, path: RowsFor, person: Model) -> QuerySet[Any]:
    if callable(path):
        return path(person)
    manager = entry.model._default_manager
    return manager.filter(**({"pk": person.pk} if path == SELF else {path: person}))


def _source(entry: Entry) -> Source:
    is_own = entry.subject in {Subject.VISITOR, Subject.ACCOUNT_HOLDER} and entry.party is Party.CONTROLLER
    return Source.PERSON if is_own else Source.CUSTOMER


def _erase(entry: Entry, field: Field[Any, Any], category: Category) -> Erasure | Keep:
    is_link_aside = category is Category.LINK and entry.rows_for != field.name
    if entry.erase is None or is_link_aside:
        return category.erase
    return entry.erase if category.is_personal or entry.erase is Erasure.DELETE_ROW else category.erase


def _not_exported(entry: Entry, column: Column, category: Category) -> str | None:
    if column.export is not None:
        return column.export if isinstance(column.export, str) else None
    return entry.exported if isinstance(entry.exported, str) else category.not_exported

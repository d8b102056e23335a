"""What becomes of each row that is about somebody: the data map's answers, followed along the keys of the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CASCADE, PROTECT, ForeignKey, ForeignObjectRel, Model, Q

import datamap
from accounts.files.stored import StoredFile
from accounts.models import BellNotice
from audit.models import Event
from datamap import Category, Erasure, Keep
from tenancy.context import current_account_id_or_none
from tenancy.globals import has_account
from tenancy.models import CASCADE_IN_DATABASE, AccountModel

Rows = dict[type[Model], set[int]]
Fields = tuple[str, ...]
LOG = "audit"  # its words are erased by the log itself, which says so


@dataclass
class Plan:
    """Rows by what becomes of them. ``events`` are lines of the log whose words go."""

    doomed: Rows = field(default_factory=lambda: defaultdict(set))
    emptied: dict[type[Model], dict[str, set[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    kept: dict[tuple[type[Model], Keep], tuple[set[str], set[int]]] = field(default_factory=dict)
    pointing: dict[tuple[type[Model], str], set[int]] = field(default_factory=dict)
    events: set[int] = field(default_factory=set)

    def take(self, person: Model, *, inside: bool | None = None) -> None:
        """All that the data map knows to be about this person; of somebody who signs in, what lies behind the fence
        (``inside``) or what does not, without rows that merely name them: their name there is nobody's afterwards.
        """
        for rows in datamap.rows_about(person):
            model = rows.queryset.model
            if inside is not None and {answer.category for answer in rows.answers} == {Category.LINK}:
                continue
            if model._meta.app_label != LOG and inside in (None, issubclass(model, AccountModel)):
                numbers = set(_of_this_account(rows.queryset).values_list("pk", flat=True))
                for answer in rows.answers if numbers else ():
                    self._sort(answer, numbers)

    def _sort(self, answer: Any, numbers: set[int]) -> None:
        if answer.erase is Erasure.DELETE_ROW:
            self.doomed[answer.model] |= numbers
        elif answer.category is Category.LINK:
            self.pointing.setdefault((answer.model, answer.field), set()).update(numbers)
        elif isinstance(answer.erase, Keep) and answer.is_personal:
            fields, rows = self.kept.setdefault((answer.model, answer.erase), (set(), set()))
            fields.add(answer.field)
            rows |= numbers
        elif answer.erase in (Erasure.CLEAR, Erasure.PSEUDONYMISE):
            self.emptied[answer.model][answer.field] |= numbers

    def close(self) -> None:
        """With each row go its parts, its files, what rings a bell for it, and what the log says of it."""
        self._add_parts()
        self._spare_what_others_stand_on()
        self._add_files()
        ids = self.public_ids()
        if current_account_id_or_none() is not None:
            self.doomed[BellNotice] |= set(BellNotice.objects.filter(record_id__in=ids).values_list("pk", flat=True))
            self.events |= self.events_about(ids)
        for model, fields in self.emptied.items():
            for numbers in fields.values():
                numbers -= self.doomed.get(model, set())
        for (model, _), numbers in self.pointing.items():
            numbers -= self.doomed.get(model, set())

    def rows(self) -> Rows:
        """Every row that something becomes of, or that stays for a reason."""
        found: Rows = defaultdict(set)
        for model, numbers in self.doomed.items():
            found[model] |= numbers
        for model, fields in self.emptied.items():
            found[model] |= set().union(*fields.values())
        for (model, _), (_, numbers) in self.kept.items():
            found[model] |= numbers
        for (model, _), numbers in self.pointing.items():
            found[model] |= numbers
        return found

    def public_ids(self) -> set[Any]:
        """By what the rows that go are known elsewhere."""
        found: set[Any] = set()
        for model, numbers in self.doomed.items():
            if any(each.name == "public_id" for each in model._meta.concrete_fields):
                found |= set(rows_of(model, numbers).values_list("public_id", flat=True))
        return found

    @staticmethod
    def events_about(ids: Iterable[Any]) -> set[int]:
        """Lines of the log about what is known by these ids."""
        return set(Event.objects.filter(record_id__in=list(ids)).values_list("pk", flat=True))

    def _add_parts(self) -> None:
        waiting = list(self.doomed)
        while waiting:
            model = waiting.pop()
            for relation in _pointing_at(model, (CASCADE, CASCADE_IN_DATABASE)):
                theirs = relation.related_model
                numbers = set(
                    rows_pointing(theirs, relation.field.name, self.doomed[model]).values_list("pk", flat=True)
                )
                if new := numbers - self.doomed[theirs]:
                    self.doomed[theirs] |= new
                    waiting.append(theirs)

    def _spare_what_others_stand_on(self) -> None:
        """A row that something kept needs is emptied instead; where it can do without, its key is."""
        for model in list(self.doomed):
            for relation in _pointing_at(model, (PROTECT,)):
                theirs, key = relation.related_model, relation.field
                rows = rows_pointing(theirs, key.name, self.doomed[model]).exclude(pk__in=self.doomed.get(theirs, ()))
                found = dict(rows.values_list("pk", key.attname))
                if found and key.null:
                    self.emptied[theirs][key.name] |= set(found)
                elif found:
                    self._spare(model, set(found.values()))

    def _spare(self, model: type[Model], numbers: set[int]) -> None:
        self.doomed[model] -= numbers
        for answer in datamap.columns_of(model):
            if answer.is_personal and answer.category is not Category.LINK:
                self.emptied[model][answer.field] |= numbers

    def _add_files(self) -> None:
        for model in list(self.doomed):
            for key in keys_to(model, StoredFile):
                held = rows_of(model, self.doomed[model]).exclude(**{key.name: None})
                self.doomed[StoredFile] |= set(held.values_list(key.attname, flat=True))
        for model, fields in self.emptied.items():
            for key in keys_to(model, StoredFile):
                if numbers := fields.get(key.name):
                    held = rows_of(model, numbers).exclude(**{key.name: None})
                    self.doomed[StoredFile] |= set(held.values_list(key.attname, flat=True))


def rows_of(model: type[Model], numbers: Iterable[int]) -> Any:
    """These rows, in a statement that names the account where the table has one."""
    return _of_this_account(model._base_manager.filter(pk__in=list(numbers)))


def rows_pointing(model: type[Model], key: str, numbers: Iterable[int]) -> Any:
    return _of_this_account(model._base_manager.filter(Q(**{f"{key}__in": list(numbers)})))


def keys_to(model: type[Model], target: type[Model]) -> list[Any]:
    """The columns by which rows of one table point at another."""
    fields = model._meta.local_concrete_fields
    return [each for each in fields if isinstance(each, ForeignKey) and each.related_model is target]


def _of_this_account(rows: Any) -> Any:
    account = current_account_id_or_none()
    return rows.filter(account_id=account) if account is not None and has_account(rows.model) else rows


def _pointing_at(model: type[Model], ways: tuple[Any, ...]) -> list[Any]:
    relations = model._meta.get_fields(include_hidden=True)
    return [each for each in relations if isinstance(each, ForeignObjectRel) and each.on_delete in ways]

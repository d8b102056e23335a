"""Everything that points at a record follows it when it becomes part of another, in whichever app it is.

The keys are found by asking the models, so a table of next year follows without a word. A model that tells what
became of the record itself, and must stay with it, says ``follows_merges = False``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import models
from django.db.models import F, Q, UniqueConstraint
from django.utils import timezone

from crm import search
from crm.merging.journal import Journal

Model = type[models.Model]
Into = Mapping[int, int]  # the number of a record → the number of what it becomes part of


def keys_to(model: Model) -> list[tuple[Model, Any]]:
    """Every key of any table that points at records of this model and follows them."""
    return [
        (relation.related_model, relation.field)
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and (relation.one_to_many or relation.one_to_one)
        and getattr(relation.related_model, "follows_merges", True)
    ]


def follow(model: Model, into: Into, journal: Journal) -> None:
    """Let all that points at these records point at what they become part of.

    A row for which there is one already (the same tag on both) goes, after what hangs on it followed in turn.
    """
    for child, key in keys_to(model):
        manager: Any = child._default_manager
        rows = list(manager.filter(**{f"{key.attname}__in": into}).select_for_update(of=("self",)).order_by("pk"))
        if not rows:
            continue
        doubles = _doubles(child, key, into, rows)
        if doubles:
            follow(child, doubles, journal)
            journal.delete([row for row in rows if row.pk in doubles])
        moved = [row for row in rows if row.pk not in doubles]
        for row in moved:
            journal.change(row, key.attname, into[getattr(row, key.attname)])
        _store(manager, key, moved)
        if search.is_found(child):
            search.reindex(moved)


def _store(manager: Any, key: Any, rows: list[Any]) -> None:
    """In one statement for each record that something is to point at."""
    by_target: dict[int, list[int]] = {}
    for row in rows:
        by_target.setdefault(getattr(row, key.attname), []).append(row.pk)
    is_versioned = any(column.name == "version" for column in manager.model._meta.concrete_fields)
    new_version = {"version": F("version") + 1, "updated_at": timezone.now()} if is_versioned else {}
    for target, numbers in by_target.items():
        manager.filter(pk__in=numbers).update(**{key.attname: target}, **new_version)


def _doubles(child: Model, key: Any, into: Into, rows: list[Any]) -> dict[int, int]:
    """Rows that a unique key has no room for once they follow, each with the one that stays in its place."""
    found: dict[int, int] = {}
    for names, condition in _unique_keys(child, key):
        others = [child._meta.get_field(name) for name in names if name not in ("account", key.name)]
        family = Q(**{f"{key.attname}__in": {*into, *into.values()}})
        there = set(child._default_manager.filter(condition, family).values_list("pk", flat=True))
        stay = child._default_manager.filter(condition, **{f"{key.attname}__in": set(into.values())}).order_by("pk")
        taken: dict[tuple[Any, ...], int] = {}
        for row in [*stay, *rows]:
            target = getattr(row, key.attname)
            place = (into.get(target, target), *(getattr(row, other.attname) for other in others))
            if row.pk in found or row.pk not in there or None in place:  # NULL is like nothing else
                continue
            if taken.setdefault(place, row.pk) != row.pk:
                found[row.pk] = taken[place]
    return found


def _unique_keys(child: Model, key: Any) -> Iterator[tuple[tuple[str, ...], Q]]:
    if key.unique:
        yield (key.name,), Q()
    for rule in child._meta.constraints:
        if isinstance(rule, UniqueConstraint) and key.name in rule.fields:
            yield tuple(rule.fields), rule.condition or Q()

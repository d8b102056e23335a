"""How each column is shown in a look: from the data map into the table that ``read_record`` reads."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import Model

import datamap
from datamap import Support
from privacy.support_access.models import Mask
from tenancy.globals import fenced_models

NEVER = frozenset({"id", "account_id", "public_id"})


def masks() -> list[Mask]:
    """A row for each column that may be shown, masked or not; what has none is hidden."""
    return [mask for model in lookable() for mask in masks_of(model)]


def lookable() -> list[type[Model]]:
    """The kinds of records that can be looked at: a firm's own, known outside by an id."""
    described = [entry.model for entry in datamap.entries()]
    fenced = set(fenced_models())
    return [model for model in described if model in fenced and _columns(model) >= NEVER]


def load(**_: Any) -> None:
    """After each ``migrate``, as the owner of the tables: the app may only read them."""
    with transaction.atomic():
        Mask.objects.all().delete()
        Mask.objects.bulk_create(masks())


def masks_of(model: type[Model]) -> list[Mask]:
    found = []
    for position, answer in enumerate(datamap.columns_of(model)):
        field = model._meta.get_field(answer.field)
        is_shown = answer.support is not Support.HIDDEN and answer.column not in NEVER
        if is_shown and not field.is_relation and not isinstance(field, models.BinaryField):
            facts = {"kind": model._meta.label_lower, "table": model._meta.db_table, "column": answer.column}
            found.append(Mask(**facts, how=answer.support.name.lower(), position=position))
    return found


def _columns(model: type[Model]) -> set[str]:
    return {field.column for field in model._meta.local_concrete_fields if field.column}

"""System checks of the fence: what Django alone can see, before a database is asked."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db import models

from tenancy.fields import CASCADE_IN_DATABASE, AccountForeignKey
from tenancy.globals import fenced_models
from tenancy.models import AccountManager, AccountQuerySet

SAFE_ENDINGS = (models.PROTECT, models.RESTRICT, models.DO_NOTHING, models.CASCADE, CASCADE_IN_DATABASE)


@register("tenancy")
def check_account_models(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Account models use the fenced manager, key type and unique rules."""
    found: list[CheckMessage] = []
    fenced = set(fenced_models())
    for model in apps.get_models(include_auto_created=True):
        if model in fenced:
            found += _managers(model) + _keys(model) + _uniques(model)
        else:
            found += _keys_from_outside(model, fenced)
    return found


def _managers(model: type[models.Model]) -> list[CheckMessage]:
    return [
        Error(
            f"{model._meta.label}.{manager.name} would drop the account from its queries.",
            hint="Derive querysets from AccountQuerySet and managers from AccountManager.from_queryset(…).",
            obj=model,
            id="tenancy.E001",
        )
        for manager in (*model._meta.managers, model._base_manager)
        if not (isinstance(manager, AccountManager) and issubclass(manager._queryset_class, AccountQuerySet))
    ]


def _keys(model: type[models.Model]) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for field in model._meta.local_fields:
        if field.name == "account" or not field.is_relation:
            continue
        if not isinstance(field, AccountForeignKey):
            found.append(
                Error(
                    f"{model._meta.label}.{field.name} could point into another account.",
                    hint="Use AccountForeignKey, and KeepInAccount in the migration. People are memberships.",
                    obj=model,
                    id="tenancy.E002",
                )
            )
        elif field.remote_field.on_delete not in SAFE_ENDINGS:
            found.append(
                Error(
                    f"{model._meta.label}.{field.name} would be emptied by Django; the fence's delete() does not.",
                    hint="PROTECT, or CASCADE_IN_DATABASE for parts of a whole; empty the key in the action.",
                    obj=model,
                    id="tenancy.E006",
                )
            )
    for many in model._meta.local_many_to_many:
        found.append(
            Error(
                f"{model._meta.label}.{many.name} has a hidden table without an account.",
                hint="Write the link as an AccountModel of its own.",
                obj=model,
                id="tenancy.E003",
            )
        )
    return found


def _uniques(model: type[models.Model]) -> list[CheckMessage]:
    unique = [c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    faulty = [rule.name for rule in unique if _first_column(rule) not in ("account", "account_id")]
    faulty += [f.name for f in model._meta.local_fields if f.unique and not f.primary_key]
    return [
        Error(
            f"The unique rule {name} of {model._meta.label} would tell one account about another.",
            hint="Let it begin with the account: UniqueConstraint(fields=['account', …]).",
            obj=model,
            id="tenancy.E004",
        )
        for name in faulty
    ]


def _first_column(rule: models.UniqueConstraint) -> str:
    first = (*rule.fields, *rule.expressions)[0]
    return first if isinstance(first, str) else str(getattr(first, "name", ""))


def _keys_from_outside(model: type[models.Model], fenced: set[type[models.Model]]) -> list[CheckMessage]:
    return [
        Error(
            f"{model._meta.label}.{field.name} points from a global table into an account's.",
            hint="Turn the key round, or fence the table.",
            obj=model,
            id="tenancy.E005",
        )
        for field in model._meta.local_fields
        if field.is_relation and field.related_model in fenced
    ]

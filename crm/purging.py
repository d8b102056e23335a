"""What has lain in the bin for thirty days goes for good, with all that was only about it.

What something else still stands on stays in the bin: a company as long as a contact, a deal or a project names it.
So hours keep their client, and nothing that somebody uses loses a part. So does what is held, with all its parts.
What was also about another record stays there. The log says that a record went, without its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

import audit
from accounts.files.stored import StoredFile
from crm import search
from crm.fields import keys
from crm.models import (
    About,
    Activity,
    BulkChange,
    Company,
    Contact,
    ContactConsent,
    Deal,
    ImportedChange,
    Mail,
    MailAttachment,
    Note,
    Record,
)
from crm.models.records import DAYS_IN_BIN, Mergeable
from tenancy import held
from tenancy.context import whole
from tenancy.sweeping import sweeps

KEPT_FOR = timedelta(days=DAYS_IN_BIN)
BATCH = 200
ORDER: tuple[type[Any], ...] = (Activity, Note, Mail, Deal, Contact, Company)  # what stands on others goes first
ABOUT: tuple[type[Any], ...] = (Activity, Note, Mail)
SIDES = ("company", "contact", "deal")


@sweeps()
def purge_old() -> int:
    """Remove what is due in the active account; safe to run twice. Returns how many rows went."""
    gone, due = 0, timezone.now() - KEPT_FOR
    for model in ORDER:
        last = 0
        while some := _some(model._default_manager.filter(deleted_at__lte=due, pk__gt=last)):
            last = some[-1].pk
            gone += len(purge(some))
    return gone


def _some(rows: Any) -> list[Any]:
    return list(rows.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:BATCH])


@whole
def purge(rows: Sequence[Any]) -> list[Any]:
    """Remove these rows of one model, all in the bin, but for those that are held or that something stands on.

    Returns what went.
    """
    if not rows:
        return []
    model = type(rows[0])
    needed = {*needed_by(model, [row.pk for row in rows]), *_held(model, [row.pk for row in rows])}
    if issubclass(model, Mergeable):
        needed |= _purge_merged(model, [row.pk for row in rows if row.pk not in needed])
    doomed = [row for row in rows if row.pk not in needed]
    numbers = [row.pk for row in doomed]
    if issubclass(model, Record):
        _detach(model, numbers)
    parts = _parts(model, numbers)
    files = [*_files(parts.get(Mail, [])), *_proofs(parts.get(Contact, []))]
    for each, some in parts.items():
        _forget(each, some)
    audit.record_all(f"{model._meta.model_name}.purged", doomed, data={"record": ""})
    model._default_manager.filter(pk__in=numbers).delete()
    StoredFile.objects.filter(pk__in=files).delete()
    return doomed


def _purge_merged(model: type[Any], numbers: Collection[int]) -> set[int]:
    """What became part of these goes first. Returns those whose parts something stands on."""
    merged = model._default_manager.filter(merged_into__in=numbers).order_by("pk")
    purge(list(merged.select_for_update(of=("self",))))
    return set(merged.values_list("merged_into_id", flat=True))


def needed_by(model: type[Any], numbers: Collection[int]) -> dict[int, set[str]]:
    """Which of these rows others stand on, and what those are called: projects, contacts."""
    found: dict[int, set[str]] = {}
    for relation in model._meta.related_objects:
        if relation.on_delete is models.PROTECT:
            key, rows = relation.field.attname, relation.related_model._default_manager
            for number in rows.filter(**{f"{key}__in": numbers}).order_by().values_list(key, flat=True).distinct():
                found.setdefault(number, set()).add(str(relation.related_model._meta.verbose_name_plural))
    return found


def _held(model: type[Any], numbers: Collection[int]) -> set[int]:
    """Which of these rows are held, or have a part that is."""
    found = set(held.among(model._default_manager.filter(pk__in=numbers)))
    for about in ABOUT if issubclass(model, Record) and held.anything() else ():
        side = f"{model._meta.model_name}_id"
        parts = held.among(about._default_manager.filter(**{f"{side}__in": numbers}))
        found |= set(about._default_manager.filter(pk__in=parts).values_list(side, flat=True))
    return found


def _detach(model: type[Any], numbers: Collection[int]) -> None:
    """What is about another record, too, goes on being about that one."""
    side = str(model._meta.model_name)
    others = Q()
    for other in SIDES:
        if other != side:
            others |= Q(**{f"{other}__isnull": False})
    for about in ABOUT:
        about._default_manager.filter(others, **{f"{side}__in": numbers}).update(**{side: None})


def _parts(model: type[Any], numbers: Collection[int]) -> dict[type[Any], list[int]]:
    """The rows themselves, and what goes along with them and can be found by words."""
    found: dict[type[Any], list[int]] = {model: list(numbers)}
    if not issubclass(model, About):
        side = str(model._meta.model_name)
        for about in ABOUT:
            rows = about._default_manager.filter(**{f"{side}__in": numbers})
            found[about] = list(rows.values_list("pk", flat=True))
    return found


def _files(mails: Collection[int]) -> Iterable[int]:
    attached = MailAttachment.objects.filter(mail__in=mails, file__isnull=False)
    return attached.values_list("file_id", flat=True)


def _proofs(contacts: Collection[int]) -> Iterable[int]:
    said = ContactConsent.objects.filter(contact__in=contacts, file__isnull=False)
    return said.values_list("file_id", flat=True)


def _forget(model: type[Any], numbers: Collection[int]) -> None:
    """What is kept beside the rows by their number alone."""
    search.forget(model, numbers)
    if issubclass(model, Record):
        noun, many = str(model._meta.model_name), str(model._meta.verbose_name_plural)
        keys.forget(model, numbers)
        BulkChange.objects.filter(bulk_edit__kind=many, record_id__in=numbers).delete()
        ImportedChange.objects.filter(kind=noun, record_id__in=numbers).delete()

"""What a contact has several of, read for its page by one statement that is written once."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, JSONField, Model

from crm.models import (
    Contact,
    ContactAddress,
    ContactConsent,
    ContactEmail,
    ContactPhone,
    ContactPosition,
    ContactTag,
    Merge,
    Note,
    Tag,
)
from crm.models.companies import ADDRESS
from tenancy.parts import PartsOf
from tenancy.written import Written

_LISTS: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "emails": (ContactEmail, ("label", "email")),
    "phones": (ContactPhone, ("label", "phone", "phone_e164")),
    "addresses": (ContactAddress, ("label", *ADDRESS)),
}

# What most contacts have none of, with the condition on it: whoever would show it asks only where there is some.
_SELDOM: dict[str, tuple[type[Model], str]] = {
    "merges": (Merge, "part.undone_at IS NULL"),
    "pinned": (Note, "part.pinned_at IS NOT NULL AND part.deleted_at IS NULL"),
    "consents": (ContactConsent, ""),
}


def _rows() -> Any:
    lists = {f"the_{name}": _list(model, columns) for name, (model, columns) in _LISTS.items()}
    tags = _list(ContactTag, ("name", "public_id"), of="tag", order="tag.name_key")
    positions = _list(ContactPosition, ("id",))
    seldom = {f"some_{name}": _numbers(model, only) for name, (model, only) in _SELDOM.items()}
    return Contact.objects.order_by().values("id", the_tags=tags, the_positions=positions, **lists, **seldom)


def _numbers(model: type[Model], only: str) -> PartsOf:
    numbers = ArrayField(BigIntegerField())
    return PartsOf(model, "contact", shown="part.id", order="part.id", output_field=numbers, only=only)


def _list(model: type[Model], columns: tuple[str, ...], *, of: str = "part", order: str = "part.id") -> PartsOf:
    pairs = ", ".join(f"'{name}', {of}.{name}" for name in columns)
    joined = "" if of == "part" else of
    shown, objects = f"jsonb_build_object({pairs})", ArrayField(JSONField())
    return PartsOf(model, "contact", joined=joined, shown=shown, order=order, output_field=objects)


_WRITTEN = Written(_rows, by="id")


def read_lists(contact: Contact) -> bool:
    """Read the contact's lists: ``contact.emails.all()`` and the like ask no more. Whether it has further companies.

    What it ``lacks`` nobody asks for, either.
    """
    for row in _WRITTEN.of([contact.pk]):
        for name, (model, _) in _LISTS.items():
            _keep(contact, name, [model(contact=contact, **each) for each in row[f"the_{name}"]])
        _keep(contact, "tags", [ContactTag(contact=contact, tag=Tag(**each)) for each in row["the_tags"]])
        contact.lacks = frozenset(name for name in _SELDOM if not row[f"some_{name}"])
        return bool(row["the_positions"])
    return False


def _keep(contact: Contact, name: str, found: list[Any]) -> None:
    """As Django keeps what it prefetched."""
    rows = getattr(contact, name).get_queryset()
    rows._result_cache, rows._prefetch_done = found, True
    known: dict[str, Any] = contact.__dict__.setdefault("_prefetched_objects_cache", {})
    known[name] = rows

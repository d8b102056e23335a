"""What notes and mails are about, for programs: exactly one of a contact, a company and a deal."""

from __future__ import annotations

from typing import Any

from accounts.api import lists
from accounts.api.fields import Reference
from accounts.api.problems import WHOLE, Problem
from accounts.api.values import EXAMPLE_ID
from accounts.models import Membership
from crm.models import Company, Contact, Deal, Record
from crm.restricted import refuse_change

MODELS: dict[str, type[Record]] = {"contact": Contact, "company": Company, "deal": Deal}
NAME_ONE = f"Name one of: {', '.join(MODELS)}."


def references(*, is_fixed: bool) -> tuple[Reference, ...]:
    """The three fields."""
    many = {"contact": "contacts", "company": "companies", "deal": "deals"}
    shown = {"contact": EXAMPLE_ID}
    return tuple(
        Reference(noun, f"The {noun} it is about.", shown.get(noun), to=many[noun], is_fixed=is_fixed)
        for noun in MODELS
    )


def filters() -> tuple[lists.Filter, ...]:
    """By each of them."""
    return tuple(
        lists.by_reference(noun, lambda member, model=model: _seen(model, member), f"About this {noun}.")  # type: ignore[misc]
        for noun, model in MODELS.items()
    )


def take_record(given: dict[str, Any], member: Membership) -> Record | None:
    """The record that a body names, taken out of it; None where it names none."""
    named = {noun: given.pop(noun) for noun in MODELS if noun in given}
    if not named:
        return None
    chosen = [(noun, public_id) for noun, public_id in named.items() if public_id]
    if len(chosen) != 1:
        raise Problem("invalid", errors={WHOLE: [NAME_ONE]})
    ((noun, public_id),) = chosen
    record = _seen(MODELS[noun], member).filter(public_id=public_id).first()
    if record is None:
        raise Problem("invalid", errors={noun: [f"There is no such {noun}."]})
    refuse_change(record)
    return record  # type: ignore[no-any-return]


def need_record(given: dict[str, Any], member: Membership) -> Record:
    """The same, where there must be one."""
    record = take_record(given, member)
    if record is None:
        raise Problem("invalid", errors={WHOLE: [NAME_ONE]})
    return record


def _seen(model: type[Record], member: Membership) -> Any:
    return model._default_manager.live().visible_to(member)  # type: ignore[attr-defined]

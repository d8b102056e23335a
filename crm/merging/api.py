"""``POST /contacts/<id>/merge/`` and the same for companies, by the action of the page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from accounts.api.body import read_body
from accounts.api.fields import Schema
from accounts.api.problems import Errors, Problem
from accounts.api.values import EXAMPLE_ID, Wrong, an_id
from accounts.permissions import within_reach
from crm.merging import actions
from crm.merging.parts import parts_of

A_RECORD: Schema = {"type": "string", "format": "uuid"}
BODY: Schema = {
    "type": "object",
    "properties": {
        "others": {
            "type": "array", "items": A_RECORD, "minItems": 1, "maxItems": actions.MOST - 1,
            "description": "What becomes part of this record, with all that is linked to it.",
        },
        "keep": {
            "type": "object", "additionalProperties": A_RECORD,
            "description": "Part by part (`title`, `email`, `address`, `custom.level` …) the record it is kept from. "
            "What is not named stays this record's, or the first other's that has any.",
        },
        "versions": {
            "type": "object", "additionalProperties": {"type": "integer", "minimum": 1},
            "description": "The versions that you know, by id: refused with 409 if one of them is older.",
        },
    },
    "required": ["others"],
    "additionalProperties": False,
    "examples": [{"others": [EXAMPLE_ID], "keep": {"title": EXAMPLE_ID}}],
}  # fmt: skip


class MergeMixin:
    """A resource whose records may be there twice."""

    sent = {"merge": BODY}

    def merge(self, request: Any, public_id: UUID) -> HttpResponse:
        """Let others become part of this record."""
        resource: Any = self
        record = resource._editable(request, public_id)
        body = read_body(request)
        others = _records(resource, request, body, record)
        try:
            keep = _kept(body, resource.model, [record, *others])
            versions = _versions(body, [record, *others])
            actions.merge(record, others, keep=keep, versions=versions, by=request.membership)
        except actions.CannotMerge as refusal:
            raise Problem("invalid", errors={"others": [str(refusal)]}) from None
        answer: HttpResponse = resource._answer(request, resource._row(request, public_id))
        return answer


def _records(resource: Any, request: Any, body: dict[str, Any], record: Any) -> list[Any]:
    errors: Errors = {name: ["There is no such field."] for name in body.keys() - {"others", "keep", "versions"}}
    asked = body.get("others")
    wanted = set()
    try:
        if not isinstance(asked, list) or not 1 <= len(asked) < actions.MOST:
            raise Wrong(f"Write a list of one to {actions.MOST - 1} ids.")
        wanted = {an_id(each) for each in asked} - {record.public_id}
    except Wrong as wrong:
        errors["others"] = [str(wrong)]
    rows = within_reach(resource.editable(request.membership), request.membership, "contact.merge")
    found = list(rows.filter(public_id__in=wanted).order_by("id"))
    if "others" not in errors and (len(found) != len(wanted) or not found):
        errors["others"] = ["One of these is not there, or is this record itself."]
    if errors:
        raise Problem("invalid", errors=errors)
    return found


def _versions(body: dict[str, Any], records: list[Any]) -> dict[UUID, int]:
    given, by_id = body.get("versions", {}), {str(record.public_id): record.public_id for record in records}
    if not isinstance(given, dict) or any(type(number) is not int or number < 1 for number in given.values()):
        raise Problem("invalid", errors={"versions": ["Write an object of whole numbers, by id."]})
    if unknown := [name for name in given if name not in by_id]:
        raise Problem("invalid", errors={"versions": [f"“{unknown[0][:60]}” is the id of none of these."]})
    return {by_id[name]: number for name, number in given.items()}


def _kept(body: dict[str, Any], model: Any, records: list[Any]) -> dict[str, Any]:
    by_id, keep = {str(record.public_id): record for record in records}, body.get("keep", {})
    names = {part.name for part in parts_of(model)}
    if not isinstance(keep, dict):
        raise Problem("invalid", errors={"keep": ["Write an object."]})
    if wrong := [name for name, source in keep.items() if name not in names or str(source) not in by_id]:
        raise Problem("invalid", errors={"keep": [f"“{wrong[0][:60]}” is no part, or its record is none of these."]})
    return {name: by_id[str(source)] for name, source in keep.items()}

"""The description of the API (OpenAPI 3.1), made from the resources themselves."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings

from accounts.api.fields import Field, Schema
from accounts.api.lists import LONGEST_SEARCH, MOST_ROWS, PAGE_SIZE
from accounts.api.operations import Operation
from accounts.api.problems import CONTENT_TYPE, KINDS
from accounts.api.resource import OF_THE_LIST, VERBS, Resource
from accounts.keys import SCOPES

ABOUT = """\
Contacts, companies, projects and hours of one account, for programs. A key works for one member: it may do what
both its scopes and the member's role allow, and sees what the member sees.
"""
TITLES = {
    "browse": "List {many}", "create": "Add {a}", "read": "Read {a}", "change": "Change {a}", "delete": "Delete {a}",
}  # fmt: skip
ALWAYS = (400, 401, 403, 406, 429, 500)
REFUSALS = {
    "browse": ALWAYS,
    "read": (*ALWAYS, 404),
    "create": (*ALWAYS, 402, 409, 413, 415, 422),
    "change": (*ALWAYS, 402, 404, 409, 412, 413, 415, 422),
    "delete": (*ALWAYS, 402, 404, 409, 412, 422),
}


def describe(resources: Iterable[Resource]) -> dict[str, Any]:
    """The whole document."""
    resources = list(resources)
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": _problem()}
    for resource in resources:
        for verb in resource.may:
            paths.setdefault(_path(resource, verb), _path_item(verb))[VERBS[verb].lower()] = _operation(resource, verb)
        schemas |= _schemas(resource)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Candor", "version": "1", "description": ABOUT},
        "servers": [{"url": f"{settings.SITE_URL}/api/v1"}],
        "tags": [{"name": each.name, "description": each.about} for each in resources],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {str(status): _refusal(status) for status in sorted({kind.status for kind in KINDS.values()})},
            "parameters": _parameters(),
            "securitySchemes": {"key": _key()},
        },
    }


def noun(resource: Resource) -> str:
    """time_entry → time entry."""
    return resource.one.replace("_", " ")


def title(resource: Resource, verb: str) -> str:
    """What an operation does, in words."""
    a = f"{'an' if resource.one[0] in 'aeiou' else 'a'} {noun(resource)}"
    return TITLES[verb].format(a=a, many=resource.name.replace("-", " "))


def example(resource: Resource, *, written: bool = False) -> dict[str, Any]:
    """One record as it is answered, or as it is sent."""
    fields = [field for field in resource.fields if not (written and field.is_read_only)]
    return {field.name: field.example for field in fields}


def _name(resource: Resource) -> str:
    return resource.one.title().replace("_", "")


def _path(resource: Resource, verb: str) -> str:
    return f"/{resource.name}/" if verb in OF_THE_LIST else f"/{resource.name}/{{id}}/"


def _path_item(verb: str) -> dict[str, Any]:
    return {} if verb in OF_THE_LIST else {"parameters": [{"$ref": "#/components/parameters/id"}]}


def _operation(resource: Resource, verb: str) -> dict[str, Any]:
    operation: Operation = resource.operation(verb)
    said: dict[str, Any] = {
        "tags": [resource.name],
        "summary": title(resource, verb),
        "description": f"Needs the scope `{operation.scope}`.",
        "operationId": f"{resource.one}_{verb}",
        "security": [{"key": [operation.scope]}],
        "parameters": _parameters_of(resource, verb),
        "responses": {
            **_answer(resource, verb),
            **{str(each): _ref("responses", str(each)) for each in REFUSALS[verb]},
        },
    }
    if verb in ("create", "change"):
        schema = _ref("schemas", f"{_name(resource)}{'New' if verb == 'create' else 'Change'}")
        content = {"schema": schema, "example": example(resource, written=True)}
        said["requestBody"] = {"required": True, "content": {"application/json": content}}
    return said


def _parameters_of(resource: Resource, verb: str) -> list[Any]:
    if verb == "browse":
        common = ["cursor", "page_size", *(["search"] if resource.is_searched else [])]
        order = {"type": "string", "enum": list(resource.orders), "default": next(iter(resource.orders))}
        filters = [_query(each.name, each.about, each.schema) for each in resource.filters]
        return [*(_ref("parameters", name) for name in common), _query("ordering", "In which order.", order), *filters]
    if verb == "create":
        return [_ref("parameters", "Idempotency-Key")]
    return [_ref("parameters", "If-Match")] if verb in ("change", "delete") and resource.is_versioned else []


def _answer(resource: Resource, verb: str) -> dict[str, Any]:
    if verb == "delete":
        return {"204": {"description": "It is gone from here."}}
    name = f"{_name(resource)}{'List' if verb == 'browse' else ''}"
    one = example(resource)
    shown = {"results": [one], "next": None, "previous": None} if verb == "browse" else one
    content = {"application/json": {"schema": _ref("schemas", name), "example": shown}}
    status = 201 if verb == "create" else 200
    headers = {} if verb == "browse" or not resource.is_versioned else {"ETag": _header("The version, in quotes.")}
    if verb == "create":
        headers["Location"] = _header("The address of the new record.")
    return {str(status): {"description": HTTPStatus(status).phrase, "content": content, "headers": headers}}


def _schemas(resource: Resource) -> dict[str, Any]:
    name = _name(resource)
    found = {name: _object(resource, [*resource.fields], [each.name for each in resource.fields if not each.needs])}
    pages = {"type": ["string", "null"], "format": "uri"}
    results = {"type": "array", "items": _ref("schemas", name), "maxItems": MOST_ROWS}
    found[f"{name}List"] = {
        "type": "object",
        "properties": {"results": results, "next": pages, "previous": pages},
        "required": ["results", "next", "previous"],
        "additionalProperties": False,
    }
    written = [field for field in resource.fields if not field.is_read_only]
    needed = [field.name for field in written if field.is_required]
    if "create" in resource.may:
        found[f"{name}New"] = _object(resource, written, needed)
    if "change" in resource.may:
        found[f"{name}Change"] = _object(resource, written, [])
    return found


def _object(resource: Resource, fields: list[Field], required: list[str]) -> Schema:
    properties = {field.name: field.schema(resource.model) for field in fields}
    said: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**said, "required": required} if required else said


def _problem() -> Schema:
    texts = {"type": "array", "items": {"type": "string"}}
    return {
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "errors": {
                "type": "object",
                "description": "What is wrong with each field or parameter; `record` is about the whole.",
                "additionalProperties": texts,
            },
        },
        "required": ["type", "title", "status", "detail", "instance"],
    }


def _refusal(status: int) -> dict[str, Any]:
    kinds = {name: kind for name, kind in KINDS.items() if kind.status == status}
    examples = {
        name: {"value": {"type": f"{settings.SITE_URL}/api/docs/#{name}", "title": kind.title, "status": status,
                         "detail": kind.help, "instance": "/api/v1/contacts/"}}
        for name, kind in kinds.items()
    }  # fmt: skip
    content = {CONTENT_TYPE: {"schema": _ref("schemas", "Problem"), "examples": examples}}
    said: dict[str, Any] = {"description": " Or: ".join(kind.title for kind in kinds.values()), "content": content}
    if status == 401:
        said["headers"] = {"WWW-Authenticate": _header("Always `Bearer`.")}
    if status == 429:
        said["headers"] = {"Retry-After": _header("Seconds to wait.")}
    return said


def _parameters() -> dict[str, Any]:
    key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
    return {
        "id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
        "cursor": _query("cursor", "From `next` or `previous` of another page.", {"type": "string", "minLength": 1}),
        "page_size": _query("page_size", "Rows on a page.", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS,
                                                             "default": PAGE_SIZE}),
        "search": _query("search", "Beginnings of words.", {"type": "string", "maxLength": LONGEST_SEARCH}),
        "Idempotency-Key": _in_header("Idempotency-Key", "Names this request: sent again within a day, it has one "
                                      "effect and the same answer.", key),
        "If-Match": _in_header("If-Match", 'The version you know, as in "3": refused with 412 if there is a newer one.',
                               {"type": "string"}),
    }  # fmt: skip


def _key() -> dict[str, Any]:
    scopes = "\n".join(f"- `{scope}`: {words}" for scope, words in SCOPES.items())
    return {
        "type": "http",
        "scheme": "bearer",
        "description": f"An API key, made under Admin, API keys.\n\n{scopes}",
    }


def _query(name: str, about: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": about, "schema": schema}


def _in_header(name: str, about: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": about, "schema": schema}


def _header(about: str) -> dict[str, Any]:
    return {"description": about, "schema": {"type": "string"}}


def _ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}

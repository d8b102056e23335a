"""The description of the API (OpenAPI 3.1), made from the resources themselves."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings

from accounts.api.fields import Field, OneOf, Reference, Schema
from accounts.api.lists import LONGEST_SEARCH, MOST_ROWS, PAGE_SIZE
from accounts.api.operations import Operation
from accounts.api.problems import CONTENT_TYPE, KINDS
from accounts.api.resource import VERBS, Resource
from accounts.keys import SCOPES

ABOUT = """\
Contacts, companies, projects and hours of one account, for programs. A key works for one member: it may do what
both its scopes and the member's role allow, and sees what the member sees.
"""
TITLES = {
    "browse": "List {many}", "create": "Add {a}", "read": "Read {a}", "change": "Change {a}", "delete": "Delete {a}",
    "start": "Start the {one}", "stop": "Stop the {one}", "copy": "Copy {a}",
    "merge": "Merge others into {a}", "restore": "Take {a} out of the bin", "undo": "Undo {a}",
    "restrict": "Restrict {a}: keep it, and use it no more", "lift": "Lift the restriction of {a}",
    "withdraw": "Withdraw {a}", "approve": "Approve {a}", "decline": "Decline {a}", "return": "Return {a} with words",
    "reopen": "Reopen {a} that was approved",
    "check": "Check {a}", "run": "Run {a}", "cancel": "Cancel {a}",
    "receipt": "Put a receipt to {a}",
    "fetch": "Say where the receipt of {a} is",
    "download": "Let {a} out",
    "erase": "Carry out {a}",
    "on": "Switch {a} on", "off": "Switch {a} off", "secret": "Make a new secret for {a}",
    "test": "Send a test event to {a}", "again": "Send {a} again",
    "renew": "Make {a} in place of the former",
    "send": "Give {a} its number", "void": "Make {a} void",
}  # fmt: skip
ALWAYS = (400, 401, 403, 406, 429, 500)
REFUSALS = {
    "browse": ALWAYS,
    "read": (*ALWAYS, 404),
    "fetch": (*ALWAYS, 404),
    "create": (*ALWAYS, 402, 409, 413, 415, 422),
    "change": (*ALWAYS, 402, 404, 409, 412, 413, 415, 422),
    "delete": (*ALWAYS, 402, 404, 409, 412, 422),
    "start": (*ALWAYS, 402, 409, 413, 415, 422),
    "stop": (*ALWAYS, 402, 409, 413, 415, 422),
    "copy": (*ALWAYS, 402, 409, 413, 415, 422),
    "renew": (*ALWAYS, 402, 409, 422),
    "merge": (*ALWAYS, 402, 404, 409, 412, 413, 415, 422),
    "download": (*ALWAYS, 404, 409, 410, 422),
}
OF_AN_OWN_VERB = REFUSALS["merge"]
NO_VERSION = ("read", "fetch", "create")
SENT = {
    "create": "New",
    "change": "Change",
    "start": "Start",
    "stop": "Stop",
    "copy": "Copy",
    "merge": "Merge",
    "restrict": "Restrict",
    "lift": "Lift",
    "approve": "Approve",
    "decline": "Decline",
    "return": "Return",
    "reopen": "Reopen",
    "check": "Check",
    "receipt": "Receipt",
    "erase": "Erase",
    "void": "Void",
}
MAY_BE_EMPTY = ("stop", "check", "approve", "decline")
SENT_BY_SOME = ("approve",)  # with a body where the resource says so in ``sent``
A_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def describe(resources: Iterable[Resource]) -> dict[str, Any]:
    """The whole document."""
    resources = list(resources)
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": _problem()}
    for resource in resources:
        for verb in resource.may:
            path = resource.path(verb)
            paths.setdefault(path, _path_item(path))[VERBS[verb].lower()] = _operation(resource, verb)
        schemas |= resource.schemas() or _schemas(resource)
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
    return TITLES[verb].format(a=a, one=noun(resource), many=resource.name.replace("-", " "))


def example(resource: Resource, *, written: str = "") -> dict[str, Any]:
    """One record as it is answered, or as it is sent with the verb ``written``."""
    if resource.examples:
        return dict(resource.examples[written or "answer"])
    fields = [field for field in resource.fields if not (field.is_read_only if written else field.is_write_only)]
    fields = [field for field in fields if not (written == "change" and field.is_fixed)]
    return {field.name: field.example for field in fields if not written or field.example is not None}


def _name(resource: Resource) -> str:
    return resource.one.title().replace("_", "")


def _path_item(path: str) -> dict[str, Any]:
    return {"parameters": [{"$ref": "#/components/parameters/id"}]} if "{id}" in path else {}


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
            **{str(each): _ref("responses", str(each)) for each in _refusals(resource, verb, operation)},
        },
    }
    if verb in resource.files:
        said["requestBody"] = {"required": True, "content": A_FILE}
    elif takes_body(resource, verb):
        schema = _ref("schemas", f"{_name(resource)}{SENT[verb]}")
        shown = resource.sent[verb]["examples"][0] if verb in resource.sent else example(resource, written=verb)
        content = {"schema": schema, "example": shown}
        said["requestBody"] = {"required": verb not in MAY_BE_EMPTY, "content": {"application/json": content}}
    return said


def takes_body(resource: Resource, verb: str) -> bool:
    """Whether JSON goes with it."""
    return verb in SENT and (verb in resource.sent or verb not in SENT_BY_SOME)


def _refusals(resource: Resource, verb: str, operation: Operation) -> list[int]:
    found = (*REFUSALS.get(verb, OF_AN_OWN_VERB), *resource.also_refuses.get(verb, ()))
    return [status for status in found if status != 402 or not operation.works_read_only]


def _parameters_of(resource: Resource, verb: str) -> list[Any]:
    if verb == "browse":
        common = ["cursor", "page_size", *(["search"] if resource.is_searched else [])]
        order = _order(resource)
        filters = [_query(each.name, each.about, each.schema) for each in resource.filters]
        if resource.own_parameters:
            about, schema = resource.own_parameters
            filters.append({**_query("own", about, schema), "style": "form", "explode": True})
        return [*(_ref("parameters", name) for name in common), _query("ordering", "In which order.", order), *filters]
    if verb == "read" and resource.filters and "{id}" not in resource.path(verb):
        return [_query(each.name, each.about, each.schema) for each in resource.filters]
    of_version = [_ref("parameters", "If-Match")] if verb not in NO_VERSION and resource.is_versioned else []
    text = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
    named = [{**_query(name, about, text), "required": True} for name, about in resource.files.get(verb, {}).items()]
    if verb == "delete":
        text = {"type": "string", "maxLength": 200}
        named = [_query(name, about, text) for name, about in resource.asked_at_deletion.items()]
    numbers = [_ref("parameters", "Keep-Numbers")] if verb in ("create", "change") and _takes_words(resource) else []
    return [
        *named,
        *([_ref("parameters", "Idempotency-Key")] if VERBS[verb] == "POST" else []),
        *numbers,
        *of_version,
    ]


def _takes_words(resource: Resource) -> bool:
    """Whether anything that looks like a number could be written in it."""
    written = [field for field in resource.fields if not field.is_read_only]
    return not all(isinstance(field, OneOf | Reference) for field in written)


def _order(resource: Resource) -> Schema:
    known: Schema = {"type": "string", "enum": list(resource.orders)}
    own: Schema = {"type": "string", "pattern": resource.own_order, "description": "A field of the firm's own."}
    found = {"anyOf": [known, own]} if resource.own_order else known
    return {**found, "default": next(iter(resource.orders))}


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
    answered = [field for field in resource.fields if not field.is_write_only]
    found = {name: _object(resource, answered, [each.name for each in answered if not each.needs])}
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
    if "create" in resource.may and "create" not in resource.files:
        found[f"{name}New"] = _object(resource, written, needed)
    if "change" in resource.may:
        found[f"{name}Change"] = _object(resource, [field for field in written if not field.is_fixed], [])
    return found | {f"{name}{SENT[verb]}": schema for verb, schema in resource.sent.items()}


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
        "cursor": _query("cursor", "From `next` or `previous` of another page.", {"type": "string"}),
        "page_size": _query("page_size", "Rows on a page.", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS,
                                                             "default": PAGE_SIZE}),
        "search": _query("search", "Beginnings of words; parts of them, too, where the installation finds those.",
                         {"type": "string", "maxLength": LONGEST_SEARCH}),
        "Idempotency-Key": _in_header("Idempotency-Key", "Names this request: sent again within a day, it has one "
                                      "effect and the same answer.", key),
        "Keep-Numbers": _in_header("Keep-Numbers", "Say `yes` where a text holds something that only looks like the "
                                   "number of a card, and was refused for it; nothing else.", {"type": "string"}),
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

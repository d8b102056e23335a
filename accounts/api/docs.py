"""``/api/docs/``: the description for people, made from the same resources as the one for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from accounts.api.fields import EXAMPLE_ID, Field, Reference, Schema
from accounts.api.lists import MOST_ROWS, PAGE_SIZE, Filter
from accounts.api.openapi import example, takes_body, title
from accounts.api.problems import KINDS
from accounts.api.resource import VERBS, Resource
from accounts.keys import SCOPES

KINDS_OF_TEXT = {"uuid": "id", "date": "day", "date-time": "instant"}
WORDS = {"integer": "whole number", "boolean": "true or false", "array": "list of texts", "object": "object"}
KEY = '-H "Authorization: Bearer $CANDOR_KEY"'


@dataclass(frozen=True)
class Line:
    """A field or a parameter: its name, its kind in a few words, what it means."""

    name: str
    kind: str
    about: str


@dataclass(frozen=True)
class Call:
    """One operation: what it does, what it needs, how it is asked for."""

    title: str
    method: str
    path: str
    scope: str
    curl: str


@dataclass(frozen=True)
class Chapter:
    """One resource, as the page tells it."""

    name: str
    about: str
    calls: list[Call]
    fields: list[Line]
    filters: list[Line]
    orders: list[str]
    answer: str


def page(resources: Sequence[Resource]) -> Callable[[HttpRequest], HttpResponse]:
    """The view of the page."""

    @require_safe
    def docs(request: HttpRequest) -> HttpResponse:
        words = {
            "chapters": [_chapter(each) for each in resources],
            "scopes": {scope: SCOPES[scope] for scope in SCOPES if scope in used_scopes(resources)},
            "refusals": {name: (kind, with_code(kind.help)) for name, kind in KINDS.items()},
            "page_size": PAGE_SIZE,
            "most_rows": MOST_ROWS,
            "a_minute": settings.API_REQUESTS_PER_MINUTE,
            "site": settings.SITE_URL,
        }
        return render(request, "api/docs.html", words)

    return docs


def used_scopes(resources: Sequence[Resource]) -> set[str]:
    """Those that open something by now."""
    return {each.operation(verb).scope for each in resources for verb in each.may}


def _chapter(resource: Resource) -> Chapter:
    return Chapter(
        name=resource.name,
        about=with_code(resource.about),
        calls=[_call(resource, verb) for verb in resource.may],
        fields=[_field(resource, field) for field in resource.fields],
        filters=[*(_filter(each) for each in resource.filters), *_own_filters(resource)],
        orders=list(resource.orders),
        answer=_pretty(example(resource)),
    )


def _call(resource: Resource, verb: str) -> Call:
    path = f"/api/v1{resource.path(verb)}".replace("{id}", EXAMPLE_ID)
    method, url = VERBS[verb], f"{settings.SITE_URL}{path}"
    parts = ["curl", KEY, url] if method == "GET" else ["curl", f"-X {method}", KEY, url]
    if verb in resource.files:
        url = f"{url}?{'&'.join(f'{name}=contacts.csv' for name in resource.files[verb])}"
        sent = ['-H "Content-Type: application/octet-stream"', "--data-binary @contacts.csv"]
        parts = [*parts[:-1], *sent, f'"{url}"']
    elif takes_body(resource, verb):
        body = _sent(resource, verb)
        parts = [*parts[:-1], '-H "Content-Type: application/json"', f"-d '{_pretty(body)}'", url]
    return Call(
        title(resource, verb), method, path.replace(EXAMPLE_ID, "<id>"), resource.operation(verb).scope, " ".join(parts)
    )


def _sent(resource: Resource, verb: str) -> dict[str, Any]:
    """What is needed, or one field to change, and no more."""
    if verb in resource.sent:
        return dict(resource.sent[verb]["examples"][0])
    whole = example(resource, written=verb)
    if resource.examples:
        return whole
    needed = [field.name for field in resource.fields if field.is_required]
    usual = [name for name in ("day", "minutes", "first_name", "last_name", "email", "name") if name in whole]
    names = [*needed, *usual] if verb == "create" else usual[:1]
    return {name: whole[name] for name in whole if name in names}


def _field(resource: Resource, field: Field) -> Line:
    kind = _kind(field.schema(resource.model))
    if isinstance(field, Reference):
        kind = f"id of one of the {field.to.replace('-', ' ')}" + (", or null" if field.may_be_null else "")
    notes = ["needed"] if field.is_required else []
    notes += ["read only"] if field.is_read_only or not {"create", "start", "change"} & resource.may.keys() else []
    notes += ["written only"] if field.is_write_only else []
    notes += ["only for roles that may see it"] if field.needs else []
    return Line(field.name, ", ".join([kind, *notes]), with_code(field.about))


def _filter(filter_: Filter) -> Line:
    return Line(filter_.name, _kind(filter_.schema), with_code(filter_.about))


def _own_filters(resource: Resource) -> list[Line]:
    """Those that an account adds by fields of its own."""
    return [Line("custom.…", "text", with_code(resource.own_parameters[0]))] if resource.own_parameters else []


def _kind(schema: Schema) -> str:
    """A schema in a few words: “text, at most 200 characters”."""
    if either := schema.get("anyOf"):
        return " or ".join(map(_kind, either))
    if "const" in schema:
        return str(schema["const"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = WORDS.get(types[0]) or KINDS_OF_TEXT.get(schema.get("format", ""), "text")
    if "enum" in schema:
        kind = " or ".join(schema["enum"])
    if longest := schema.get("maxLength"):
        kind += f", at most {longest} characters"
    if parts := schema.get("properties"):
        kind += f" of {', '.join(parts)}"
    return f"{kind}, or null" if "null" in types else kind


def with_code(text: str) -> SafeString:
    """What stands between backticks is code."""
    return mark_safe(re.sub("`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S308  (escaped before)


def _pretty(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)

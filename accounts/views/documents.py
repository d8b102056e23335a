"""The texts that people agree to, for everybody to read: no cookie, no sign-in, every version at its own address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from accounts.documents import Document, versions

HEADING = re.compile(r"<h2>(.+?)</h2>", re.DOTALL)


@require_safe
def newest(request: HttpRequest, kind: str) -> HttpResponse:
    """The version in force, at an address that never changes (138)."""
    return _page(request, versions(kind), versions(kind)[0])


@require_safe
def version(request: HttpRequest, kind: str, day: str) -> HttpResponse:
    """One version, as long as the service lives."""
    all_of_them = versions(kind)
    for document in all_of_them:
        if document.version == _day(day):
            return _page(request, all_of_them, document)
    raise Http404


@dataclass(frozen=True)
class Section:
    """A part of a text, with an address of its own."""

    anchor: str
    title: str


def _sections(html: str) -> tuple[str, list[Section]]:
    """The same text with an anchor at each heading, and the list of them. What was agreed to stays as it was."""
    found: list[Section] = []

    def mark(heading: re.Match[str]) -> str:
        title = unescape(strip_tags(heading[1]))
        found.append(Section(slugify(title), title))
        return f'<h2 id="{found[-1].anchor}">{heading[1]}</h2>'

    return HEADING.sub(mark, html), found


def _page(request: HttpRequest, all_of_them: list[Document], document: Document) -> HttpResponse:
    html, sections = _sections(document.html())
    words = {
        "document": document,
        "html": mark_safe(html),  # noqa: S308 - our own template
        "sections": sections,
        "is_current": document == all_of_them[0],
        "newest_url": reverse(document.kind),
        "versions": [
            {"version": each.version, "url": reverse(f"{each.kind}_version", args=[each.version.isoformat()])}
            for each in all_of_them
        ],
    }
    return render(request, "documents/document.html", words)


def _day(text: str) -> object:
    try:
        return parse_date(text)
    except ValueError:  # well formed, but no such day
        return None

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

from accounts.documents import Document, published, versions
from lib import rewording

HEADING = re.compile(r"<h2>(.+?)</h2>", re.DOTALL)


@require_safe
def newest(request: HttpRequest, kind: str) -> HttpResponse:
    """The version in force, at an address that never changes (138)."""
    return _page(request, published(kind), versions(kind)[0])


@require_safe
def version(request: HttpRequest, kind: str, day: str) -> HttpResponse:
    """One version, as long as the service lives; one that is published and still to come, too."""
    all_of_them = published(kind)
    return _page(request, all_of_them, _of_day(all_of_them, day))


@require_safe
def changes(request: HttpRequest, kind: str, day: str) -> HttpResponse:
    """What a version says that the one before it did not, and the other way round (137)."""
    all_of_them = published(kind)
    document = _of_day(all_of_them, day)
    before = next((each for each in all_of_them if each.version < document.version), None)
    if before is None:
        raise Http404
    lines = rewording.compare(before.html(), document.html())
    words = {
        "document": document,
        "before": before,
        "lines": lines,
        "changed": sum(line.is_changed for line in lines),
        "url": _url(document),
        "before_url": _url(before),
    }
    return render(request, "documents/changes.html", words)


@require_safe
def paper(request: HttpRequest, kind: str, day: str) -> HttpResponse:
    """One version as a PDF, with its hash at the foot of each page."""
    from lib.paper import pdf_of  # reportlab is loaded for the first paper, not when a process starts

    document = _of_day(published(kind), day)
    foot = f"{document.title}, version of {document.version:%d %b %Y} · SHA-256 {document.digest}"
    response = HttpResponse(pdf_of(document.title, document.html(), foot=foot), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="candor-{kind}-{document.version}.pdf"'
    return response


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
    in_force = next(each for each in all_of_them if each.is_in_force)
    words = {
        "document": document,
        "html": mark_safe(html),  # noqa: S308 - composed by our own templates
        "sections": sections,
        "is_current": document == in_force,
        "newest_url": reverse(document.kind),
        "to_come": [each for each in all_of_them if not each.is_in_force and each != document],
        "versions": [
            {"document": each, "url": _url(each), "has_changes": each != all_of_them[-1]} for each in all_of_them
        ],
    }
    return render(request, "documents/document.html", words)


def _url(document: Document) -> str:
    return reverse(f"{document.kind}_version", args=[document.version.isoformat()])


def _of_day(all_of_them: list[Document], day: str) -> Document:
    found = next((each for each in all_of_them if each.version == _day(day)), None)
    if found is None:
        raise Http404
    return found


def _day(text: str) -> object:
    try:
        return parse_date(text)
    except ValueError:  # well formed, but no such day
        return None

"""The words of a request as they are read: records by name for the firm, by their ids for staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import template
from django.template.defaultfilters import linebreaks_filter
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from privacy.support_access.kinds import Named, pieces
from privacy.support_access.models import TicketFile

register = template.Library()


@register.simple_tag
def said(text: str, names: Mapping[Named, tuple[str, str]] | None = None) -> SafeString:
    """``{% said entry.text names %}``: each record by its name and a link, where ``names`` has them; else by its id."""
    spelled = format_html_join("", "{}", ((_spelled(piece, names or {}),) for piece in pieces(text)))
    return linebreaks_filter(spelled)


@register.simple_tag
def file_name(file: TicketFile, names: Mapping[UUID, str]) -> str:
    """What the firm called it; nothing once it is gone."""
    return names.get(file.file, "")


def _spelled(piece: str | Named, names: Mapping[Named, tuple[str, str]]) -> Any:
    if isinstance(piece, str):
        return piece
    name, url = names.get(piece, ("", ""))
    if url:
        return format_html('<a class="link" href="{}">{}</a>', url, name)
    return format_html('<code title="{}">{}</code>', piece.public_id, piece)

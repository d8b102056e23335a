"""Links of a list that keep what was asked for: sorting, pages, filters."""

from typing import Any

from django import template
from django.forms import Form
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crm.listing.asked import address_of
from crm.listing.columns import Column
from crm.listing.kinds import ListKind
from crm.models import SavedView
from lib.templatetags.look import icon

register = template.Library()

_PASSING = ("page", "panel")


@register.simple_tag(takes_context=True)
def asking(context: dict[str, Any], name: str = "", value: str | None = None) -> str:
    """``?…`` with one parameter set, or taken off when it has no value; always from the first page."""
    asked = context["request"].GET.copy()
    for gone in (*_PASSING, name):
        asked.pop(gone, None)
    if value:
        asked[name] = value
    for empty in [key for key, given in asked.items() if not given]:
        del asked[empty]
    return f"?{asked.urlencode()}"


@register.simple_tag(takes_context=True)
def kept_but(context: dict[str, Any], *names: str) -> SafeString:
    """Hidden fields that carry what else was asked for through a form; the page begins anew."""
    fields = [
        (name, value) for name, value in context["request"].GET.items() if value and name not in {*names, *_PASSING}
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields)


@register.simple_tag(takes_context=True)
def kept_beside(context: dict[str, Any], form: Form) -> SafeString:
    """The same, but for what this form asks itself."""
    return kept_but(context, *form.fields)


@register.simple_tag(takes_context=True)
def column_head(context: dict[str, Any], column: Column, sort: str) -> SafeString:
    """A column's head; where it can be sorted by, a link that does so, and the other way round when it does already."""
    is_this, is_turned = sort.removeprefix("-") == column.key, sort.startswith("-")
    if not column.order:
        return format_html('<th scope="col" class="{}">{}</th>', _of_head(column), column.label)
    falls = column.order[0].startswith("-") != is_turned  # the latest change comes first
    word, arrow = ("descending", "arrow-down") if falls else ("ascending", "arrow-up")
    return format_html(
        '<th scope="col" class="{}"{}><a class="plain" href="{}">{}{}</a></th>',
        _of_head(column),
        format_html(' aria-sort="{}"', word) if is_this else "",
        asking(context, "sort", f"-{column.key}" if is_this and not is_turned else column.key),
        column.label,
        format_html(" {}", icon(arrow)) if is_this else "",
    )


def _of_head(column: Column) -> str:
    return "num" if "num" in column.classes.split() else ""


@register.simple_tag(takes_context=True)
def view_address(context: dict[str, Any], kind: ListKind, view: SavedView) -> str:
    """The list as a saved view has it."""
    return address_of(kind, context["account"].slug, view.words)

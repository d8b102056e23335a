"""Links of a list that keep what was asked for: sorting, pages, filters."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lib.templatetags.look import icon

register = template.Library()

_SORTED = {"": ("none", ""), "up": ("ascending", "arrow-up"), "down": ("descending", "arrow-down")}


@register.simple_tag(takes_context=True)
def asking(context: dict[str, Any], name: str = "", value: str | None = None) -> str:
    """``?…`` with one parameter set, or taken off when it has no value; always from the first page."""
    asked = context["request"].GET.copy()
    for gone in ("page", "filter", name):
        asked.pop(gone, None)
    if value:
        asked[name] = value
    for empty in [key for key, given in asked.items() if not given]:
        del asked[empty]
    return f"?{asked.urlencode()}"


@register.simple_tag(takes_context=True)
def kept(context: dict[str, Any], *names: str) -> SafeString:
    """Hidden fields that carry these parameters through a form."""
    asked = context["request"].GET
    fields = [(name, asked[name]) for name in names if asked.get(name)]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields)


@register.simple_tag(takes_context=True)
def sort_head(context: dict[str, Any], label: str, key: str, current: str, classes: str = "") -> SafeString:
    """A column's head that sorts by it, and the other way round when it does already."""
    state = "up" if current == key else "down" if current == f"-{key}" else ""
    if key == "changed" and state:  # the latest change comes first
        state = "down" if state == "up" else "up"
    word, arrow = _SORTED[state]
    return format_html(
        '<th scope="col" class="{}"{}><a class="plain" href="{}">{}{}</a></th>',
        classes,
        format_html(' aria-sort="{}"', word) if arrow else "",
        asking(context, "sort", f"-{key}" if current == key else key),
        label,
        format_html(" {}", icon(arrow)) if arrow else "",
    )

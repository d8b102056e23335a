"""The parts pages are made of: icons, fields, faces, notes. See docs/templates.md and /kit/."""

import logging
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

from django import forms, template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import Resolver404, resolve
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lib import cards

register = template.Library()
logger = logging.getLogger(__name__)

ICONS = Path(settings.BASE_DIR) / "node_modules" / "@tabler" / "icons" / "icons"
ICON_NAME = re.compile(r"[a-z0-9-]+")
DRAWING = re.compile(r"<svg[^>]*>\s*(?:<path stroke=\"none\"[^>]*/>)?(.*)</svg>", re.DOTALL)


class MissingIcon(LookupError):
    """A template asks for an icon that Tabler does not have."""


@lru_cache(maxsize=512)
def drawing(name: str) -> str:
    """The inside of an icon's SVG file, without the empty frame."""
    if not ICON_NAME.fullmatch(name):
        raise MissingIcon(name)
    try:
        svg = (ICONS / "outline" / f"{name}.svg").read_text()
    except FileNotFoundError:
        raise MissingIcon(name) from None
    match = DRAWING.search(svg)
    if match is None:
        raise MissingIcon(name)
    return re.sub(r"\s*\n\s*", "", match[1]).replace(" />", "/>")


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """``{% icon "eye" %}`` or ``{% icon "search" "icon-lg" %}``: always beside a word or an aria-label."""
    try:
        return _drawn(name, classes)
    except MissingIcon:
        if getattr(settings, "STRICT_TEMPLATES", settings.DEBUG):
            raise
        logger.error("No icon named %r", name)
        return SafeString("")


@lru_cache(maxsize=1024)
def _drawn(name: str, classes: str) -> SafeString:
    # The drawing comes from a package file that drawing() read, never from a person.
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>',
        f"icon {classes}".strip(),
        mark_safe(drawing(name)),  # noqa: S308
    )


# --- pages that may or may not exist --------------------------------------------------------------


@lru_cache(maxsize=256)
def leads_somewhere(path: str, urlconf: str) -> bool:
    try:
        resolve(path, urlconf)
    except Resolver404:
        return False
    return True


@register.simple_tag
def reachable(path: str, *parts: object) -> str:
    """``{% reachable "/a/{}/search/" account.slug as url %}``: the path, or nothing when no page is there."""
    path = path.format(*parts)
    return path if leads_somewhere(path, settings.ROOT_URLCONF) else ""


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> str:
    """The page's own address, without what a visitor added to it."""
    request = context.get("request")
    return f"{settings.SITE_URL}{request.path if request else '/'}"


class AgainNode(template.Node):
    """Renders a block's words a second time: the page's title is its heading too."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: template.Context) -> str:
        block = context.render_context[BLOCK_CONTEXT_KEY].get_block(self.name)
        words: str = block.render(context)
        return words


@register.tag
def again(parser: template.base.Parser, token: template.base.Token) -> AgainNode:
    """``{% again title %}``"""
    return AgainNode(token.split_contents()[1])


# --- people ---------------------------------------------------------------------------------------


def name_of(person: object) -> str:
    """The name to show for a member, a contact, a user or a plain string."""
    full = getattr(person, "full_name", "") or getattr(person, "name", "")
    return str(full or person or "")


@register.filter
def name(person: object) -> str:
    """``{{ request.user|name }}``"""
    return name_of(person)


def initials(name: str) -> str:
    """Alice Novak is AN, Nora O'Brien is NO, alice@acme.example is AL, 李小龍 is 李."""
    words: list[str] = re.findall(r"[^\W_]+", re.sub(r"['’]", "", name.split("@")[0]))
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][: 2 if words[0].isascii() else 1].upper()
    return (words[0][0] + words[-1][0]).upper()


@register.simple_tag
def face(person: object, size: str = "", *, plain: bool = False) -> SafeString:
    """Initials in the person's colour: ``{% face member "sm" %}``; contacts are ``plain=True``."""
    return _face(name_of(person), size, plain)


@lru_cache(maxsize=4096)
def _face(name: str, size: str, plain: bool) -> SafeString:
    colour = "" if plain else "face-" + "abcde"[crc32(name.casefold().encode()) % 5]
    classes = " ".join(filter(None, ["face", colour, f"face-{size}" if size else ""]))
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, initials(name))


# --- words with a state ---------------------------------------------------------------------------


@register.simple_tag
def pill(words: str, kind: str = "", icon_name: str = "") -> SafeString:
    """``{% pill "Approved" "ok" %}`` (act, ok, warn, bad, sample), ``{% pill "Locked" "" "lock" %}``."""
    return format_html(
        '<span class="{}">{}{}</span>',
        f"pill pill-{kind}" if kind else "pill",
        icon(icon_name) if icon_name else "",
        words,
    )


NOTE_ICONS = {"ok": "circle-check", "warn": "alert-triangle", "bad": "alert-circle", "act": "info-circle"}


@register.simple_block_tag
def note(content: str, kind: str = "act", icon_name: str = "") -> SafeString:
    """``{% note "warn" %}<b>Returned by Alice.</b> Friday is empty.{% endnote %}``: stays until solved."""
    return format_html(
        '<div class="note note-{}">{}<div class="note-body txt">{}</div></div>',
        kind,
        icon(icon_name or NOTE_ICONS[kind]),
        content,
    )


@register.simple_block_tag
def empty_state(content: str, title: str, text: str = "") -> SafeString:
    """``{% empty_state "No projects yet" "A project collects hours." %}<a …>…</a>{% endempty_state %}``."""
    actions = format_html('<div class="actions">{}</div>', content) if content.strip() else ""
    words = format_html("<p>{}</p>", text) if text else ""
    return format_html('<div class="empty"><h2>{}</h2>{}{}</div>', title, words, actions)


@register.inclusion_tag("components/tabs.html")
def tabs(label: str, entries: Iterable[Any]) -> dict[str, Any]:
    """``{% tabs "Contact lists" views %}``: entries with label, url, current and, if counted, count."""
    return {"label": label, "entries": entries}


@register.inclusion_tag("components/pager.html")
def pager(next: str = "", previous: str = "", shown: str = "") -> dict[str, str]:
    """``{% pager next=next_url previous=previous_url shown="50 of 248" %}`` for keyset pages."""
    return {"next": next, "previous": previous, "shown": shown}


@register.inclusion_tag("components/diff.html")
def diff(changes: Iterable[Sequence[object]]) -> dict[str, Any]:
    """``{% diff changes %}``: (label, old, new) each; nothing old reads Added, nothing new Removed."""
    return {"changes": list(changes)}


# --- forms ----------------------------------------------------------------------------------------


def is_wide(widget: forms.Widget) -> bool:
    return isinstance(widget, forms.Textarea | forms.RadioSelect | forms.CheckboxSelectMultiple)


def shape(widget: forms.Widget) -> str:
    """How a field is laid out: check, choices or plain."""
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "check" if isinstance(widget, forms.CheckboxInput) else "plain"


def style(widget: forms.Widget) -> str:
    if shape(widget) != "plain":
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def marks_needed(form: forms.BaseForm) -> bool:
    """Mark the needed fields with * where they are rarer, else say (optional) at the others.

    A tick box has no mark and does not count: it is answered as it stands.
    """
    visible = [field.field.required for field in form.visible_fields() if shape(field.field.widget) != "check"]
    return visible.count(True) < visible.count(False)


@register.simple_block_tag(takes_context=True)
def live_search(
    context: template.Context, content: str, target: str, *, classes: str = "filters", when: str = "input delay:250ms",
    label: str = "", keeps_history: bool = True,
) -> SafeString:  # fmt: skip
    """``{% live_search "#rows" %}<input type="search" name="q" …>{% endlive_search %}``: answers as one types.

    Without scripts it is sent like any other; put a button into ``<noscript>``. ``keeps_history=False`` leaves out
    what was typed from where Back leads.
    """
    return format_html(
        '<form class="{classes}" role="search" method="get" action="{path}"{label} hx-get="{path}" '
        'hx-trigger="{when}, submit" hx-target="{target}" hx-swap="outerHTML" {history}="true" '
        'hx-sync="this:replace">{content}</form>',
        classes=classes, path=context["request"].path, when=when, target=target, content=content,
        label=format_html(' aria-label="{}"', label) if label else "",
        history="hx-push-url" if keeps_history else "hx-replace-url",
    )  # fmt: skip


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField,
    hint: str = "",
    classes: str = "",
    label: str = "",
    link: str = "",
    link_words: str = "",
) -> dict[str, Any]:
    """``{% field form.name %}``, ``{% field form.phone hint="Seen by people in Acme." classes="full" %}``.

    ``label`` says another word than the form; ``link`` and ``link_words`` stand at the label's right
    and take the help text's place.
    """
    widget = bound.field.widget
    hint = hint or ("" if link else str(bound.help_text))
    described = [f"{bound.auto_id}_hint"] if hint else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    # A form copies its fields, so changing the widget's attributes touches this form alone.
    widget.attrs["class"] = " ".join(
        filter(None, [widget.attrs.get("class"), style(widget), "is-invalid" if bound.errors else ""])
    )
    if str(widget.attrs.get("placeholder", "")).startswith(str(bound.label)):
        del widget.attrs["placeholder"]  # it repeats the label, and vanishes when one types
    if described:
        widget.attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        widget.attrs["aria-invalid"] = "true"
    kind = shape(widget)
    return {
        "bound": bound,
        "control": "" if kind == "choices" else bound.as_widget(),
        "shape": kind,
        "label": label or bound.label,
        "hint": hint,
        "classes": classes or ("full" if is_wide(widget) else ""),
        "link": link,
        "link_words": link_words,
        "needed": bound.field.required and marks_needed(bound.form),
        "optional": not bound.field.required and not marks_needed(bound.form),
        "may_keep_numbers": cards.present().may_keep and cards.has_refused(bound.errors),
    }


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """What stands in the way, at the top of the form, with a link to each field; takes the focus."""
    errors: ErrorDict = form.errors if form.is_bound else ErrorDict()
    return {
        "count": sum(len(messages) for messages in errors.values()),
        "whole": form.non_field_errors() if form.is_bound else [],
        "fields": [bound for bound in form if bound.errors],
        "keeps_all": not any(isinstance(field.widget, forms.PasswordInput) for field in form.fields.values()),
    }


@register.simple_tag
def needed_hint(form: forms.BaseForm) -> str:
    """The sentence that explains the star, for the card's head."""
    return "* needed, everything else is up to you" if marks_needed(form) else ""

"""Promises about every template in the house."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import get_template

from lib.templatetags.look import drawing
from tests.promises import promise

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
# Mail programs know no stylesheet, so a letter carries its own look.
PAGES = [name for name in TEMPLATES if not name.startswith(("emails/", "promotions/"))]

FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "an inline stylesheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "hx-on, which needs eval": re.compile(r"\bhx-on\b", re.IGNORECASE),
    "an expression for htmx to run": re.compile(r"hx-(vals|headers)=[\"']\s*js:|hx-trigger=\"[^\"]*\[", re.IGNORECASE),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name):
    assert get_template(name)


def found_in(text):
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


@promise(41)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_needs_a_looser_content_policy(name):
    assert found_in((FOLDER / name).read_text()) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<script>go()</script>",
        "<style>p { color: red }</style>",
        '<p class="a" style="color: red">',
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<form hx-on::after-request="go()">',
        "<form hx-vals='js:{a: 1}'>",
    ],
)
def test_the_search_for_inline_code_finds_it(markup):
    assert found_in(markup)


@pytest.mark.parametrize("name", PAGES)
def test_every_icon_exists(name):
    for icon in re.findall(r'{% icon "([^"{]+)"', (FOLDER / name).read_text()):
        assert drawing(icon), icon


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_heading(name):
    """The frame writes the heading from the title, so a page that fills ``main`` writes none."""
    text = (FOLDER / name).read_text()
    if re.search(r'{% extends "(base|base_admin|signin|error)\.html" %}', text) and "block page" not in text:
        assert "<h1" not in text


def test_builtins_spare_the_load_tags():
    rendered = engines["django"].from_string('{% icon "eye" %} {{ 90|hours }}').render()
    assert rendered.endswith("1:30")
    assert "<svg" in rendered

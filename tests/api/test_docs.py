"""The API for people: public, of our own making, and true."""

import re

import pytest
from django.test import Client

from accounts.api.docs import used_scopes
from accounts.api.problems import KINDS
from accounts.keys import SCOPES
from config.api_urls import RESOURCES


@pytest.fixture
def page(db):
    response = Client().get("/api/docs/")
    assert response.status_code == 200
    assert "script-src" in response.headers["Content-Security-Policy"] or "default-src 'self'" in str(response.headers)
    return response.content.decode()


def test_it_tells_every_resource_field_and_filter(page):
    for resource in RESOURCES:
        for word in (resource.name, *(field.name for field in resource.fields), *resource.orders):
            assert f"<code>{word}</code>" in page
        for each in resource.filters:
            assert f"<code>{each.name}</code>" in page


def test_every_problem_has_its_place(page):
    for name in KINDS:
        assert f'id="{name}"' in page


def test_the_scopes_that_a_key_is_offered_open_something():
    assert SCOPES.keys() == used_scopes(RESOURCES)


def test_code_is_shown_as_code(page):
    assert "send it as <code>If-Match</code>" in page
    assert "Send <code>Authorization: Bearer &lt;key&gt;</code>" in page
    assert "`" not in page


def test_it_asks_nobody_else(page):
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', re.sub('<link rel="canonical"[^>]+>', "", page))
    assert "<script>" not in page
    assert "style=" not in page


def test_its_ids_are_each_used_once(page):
    ids = re.findall(r'id="([^"]+)"', page)
    assert sorted(set(ids)) == sorted(ids)


def test_other_methods_are_refused(db):
    assert Client().post("/api/docs/").status_code in (403, 405)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_it_can_be_read_by_everybody(width, dark, server, open_page, axe):
    page = open_page(width=width, dark=dark)
    page.goto(f"{server}/api/docs/")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""What we don't need may stay empty: every form says which fields it needs, and stores nothing for the others."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django import forms
from django.db import models
from django.http import HttpResponse
from django.test import Client

from lib.templatetags.look import marks_needed, shape
from tests.house.routes import account_routes
from tests.house.samples import sample_for
from tests.promises import promise

ROUTES = account_routes()
ASKS_NOTHING = {"ColumnsForm"}  # "Leave out" is one of the answers to each of its questions
AT_LEAST = {"last_name", "amount"}  # one of several fields has to say who a contact is, or how much was spent
SHOWN_ONCE = ["/a/acme/admin/webhooks/new/"]  # pages that answer with a secret, where others lead on
PUBLIC = ["/trial/", "/signup/", "/login/", "/password/reset/", "/contact/", "/contact/child/"]


@pytest.fixture
def browser(alice, acme) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def pages(browser, acme, inside, files_folder) -> dict[str, HttpResponse]:
    """Every page with a form that people fill in."""
    with inside(acme):
        urls = PUBLIC + [route.url("acme", **sample_for(route)) for route in ROUTES]
    answers = {url: (Client() if url in PUBLIC else browser).get(url) for url in urls}
    return {url: answer for url, answer in answers.items() if answer.status_code == 200 and list(forms_of(answer))}


def forms_of(response: HttpResponse) -> Iterator[forms.BaseForm]:
    """The forms that a page was rendered with."""
    found = {}
    for layer in response.context or []:
        for words in layer.dicts if hasattr(layer, "dicts") else [layer]:
            found.update({id(value): value for value in words.values() if issubclass(type(value), forms.BaseForm)})
    yield from found.values()


def label_of(bound: forms.BoundField, page: str) -> str | None:
    """What stands at a field on the page, if it is shown as a field of a form."""
    if shape(bound.field.widget) == "choices":
        found = re.search(rf"<legend[^>]*>(.*?)</legend>(?:(?!</fieldset>).)*name=\"{bound.html_name}\"", page, re.S)
    else:
        found = re.search(rf'<label[^>]* for="{bound.id_for_label}"[^>]*>(.*?)</label>', page, re.S)
    return found[1] if found else None


@promise(11)
def test_every_form_says_which_fields_are_needed(pages):
    wrong, looked = [], 0
    for url, response in pages.items():
        page = response.content.decode()
        for form in forms_of(response):
            for bound in form.visible_fields() if type(form).__name__ not in ASKS_NOTHING else ():
                label = label_of(bound, page)
                if label is None or shape(bound.field.widget) == "check":
                    continue
                looked += 1
                said = "needed" if 'class="needed"' in label else "optional" if "(optional)" in label else ""
                needed = bound.field.required
                expected = ("needed" if needed else "") if marks_needed(form) else ("" if needed else "optional")
                if said != expected:
                    wrong.append((url, type(form).__name__, bound.name, said, expected))
    assert wrong == []
    assert looked > 40


def least(response: HttpResponse) -> tuple[forms.ModelForm, dict[str, object]] | None:
    """The form about a record on this page, and the least that can be sent with it."""
    every = list(forms_of(response))
    main = next((form for form in every if isinstance(form, forms.ModelForm) and form.visible_fields()), None)
    if main is None:
        return None
    sent = {bound.html_name: bound.value() for form in every for bound in form if bound.is_hidden}
    asked = [bound for bound in main.visible_fields() if bound.field.required or bound.name in AT_LEAST]
    sent.update({bound.html_name: needed(bound) for bound in asked})
    return main, {name: "" if value is None else value for name, value in sent.items()}


def needed(bound: forms.BoundField) -> object:
    """What stands in a field already, or else something that fits."""
    if isinstance(bound.field, forms.DateField) and not bound.form.instance.pk:
        return "2026-01-07"  # no sample closes that week
    if bound.value() not in (None, ""):
        return bound.value()
    if isinstance(bound.field, forms.ChoiceField | forms.ModelChoiceField):
        return next((str(value) for value, _ in bound.field.choices if value not in (None, "")), "")
    if isinstance(bound.field, forms.DecimalField | forms.IntegerField):
        return "1"
    if isinstance(bound.field.widget, forms.URLInput):
        return "https://xenia.example/"
    return "2026-11-17" if isinstance(bound.field, forms.DateField) else "Xenia"


@promise(11)
def test_what_is_not_needed_is_stored_as_empty(pages, browser, acme, inside):
    tried = set()
    for url, seen in pages.items():
        response = seen if url in PUBLIC else browser.get(url)  # what was sent before may stand on it
        with inside(acme):
            found = least(response)
        if not found:
            continue
        form, sent = found
        model = type(form.instance)
        if "work" in sent:  # hours: what is needed is tried with them (tests/timetracking)
            continue
        answer = browser.post(url, sent)
        if answer.status_code == 405:
            continue
        assert answer.status_code == (200 if url in SHOWN_ONCE else 302), (url, sent, answer.status_code)
        with inside(acme):
            stored = model._base_manager.filter(**mine(model, acme)).distinct().order_by("-pk")
            row = stored.get(pk=form.instance.pk) if form.instance.pk else stored.first()
            kept = {bound.name: getattr(row, bound.name, None) for bound in form if can_be_empty(bound, model)}
        assert {name: value for name, value in kept.items() if value not in ("", None)} == {}, url
        tried.add(type(form).__name__)
    assert tried >= {"ProfileForm", "AccountForm", "ContactForm", "CompanyForm", "ProjectForm"}


def mine(model: type[models.Model], acme: models.Model) -> dict[str, object]:
    names = {field.name for field in model._meta.get_fields()}
    return {"account": acme} if "account" in names else {"memberships__account": acme} if "memberships" in names else {}


def can_be_empty(bound: forms.BoundField, model: type[models.Model]) -> bool:
    """A column that this form may leave empty: no switch, and nothing that always has a value."""
    column = {field.name: field for field in model._meta.concrete_fields}.get(bound.name)
    if column is None or bound.field.required or bound.name in AT_LEAST:
        return False
    return (column.blank or column.null) and not isinstance(column, models.BooleanField)

"""Odd input: what nobody types and somebody sends is answered with a sentence, never with a 500."""

from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from tests.house.batches import for_each, in_batches
from tests.house.routes import account_routes
from tests.house.samples import project, sample_for

ROUTES = account_routes()
ODD = ["\x00", "\ud800" + "x" * 3_000, "-1", "9" * 40]
# Every word that our pages take from an address or a form, but for whose time it is: that one ends early.
WORDS = """
    q page sort filter tag company owner people older show saved week day source what work version text
    billable confirmed token back time note add remove anyway reread encoding delimiter tab match_on match_all on_match
    column_0 part status name first_name last_name email email_label phone phone_label website title street
    postal_code city region country domain tags code hourly_rate currency budget_hours
    budget_amount budget_period told mine as_managers template project task restore
    who kind since until record anchor of topic about subject
    locale time_zone hours_format theme first_weekday plain_number_unit emails-TOTAL_FORMS emails-INITIAL_FORMS
    emails-0-value emails-0-label phones-TOTAL_FORMS phones-INITIAL_FORMS phones-0-value phones-0-label
"""
NAMES = WORDS.split()
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def browser(acme):
    client = Client(raise_request_exception=False)
    client.force_login(acme.memberships.get().user)
    return client


def status_of(client, method, url, given):
    """The answer's status, with everything undone that it did."""
    query = urlencode(given, errors="surrogatepass")
    with transaction.atomic():
        if method == "post":
            response = client.post(url, query, content_type=FORM)
        else:
            response = getattr(client, method)(f"{url}?{query}")
        transaction.set_rollback(True)
    return response.status_code


@in_batches(ROUTES)
def test_an_odd_value_in_every_field_is_answered(batch, acme, inside, browser, files_folder):
    def answered(route):
        with inside(acme):
            url = route.url("acme", **sample_for(route))
        for value in ODD:
            for method in ("get", "post"):
                status = status_of(browser, method, url, dict.fromkeys(NAMES, value))
                assert status < 500, f"{method} with {value[:20]!r} is answered {status}"

    for_each(batch, answered)


@pytest.mark.parametrize("method", ["head", "options", "put", "delete"])
def test_every_method_is_answered(method, acme, inside, browser, files_folder):
    for route in ROUTES:
        with inside(acme):
            url = route.url("acme", **sample_for(route))
        assert status_of(browser, method, url, {}) < 500, url


@pytest.mark.parametrize("path", ["", "person=%00", "person=%FF", "week=%00"])
@pytest.mark.parametrize("slug", ["acme", "ac%00me", "%FF", "a" * 3_000])
def test_an_odd_address_is_answered(slug, path, browser):
    response = browser.get(f"/a/{slug}/time/?{path}")
    assert response.status_code in ({200, 400, 404} if slug == "acme" else {400, 404})


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-03", "9999-12-30", "9999-12-31", "20261122", "2026-W01-1"])
def test_the_ends_of_the_calendar_are_answered(day, acme, inside, browser):
    with inside(acme):
        work = str(project().public_id)
    time = "/a/acme/time/"
    given = {"work": work, "day": day, "week": day, "source": day, "text": "1", "time": "23-7", "what": "hours"}
    for page in ("", "day/", "cell/entries/"):
        assert status_of(browser, "get", time + page, given) < 500, page
    for page in ("cell/", "cell/billable/", "cell/entries/add/", "rows/", "rows/hide/", "copy/", "entries/"):
        assert status_of(browser, "post", time + page, given) < 500, page
    for source in ("0001-01-01", "9999-12-31"):
        assert status_of(browser, "post", time + "copy/", {**given, "week": "2026-11-16", "source": source}) < 500


@pytest.mark.parametrize(
    "path",
    [
        "/login/",
        "/trial/",
        "/signup/",
        "/contact/",
        "/contact/child/",
        "/support/",
        "/password/reset/",
        "/",
        "/healthz",
        "/enter/",
        "/privacy/promises/",
    ],
)
def test_the_pages_before_the_door_answer_odd_values(path, db):
    client = Client(raise_request_exception=False)
    names = [
        *NAMES,
        "to",
        "state",
        "next",
        "login",
        "password",
        "form_token",
        "mail",
        "is_old_enough",
        "password1",
        "password2",
    ]
    for value in ODD:
        for method in ("get", "post"):
            assert status_of(client, method, path, dict.fromkeys(names, value)) < 500, (method, value[:20])

"""What holds of every page: the way to Admin, nothing of anybody else's, cookies that say nothing, no answer to DNT."""

from __future__ import annotations

import base64
import re
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.cookies import REGISTER
from accounts.models import Membership, User
from config.env import child_environ
from crm.models import Company, Contact
from demo import cast
from privacy.registers import books
from tests import database
from tests.house.routes import account_routes
from tests.house.samples import sample_for
from tests.promises import promise

ROUTES = account_routes()
GOOD, WRONG = "quiet maple seven trains", "another password altogether"
PUBLIC = [
    "/",
    "/pricing/",
    "/security/",
    "/contact/",
    "/contact/child/",
    "/trial/",
    "/signup/",
    "/login/",
    "/password/reset/",
    "/terms/",
    "/privacy/",
    "/privacy/promises/",
    "/privacy/retention/",
    "/privacy/legal-grounds/",
    "/privacy/authorities/",
    "/privacy/signals/",
    "/processing/",
    "/processors/",
    "/transparency/",
    "/statistics/",
    "/privacy/transfers/",
    "/privacy/recipients/",
]
# for those who are signed in, before any account
OUTSIDE = [
    "/password/change/",
    "/enter/",
    "/reauthenticate/",
    "/second-factor/",
    "/second-factor/app/",
]
OPAQUE = re.compile(r"|[A-Za-z0-9]{32}|gAAAAA[\w-]+={0,2}")  # nothing, random, or encrypted by Fernet
LOADING = {"src", "srcset", "poster", "data"}


@pytest.fixture
def addresses(acme, inside, files_folder) -> list[str]:
    """Every address behind the door that answers a GET, each with a record of its own."""
    with inside(acme):
        behind = [route.url("acme", **sample_for(route)) for route in ROUTES]
    return behind


@pytest.fixture
def alices(acme, alice, globex) -> Client:
    """Alice's browser; she knows her password and belongs to two firms."""
    alice.set_password(GOOD)
    alice.phone, alice.street = "+4520550112", "Vestergade 9"
    alice.save()
    cast.joins(globex, alice, Membership.Role.MEMBER)
    client = Client()
    assert client.post("/login/", {"login": alice.email, "password": GOOD}).status_code == 302
    return client


def whole_pages(client: Client, urls: list[str], **headers: str) -> Iterator[tuple[str, HttpResponse]]:
    """The addresses that are pages for people, as this browser gets them."""
    for url in urls:
        response = client.get(url, **headers)
        if response.status_code == 200 and not response.streaming and b"<html" in response.content:
            yield url, response


class Markup(HTMLParser):
    """The tags of a page with their attributes, and the words in its top bar."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.bar: dict[str, str] = {}
        self._in_bar, self._link = False, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        self._in_bar = self._in_bar or (tag == "header" and "topbar" in given.get("class", ""))
        if tag == "a":
            self._link = given.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        self._in_bar = self._in_bar and tag != "header"
        self._link = "" if tag == "a" else self._link

    def handle_data(self, data: str) -> None:
        if self._in_bar and self._link and data.strip():
            self.bar[data.strip()] = self._link


@promise(14)
@pytest.mark.parametrize("role", ["owner", "billing", "reader"])  # may all; sees no records; only looks
def test_admin_is_a_word_in_the_bar_of_every_page(acme, bob, addresses, role):
    Membership.objects.filter(user=bob).update(role=role)
    bob.set_password(GOOD)
    bob.save()
    client = Client()
    client.force_login(bob)
    pages = dict(whole_pages(client, [*addresses, "/password/change/", "/second-factor/"]))
    without = {url for url, page in pages.items() if "Admin" not in Markup(page.content.decode()).bar}
    assert not without
    assert len(pages) >= 5
    ways = {Markup(page.content.decode()).bar["Admin"] for page in pages.values()}
    assert {"/a/acme/admin/", "/enter/?to=admin"} == ways
    for way in ways:
        assert client.get(way, follow=True).request["PATH_INFO"].startswith("/a/acme/admin/")


def test_who_belongs_to_several_firms_chooses_whose_admin_area(alices):
    page = alices.get("/enter/?to=admin").content.decode()
    assert 'href="/a/acme/admin/"' in page and 'href="/a/globex/admin/"' in page


@promise(41)
def test_no_page_loads_anything_of_anybody_elses(alices, addresses):
    pages = [*whole_pages(Client(), PUBLIC), *whole_pages(alices, addresses + OUTSIDE)]
    assert len(pages) > 30
    for url, response in pages:
        policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'self'", url
        allowed = {word for name, words in policy.items() if name not in ("img-src",) for word in words.split()}
        assert allowed <= {"'self'", "'none'"}, url
        assert set(policy["img-src"].split()) <= {"'self'", "data:"}, url
        for tag, given in Markup(response.content.decode()).tags:
            loaded = [value for name, value in given.items() if name in LOADING]
            loaded += [given.get("href", "")] if tag == "link" and given.get("rel") != "canonical" else []
            assert not [address for address in loaded if urlsplit(address).netloc], (url, tag, given)


@promise(93)
def test_links_to_others_are_marked_and_tell_nobody_where_from(acme, alices, addresses, inside, settings):
    """On every page: what leads to another site says so; who works for us is named with their own policy."""
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = "sk_live_x", ""
    with inside(acme):
        Contact.objects.update(website="holm.example")
        Company.objects.update(domain="fjord.example")
    away: dict[str, set[str]] = {}
    ours = urlsplit(settings.SITE_URL).netloc
    for url, response in [*whole_pages(Client(), PUBLIC), *whole_pages(alices, addresses + OUTSIDE)]:
        for tag, given in Markup(response.content.decode()).tags:
            link = urlsplit(given.get("href", "") if tag in ("a", "area") else "")
            if link.netloc and link.scheme in ("", "http", "https") and link.netloc != ours:
                assert set(given.get("rel", "").split()) == {"external", "noopener", "noreferrer"}, (url, given)
                away.setdefault(link.netloc, set()).add(url)
    assert {"holm.example", "fjord.example", "stripe.com"} - away.keys() == set()
    for each in books.processors():
        assert "/processors/" in away[urlsplit(each.policy).netloc]


def cookies_of(responses: list[HttpResponse]) -> dict[str, set[str]]:
    """Every value that any of these answers put into a cookie."""
    found: dict[str, set[str]] = {}
    for response in responses:
        for name, morsel in response.cookies.items():
            found.setdefault(name, set()).add(morsel.value)
    return found


@pytest.fixture
def answers(acme, alice, globex, addresses) -> list[HttpResponse]:
    """What a person gets from the first page to signing out."""
    alice.set_password(GOOD)
    alice.phone, alice.street, alice.last_name = "+4520550112", "Vestergade 9", "Novakovskaya"
    alice.save()
    client, found = Client(), []
    found += [client.get(url) for url in PUBLIC]
    found.append(client.post("/login/", {"login": alice.email, "password": WRONG}))
    found.append(client.post("/login/", {"login": alice.email, "password": GOOD}))
    found += [response for url in addresses for response in (client.get(url), client.post(url))]
    found += [client.get(url) for url in OUTSIDE]
    found.append(client.post("/logout/"))
    return found


def readings(value: str) -> Iterator[str]:
    """A cookie's value as it is, unquoted, and decoded as far as it can be."""
    for part in {value, unquote(value), *re.split(r"[:.|]", unquote(value))}:
        yield part
        bare = part.rstrip("=")
        for decode, fill in (
            (base64.b64decode, 4),
            (base64.urlsafe_b64decode, 4),
            (base64.b32decode, 8),
            (bytes.fromhex, 1),
        ):
            with suppress(ValueError):
                yield decode(bare + "=" * (-len(bare) % fill)).decode("latin-1")


@promise(35, 37, 41)
def test_cookies_are_opaque_random_ours_alone_and_say_nothing_about_anybody(answers, acme, alice):
    hidden = [GOOD, WRONG, alice.email, alice.last_name, "20550112", alice.street, alice.password]
    hidden += [str(alice.public_id), str(acme.public_id)]  # nothing so short that chance may write it
    set_by_us = cookies_of(answers)
    assert set(set_by_us) <= REGISTER.keys()
    assert "candor_session" in set_by_us
    for values in set_by_us.values():
        assert all(OPAQUE.fullmatch(value) for value in values), values
        for said in (reading for value in values for reading in readings(value)):
            assert not [word for word in hidden if word.lower() in said.lower()]
            assert not re.fullmatch(r"\d+", said), "a number by itself may be somebody's"
            assert not re.search(r"\d{12,}", said), "as long as a card's number"
    for response in answers:
        for morsel in response.cookies.values():
            assert (morsel["samesite"], morsel["path"], morsel["domain"]) == ("Lax", "/", "")
            assert morsel["httponly"] or not morsel.value  # an empty one takes the cookie away


def test_the_search_in_cookies_finds_what_is_hidden_in_them():
    for hidden in ("alice", base64.b64encode(b"alice").decode(), base64.b32encode(b"alice").decode(), b"alice".hex()):
        assert any("alice" in said for said in readings(f"x:{hidden}:y"))


PRODUCTION = """
import django
from django.conf import settings
from django.core.management import call_command
from django.test import Client

django.setup()
call_command("check", deploy=True, fail_level="WARNING")
for kind in ("SESSION", "CSRF"):
    name = getattr(settings, f"{kind}_COOKIE_NAME")
    assert name.startswith("__Host-"), name
    for word, value in {"SECURE": True, "HTTPONLY": True, "SAMESITE": "Lax", "DOMAIN": None, "PATH": "/"}.items():
        assert getattr(settings, f"{kind}_COOKIE_{word}") == value, (kind, word)
browser = Client(headers={"host": "candor.example"})
plain = browser.get("/healthz")
assert (plain.status_code, plain["Location"]) == (301, "https://candor.example/healthz"), plain
safe = browser.get("/healthz", headers={"x-forwarded-proto": "https"})
assert safe.status_code == 200, safe
assert safe["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload", safe.headers
"""


@promise(37, 76)
def test_in_production_everything_travels_encrypted(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PRODUCTION],
        cwd=database.PROJECT,
        env=child_environ(
            {
                "DEBUG": "0",
                "SITE_URL": "https://candor.example",
                "SECRET_KEY": secrets.token_urlsafe(64),
                "DJANGO_ALLOW_ASYNC_UNSAFE": "",
            }
        ),
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr


def without_marks(response: HttpResponse) -> str:
    """A page without what differs each time: the marks against forged forms, and the time."""
    page = response.content.decode()
    page = re.sub(r'name="form_token" value="[^"]+"', "", page)
    page = re.sub(r'value="\d{4}-\d\d-\d\d[T ]\d\d:\d\d[:\d]*"', "", page)  # now, as a field's first value
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "", page)


LOG = "/a/acme/admin/audit/"  # tells of the files that were taken along between the two looks
COUNTS = "/a/acme/admin/account/close/"  # counts the log, too
HELD = "/a/acme/admin/my-data/"  # shows what the log keeps of oneself
SIGNALS = "/privacy/signals/"  # says what the browser sent, and that nothing else changes


@promise(43)
def test_do_not_track_changes_nothing_and_the_policy_says_so(alices, addresses):
    stranger: Callable[[], Client] = Client
    for client, urls in ((stranger(), PUBLIC), (alices, addresses + OUTSIDE)):
        plain = {url: without_marks(page) for url, page in whole_pages(client, urls)}
        asked = {url: without_marks(page) for url, page in whole_pages(client, urls, HTTP_DNT="1")}
        assert len(plain) >= len(PUBLIC)
        assert {url for url in plain if plain[url] != asked.get(url)} <= {LOG, COUNTS, HELD, SIGNALS}
    policy = Client().get("/privacy/").content.decode()
    assert "“Do Not Track”, we don’t respond to that signal" in policy
    assert User.objects.filter(email="alice@acme.example").exists()

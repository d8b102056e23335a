"""What programs read: where to report a hole, what to index, and each page's words about itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from tests.promises import promise


def fields(response):
    return [line.split(": ", 1) for line in response.content.decode().splitlines()]


@promise(82)
def test_security_txt_says_whom_to_write_to(client, settings):
    settings.SITE_URL = "https://candor.example"
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    said = fields(response)
    assert ["Contact", f"mailto:{settings.OPERATOR.security_email}"] == said[0]
    assert ["Canonical", "https://candor.example/.well-known/security.txt"] in said
    assert ["Preferred-Languages", "en"] in said
    assert [name for name, _ in said].count("Expires") == 1


@pytest.mark.parametrize("day", ["2026-11-22", "2028-02-29", "2031-12-31"])
def test_security_txt_never_runs_out_and_promises_less_than_a_year(client, monkeypatch, day):
    now = datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    expires = datetime.fromisoformat(dict(fields(client.get("/.well-known/security.txt")))["Expires"])
    assert timedelta(days=30) < expires - now < timedelta(days=365)


def test_search_engines_are_kept_out_of_accounts_and_shown_the_public_pages(client, db, settings):
    settings.SITE_URL = "https://candor.example"
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /a/\n" in robots and "Sitemap: https://candor.example/sitemap.xml\n" in robots
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314  (our own)
    listed = [each.text for each in tree.iter() if each.tag.endswith("}loc")]
    assert {"https://candor.example/", "https://candor.example/pricing/", "https://candor.example/privacy/"} <= {
        *listed
    }
    for url in listed:
        assert client.get(url.removeprefix("https://candor.example")).status_code == 200, url


@pytest.mark.parametrize(
    "path", ["/", "/pricing/", "/security/", "/trial/", "/privacy/", "/cookies/", "/contact/", "/contact/child/"]
)
def test_a_listed_page_describes_itself(client, db, settings, path):
    settings.SITE_URL = "https://candor.example"
    head = client.get(f"{path}?from=somewhere").content.decode().partition("</head>")[0]
    assert f'<link rel="canonical" href="https://candor.example{path}">' in head
    (title,) = re.findall(r"<title>(.+) · Candor</title>", head)
    (description,) = re.findall(r'name="description"\s+content="([^"]{40,})"', head)
    assert f'property="og:title" content="{title}"' in head
    assert f'property="og:description" content="{description}"' in head


def test_what_belongs_to_one_person_is_not_listed(client, db):
    for path in ("/login/", "/invitation/a-token/", "/password/reset/"):
        head = client.get(path).content.decode().partition("</head>")[0]
        assert '<meta name="robots" content="noindex">' in head, path
        assert "canonical" not in head, path


def test_the_other_well_known_addresses_are_there(client):
    assert client.get("/.well-known/gpc.json").json()["gpc"] is True
    assert client.get("/.well-known/change-password")["Location"] == "/password/change/"

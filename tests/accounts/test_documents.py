"""Terms and policy: readable by anybody, every version at its own address, and agreed to provably."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import documents
from accounts.models import Acceptance, User
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")


@promise(136, 138, 140)
@pytest.mark.parametrize("kind", ["terms", "privacy"])
def test_anybody_reads_the_version_in_force_without_a_cookie(browser_without_cookies, kind):
    response = browser_without_cookies.get(f"/{kind}/")
    page = response.content.decode()
    assert response.status_code == 200 and not response.cookies
    assert "Last updated 22 Nov 2026" in page
    assert settings.OPERATOR.legal_email in page


@promise(138, 140)
@pytest.mark.parametrize("kind", ["terms", "privacy"])
def test_each_version_keeps_its_own_address(client, monkeypatch, kind):
    monkeypatch.setitem(documents.VERSIONS, kind, [date(2026, 11, 22), date(2999, 1, 1)])
    assert "Last updated 22 Nov 2026" in client.get(f"/{kind}/").content.decode(), "a version to come is not in force"
    assert client.get(f"/{kind}/versions/2026-11-22/").status_code == 200
    for day in ("2999-01-01", "2026-02-31", "yesterday"):
        assert client.get(f"/{kind}/versions/{day}/").status_code == 404


@promise(138, 140)
@pytest.mark.parametrize("kind", ["terms", "privacy"])
def test_an_older_version_stays_when_a_newer_one_holds(client, monkeypatch, kind):
    monkeypatch.setitem(documents.VERSIONS, kind, [date(2026, 11, 21), date(2026, 11, 22)])
    newest = client.get(f"/{kind}/").content.decode()
    assert f'href="/{kind}/versions/2026-11-21/"' in newest
    text = documents.Document(kind, date(2026, 11, 22)).html
    monkeypatch.setattr(documents.Document, "html", lambda document: f"As of {document.version}. {text()}")
    assert "As of 2026-11-22." in client.get(f"/{kind}/").content.decode()
    older = client.get(f"/{kind}/versions/2026-11-21/").content.decode()
    assert "As of 2026-11-21." in older and "This version held from 21 Nov 2026" in older


@promise(141)
def test_the_policy_is_about_what_we_collect_and_leaves_hosted_data_to_the_firm(client):
    page = " ".join(client.get("/privacy/").content.decode().split())
    assert "about the personal information that we collect from you through this site and the service." in page
    assert "What your firm keeps in Candor about its own clients is your firm’s" in page


@promise(118)
def test_people_from_abroad_are_told_that_their_data_travels(client):
    kept, policy = documents.kept_in(), client.get("/privacy/").content.decode()
    assert f"In {kept}. If you live elsewhere, your information is transferred there" in policy
    for url in ("/trial/", "/signup/"):
        page = client.get(url).content.decode()
        assert f"Your data is kept in {kept}; if you live elsewhere, you agree that it is transferred there." in page
    accepted = documents.current("transfer").html()
    assert f"transferred to {kept} and kept there, under its laws" in accepted


def test_the_operator_of_the_installation_is_named(client, settings):
    settings.OPERATOR = type(settings.OPERATOR)("Pell A/S", "Vestergade 9, Copenhagen", "DK", "s@pell.example", "")
    page = client.get("/privacy/").content.decode()
    for words in ("Pell A/S, Vestergade 9, Copenhagen, is the controller", "In Denmark.", "s@pell.example"):
        assert words in page


@promise(24)
def test_signing_up_keeps_what_was_agreed_to(client, sign_up):
    sign_up(client, headers={"User-Agent": "Sampler/1.0"}, country=settings.OPERATOR.country)
    given = Acceptance.objects.select_related("text").filter(user=User.objects.get(email="edith@pell.example"))
    assert {row.document for row in given} == {"terms", "privacy"}
    for row in given:
        assert (row.version, row.how) == (date(2026, 11, 22), Acceptance.How.SIGNED_UP)
        assert timezone.now() - row.accepted_at < timedelta(minutes=5)
        assert (row.ip_address, row.user_agent) == ("127.0.0.1", "Sampler/1.0")
        assert row.text.html == documents.current(row.document).html()
        assert row.text_id == hashlib.sha256(row.text.html.encode()).hexdigest()


@promise(95, 118)
def test_somebody_from_abroad_also_agrees_to_where_the_data_is_kept(client, sign_up):
    page = client.get("/trial/").content.decode()
    assert f"Your data is kept in {documents.kept_in()}" in page
    sign_up(client, country="BR")
    given = Acceptance.objects.filter(user=User.objects.get(email="edith@pell.example"))
    assert {row.document for row in given} == {"terms", "privacy", "transfer"}


@promise(138, 140)
def test_a_published_version_is_never_changed():
    """The words of each version, operator and all, as they were when it was published."""
    published = {
        "terms/2026-11-22": "18b58d098301abe001471ccbd5a0043b45fb01f4029bcb21f72305af946a67ce",
        "privacy/2026-11-22": "50ed632701a0fa17b32c391d783cb0c412a5386c73136ce573240f177fce2486",
        "transfer/2026-11-22": "1eaa7c73bd63a39ceea4c7ad01aa5e7182868537b4cc7eb5f56ef2849187be26",
    }
    folder = settings.BASE_DIR / "templates" / "documents"
    for name, digest in published.items():
        assert hashlib.sha256((folder / f"{name}.html").read_bytes()).hexdigest() == digest, (
            f"{name}.html was published: leave it, and write a new version beside it."
        )
    shipped = {f"{path.parent.name}/{path.stem}" for path in folder.glob("*/*.html")}
    assert shipped == set(published)


@pytest.mark.parametrize("kind", ["terms", "privacy"])
def test_each_part_of_a_text_has_an_address_and_what_was_agreed_to_stays_as_it_was(client, kind):
    page = client.get(f"/{kind}/").content.decode()
    anchors = re.findall(r'<a href="#([a-z0-9-]+)">', page)
    assert len(anchors) > 4
    assert anchors == re.findall(r'<h2 id="([a-z0-9-]+)">', page)
    assert "<h2 id=" not in documents.current(kind).html()

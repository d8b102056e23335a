"""Terms and policy: readable by anybody, every version at its own address, and agreed to provably."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from django.conf import settings

from accounts import documents
from accounts.models import Acceptance, User

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.mark.parametrize("kind", ["terms", "privacy"])
def test_anybody_reads_the_version_in_force_without_a_cookie(browser_without_cookies, kind):
    response = browser_without_cookies.get(f"/{kind}/")
    page = response.content.decode()
    assert response.status_code == 200 and not response.cookies
    assert "Last updated 22 Nov 2026" in page
    assert settings.OPERATOR.legal_email in page


def test_each_version_keeps_its_own_address(client, monkeypatch):
    monkeypatch.setitem(documents.VERSIONS, "terms", [date(2026, 11, 22), date(2999, 1, 1)])
    assert "Last updated 22 Nov 2026" in client.get("/terms/").content.decode(), "a version to come is not in force"
    assert client.get("/terms/versions/2026-11-22/").status_code == 200
    for day in ("2999-01-01", "2026-02-31", "yesterday"):
        assert client.get(f"/terms/versions/{day}/").status_code == 404


def test_the_operator_of_the_installation_is_named(client, settings):
    settings.OPERATOR = type(settings.OPERATOR)("Pell A/S", "Vestergade 9, Copenhagen", "DK", "s@pell.example", "")
    page = client.get("/privacy/").content.decode()
    for words in ("Pell A/S, Vestergade 9, Copenhagen, is the controller", "In Denmark.", "s@pell.example"):
        assert words in page


def test_signing_up_keeps_what_was_agreed_to(client, sign_up):
    sign_up(client, headers={"User-Agent": "Sampler/1.0"}, country=settings.OPERATOR.country)
    given = Acceptance.objects.select_related("text").filter(user=User.objects.get(email="edith@pell.example"))
    assert {row.document for row in given} == {"terms", "privacy"}
    for row in given:
        assert (row.version, row.how) == (date(2026, 11, 22), Acceptance.How.SIGNED_UP)
        assert (row.ip_address, row.user_agent) == ("127.0.0.1", "Sampler/1.0")
        assert row.text.html == documents.current(row.document).html()
        assert row.text_id == hashlib.sha256(row.text.html.encode()).hexdigest()


def test_somebody_from_abroad_also_agrees_to_where_the_data_is_kept(client, sign_up):
    page = client.get("/trial/").content.decode()
    assert f"Your data is kept in {documents.kept_in()}" in page
    sign_up(client, country="BR")
    given = Acceptance.objects.filter(user=User.objects.get(email="edith@pell.example"))
    assert {row.document for row in given} == {"terms", "privacy", "transfer"}


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

"""Who gets through to the pages of companies and contacts: every address, every kind of person."""

import pytest

READS = [
    "contacts/", "contacts/{contact}/", "companies/", "companies/{company}/", "companies/names/?company=tide",
    "search/?q=maren",
]  # fmt: skip
FORMS = ["contacts/new/", "contacts/{contact}/edit/", "companies/new/", "companies/{company}/edit/", "bin/"]
POSTS = [
    "contacts/similar/", "contacts/{contact}/delete/", "contacts/{contact}/restore/", "contacts/{contact}/tags/",
    "companies/{company}/delete/", "companies/{company}/restore/", "companies/{company}/tags/",
]  # fmt: skip


@pytest.fixture
def address(maren, tidewater):
    return lambda path, slug="acme": f"/a/{slug}/" + path.format(contact=maren.public_id, company=tidewater.public_id)


@pytest.mark.parametrize("path", READS + FORMS)
def test_a_member_reads(client, bob, address, path):
    client.force_login(bob)
    assert client.get(address(path)).status_code == 200


@pytest.mark.parametrize("path", READS + FORMS)
def test_the_signed_out_are_asked_to_sign_in(client, address, path):
    response = client.get(address(path))
    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("path", READS + FORMS + POSTS)
def test_mallory_finds_nothing(client, mallory, globex, address, path):
    client.force_login(mallory)
    method = client.post if path in POSTS else client.get
    assert method(address(path)).status_code == 404


@pytest.mark.parametrize("path", ["contacts/{contact}/", "companies/{company}/", "contacts/{contact}/edit/"])
def test_mallory_finds_nothing_from_her_own_account_either(client, mallory, globex, address, path):
    client.force_login(mallory)
    assert client.get(address(path, slug="globex")).status_code == 404


@pytest.mark.parametrize("path", POSTS[1:])
def test_mallory_changes_nothing_from_her_own_account_either(
    client, mallory, globex, address, path, maren, inside, acme
):
    client.force_login(mallory)
    assert client.post(address(path, slug="globex"), {"add": "x"}).status_code == 404
    with inside(acme):
        maren.refresh_from_db()
        assert not maren.is_in_bin


def test_mallory_sees_no_name_of_another_account_in_lists(client, mallory, globex, maren):
    client.force_login(mallory)
    for path in (
        "contacts/",
        "companies/",
        "bin/",
        "search/?q=maren",
        "search/?q=tide",
        "companies/names/?company=tide",
    ):
        response = client.get(f"/a/globex/{path}")
        assert response.status_code == 200
        assert b"Holt" not in response.content
        assert b"Tidewater" not in response.content


@pytest.mark.parametrize("path", READS)
def test_carol_reads(client, carol, address, path):
    client.force_login(carol)
    assert client.get(address(path)).status_code == 200


@pytest.mark.parametrize("path", FORMS + POSTS)
def test_carol_writes_nothing(client, carol, address, path):
    client.force_login(carol)
    method = client.post if path in POSTS else client.get
    assert method(address(path)).status_code == 403


@pytest.mark.parametrize("path", [path for path in FORMS if path != "bin/"])
def test_carol_posts_nothing(client, carol, address, path, acme, inside):
    from crm.models import Contact

    client.force_login(carol)
    assert client.post(address(path), {"first_name": "New", "name": "New"}).status_code == 403
    with inside(acme):
        assert not Contact.objects.filter(first_name="New").exists()


def test_carol_sees_no_button_that_would_refuse_her(client, carol, address):
    client.force_login(carol)
    for path in READS[:4]:
        text = client.get(address(path)).content.decode()
        for words in ("New contact", "New company", "Edit", "Move to the bin", "Add"):
            assert f"{words}</" not in text
        assert ">Bin<" not in text


@pytest.mark.parametrize("path", [path for path in READS[:5] + FORMS if path != "bin/"])
def test_nothing_is_written_by_reading(client, bob, address, path, acme, inside):
    from audit.models import Event

    client.force_login(bob)
    with inside(acme):
        before = Event.objects.count()
    client.get(address(path))
    with inside(acme):
        assert Event.objects.count() == before


@pytest.mark.parametrize("path", ["contacts/{0}/", "contacts/{0}/edit/"])
def test_who_sees_only_own_records_does_not_find_the_others(client, bob, only_own, edith, maren, path):
    client.force_login(bob)
    assert client.get("/a/acme/" + path.format(maren.public_id)).status_code == 200
    assert client.get("/a/acme/" + path.format(edith.public_id)).status_code == 404


@pytest.mark.parametrize("path", ["delete/", "tags/"])
def test_who_sees_only_own_records_does_not_touch_the_others(client, bob, only_own, edith, path):
    client.force_login(bob)
    assert client.post(f"/a/acme/contacts/{edith.public_id}/{path}", {"add": "x"}).status_code == 404


def test_a_read_only_account_is_read_but_not_written(client, bob, acme, maren):
    from datetime import timedelta

    from django.utils import timezone

    acme.trial_ends_at = timezone.now() - timedelta(days=2)
    acme.save()
    client.force_login(bob)
    assert client.get("/a/acme/contacts/").status_code == 200
    assert client.post(f"/a/acme/contacts/{maren.public_id}/delete/").status_code == 402


def test_the_message_about_a_person_is_not_kept_in_a_cookie(client, bob, maren):
    client.force_login(bob)
    said = client.post(f"/a/acme/contacts/{maren.public_id}/delete/")
    assert said.status_code == 302
    assert "messages" not in said.cookies
    assert f"{maren} is in the bin" in client.get(said.headers["Location"]).content.decode()

"""The mail log's pages. A mail is its member's alone until it is shared: on every page, in search, in the log."""

import pytest
from django.test import Client

from accounts import secret_links
from accounts.permissions import within_reach
from audit.models import Event, Payload
from crm.models import Mail
from tests.crm.mails.conftest import DOMAIN
from tests.statements import assert_same_statements

SECRET = "Xylophone"


@pytest.fixture
def mail(log, letter, maren):
    message = letter(f"The {SECRET} clause", Subject=f"About the {SECRET}")
    message.add_attachment(SECRET.encode(), filename="plan.txt", maintype="text", subtype="plain")
    return log(message)


def seen_by(user):
    browser = Client()
    browser.force_login(user)
    return lambda url: " ".join(browser.get(url).content.decode().split())


def everywhere(maren, tidewater, mail):
    return (
        f"/a/acme/contacts/{maren.public_id}/", f"/a/acme/contacts/{maren.public_id}/?show=mail",
        f"/a/acme/companies/{tidewater.public_id}/", f"/a/acme/search/?q={SECRET.lower()}", "/a/acme/mails/?show=all",
        f"/a/acme/mails/{mail.public_id}/", "/a/acme/notices/", "/a/acme/",
    )  # fmt: skip


def test_nobody_else_sees_it_owners_included(mail, maren, tidewater, alice, carol, bob, acme, inside, member_of):
    for user in (alice, carol):
        ask = seen_by(user)
        for url in everywhere(maren, tidewater, mail):
            assert SECRET not in ask(url), url
        with inside(acme):
            attachment = mail.attachments.get()
            assert not within_reach(Mail.objects.all(), member_of(user), "mail.view").exists()
        for path in (f"{mail.public_id}/", f"attachments/{attachment.public_id}/"):
            assert "Page not found" in ask(f"/a/acme/mails/{path}") or "404" in ask(f"/a/acme/mails/{path}")
    own = seen_by(bob)
    for url in everywhere(maren, tidewater, mail)[:6]:
        assert SECRET in own(url), url
    with inside(acme):
        assert SECRET not in str([*Payload.objects.values_list("data", flat=True)])
        assert Event.objects.filter(kind="mail.logged").count() == 1


def test_shared_it_is_read_by_who_may_see_the_record_and_private_again_by_nobody(
    client, mail, maren, tidewater, alice, bob, mallory, globex
):
    client.force_login(bob)
    url = f"/a/acme/mails/{mail.public_id}/"
    client.post(f"{url}share/", {"share": "1"})
    ask = seen_by(alice)
    assert "Shared by Bob Reyes" in ask(url) and f"The {SECRET} clause" in ask(url)
    assert SECRET in ask(f"/a/acme/contacts/{maren.public_id}/")
    assert "Make private" not in ask(url)
    for path in ("share/", "delete/", "file/"):
        theirs = Client()
        theirs.force_login(alice)
        assert theirs.post(url + path, {"name": "Maren"}).status_code == 404
    stranger = Client()
    stranger.force_login(mallory)
    assert stranger.get(url).status_code == 404
    client.post(f"{url}share/", {})
    assert SECRET not in ask(f"/a/acme/contacts/{maren.public_id}/")


def test_own_records_only_hides_a_shared_one_on_a_colleagues_record(
    client, log, letter, edith, alice, bob, acme, inside, member_of, maren
):
    with inside(acme):
        member = member_of(bob)
        mail = log(letter(Subject=f"On Edith {SECRET}", To="nobody@x.example"), user=alice)
        mail.contact = edith
        mail.shared_at = mail.sent_at
        mail.save()
        member.sees_only_own_records = True
        member.save()
        assert not Mail.objects.visible_to(member).exists()
    assert SECRET not in seen_by(bob)(f"/a/acme/search/?q={SECRET.lower()}")


def test_an_unsorted_one_is_put_on_a_record_by_its_name(client, log, letter, bob, maren, edith, acme, inside):
    mail = log(letter(To="stranger@elsewhere.example"))
    client.force_login(bob)
    assert "The plan" in seen_by(bob)("/a/acme/mails/")
    url = f"/a/acme/mails/{mail.public_id}/"
    assert "Nothing that you may see is called so" in client.post(f"{url}file/", {"name": "Zz"}).content.decode()
    response = client.post(f"{url}file/", {"name": "maren holt"})
    assert response.status_code == 302 and str(maren.public_id) in response.url
    with inside(acme):
        mail.refresh_from_db()
        assert mail.contact == maren and mail.held_because == ""
    assert "The plan" not in seen_by(bob)("/a/acme/mails/")


def test_one_by_hand(client, bob, alice, maren, acme, inside):
    client.force_login(bob)
    url = f"/a/acme/mails/new/?contact={maren.public_id}"
    given = {"direction": "received", "subject": "By hand", "sent_at": "2026-11-12T09:14", "body": "Yes \u05e9"}
    assert client.post(url, {**given, "subject": ""}).status_code == 422
    for day in ("9999-12-31T23:59", "0001-01-01T00:00"):
        assert client.post(url, {**given, "sent_at": day}).status_code == 422
    assert client.post(url, given).status_code == 302
    assert "By hand" in seen_by(bob)(f"/a/acme/contacts/{maren.public_id}/")
    assert "By hand" not in seen_by(alice)(f"/a/acme/contacts/{maren.public_id}/")
    client.post(url, {**given, "subject": "For all", "is_shared": "on"})
    assert "For all" in seen_by(alice)(f"/a/acme/contacts/{maren.public_id}/")


def test_deleted_and_put_back(client, mail, bob):
    client.force_login(bob)
    page = client.post(f"/a/acme/mails/{mail.public_id}/delete/", follow=True).content.decode()
    undo = f"/a/acme/mails/{mail.public_id}/restore/"
    assert undo in page
    assert client.get(f"/a/acme/mails/{mail.public_id}/").status_code == 404
    client.post(undo)
    assert client.get(f"/a/acme/mails/{mail.public_id}/").status_code == 200


def test_an_attachment_goes_out_as_a_file(client, mail, bob, acme, inside):
    client.force_login(bob)
    with inside(acme):
        attachment = mail.attachments.get()
        response = client.get(f"/a/acme/mails/attachments/{attachment.public_id}/")
        assert b"".join(response.streaming_content) == SECRET.encode()
    assert response["Content-Disposition"].startswith("attachment") and response["X-Content-Type-Options"] == "nosniff"


def test_the_address_is_shown_once_renewed_and_revoked(client, bob, acme, member_of):
    client.force_login(bob)
    page = client.post("/a/acme/mails/address/").content.decode()
    address = page.split('value="log-')[1].split('"')[0]
    assert address.endswith(f"@{DOMAIN}") and "No mailbox is ever read" in page
    again = client.get("/a/acme/mails/").content.decode()
    assert address not in again and f"log-{address[:4]}…" in again
    secret = address.split("@")[0]
    assert secret_links.found("mail", secret).membership == member_of(bob)
    client.post("/a/acme/mails/address/revoke/")
    assert secret_links.found("mail", secret) is None


def test_more_mails_cost_no_more_statements(client, log, letter, bob, maren):
    client.force_login(bob)

    def more():
        for _ in range(5):
            log(letter(Message_ID=""))

    more()
    assert_same_statements(client, f"/a/acme/contacts/{maren.public_id}/", more)

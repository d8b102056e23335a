"""The bell: what waits for a member, in words made for this reader, and nobody else's."""

import pytest
from django.core import mail as outbox

from accounts import bell, mail
from accounts.bell import BellKind, Told, ring
from accounts.models import BellNotice, Membership
from crm.models import Contact


@pytest.fixture
def kind(monkeypatch):
    """A kind that tells of contacts which are still there."""
    monkeypatch.setattr(bell, "_kinds", {})

    def tell(member, ids):
        found = Contact.objects.live().visible_to(member).filter(public_id__in=ids)
        return {each.public_id: Told(f"pointed at {each}", f"/a/acme/contacts/{each.public_id}/") for each in found}

    return bell.register(BellKind("pointing", "at", tell, "pointed at somebody"))


@pytest.fixture
def people(acme, alice, bob, carol, inside):
    return lambda user: Membership.objects.select_related("user", "account").get(account=acme, user=user)


@pytest.fixture
def maren(acme, inside, alice):
    with inside(acme):
        return Contact.objects.create(first_name="Maren")


def rung(acme, inside, people, kind, maren, to, by):
    with inside(acme):
        ring([people(user) for user in to], kind, maren, by=people(by))


def test_a_notice_is_counted_read_and_leads_somewhere(client, acme, alice, bob, inside, people, kind, maren):
    rung(acme, inside, people, kind, maren, [alice, bob], alice)
    client.force_login(bob)
    page = client.get("/a/acme/notices/").content.decode()
    assert "Notices, 1 unread" in page and "Alice Novak</b> <bdi>pointed at Maren" in page
    with inside(acme):
        notice = BellNotice.objects.get()  # whoever rings hears nothing
    response = client.post(f"/a/acme/notices/{notice.public_id}/")
    assert response.status_code == 302 and response.url == f"/a/acme/contacts/{maren.public_id}/"
    assert "unread" not in client.get("/a/acme/notices/").content.decode()


def test_all_at_once(client, acme, alice, bob, inside, people, kind, maren):
    for _ in range(3):
        rung(acme, inside, people, kind, maren, [bob], alice)
    client.force_login(bob)
    assert "3 unread" in client.get("/a/acme/").content.decode()
    client.post("/a/acme/notices/read/")
    assert people(bob).unread == 0


def test_what_is_gone_or_hidden_by_then_is_not_told(client, acme, alice, bob, inside, people, kind, maren):
    rung(acme, inside, people, kind, maren, [bob], alice)
    Membership.objects.filter(user=bob).update(sees_only_own_records=True)
    client.force_login(bob)
    page = client.get("/a/acme/notices/").content.decode()
    assert "Maren" not in page and "not there any more" in page


def test_nobody_opens_anothers(client, acme, alice, bob, inside, people, kind, maren):
    rung(acme, inside, people, kind, maren, [bob], alice)
    client.force_login(alice)
    with inside(acme):
        notice = BellNotice.objects.get()
    assert client.post(f"/a/acme/notices/{notice.public_id}/").status_code == 404
    assert "Maren" not in client.get("/a/acme/notices/").content.decode()


def test_a_letter_only_where_wished_and_without_the_words(
    client, acme, alice, bob, inside, people, kind, maren, django_capture_on_commit_callbacks
):
    client.force_login(bob)
    client.post("/a/acme/notices/letters/", {"mail": "on"})
    rung(acme, inside, people, kind, maren, [bob], alice)
    mail.sweep()
    (letter,) = outbox.outbox
    assert letter.to == ["bob@acme.example"] and "Alice Novak pointed at somebody" in letter.subject
    assert "Maren" not in letter.body and "/a/acme/notices/" in letter.body
    client.post("/a/acme/notices/letters/", {})
    rung(acme, inside, people, kind, maren, [bob], alice)
    assert mail.sweep() == 0

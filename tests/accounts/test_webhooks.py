"""Webhooks: nothing to whom is not on the register and switched on; the others hear, signed, what and where."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import re
import socket
from datetime import timedelta

import pytest
from django.conf import settings as installed
from django.db.models import F
from django.urls import resolve
from django.utils import timezone

import audit
from accounts import topics
from accounts.alarms import Alarm, ring
from accounts.models import Account, BellNotice, Membership, OutgoingMail, WebhookDelivery, WebhookRecipient
from accounts.tasks import carry_webhooks
from accounts.webhooks import actions, addresses, sending, signing
from audit.models import Event
from config.api_urls import RESOURCES
from crm.models import Contact
from tests.accounts.factors import forget_proof
from tests.accounts.receiver import receiving
from tests.processes import until
from tests.promises import promise

URL = "/a/acme/admin/webhooks/"
FACTS = {"purpose": "Keeps our client list", "country": "DK"}
State = WebhookDelivery.State


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.WEBHOOKS_REACH_LOOPBACK = True


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def books(committed, acme, inside, receiver):
    """On Acme's register, switched on, and hearing of contacts."""
    with inside(acme):
        recipient = WebhookRecipient(name="Nordic Books", url=receiver.url, topics=["contacts"], **FACTS)
        recipient, recipient.told = actions.enter(recipient)
        actions.switch_on(recipient)
    return recipient


@pytest.fixture
def add(acme, inside):
    def add(name="Maren"):
        with inside(acme):
            return made(name)

    return add


def made(name):
    contact = Contact.objects.create(first_name=name, last_name="Secretly")
    audit.record("contact.created", contact)
    return contact


def carry(acme, recipient):
    carry_webhooks(str(recipient.public_id), account_id=acme.pk)


def verified(secret, headers, body):
    """Whether the scheme's rules, written down once more, let this message in."""
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    wanted = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return wanted in [each.removeprefix("v1,") for each in headers["webhook-signature"].split(" ")]


def rows(acme, inside):
    with inside(acme):
        return list(WebhookDelivery.objects.order_by("id"))


# ---------------------------------------------------------------------------------------- what is sent


@promise(85)
def test_who_is_on_the_register_and_switched_on_hears_what_and_where_and_nothing_else(
    books, acme, inside, add, receiver
):
    maren = add()
    carry(acme, books)
    [(path, headers, body)] = receiver.got
    assert path == "/candor?key=1"
    said = json.loads(body)
    with inside(acme):
        event = Event.objects.get(kind="contact.created")
    url = f"{installed.SITE_URL}/api/v1/contacts/{maren.public_id}/"
    assert said.keys() == {"type", "timestamp", "data"}
    assert said["data"] == {
        "event": str(event.public_id), "resource": "contacts", "id": str(maren.public_id), "url": url,
    }  # fmt: skip
    assert (said["type"], b"Secretly" in body, b"Maren" in body) == ("contact.created", False, False)
    assert verified(books.told, headers, body) and not verified(signing.new_secret(), headers, body)
    assert not verified(books.told, headers, body + b" ")
    [row] = rows(acme, inside)
    assert (row.state, row.status, row.tries, str(row.public_id)) == (State.DELIVERED, 204, 1, headers["webhook-id"])
    carry(acme, books)
    assert len(receiver.got) == 1, "each line is read once"


@promise(85)
@pytest.mark.parametrize("why", ["off", "removed", "never on", "closed", "closing", "read-only by staff"])
def test_nothing_is_sent_otherwise_not_even_what_waits(books, acme, inside, add, receiver, why):
    add()
    receiver.status = 500
    carry(acme, books)
    assert len(receiver.got) == 1, "one waits for its next try"
    add("Jonas")
    now = timezone.now()
    with inside(acme):
        if why == "off":
            actions.switch_off(books)
        elif why == "removed":
            actions.remove(books)
        elif why == "never on":
            WebhookRecipient.objects.update(switched_on_at=None)
        else:
            WebhookDelivery.objects.update(next_try_at=now - timedelta(days=1))
    facts = {
        "closed": {"closed_at": now},
        "closing": {"closing_at": now - timedelta(days=1)},
        "read-only by staff": {"overruled_as": "read_only", "overruled_until": now + timedelta(days=9)},
    }
    if why in facts:
        Account.objects.filter(pk=acme.pk).update(**facts[why])
    receiver.status = 204
    carry(acme, books)
    carry(acme, books)
    assert len(receiver.got) == 1
    if why == "off":
        with inside(acme):
            assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {State.DROPPED}
            actions.switch_on(books)
        carry(acme, books)
        assert len(receiver.got) == 1, "what happened before it was switched on is not told later"


@promise(85)
def test_it_is_asked_again_between_two_messages(books, acme, inside, add, receiver, monkeypatch):
    """Switched off by somebody else while the first one is on its way: the second stays here."""
    add(), add("Jonas")
    really = sending.send

    def send(message):
        with inside(acme):
            actions.switch_off(WebhookRecipient.objects.get())
        return really(message)

    monkeypatch.setattr(sending, "send", send)
    carry(acme, books)
    assert len(receiver.got) == 1
    assert [row.state for row in rows(acme, inside)] == [State.DELIVERED, State.DROPPED]


@promise(85)
def test_one_firms_recipient_never_hears_of_another_firm(books, acme, globex, inside, receiver):
    with inside(globex):
        made("Globex")
    carry(acme, books)
    carry(globex, books)
    assert receiver.got == []


def test_who_may_only_read_for_lack_of_payment_still_says_what_it_erases(books, acme, add, receiver):
    add()
    Account.objects.filter(pk=acme.pk).update(trial_ends_at=timezone.now() - timedelta(days=1))
    carry(acme, books)
    assert len(receiver.got) == 1


def test_only_what_was_chosen_is_heard_of(books, acme, inside, add, receiver):
    with inside(acme):
        WebhookRecipient.objects.update(topics=["deals"])
    add()
    carry(acme, books)
    assert receiver.got == []


# ---------------------------------------------------------------------------------------- trying again


def test_a_message_is_tried_again_with_growing_pauses_under_the_same_id(books, acme, inside, add, receiver):
    add()
    receiver.status = 503
    waits = []
    for _ in sending.PAUSES:
        with inside(acme):
            before = timezone.now()
        carry(acme, books)
        [row] = rows(acme, inside)
        waits.append(row.next_try_at - before)
        with inside(acme):
            WebhookDelivery.objects.update(next_try_at=before - timedelta(seconds=1))
    for wait, pause in zip(waits, sending.PAUSES, strict=True):
        assert pause <= wait < pause + timedelta(minutes=4)
    assert sum(sending.PAUSES, timedelta()) > timedelta(days=3)
    assert (row.state, row.status) == (State.WAITING, 503)
    carry(acme, books)
    [row] = rows(acme, inside)
    assert (row.state, row.tries) == (State.FAILED, len(sending.PAUSES) + 1)
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
    with inside(acme):
        stopped = WebhookRecipient.objects.get()
        assert not stopped.is_on and "three days" in stopped.off_because
        assert Event.objects.filter(kind="webhook.stopped").count() == 1
    letter = OutgoingMail.objects.get(kind="webhook_stopped")
    assert (letter.to, "Nordic Books" in letter.subject) == ("alice@acme.example", True)


def test_gone_ends_it_at_once(books, acme, inside, add, receiver):
    add(), add("Jonas")
    receiver.status = 410
    carry(acme, books)
    assert len(receiver.got) == 1
    assert [row.state for row in rows(acme, inside)] == [State.FAILED, State.DROPPED]
    assert OutgoingMail.objects.filter(kind="webhook_stopped").count() == 1


def test_a_bell_tells_owners_and_admins_that_we_stopped_it(
    books, acme, inside, add, receiver, client, alice, bob, carol
):
    Membership.objects.filter(account=acme, user=bob).update(role="admin")
    add()
    receiver.status = 410
    carry(acme, books)
    leads = {}
    for user in (alice, bob, carol):
        client.force_login(user)
        page = client.get("/a/acme/notices/").text
        told = "switched off webhooks to Nordic Books: the address says that nobody is there any more (410)" in page
        with inside(acme):
            mine = BellNotice.objects.filter(member__user=user).first()
        leads[user.first_name] = (told, mine and client.post(f"/a/acme/notices/{mine.public_id}/").url)
    one = f"{URL}{books.public_id}/"
    assert leads == {"Alice": (True, one), "Bob": (True, "/a/acme/admin/audit/"), "Carol": (False, None)}
    with inside(acme):
        actions.switch_on(books)
        actions.switch_off(books)
        assert BellNotice.objects.count() == 2, "what an owner switches off themselves rings no bell"
        actions.remove(books)
    client.force_login(alice)
    assert "Something that is not there any more" in client.get("/a/acme/notices/").text


@pytest.mark.parametrize("status", [301, 302, 307, 404])
def test_no_redirect_is_followed(books, acme, inside, add, receiver, status):
    add()
    receiver.status = status
    carry(acme, books)
    assert len(receiver.got) == 1
    [row] = rows(acme, inside)
    assert (row.state, row.status) == (State.WAITING, status)


def test_a_sender_that_dies_sends_again_under_the_same_id(books, acme, inside, add, receiver, monkeypatch):
    add()
    really = sending.settle

    def die(*given):
        raise SystemExit

    monkeypatch.setattr(sending, "settle", die)
    with pytest.raises(SystemExit):
        carry(acme, books)
    monkeypatch.setattr(sending, "settle", really)
    carry(acme, books)
    assert len(receiver.got) == 1, "its try is still somebody's"
    with inside(acme):
        WebhookDelivery.objects.update(next_try_at=F("next_try_at") - sending.LEASE)
    carry(acme, books)
    assert len(receiver.got) == 2 and len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
    assert [row.state for row in rows(acme, inside)] == [State.DELIVERED]


def test_the_alarm_wakes_for_whom_is_on_and_no_longer(books, acme, inside):
    mine = Alarm.objects.filter(account_id=acme.pk, task=WebhookRecipient.task)
    assert mine.count() == 1
    carry(acme, books)
    assert mine.count() == 1
    with inside(acme):
        actions.switch_off(books)
    assert mine.count() == 0


# ---------------------------------------------------------------------------------------- signatures


def test_signatures_are_those_of_the_published_example():
    secret, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    body = b'{"test": 2432232314}'
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message}.1614265330.".encode() + body
    wanted = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert signing.signature(secret, message, 1614265330, body) == f"v1,{wanted}"
    assert wanted == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_for_a_day_both_secrets_sign(books, acme, inside, add, receiver):
    with inside(acme):
        new = actions.change_secret(books)
    add()
    carry(acme, books)
    _, headers, body = receiver.got[0]
    assert verified(new, headers, body) and verified(books.told, headers, body)
    with inside(acme):
        WebhookRecipient.objects.update(former_secret_until=timezone.now())
    add("Jonas")
    carry(acme, books)
    _, headers, body = receiver.got[1]
    assert verified(new, headers, body) and not verified(books.told, headers, body)
    with inside(acme):
        kept = WebhookRecipient.objects.get()
        assert new.encode() not in bytes(kept.sealed_secret)


# ---------------------------------------------------------------------------------------- where to

INSIDE = """
127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 0.0.0.1
192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
168.63.129.16 :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:169.254.169.254 fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254
fec0::1 ff02::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe:: 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2001::1 ::7f00:1
64:ff9b:1::a00:1
"""
NOWHERE = """
http://books.example/ ftp://books.example/ file:///etc/passwd //books.example/ books.example https:// https:///x
https://alice@books.example/ https://alice:pw@books.example/ https://books.example/#x https://127.0.0.1/ https://[::1]/
https://[::ffff:10.0.0.1]/ https://10.0.0.1/ https://169.254.169.254/latest/ https://2130706433/ https://0x7f000001/
https://127.1/ https://0177.0.0.1/ https://books.example:22/ https://books.example:0x50/ https://books.example:99999/
https://books.example\\@127.0.0.1/ https://b\u00f6ks.example/ gopher://books.example/ http://localhost/ http://127.0.0.1/
"""


@promise(85)
@pytest.mark.parametrize("number", INSIDE.split())
def test_no_number_inside_is_a_place(number, settings):
    settings.WEBHOOKS_REACH_LOOPBACK = False
    assert not addresses.is_public(ipaddress.ip_address(number))


@promise(85)
@pytest.mark.parametrize("url", [*NOWHERE.split(), "https://a b.example/", "https://books.example/\r\nX: y", ""])
def test_no_such_address_is_written_down_or_reached(url, settings):
    settings.WEBHOOKS_REACH_LOOPBACK = False
    with pytest.raises(addresses.Refused):
        addresses.place_of(url)


@pytest.mark.parametrize("number", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_public_numbers_are(number, settings):
    settings.WEBHOOKS_REACH_LOOPBACK = False
    assert addresses.is_public(ipaddress.ip_address(number))


def _names(*answers):
    """A name server whose answer changes each time."""
    told = iter(answers)

    def find(host, port, **words):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in next(told)]

    return find


@promise(85)
@pytest.mark.parametrize("numbers", [["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["127.0.0.1"], []])
def test_a_name_that_leads_inside_is_refused_before_anything_is_connected(numbers, settings, monkeypatch):
    settings.WEBHOOKS_REACH_LOOPBACK = False
    tried = []
    monkeypatch.setattr(socket, "getaddrinfo", _names(numbers))
    monkeypatch.setattr(socket, "create_connection", lambda *given, **words: tried.append(given))
    with pytest.raises(addresses.Refused):
        addresses.post("https://books.example/", b"{}", {})
    assert tried == []


@promise(85)
def test_the_number_that_was_looked_at_is_the_one_that_is_reached(settings, monkeypatch):
    """A name that means something else the second time is never asked a second time."""
    settings.WEBHOOKS_REACH_LOOPBACK = False
    tried = []

    def connect(where, timeout):
        tried.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", _names(["8.8.8.8"], ["127.0.0.1"]))
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with pytest.raises(addresses.Unreachable):
        addresses.post("https://books.example/", b"{}", {})
    assert tried == [("8.8.8.8", 443)]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Fine\r\n", 202),
        (b"HTTP/1.1 200\r\n", 200),
        (b"SSH-2.0-x\r\n", None),
    ],
)
def test_of_an_answer_the_status_is_read(said, status):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(said)
        theirs.shutdown(socket.SHUT_WR)
        if status is None:
            with pytest.raises(addresses.Unreachable):
                addresses._status(ours, addresses.time.monotonic() + 60)
        else:
            assert addresses._status(ours, addresses.time.monotonic() + 60) == status


# ---------------------------------------------------------------------------------------- pages


def test_an_owner_enters_switches_on_tests_and_switches_off(client, alice, acme, inside, receiver):
    client.force_login(alice)
    assert "Nobody outside hears of anything." in client.get(URL).text
    given = {"name": "Nordic Books", "url": receiver.url, "topics": ["contacts", "deals"], **FACTS}
    page = client.post(f"{URL}new/", given)
    secret = re.search(r'id="secret-text"[^>]* value="(whsec_[^"]+)"', page.text)[1]
    with inside(acme):
        recipient = WebhookRecipient.objects.get()
        assert not recipient.is_on
    one = f"{URL}{recipient.public_id}/"
    assert secret not in client.get(one).text
    assert "Switch it on first" in client.post(f"{one}test/", follow=True).text
    client.post(f"{one}on/")
    assert "is on its way" in client.post(f"{one}test/", follow=True).text
    with inside(acme):
        message = WebhookDelivery.objects.get()
        assert (message.kind, WebhookRecipient.objects.get().is_on) == ("webhook.test", True)
        WebhookDelivery.objects.update(state=State.DELIVERED, tries=1)
    client.post(f"{URL}again/{message.public_id}/")
    client.post(f"{one}off/")
    with inside(acme):
        assert WebhookDelivery.objects.get().state == State.DROPPED
    assert "Not sent" in client.get(one).text
    client.post(f"{one}edit/", {**given, "url": "https://books.example/secret-word", "version": "1"})
    with inside(acme):
        assert WebhookRecipient.objects.get().host == "books.example"
    assert "secret-word" not in client.get("/a/acme/admin/audit/").text
    assert client.post(f"{one}edit/", {**given, "version": "1"}).status_code == 409
    assert client.post(f"{one}edit/", {**given, "topics": ["deals", "companies"], "version": "2"}).status_code == 302
    assert "Contacts, Deals" in client.get("/a/acme/admin/audit/").text
    client.post(f"{one}remove/")
    assert client.get(one).status_code == 404


@promise(85)
def test_what_an_archive_brought_is_off_and_needs_a_secret(client, alice, acme, inside):
    from privacy.exports.entities import entity_of, left_out

    carried = {column.name for column in entity_of(WebhookRecipient).columns}
    assert not carried & {"switched_on_at", "sealed_secret", "sealed_former_secret"} and "url" in carried
    assert "accounts.webhookdelivery" in left_out()
    facts = {"name": "Books", "url": "https://books.example/", "topics": ["contacts"], **FACTS}
    with inside(acme):
        recipient = WebhookRecipient.objects.create(**facts)
    client.force_login(alice)
    one = f"{URL}{recipient.public_id}/"
    assert "Make a new secret first" in client.post(f"{one}on/", follow=True).text
    assert 'value="whsec_' in client.post(f"{one}secret/").text
    client.post(f"{one}on/")
    with inside(acme):
        assert WebhookRecipient.objects.get().is_on


def test_it_asks_who_sits_there_before_anybody_is_switched_on(client, alice, acme, inside):
    with inside(acme):
        recipient, _ = actions.enter(
            WebhookRecipient(name="Books", url="https://books.example/", topics=["contacts"], **FACTS)
        )
    alice.set_password("quiet maple seven trains")
    alice.save()
    client.force_login(alice)
    forget_proof(client)
    one = f"{URL}{recipient.public_id}/"
    for path in (f"{URL}new/", f"{one}on/", f"{one}secret/", f"{one}edit/", f"{one}remove/"):
        asked = client.post(path, {"name": "X"})
        assert "/reauthenticate/" in asked.url, path
    with inside(acme):
        assert not WebhookRecipient.objects.get().is_on
    done = client.post(asked.url, {"password": "quiet maple seven trains"}, follow=True)
    assert "is off the register" in done.text
    with inside(acme):
        assert not WebhookRecipient.objects.exists()


@pytest.mark.parametrize("url", ["http://books.example/", "https://10.0.0.1/", "https://alice@books.example/"])
def test_the_form_says_what_is_wrong_with_an_address(client, alice, acme, url):
    client.force_login(alice)
    assert client.post(f"{URL}new/", {"name": "X", "url": url, "topics": ["deals"], **FACTS}).status_code == 422


@pytest.mark.parametrize("who", ["bob", "carol", "mallory"])
def test_nobody_but_an_owner(client, request, globex, acme, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(URL).status_code in (403, 404)


def test_every_topic_is_a_resource_of_the_api(db):
    known = {resource.name: resource for resource in RESOURCES}
    for topic in topics.every():
        assert known[topic.name].model is topic.model and "read" in known[topic.name].may, topic
        path = topic.url(topic.model().public_id).removeprefix(installed.SITE_URL)
        assert resolve(path).view_name == f"api:{known[topic.name].one}"


# ---------------------------------------------------------------------------------------- real processes


@promise(85)
def test_a_real_worker_tells_a_real_receiver(books, acme, inside, add, receiver, celery_worker):
    worker = celery_worker("long")
    maren = add()
    Alarm.objects.filter(task=WebhookRecipient.task).update(rings_at=timezone.now() - timedelta(seconds=1))
    ring()
    until(lambda: bool(receiver.got), seconds=60, process=worker)
    _, headers, body = receiver.got[0]
    assert str(maren.public_id).encode() in body and verified(books.told, headers, body)

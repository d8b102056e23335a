"""The register of recipients for programs: as the owner's page does it, and a secret is told once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, ApiAnswer, Membership, WebhookDelivery, WebhookRecipient
from audit.models import Event
from tests.promises import promise

BOOKS = {
    "name": "Nordic Books", "url": "https://books.example/candor?key=1", "purpose": "Keeps our client list",
    "country": "DK", "topics": ["deals", "contacts", "deals"],
}  # fmt: skip


@pytest.fixture
def books(alices):
    return alices.post("webhooks/", BOOKS).data


def kinds(acme, inside):
    with inside(acme):
        return list(Event.objects.filter(kind__startswith="webhook.").order_by("pk").values_list("kind", flat=True))


@promise(85)
def test_a_recipient_is_entered_switched_off_and_its_secret_told_once(alices, acme, inside):
    made = alices.post("webhooks/", BOOKS, idempotency_key="one")
    secret = made.data["secret"]
    assert made.status_code == 201 and secret.startswith("whsec_")
    assert made.data["switched_on_at"] is None and made.data["topics"] == ["contacts", "deals"]
    one = f"webhooks/{made.data['id']}/"
    again = alices.post("webhooks/", BOOKS, idempotency_key="one")
    assert (again.status_code, again.data) == (201, {**made.data, "secret": None})
    later = [
        alices.get("webhooks/"),
        alices.get(one),
        alices.patch(one, {"purpose": "Books"}),
        alices.post(f"{one}on/"),
    ]
    assert [each.status_code for each in later] == [200] * 4
    assert not any(secret in each.text for each in [again, *later])
    with inside(acme):
        recipient = WebhookRecipient.objects.get()
        assert recipient.secrets() == [secret]
        assert not ApiAnswer.objects.filter(body__contains=secret).exists()
        assert secret not in str(list(Event.objects.values()))


def test_another_secret_is_told_once_too(alices, books, acme, inside):
    one = f"webhooks/{books['id']}/"
    new = alices.post(f"{one}secret/", idempotency_key="two").data["secret"]
    assert new not in (None, books["secret"])
    assert alices.post(f"{one}secret/", idempotency_key="two").data["secret"] is None
    with inside(acme):
        assert WebhookRecipient.objects.get().secrets() == [new, books["secret"]]
        assert not ApiAnswer.objects.filter(body__contains=new).exists()


def test_what_is_changed_switched_and_removed_stands_in_the_log(alices, books, acme, inside):
    one = f"webhooks/{books['id']}/"
    changed = alices.patch(one, {"url": "https://books.example/other?key=2"}, if_match='"1"')
    assert (changed.status_code, changed.data["version"]) == (200, 2)
    assert alices.patch(one, {"purpose": "x"}, if_match='"1"').status_code == 412
    assert alices.patch(one, {}).data["version"] == 2
    assert alices.patch(one, {"topics": ["projects"]}).data["topics"] == ["projects"]
    assert alices.post(f"{one}on/").data["switched_on_at"]
    assert [each["id"] for each in alices.get("webhooks/?on=true").data["results"]] == [books["id"]]
    assert alices.post(f"{one}off/").data["switched_on_at"] is None
    assert alices.get("webhooks/?on=true").data["results"] == []
    assert alices.delete(one).status_code == 204
    assert alices.get(one).status_code == 404
    done = ("entered", "changed", "changed", "switched_on", "switched_off", "removed")
    assert kinds(acme, inside) == [f"webhook.{each}" for each in done]
    with inside(acme):
        assert "key=2" not in str(list(Event.objects.filter(kind="webhook.changed").values()))


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"url": "http://books.example/"}, "url"),
        ({"url": "https://169.254.169.254/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"topics": []}, "topics"),
        ({"topics": ["mails"]}, "topics"),
        ({"topics": [{}]}, "topics"),
        ({"country": "XX"}, "country"),
        ({"name": ""}, "name"),
        ({"secret": "whsec_mine"}, "secret"),
        ({"switched_on_at": "2026-11-20T08:00:00Z"}, "switched_on_at"),
    ],
)
@promise(85)
def test_what_the_page_refuses_is_refused(alices, acme, inside, given, wrong):
    refused = alices.post("webhooks/", {**BOOKS, **given})
    assert (refused.status_code, list(refused.data["errors"])) == (422, [wrong])
    with inside(acme):
        assert not WebhookRecipient.objects.exists()


def test_ten_are_enough(alices, acme, inside):
    for number in range(10):
        assert alices.post("webhooks/", {**BOOKS, "name": f"Books {number}"}).status_code == 201
    assert "10 recipients already" in alices.post("webhooks/", BOOKS).data["errors"]["record"][0]


def test_a_message_is_read_and_sent_again_under_its_id(alices, books, acme, inside):
    one = f"webhooks/{books['id']}/"
    refused = alices.post(f"{one}test/")
    assert (refused.status_code, "Switch it on first" in refused.data["detail"]) == (409, True)
    alices.post(f"{one}on/")
    assert alices.post(f"{one}test/").status_code == 200
    [message] = alices.get(f"webhook-deliveries/?webhook={books['id']}&state=waiting").data["results"]
    assert (message["type"], message["webhook"], message["record"]) == ("webhook.test", books["id"], None)
    with inside(acme):
        WebhookDelivery.objects.update(state="failed", tries=10, status=500)
    again = alices.post(f"webhook-deliveries/{message['id']}/again/").data
    assert {"id": message["id"], "state": "waiting", "tries": 0, "status": None}.items() <= again.items()
    assert alices.get(f"webhook-deliveries/{message['id']}/").data == again
    alices.post(f"{one}off/")
    assert alices.get(f"webhook-deliveries/{message['id']}/").data["state"] == "dropped"
    assert alices.post(f"webhook-deliveries/{message['id']}/again/").status_code == 409


def test_one_that_an_archive_brought_is_not_switched_on_without_a_secret(alices, books, acme, inside):
    with inside(acme):
        WebhookRecipient.objects.update(sealed_secret=b"")
    refused = alices.post(f"webhooks/{books['id']}/on/")
    assert (refused.status_code, "Make a new secret first" in refused.data["detail"]) == (409, True)


def test_only_an_owners_key_with_the_scope_keeps_the_register(alices, books, program_of, acme, alice, bob):
    Membership.objects.filter(account=acme, user=bob).update(role="admin")
    assert program_of(acme, bob).get("webhooks/").status_code == 403
    assert program_of(acme, alice, "admin:read", "crm:write").get("webhooks/").status_code == 403
    reader = program_of(acme, alice, "webhooks:read")
    assert reader.get(f"webhooks/{books['id']}/").status_code == 200
    for verb in ("on", "off", "secret", "test"):
        assert reader.post(f"webhooks/{books['id']}/{verb}/").status_code == 403
    assert (reader.post("webhooks/", BOOKS).status_code, reader.delete(f"webhooks/{books['id']}/").status_code) == (
        403,
        403,
    )


def test_a_firm_that_may_only_read_still_silences_a_recipient(alices, books, acme, inside):
    one = f"webhooks/{books['id']}/"
    alices.post(f"{one}on/")
    Account.objects.filter(pk=acme.pk).update(trial_ends_at=timezone.now() - timedelta(days=1))
    assert alices.patch(one, {"purpose": "x"}).status_code == 402
    assert alices.post(f"{one}on/").status_code == 402
    assert alices.post(f"{one}off/").status_code == 200
    assert alices.delete(one).status_code == 204

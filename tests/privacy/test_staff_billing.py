"""The operator's page about billing: what was given up is tried again, what differed is seen to, all is logged."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import Account, OutgoingMail
from billing.models import Finding, ProcessorCustomer, WebhookEvent
from privacy.support_access.models import StaffAction
from tests.signed_in import staff_browser

PAGE = "/support/billing/"

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def dead(acme):
    ProcessorCustomer.objects.create(account=acme, ref="cus_1")
    return WebhookEvent.objects.create(
        event=f"evt_{uuid.uuid4().hex[:8]}", kind="invoice.paid", object="in_1", customer="cus_1", state="dead",
        happened_at=timezone.now() - timedelta(days=3), tries=8, trouble="Unavailable",
    )  # fmt: skip


def did():
    return [(action.kind, action.detail) for action in StaffAction.objects.order_by("pk")]


def test_what_was_given_up_is_tried_again_and_what_differed_is_seen_to(sam, acme, dead):
    found = Finding.objects.create(account=acme, words="2 subscriptions at once: sub_1, sub_2")
    staff = staff_browser(sam)
    page = staff.get(PAGE, {"state": "dead"}).content.decode()
    assert dead.event in page and "Unavailable" in page and "2 subscriptions at once" in page and "acme" in page
    assert dead.event not in staff.get(PAGE, {"state": "done"}).content.decode()
    assert staff.post(f"{PAGE}events/{dead.public_id}/retry/").status_code == 302
    dead.refresh_from_db()
    assert (dead.state, dead.tries) == ("new", 0)
    assert staff.post(f"{PAGE}events/{uuid.uuid4()}/retry/").status_code == 404
    for _ in range(2):
        assert staff.post(f"{PAGE}findings/{found.pk}/seen/").status_code == 302
    found.refresh_from_db()
    assert found.mended_at is not None
    assert did() == [("billing.retried", dead.event), ("billing.seen", f"acme: {found.words}")]


def test_an_account_is_compared_with_a_reason_that_stands_in_its_own_log(sam, acme: Account, alice):
    staff = staff_browser(sam)
    assert staff.post(f"{PAGE}compare/", {"account": "nobody", "reason": "x"}).status_code == 422
    assert staff.post(f"{PAGE}compare/", {"account": "acme", "reason": "They asked"}).status_code == 302
    assert did() == [("billing.compared", "They asked")]
    owner = Client()
    owner.force_login(alice)
    log = owner.get("/a/acme/admin/audit/").content.decode()
    assert "compared billing with the processor" in log and "They asked" in log


def test_staff_overrule_what_payments_say_for_some_days_and_it_is_recorded(sam, acme: Account, alice, bob):
    staff, owner, member = staff_browser(sam), Client(), Client()
    owner.force_login(alice)
    member.force_login(bob)
    contact = ("/a/acme/contacts/new/", {"first_name": "Maren"})
    Account.objects.filter(pk=acme.pk).update(past_due_since=timezone.now() - timedelta(days=20))
    assert owner.post(*contact).status_code == 402
    send = {"standing-account": "acme", "standing-standing": "active", "standing-days": "7"}
    assert staff.post(f"{PAGE}standing/", send).status_code == 422  # why?
    send["standing-reason"] = "Their bank is on strike"
    assert staff.post(f"{PAGE}standing/", {**send, "standing-days": ""}).status_code == 422
    assert staff.post(f"{PAGE}standing/", {**send, "standing-days": "91"}).status_code == 422
    assert owner.post(*contact).status_code == 402
    assert staff.post(f"{PAGE}standing/", send).status_code == 302
    assert owner.post(*contact).status_code == 302
    assert "Their bank is on strike" in staff.get(PAGE).content.decode()

    readable = {**send, "standing-standing": "read_only", "standing-reason": "It sends spam."}
    Account.objects.filter(pk=acme.pk).update(past_due_since=None)
    assert staff.post(f"{PAGE}standing/", readable).status_code == 302
    assert member.post(*contact).status_code == 402
    assert "We have set it so: It sends spam." in member.get("/a/acme/").content.decode()
    ended = {**send, "standing-standing": "", "standing-reason": "They said sorry"}
    for _ in range(2):
        assert staff.post(f"{PAGE}standing/", ended).status_code == 302
    assert member.post(*contact).status_code != 402
    assert did() == [
        ("account.overruled", "active for 7 days: Their bank is on strike"),
        ("account.overruled", "read-only for 7 days: It sends spam."),
        ("account.overruled", "as its payments say: They said sorry"),
    ]
    log = " ".join(strip_tags(owner.get("/a/acme/admin/audit/").content.decode()).split())
    assert "set the account to active until" in log and "They said sorry" in log and str(sam) in log
    letters = OutgoingMail.objects.filter(kind="overruled").order_by("pk")
    assert {letter.to for letter in letters} == {alice.email}  # an owner; Bob hears it from her
    for letter, subject, words in zip(
        letters,
        ("Acme can be changed until", "Acme is read-only until", "Acme stands as its payments say again"),
        ("Their bank is on strike", "It sends spam.", "They said sorry"),
        strict=True,
    ):
        assert letter.subject.startswith(subject) and words in letter.text and words in letter.html
    assert owner.post(f"{PAGE}standing/", send).status_code == 404

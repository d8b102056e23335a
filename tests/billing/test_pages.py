"""Plan and billing as pages: who is led there, what is said while the processor is away, and GET changes nothing."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import Account, Membership
from billing.models import BillingAccount, MoneyIntent
from tests.promises import promise

BILLING = "/a/acme/admin/billing/"
PROFILE = {
    "name": "Acme ApS",
    "street": "Vestergade 9",
    "city": "Copenhagen",
    "country": "DK",
    "email": "books@acme.example",
    "tax_number": "DK12345678",
}


@promise(7, 10)
def test_whoever_pays_is_led_to_the_plan_and_nobody_else_is(acme, alice, bob):
    browsers = {}
    for user in (alice, bob):
        browsers[user] = Client()
        browsers[user].force_login(user)
    owner, member = browsers[alice], browsers[bob]
    assert f'href="{BILLING}"' in owner.get("/a/acme/").content.decode()
    assert BILLING not in member.get("/a/acme/").content.decode()
    assert member.get(BILLING).status_code == 403
    Membership.objects.filter(account=acme, user=bob).update(role="billing")
    assert member.get(BILLING).status_code == 200
    Membership.objects.filter(account=acme, user=bob).update(role="member")

    for past_due, says in ((13, "Payment overdue."), (15, "Acme is read-only.")):
        since = timezone.now() - timedelta(days=past_due)
        Account.objects.filter(pk=acme.pk).update(past_due_since=since)
        assert says in owner.get("/a/acme/").content.decode()
        assert ("read-only" in member.get("/a/acme/").content.decode()) == (past_due == 15)
    for browser, is_led in ((owner, True), (member, False)):
        refused = browser.post("/a/acme/contacts/new/", {"first_name": "Maren"})
        assert refused.status_code == 402 and (BILLING in refused.content.decode()) is is_led
    assert owner.get(BILLING).status_code == 200  # in every standing
    assert owner.post(f"{BILLING}details/", PROFILE).status_code == 302


@promise(6)
def test_the_way_to_a_plan_asks_for_what_is_missing_and_looking_changes_nothing(client, acme, alice, bob, inside):
    client.force_login(alice)
    choice = "?seats=2&interval=month&currency=EUR"
    for path in ("", "plan/", "details/", "change/", "start/", f"start/{choice}", "invoices/", "cancel/", "resume/"):
        assert client.get(f"{BILLING}{path}").status_code in (200, 302)
    with inside(acme):
        assert not BillingAccount.objects.exists() and not MoneyIntent.objects.exists()
    assert client.get(f"{BILLING}start/{choice}").url == f"{BILLING}details/{choice}"
    assert client.get(f"{BILLING}plan/?seats=1").status_code == 422  # there are two people
    too_little = client.post(f"{BILLING}details/", {**PROFILE, "street": ""})
    assert too_little.status_code == 422
    assert client.post(f"{BILLING}details/{choice}", PROFILE).url == f"{BILLING}start/{choice}"
    assert client.get(f"{BILLING}start/{choice}").url == f"{BILLING}card/{choice}"
    session = client.session
    proofs = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    assert "/reauthenticate/" in client.get(f"{BILLING}card/{choice}").url
    assert "/reauthenticate/" in client.post(f"{BILLING}start/{choice}").url
    session = client.session
    session["account_authentication_methods"] = proofs
    session.save()
    page = client.get(f"{BILLING}card/{choice}")
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "htmx" not in page.content.decode() and page.content.decode().count("<script") == 2
    with inside(acme):
        assert not MoneyIntent.objects.exists()  # still nothing was asked of the processor


@promise(79)
def test_nobody_saves_over_a_colleague(client, acme, alice, inside):
    """To whom invoices go is a form of two people as any other."""
    client.force_login(alice)
    url = f"{BILLING}details/"
    assert client.post(url, PROFILE).status_code == 302
    seen = {**PROFILE, "version": 2}
    assert client.post(url, {**seen, "city": "Aarhus"}).status_code == 302
    late = client.post(url, {**seen, "city": "Odense"})
    page = late.content.decode()
    assert late.status_code == 409 and "Aarhus" in page and 'value="Odense"' in page
    with inside(acme):
        assert BillingAccount.objects.get().city == "Aarhus"
    assert client.post(url, {**seen, "city": "Odense", "version": 3}).status_code == 302


def test_copies_of_receipts_go_to_addresses_each_once(client, acme, alice, inside):
    client.force_login(alice)
    six = ",".join(f"{number}@books.example" for number in range(6))
    for wrong, words in (("mara", "“mara” is not an e-mail address"), (six, "5 addresses at most")):
        refused = client.post(f"{BILLING}details/", {**PROFILE, "copies": wrong})
        assert refused.status_code == 422 and words in refused.content.decode()
    typed = "Mara@Books.example; tom@books.example mara@books.example"
    assert client.post(f"{BILLING}details/", {**PROFILE, "copies": typed}).status_code == 302
    assert "books@acme.example, mara@books.example, tom@books.example" in client.get(BILLING).content.decode()
    assert 'value="mara@books.example, tom@books.example"' in client.get(f"{BILLING}details/").content.decode()


def test_a_tax_number_that_no_invoice_can_hold_is_said_on_the_form(client, acme, alice):
    client.force_login(alice)
    refused = client.post(f"{BILLING}details/", {**PROFILE, "country": "GL"})
    assert refused.status_code == 422 and "put a tax number of Greenland on an invoice" in refused.content.decode()
    assert client.post(f"{BILLING}details/", {**PROFILE, "country": "GL", "tax_number": ""}).status_code == 302

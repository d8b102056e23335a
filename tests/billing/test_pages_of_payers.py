"""Plan and billing of a firm that pays: while the processor is away, and on the way out."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from billing.gateway import patience
from tests.promises import promise


@pytest.fixture
def payer(firm):
    """The owner's browser, and where it finds the pages."""
    firm.pay()
    client = Client()
    client.force_login(firm.account.memberships.get(role="owner").user)
    client.billing = f"/a/{firm.account.slug}/admin/billing/"
    return client


def test_without_the_processor_the_pages_are_there_and_say_so(firm, payer):
    firm.processor.stop()
    try:
        assert "Active" in payer.get(payer.billing).content.decode()
        assert "be reached at the moment" in payer.get(f"{payer.billing}change/?seats=5").content.decode()
        assert "be reached" in payer.post(f"{payer.billing}card/start/").json()["error"]
        for path in ("cancel/", "pay/", "change/?seats=5", "confirmed/"):
            assert payer.post(f"{payer.billing}{path}", follow=True).status_code == 200
        assert (firm.plan().cancels_at, firm.plan().seats) == (None, 3)
        assert firm.facts().standing().may_write  # whoever pays goes on
    finally:
        firm.processor.start()


@promise(33)
def test_cancelling_asks_for_no_reason_and_is_taken_back_by_one_click(firm, payer):
    assert "Until then" in payer.get(f"{payer.billing}cancel/").content.decode()
    for reason in ("", "Too dear"):
        assert payer.post(f"{payer.billing}cancel/", {"reason": reason}).status_code == 302
        assert firm.plan().cancels_at is not None
        assert "Cancelled: it ends on" in payer.get(payer.billing).content.decode()
        assert payer.post(f"{payer.billing}cancel/undo/").status_code == 302
        assert firm.plan().cancels_at is None


@promise(31)
def test_seats_may_grow_by_themselves_and_an_invoice_is_loaded_from_the_processor(firm, payer):
    assert payer.post(f"{payer.billing}growth/", {"most": "5"}).status_code == 302
    assert firm.facts().most_members == 5
    assert payer.post(f"{payer.billing}growth/", {"most": "many"}, follow=True).status_code == 200
    assert payer.post(f"{payer.billing}growth/", {"most": ""}).status_code == 302
    assert firm.facts().most_members == 3
    page = payer.get(f"{payer.billing}invoices/").content.decode()
    link = page.partition(f'href="{payer.billing}invoices/')[2].partition('"')[0]
    assert payer.get(f"{payer.billing}invoices/{link}").url.startswith(firm.processor.url)


def test_whoever_proves_again_who_they_are_has_paid(firm, payer):
    """A form that is only ever sent is done on the way back as well."""
    session = payer.session
    proofs = session["account_authentication_methods"]
    for path, sent in (("pay/", {}), ("growth/", {"most": "5"})):
        session = payer.session
        session["account_authentication_methods"] = [{"method": "password", "at": 0}]
        session.save()
        asked = payer.post(f"{payer.billing}{path}", sent)
        back = parse_qs(urlsplit(asked.url).query)["next"][0]
        session = payer.session
        session["account_authentication_methods"] = proofs
        session.save()
        assert payer.get(back).status_code == 302, path
    assert firm.facts().most_members == 5


def test_whoever_waits_for_a_page_waits_once_for_the_processor(firm, payer, monkeypatch):
    """Each question may take its ten seconds; all those of one request share a little more."""
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 1.0)
    firm.processor.fault("hang", "/v1/", seconds=12, when="after", times=20)
    began = time.monotonic()
    page = payer.post(f"{payer.billing}pay/", follow=False)
    assert page.status_code == 302 and time.monotonic() - began < 9
    firm.processor.ask("faults/clear")
    assert payer.post(f"{payer.billing}pay/", follow=True).status_code == 200


def test_a_firm_that_closes_reads_at_once_that_nothing_more_is_charged(firm, payer):
    """Before the clock has told the processor; and it is told how the plan goes on."""
    Account.objects.filter(pk=firm.account.pk).update(closing_at=timezone.now())
    assert firm.plan().cancels_at is None
    page = payer.get(payer.billing).content.decode()
    assert "The account closes on" in page and "nothing more is charged" in page and "Closing" in page
    assert ">Active<" not in page and "Keep the plan" not in page and "change/" not in page
    Account.objects.filter(pk=firm.account.pk).update(closing_at=None)
    assert "Active" in payer.get(payer.billing).content.decode()

"""From the trial to a paid plan, through a renewal that fails, and out and in again; and no card number anywhere."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Account, OutgoingMail
from billing import inbox
from billing.models import Subscription, SubscriptionInvoice
from config.env import env
from crm.models import Contact
from lib import cards
from tests import database
from tests.processes import said, until
from tests.promises import promise

PASSWORD = "quiet maple seven trains"
GOOD, DECLINED, ASKS, FAILS_LATER = "4242424242424242", "4000000000009995", "4000002760003184", "4000000000000341"
TYPED = (GOOD, DECLINED, ASKS, FAILS_LATER)
BILLING = "/a/acme/admin/billing/"


class Payer:
    """Alice, who pays, in one window."""

    def __init__(self, page: Page, server: str) -> None:
        self.page, self.home = page, f"{server}{BILLING}"

    def go(self, path: str = "") -> None:
        self.page.goto(f"{self.home}{path}")

    def press(self, name: str) -> None:
        """A button; and if it is a while since Alice said who she is, that first."""
        self.page.get_by_role("button", name=name).first.click()
        self.prove()

    def prove(self) -> None:
        self.page.wait_for_load_state()
        if "/reauthenticate/" in self.page.url:
            self.page.get_by_label("Password", exact=True).fill(PASSWORD)
            self.page.keyboard.press("Enter")
            self.page.wait_for_url(lambda url: "/reauthenticate/" not in url)

    def sees(self, words: str) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible()

    def type_card(self, number: str) -> None:
        self.prove()
        frame = self.page.frame_locator("iframe[title='Secure payment input frame']")
        frame.locator("#number").fill(number)
        frame.locator("#expiry").fill("1233")
        frame.locator("#cvc").fill("123")
        self.page.get_by_role("button", name="Keep this card").click()

    def change_card(self, number: str) -> None:
        self.go("card/")
        self.type_card(number)
        self.consent_if_asked(number)
        self.sees(f"the card ending in {number[-4:]} is charged")

    def consent_if_asked(self, number: str) -> None:
        if number == ASKS:
            self.answer("Yes, go ahead")

    def answer(self, words: str) -> None:
        self.page.frame_locator("iframe[title='Your bank asks']").get_by_role("button", name=words).click()


@pytest.fixture
def tell(server, processor, committed):
    """Has what happened at the processor come to our door, and acted on."""
    processor.tell(f"{server}/webhooks/processor/{settings.STRIPE_WEBHOOK_ENDPOINT}/")

    def deliver():
        assert {status for sent in processor.deliver() for status in sent["statuses"]} <= {200}
        inbox.sweep()

    return deliver


@promise(9, 26, 32, 33, 34)
def test_a_firm_pays_fails_to_pay_pays_again_leaves_and_comes_back(
    server, server_log, celery_worker, open_page, sign_in, axe, acme, alice, bob, inside, processor, tell
):
    alice.set_password(PASSWORD)
    alice.save()
    page, phone, plain = open_page(), open_page(width=360, dark=True), open_page(scripts=False)
    windows = [Payer(each, server) for each in (page, phone, plain)]
    payer, on_phone, without_scripts = windows
    for window in windows:
        sign_in(window.page, server, alice)

    def looks_well():
        axe(page)
        phone.goto(page.url)
        axe(phone)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360

    def subscription():
        with inside(acme):
            return Subscription.objects.first()

    def there():
        return [each for each in processor.look()["objects"].items() if each[0] == "subscription"]

    # On trial the processor knows nothing. A plan is chosen by size; who is billed comes before the card.
    payer.go()
    payer.sees("On trial")
    payer.sees("Test processor, no real money")
    looks_well()
    assert "customer" not in processor.look()["objects"]
    page.get_by_role("link", name="Choose a plan").click()
    page.get_by_label("People who sign in").fill("1")
    page.get_by_role("button", name="Work it out").click()
    payer.sees("2 people can sign in now, so it takes 2 seats")
    page.get_by_label("People who sign in").fill("2")
    page.get_by_label("Currency").select_option("GBP")
    page.get_by_role("button", name="Work it out").click()
    payer.sees("You get Team")
    looks_well()
    page.get_by_role("link", name="Continue").click()
    page.get_by_label("Invoices and receipts go to").fill(GOOD + "@acme.example")
    page.get_by_role("button", name="Continue").click()
    payer.sees("looks like the number of a card")
    page.get_by_label("Invoices and receipts go to").fill("books@acme.example")
    page.get_by_label("Copies of receipts go to").fill("copies@acme.example")
    looks_well()
    page.get_by_role("button", name="Continue").click()

    # The card goes into the processor's frame, which this page can't look into. A decline has a sentence of its own.
    payer.type_card(DECLINED)
    payer.sees("not enough money on the account of this card")
    assert page.evaluate("document.querySelector('iframe').contentDocument") is None
    assert not cards.has_one(page.content())
    axe(page)
    payer.type_card(GOOD)
    expect(page.get_by_role("heading", name="Check and pay")).to_be_visible()

    # Two tabs, and an answer that never comes: one subscription.
    on_phone.page.goto(page.url)
    processor.fault("drop", "/v1/subscriptions", method="post", when="after")
    payer.press("Pay £24.00 and start Team")
    payer.sees("You are on Team now")
    on_phone.press("Pay £24.00 and start Team")
    on_phone.sees("Active")
    assert there() == [("subscription", 1)] and processor.look()["objects"]["invoice"] == 1
    looks_well()
    tell()

    # A seat more, at the price that was shown. A double click changes nothing twice.
    page.get_by_role("link", name="Change seats or plan").click()
    page.get_by_role("spinbutton", name="Seats").fill("3")
    page.get_by_role("button", name="Show what it costs").click()
    payer.sees("one seat more until")
    looks_well()
    page.get_by_role("button", name="Add one seat").dblclick()
    payer.prove()
    payer.sees("Changed: Team, 3 seats")
    assert (subscription().seats, Account.objects.get(pk=acme.pk).most_members) == (3, 3)

    # The renewal is declined: everything works, and who pays is told until when.
    payer.change_card(FAILS_LATER)
    processor.advance(days=32)
    tell()
    payer.go()
    payer.sees("could not be charged")
    looks_well()
    page.goto(f"{server}/a/acme/")
    payer.sees("Payment overdue.")
    axe(page)
    payer.go()
    payer.press("Pay £")
    payer.sees("Your bank declined this card")

    # A bank that wants to be asked: first no, and fourteen days later everything can only be read.
    payer.change_card(ASKS)
    payer.press("Pay £")
    payer.sees("Your bank wants to know that it is you")
    axe(page)
    page.get_by_role("button", name="Confirm with my bank").click()
    payer.answer("No, that is not me")
    payer.sees("did not confirm")
    Account.objects.filter(pk=acme.pk).update(past_due_since=timezone.now() - timedelta(days=15))
    page.goto(f"{server}/a/acme/contacts/new/")
    page.get_by_label("First name").fill("Maren")
    page.get_by_role("button", name="Save contact").click()
    payer.sees("This account is read-only")
    page.get_by_role("link", name="Continue with a plan").click()
    payer.sees("is as before the moment this is paid")
    looks_well()

    # Yes: and it can be written again at once.
    payer.press("Pay £")
    page.get_by_role("button", name="Confirm with my bank").click()
    payer.answer("Yes, go ahead")
    payer.sees("Your bank has confirmed the payment")
    payer.sees("Active")
    with inside(acme):
        assert not Contact.objects.filter(first_name="Maren").exists()
        assert SubscriptionInvoice.objects.exclude(status="paid").count() == 0
    assert Account.objects.get(pk=acme.pk).past_due_since is None

    # Cancelled, taken back, cancelled again; ended, and resumed: all of it without scripts.
    without_scripts.go()
    for _ in range(2):
        without_scripts.page.get_by_role("link", name="Cancel the plan").click()
        without_scripts.page.get_by_label("What should we have done better?").fill("Nothing")
        without_scripts.press("Cancel Team")
        without_scripts.sees("Cancelled. Everything works until")
        if _ == 0:
            without_scripts.press("Keep the plan")
            without_scripts.sees("The plan goes on as before")
    payer.go()
    looks_well()
    processor.advance(days=40)
    tell()
    payer.change_card(GOOD)
    without_scripts.go()
    without_scripts.sees("Ended")
    without_scripts.page.get_by_role("link", name="Resume Team").click()
    without_scripts.press("Pay £36.00 and resume")
    without_scripts.sees("You are on Team again")
    payer.go("invoices/")
    looks_well()

    # Nobody has taken a message up: all are there to be read. Then a worker does what they ask, and is read, too.
    messages = waiting()
    assert len(messages) > 10 and any("billing." in each for each in messages)
    nowhere(server_log(), *messages)
    began = time.time()
    worker = celery_worker()
    until(lambda: not waiting(), seconds=90, process=worker)
    said_by_worker = said(worker)
    assert said_by_worker.count(" succeeded in ") > 10 and "Traceback" not in said_by_worker
    went_out = [each.read_text() for each in env.mail_dir.glob("*.eml") if each.stat().st_mtime > began]
    assert len([each for each in went_out if "copies@acme.example" in each and "Receipt for Acme" in each]) >= 3
    nowhere(server_log(), said_by_worker, *went_out)


def nowhere(*texts: str) -> None:
    """No card that was typed stands in a column of any table, nor in these texts; bare or with gaps."""
    own = settings.DATABASES["default"]["NAME"]
    rows = [*everything_in(own), *everything_in(f"{own}_broker")]
    assert any("books@acme.example" in text for _, text in rows)  # the search sees what is there
    rows += [("a log, a message or a letter", text) for text in texts]
    rows += [("a letter", f"{mail.subject} {mail.text} {mail.html}") for mail in OutgoingMail.objects.all()]
    for place, text in rows:
        plain = re.sub(r"[ .\-]", "", text)
        assert not [number for number in TYPED if number in plain], f"{place} holds {cards.hide(text)}"


def waiting() -> list[str]:
    """Every message that nobody has taken up and done yet."""
    name = f"{settings.DATABASES['default']['NAME']}_broker"
    with psycopg.connect(database.renamed(database.admin_dsn(), name)) as connection:
        return [str(row) for row in connection.execute("SELECT message, headers FROM pgmq.q_default").fetchall()]


def everything_in(name: str) -> list[tuple[str, str]]:
    """Each table of a database, and all its rows as text."""
    tables = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
    found = []
    with psycopg.connect(database.renamed(database.admin_dsn(), name)) as connection:
        for schema, table in connection.execute(f"{tables} AND table_schema NOT IN ('pg_catalog')").fetchall():
            place = f'"{schema}"."{table}"'
            row = connection.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {place} t").fetchone()
            found.append((place, row[0]))
    assert len(found) > 10
    return found

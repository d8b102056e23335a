"""Word from the processor: believed only when signed, kept once, acted on once, and never needed."""

from __future__ import annotations

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from accounts.standing import Standing
from billing import actions, inbox
from billing.gateway import processor
from billing.models import ProcessorCustomer, Subscription, SubscriptionInvoice, WebhookEvent
from billing.queries import billing_account
from tests.billing.conftest import hand_over
from tests.processor import SECRET
from tests.promises import promise


def kept():
    return WebhookEvent.objects.count()


def states():
    return set(WebhookEvent.objects.values_list("state", flat=True))


def rows_of(firm):
    """What is written down of the firm's plan, but for when we looked."""

    def read():
        plans = Subscription.objects.order_by("ref").values_list("ref", "status", "seats", "period_end")
        invoices = SubscriptionInvoice.objects.order_by("ref").values_list("ref", "status", "paid", "remaining")
        return [*plans, *invoices]

    return firm.do(read), firm.facts().paid_through, firm.account.past_due_since


def sent_to_us(body, *, secret=SECRET, at=None, **headers):
    from devtools.processor_sim.webhooks import sign

    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = {"Stripe-Signature": sign(body, secret, at or int(time.time()))} | headers
    address = f"/webhooks/processor/{settings.STRIPE_WEBHOOK_ENDPOINT}/"
    return Client().post(address, body, content_type="application/json", headers=signature).status_code


@promise(34)
def test_only_what_the_processor_signed_for_us_a_moment_ago_is_kept(firm, settings):
    firm.enter_card()
    event = json.loads(firm.processor.letters()[0]["body"])
    before, now = kept(), int(time.time())
    assert sent_to_us(event, secret="whsec_of_somebody_else") == 400
    assert sent_to_us(event, secret="") == 400
    assert sent_to_us(event, at=now - 301) == 400
    assert sent_to_us(event, at=now + 400) == 400
    assert sent_to_us(event, **{"Stripe-Signature": ""}) == 400
    assert sent_to_us(event, **{"Stripe-Signature": f"t={now},v1={'0' * 64}"}) == 400
    assert sent_to_us({**event, "livemode": True}) == 400
    assert sent_to_us({**event, "account": "acct_of_somebody_else"}) == 400
    assert sent_to_us({"object": "v2.core.event", "id": "evt_thin"}) == 400
    assert sent_to_us(b"no json at all") == 400
    assert sent_to_us(b"\xff\xfe") == 400
    assert sent_to_us(b" " * (10 * 1024 * 1024)) == 413
    settings.STRIPE_WEBHOOK_SECRETS = [""]
    assert sent_to_us(event, secret="") == 400
    settings.STRIPE_WEBHOOK_SECRETS = []
    assert sent_to_us(event) == 400
    assert kept() == before
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_the_next_one", SECRET]
    assert sent_to_us(event) == 200
    assert kept() == before + 1
    assert Client().get(f"/webhooks/processor/{settings.STRIPE_WEBHOOK_ENDPOINT}/").status_code == 405
    assert Client().post("/webhooks/processor/00000000-0000-4000-8000-000000000000/").status_code == 404


@promise(34)
def test_fifty_copies_at_once_are_one_event_and_one_effect(firm):
    firm.pay()
    firm.processor.advance(days=31)
    letters = firm.processor.letters()
    paid = next(each for each in letters if '"type":"invoice.paid"' in each["body"].replace(": ", ":"))

    def bring(_):
        try:
            while (answer := hand_over([paid])[0]) == 429:  # five at a door that was slow; it is brought again
                time.sleep(0.1)
            return answer
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as couriers:
        assert set(couriers.map(bring, range(50))) == {200}
    assert WebhookEvent.objects.filter(event=paid["event"]).count() == 1
    assert firm.do(lambda: SubscriptionInvoice.objects.filter(status="paid").count()) == 2
    told = "SELECT count(*) FROM audit_event WHERE account_id = %s AND kind = 'payment.received'"
    assert firm.do(lambda: _one(told, firm.account.pk)) == 2


def test_who_asks_too_late_whether_it_is_due_costs_no_try(firm, monkeypatch):
    """Fifty copies: to find that another has just begun the try, PostgreSQL locks the event until the asking ends."""
    firm.pay()
    firm.processor.advance(days=31)
    paid = next(each for each in firm.processor.letters() if '"type":"invoice.paid"' in each["body"].replace(": ", ":"))
    begin_try, locked = inbox._begin_try, Event()

    def ask(event):
        with transaction.atomic():
            WebhookEvent.objects.select_for_update().get(event=event)
            locked.set()
            time.sleep(0.3)
        connection.close()

    def begin_with_somebody_else(event):
        begun = begin_try(event)
        threads.submit(ask, event)
        assert locked.wait(30)
        return begun

    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr(inbox, "_begin_try", begin_with_somebody_else)
        assert hand_over([paid]) == [200]
    assert WebhookEvent.objects.get(event=paid["event"]).state == "done"


def _one(sql, *given):
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchone()[0]


def test_events_in_any_order_end_the_same(firm, monkeypatch):
    """Bought, paid, not paid, ended: each of the 120 ways in which the post may bring five events, one at a time."""
    firm.enter_card()
    assert firm.subscribe().is_done
    firm.enter_card("4000000000000341")
    firm.processor.advance(days=31, hours=2)
    firm.do(actions.end_at_once, firm.do(billing_account), firm.there()[0].ref)
    sent = {json.loads(each["body"])["type"]: each for each in firm.processor.letters()}
    kinds = ("customer.subscription.created", "customer.subscription.updated", "invoice.paid",
             "invoice.payment_failed", "customer.subscription.deleted")  # fmt: skip
    told = [processor().read_event(sent[kind]["body"].encode(), _signature(sent[kind])) for kind in kinds]
    for name in ("card_of", "subscriptions_of", "invoices_of"):  # the books stay as they are meanwhile
        answer = getattr(processor(), name)(firm.customer())
        kept = answer if name == "card_of" else list(answer)
        monkeypatch.setattr(processor(), name, lambda _, kept=kept: kept)
    known = {}

    def bring(rest):
        """In how many orders the rest may come, and how they end. From the same place all go on alike."""
        here = (frozenset(each.id for each in rest), repr(rows_of(firm)), *sorted(states()))
        if here not in known:
            known[here] = sum((after(event, rest) for event in rest), Counter()) or Counter({here: 1})
        return known[here]

    def after(event, rest):
        with transaction.atomic():
            inbox.keep(event)
            inbox.handle(event.id)
            ends = bring([each for each in rest if each is not event])
            transaction.set_rollback(True)
        return ends

    with transaction.atomic():
        WebhookEvent.objects.all().delete()
        firm.do(lambda: (Subscription.objects.all().delete(), SubscriptionInvoice.objects.all().delete()))
        [((_, rows, *then), orders)] = bring(told).items()
        transaction.set_rollback(True)
    assert (orders, then) == (120, ["done"]) and "canceled" in rows


def _signature(letter):
    return letter["headers"]["Stripe-Signature"]


def test_an_old_delivery_changes_nothing_and_neither_does_none_at_all(firm):
    firm.pay()
    before = rows_of(firm)
    firm.processor.advance(days=1)
    assert hand_over(firm.processor.letters(at=int(time.time()) - 600)) == []
    assert rows_of(firm) == before


def test_a_stranger_and_whoever_names_another_firm_reach_nobody(firm, new_firm, later):
    """Whose an event is says the customer that we know, never what else it carries."""
    firm.pay()
    other = new_firm()
    before = rows_of(other)
    event = {"id": "evt_stranger", "object": "event", "type": "invoice.paid", "created": 1, "livemode": False}
    about = {
        "object": "invoice",
        "id": "in_1",
        "customer": "cus_nobody",
        "metadata": {"account": str(other.account.public_id)},
    }
    assert sent_to_us({**event, "data": {"object": about}}) == 200
    for _ in range(inbox.STRANGER_AFTER):
        inbox.sweep()
        later(hours=5)
    assert WebhookEvent.objects.get(event="evt_stranger").state == "ignored"
    assert rows_of(other) == before
    assert (
        sent_to_us({**event, "id": "evt_other", "type": "price.created", "data": {"object": {"id": "price_1"}}}) == 200
    )
    assert WebhookEvent.objects.get(event="evt_other").state == "ignored"


def test_an_event_comes_round_until_it_is_done_or_given_up(firm, later, caplog):
    """The processor's books can't be read for a while: later they can; or somebody must look, and says so."""
    firm.pay()
    firm.processor.advance(days=31, hours=2)
    firm.processor.fault("error", "/v1/customers", times=100)
    letter = firm.processor.letters()[0]
    assert hand_over([letter]) == [200]
    event = WebhookEvent.objects.get(event=letter["event"])
    assert (event.state, event.tries) == ("new", 1)
    inbox.sweep()
    assert WebhookEvent.objects.get(pk=event.pk).tries == 1
    for _ in inbox.PAUSES:
        later(days=2)
        inbox.sweep()
    assert WebhookEvent.objects.get(pk=event.pk).state == "dead"
    assert "given up" in caplog.text
    firm.processor.ask("faults/clear")
    inbox.retry(WebhookEvent.objects.get(pk=event.pk))
    inbox.sweep()
    assert WebhookEvent.objects.get(pk=event.pk).state == "done"
    assert firm.do(lambda: SubscriptionInvoice.objects.count()) == 2


def test_whoever_floods_the_door_is_asked_to_wait_and_sends_it_again(firm, settings):
    firm.enter_card()
    letter = firm.processor.letters()[0]
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "webhook": "3/m/ip"}
    cache.clear()
    assert [sent_to_us(b"nothing of ours") for _ in range(3)] == [400] * 3
    assert hand_over([letter]) == [429]
    assert not WebhookEvent.objects.filter(event=letter["event"]).exists()
    cache.clear()
    assert hand_over([letter]) == [200]


def test_a_database_that_is_away_has_it_sent_again(firm, monkeypatch):
    def away(*_):
        raise DatabaseError

    firm.enter_card()
    letters = firm.processor.letters()[:1]
    monkeypatch.setattr(inbox, "take_in", away)
    assert hand_over(letters) == [503]


def test_one_customer_is_one_account(firm):
    firm.pay()
    assert ProcessorCustomer.objects.get(ref=firm.customer()).account_id == firm.account.pk
    assert Account.objects.get(pk=firm.account.pk).standing() == Standing.ACTIVE
    assert states() <= {"new", "done", "ignored", "dead"}


def test_a_sweep_ends_after_a_while_however_much_waits(firm, monkeypatch):
    """Each try may take its ten seconds while the processor does not answer; the rest waits for the next sweep."""
    firm.pay()
    made = {"kind": "customer.updated", "customer": firm.customer(), "happened_at": timezone.now()}
    WebhookEvent.objects.bulk_create(WebhookEvent(event=f"evt_slow_{number}", **made) for number in range(4))
    clock, tried = iter(range(0, 1000, 10)), []
    monkeypatch.setattr(inbox, "handle", tried.append)
    monkeypatch.setattr(inbox.time, "monotonic", lambda: next(clock))
    assert inbox.sweep() == len(tried) == 2
    monkeypatch.undo()
    WebhookEvent.objects.filter(event__startswith="evt_slow_").delete()

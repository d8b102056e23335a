"""A worker killed with -9 while it hears of payments and asks for seats: nothing is lost and nothing doubled."""

from billing import actions, inbox, seats
from billing.models import MoneyIntent, SubscriptionInvoice, WebhookEvent
from demo import cast
from tenancy.queue import send
from tests.billing.conftest import Firm, person
from tests.kills.stage import billing_at_rest, faults_of_billing, minutes_pass_for_billing, until

WORD = (
    "the event's try is written down",
    "the books are copied, the event not marked",
    "the event is marked, nothing committed",
)
STEPS = ("the step is written down, not asked for", "the step is taken, nothing committed")


def test_killed_at_five_points_each_payment_counts_once_and_each_seat_is_bought_once(nursery, processor):
    firm = Firm(cast.acme(person("alice")), processor)
    firm.pay()
    firm.do(actions.let_grow_to, 9)
    for months, place in enumerate(WORD, 1):
        processor.advance(days=31, hours=2)
        letter = processor.letters()[-1]
        worker = nursery.worker(KILL_AT=f"{place}@1")
        inbox.take_in(letter["body"].encode(), letter["headers"]["Stripe-Signature"])
        until(lambda worker=worker: not worker.is_alive, worker)
        assert firm.do(lambda: SubscriptionInvoice.objects.count()) == 1, place
        assert WebhookEvent.objects.filter(state="new", tries=1).count() == months, place
    worker = nursery.worker()
    minutes_pass_for_billing(firm.account)
    until(billing_at_rest, worker)
    worker.kill()
    assert faults_of_billing(firm, payments=4, seats=3) == []

    for name in ("bob", "carol", "dave"):
        firm.joins(name)
    for place in STEPS:
        worker = nursery.worker(KILL_AT=f"{place}@1")
        send(seats.TASK, kwargs={"account_id": firm.account.pk})
        until(lambda worker=worker: not worker.is_alive, worker)
        assert firm.do(lambda: MoneyIntent.objects.open().get()).state == "created", place
    assert firm.plan().seats == 3
    worker = nursery.worker()
    minutes_pass_for_billing(firm.account)
    until(lambda: billing_at_rest() and not firm.do(lambda: MoneyIntent.objects.open().exists()), worker)
    assert faults_of_billing(firm, payments=4, seats=4) == []
    assert firm.do(lambda: list(MoneyIntent.objects.filter(kind="change").values_list("state", flat=True))) == ["done"]

"""What has to happen around a plan without anybody asking: by the clock, and after each change among the people.

Webhooks get lost, so every night our copy is compared with the processor's books, and every hour where something is
under way. What is ours is repaired from theirs, seats there from our people; whatever else differs, somebody sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Account
from billing import actions, intents, letters, projector, seats, settling
from billing.gateway import NotFound, Status, Trouble, Unavailable
from billing.models import KEPT, BillingAccount, Finding, MoneyIntent, ProcessorCustomer, Subscription, WebhookEvent
from billing.outcomes import Ending, Outcome
from tenancy.context import activate, current_account_id
from tenancy.sweeping import sweeps

HANGS_AFTER = timedelta(hours=1)
AROUND_RENEWAL = timedelta(days=2)
AT_ONCE = 500


def customers() -> Iterator[int]:
    """The number of every account that the processor knows, page by page."""
    last = 0
    while page := list(ProcessorCustomer.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield from dict.fromkeys(each.account_id for each in page)
        last = page[-1].pk


def compare(account: Account) -> list[str]:
    """Bring our copy up to date and say where it was behind. What nobody had told us of is kept for the operator."""
    with activate(account, actor=actions.PROCESSOR):
        billing = intents.hold()
        settling.settle_all(billing)
        expected = WebhookEvent.objects.filter(customer=billing.customer, state=WebhookEvent.State.NEW).exists()
        try:
            differences = projector.look(billing)
        except NotFound:
            return [_find(f"the processor does not know {billing.customer} any more")]
        if not expected:
            for each in differences:
                _find(each, is_mended=True)
        BillingAccount.objects.filter(pk=billing.pk).update(compared_at=timezone.now())
        return differences + [_find(each) for each in alarming()]


def alarming() -> list[str]:
    """What no program may mend."""
    live = [each for each in Subscription.objects.live() if each.status != Status.INCOMPLETE]
    found = [f"{len(live)} subscriptions at once: {', '.join(each.ref for each in live)}"] if len(live) > 1 else []
    found += [f"subscription {each.ref} has a price that is not ours" for each in live if each.offer is None]
    hanging = MoneyIntent.objects.open().filter(created_at__lt=timezone.now() - HANGS_AFTER)
    return found + [f"step {each.key} hangs: {each.trouble}" for each in hanging]


def look_after(account: Account, *, thoroughly: bool = False) -> None:
    """What the clock asks of one account: compare, follow its people, and write what is due."""
    now = timezone.now()
    with activate(account, actor=actions.PROCESSOR):
        if account.closed_at is not None:
            return
        billing = intents.hold()
        if billing.customer and (thoroughly or _something_is_up(account, now)):
            try:
                compare(account)
            except Trouble as trouble:
                _find(f"could not be compared: {_named(trouble)}")
        billing.refresh_from_db()
        account.refresh_from_db()
        follow_people(account, billing, now)
        end_with_the_account(account)
        letters.write_due(account, billing, now)


def _something_is_up(account: Account, now: datetime) -> bool:
    """Money is owed, a step is open, or a period ends or has just ended."""
    if account.past_due_since is not None or MoneyIntent.objects.open().exists():
        return True
    near = Subscription.objects.live().filter(period_end__lt=now + AROUND_RENEWAL)
    return bool(near.exists())


def follow_people(account: Account, billing: BillingAccount, now: datetime) -> None:
    """Ask for as many seats as there are people: more at once, fewer with the next period. The row is held.

    Nobody of the firm sits there to see it refused, so they get a letter.
    """
    there = Subscription.objects.live().first()
    number = seats.wanted(billing, there, now) if there else None
    if there and number is not None:
        wanted = {"subscription": there.ref, "price": there.price, "seats": number}
        outcome = actions.change_to(billing, there, wanted, at=None, prorate=number > there.seats)
        if _heed(f"{there.ref} has {there.seats} seats and should have {number}", outcome):
            letters.write_seats_refused(account, there, number)


def end_with_the_account(account: Account) -> None:
    """Who has asked to close pays no further period; who keeps the account after all goes on with its plan."""
    there = Subscription.objects.live().exclude(status=Status.INCOMPLETE).first()
    if there is None:
        return
    if account.closing_at is not None and there.cancels_at is None:
        _heed(f"{there.ref} should end with its account", actions.cancel("The account closes.", closing=True))
    elif account.closing_at is None and there.cancels_at is not None and _ends_by_closing(there):
        _heed(f"{there.ref} should go on with its account", actions.undo_cancel())


def _ends_by_closing(there: Subscription) -> bool:
    """Whether it was cancelled because the account was to close, and by nobody since."""
    said = MoneyIntent.objects.filter(
        kind__in=(MoneyIntent.Kind.CANCEL, MoneyIntent.Kind.KEEP), state=MoneyIntent.State.DONE
    )
    last = said.filter(wanted__subscription=there.ref).order_by("-id").first()
    return last is not None and "closing" in last.wanted


@sweeps()
def forget_old() -> None:
    """Drop settled notes of the active account, and findings that were mended, after three months."""
    long_ago = timezone.now() - KEPT
    MoneyIntent.objects.exclude(state__in=MoneyIntent.OPEN).filter(created_at__lt=long_ago).delete()
    Finding.objects.filter(account_id=current_account_id(), found_at__lt=Now() - KEPT).delete()


def _heed(wish: str, outcome: Outcome) -> bool:
    """Nobody sees how a step of the clock's ended. One that is refused will be again each hour: somebody must look.

    Where the processor is only away, or did not answer, the next hour tells. True when it was refused.
    """
    is_refused = outcome.ending is Ending.REFUSED and not isinstance(outcome.trouble, Unavailable)
    if is_refused:
        _find(f"{wish}: {_named(outcome.trouble)}")
    return is_refused


def _named(trouble: Trouble | None) -> str:
    return f"{type(trouble).__name__} {trouble}"


def _find(words: str, *, is_mended: bool = False) -> str:
    """Keep it for the operator's eyes, once as long as nobody has seen to it."""
    here = {"account_id": current_account_id(), "words": words[:300]}
    if is_mended:
        Finding.objects.create(**here, mended_at=timezone.now())
    elif not Finding.objects.filter(**here, mended_at=None).exists():
        Finding.objects.create(**here)
    return words

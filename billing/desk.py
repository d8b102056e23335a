"""What the operator sees of billing: word that was given up, steps that hang, and where books differed.

Plain facts for the staff area, which reads none of our tables itself. Nothing here tells what a firm pays, or who does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from accounts.alarms import Alarm
from accounts.models import Account
from billing import inbox, intents, upkeep
from billing.gateway import Trouble
from billing.models import Finding, ProcessorCustomer, WebhookEvent
from billing.outcomes import sentence

SHOWN = 100
State = WebhookEvent.State


@dataclass(frozen=True)
class Word:
    """An event of the processor, and what became of it."""

    public_id: UUID
    kind: str
    event: str
    about: str
    account: str
    state: str
    label: str
    tries: int
    trouble: str
    received_at: datetime
    next_try_at: datetime | None

    @property
    def can_be_retried(self) -> bool:
        return self.state in (State.DEAD, State.NEW)


@dataclass(frozen=True)
class Step:
    """Something asked of the processor, of which nobody knows yet how it ended."""

    account: str
    key: UUID
    looked_at_again: datetime


@dataclass(frozen=True)
class Difference:
    """Where our copy and the processor's books said something else, or what no program may mend."""

    number: int
    account: str
    words: str
    found_at: datetime
    mended_at: datetime | None


def counts() -> dict[str, int]:
    """How many events there are of each state."""
    found = {row["state"]: row["n"] for row in WebhookEvent.objects.values("state").annotate(n=Count("pk"))}
    return {state.value: found.get(state, 0) for state in State}


def words(state: str = "") -> list[Word]:
    """The latest events, or those of one state."""
    rows = WebhookEvent.objects.order_by("-received_at", "-pk")
    rows = rows.filter(state=state) if state in State.values else rows
    found = list(rows[:SHOWN])
    names = {each.customer for each in found if each.customer}
    owners = dict(ProcessorCustomer.objects.filter(ref__in=names).values_list("ref", "account_id"))
    slugs = _slugs(owners.values())
    return [_word(row, slugs.get(owners.get(row.customer, 0), "")) for row in found]


def _slugs(accounts: Iterable[int]) -> dict[int, str]:
    return dict(Account.objects.filter(pk__in=set(accounts)).values_list("pk", "slug"))


def _word(row: WebhookEvent, account: str) -> Word:
    return Word(
        public_id=row.public_id,
        kind=row.kind,
        event=row.event,
        about=row.object,
        account=account,
        state=row.state,
        label=row.get_state_display(),
        tries=row.tries,
        trouble=row.trouble,
        received_at=row.received_at,
        next_try_at=row.next_try_at if row.state == State.NEW else None,
    )


def retry(public_id: UUID) -> str | None:
    """Act on an event once more. Returns its name; None when there is no such event."""
    row = WebhookEvent.objects.filter(public_id=public_id).first()
    if row is None:
        return None
    inbox.retry(row)
    return row.event


def hanging() -> list[Step]:
    """Steps that wait to be settled, whichever account they are of."""
    alarms = list(Alarm.objects.filter(task=intents.TASK).order_by("rings_at")[:SHOWN])
    slugs = _slugs(each.account_id for each in alarms)
    return [Step(slugs[each.account_id], each.public_id, each.rings_at) for each in alarms]


def findings() -> list[Difference]:
    """Where our copy and the processor's books differed: what somebody must look at first, then the latest."""
    rows = Finding.objects.order_by("-found_at")
    found = [*rows.filter(mended_at=None)[:SHOWN], *rows.exclude(mended_at=None)[:SHOWN]]
    slugs = _slugs(each.account_id for each in found)
    return [Difference(each.pk, slugs[each.account_id], each.words, each.found_at, each.mended_at) for each in found]


def compare(account: Account) -> tuple[list[str], str]:
    """Compare our copy with the processor's books now: where it differed, or why that can't be said."""
    try:
        return upkeep.compare(account), ""
    except Trouble as trouble:
        return [], sentence(trouble)


def seen_to(number: int) -> str:
    """Somebody has looked at a finding and mended what was wrong. Returns its words; "" when that is known."""
    finding = Finding.objects.filter(pk=number, mended_at=None).first()
    if finding is None:
        return ""
    finding.mended_at = timezone.now()
    finding.save(update_fields=["mended_at"])
    return f"{_slugs([finding.account_id])[finding.account_id]}: {finding.words}"

"""What happens to a request, whoever answers it: the clock stops, goes on, is put off, and ends with an answer.

Each changes the request that it is given, and stores nothing: whoever calls does that, with a line in their log.
"""

from __future__ import annotations

from django.utils import timezone

from privacy.rights.exceptions import Kept, trouble
from privacy.rights.models import Asked, Decision


class Refused(Exception):
    """It can't be done so; the words say why."""


def acknowledge(asked: Asked) -> bool:
    """The person was told that it arrived. True when that is new."""
    if asked.acknowledged_at is not None:
        return False
    asked.acknowledged_at = timezone.now()
    return True


def pause(asked: Asked) -> bool:
    """A word of theirs is missing; while it is, the days don't count, where the law lets them stop. True when new."""
    if not asked.rule.pauses:
        raise Refused(f"{asked.rule.law} knows no pause: the days go on.")
    if not asked.is_open or asked.paused_at is not None:
        return False
    asked.paused_at = timezone.now()
    return True


def resume(asked: Asked) -> bool:
    """The word came. True when it was waited for."""
    if asked.paused_at is None:
        return False
    asked.paused_days, asked.paused_at = asked.days_paused, None
    return True


def extend(asked: Asked) -> None:
    """It takes longer: once, in time, and the person hears why."""
    if not asked.may_be_extended:
        raise Refused("The time for that is over, or the law knows no extension.")
    asked.extended_at = timezone.now()


def decide(
    asked: Asked, decision: str, *, answer: str, kept: list[Kept], told: str = "", has_research_consent: bool = False
) -> None:
    """The answer. What is not done names its reasons, and what shows them; ``told``: who else heard of what is done."""
    if not asked.is_open:
        raise Refused("It was answered already.")
    if decision in (Decision.PARTIAL, Decision.REFUSED) and not kept:
        raise Refused("Say what is not done, and why.")
    for each in kept:
        if words := trouble(each, has_research_consent=has_research_consent):
            raise Refused(words)
    asked.decision, asked.answer, asked.exceptions, asked.told = decision, answer, kept, told
    asked.paused_days, asked.paused_at, asked.closed_at = asked.days_paused, None, timezone.now()

"""Open work that a colleague takes over when somebody leaves. Each app declares its own in its ``handover.py``::

    register(OpenWork("contacts", one="contact", many="contacts", count=…, move=…))

What was done stays with whoever did it; only what is still to be done changes hands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from accounts.models import Membership


@dataclass(frozen=True)
class OpenWork:
    """One kind of record that somebody looks after. ``move`` gives all of a member's to another, or to nobody."""

    name: str
    one: str
    many: str
    count: Callable[[Membership], int]
    move: Callable[[Membership, Membership | None], int]


@dataclass(frozen=True)
class Pile:
    """How much of one kind a member looks after."""

    work: OpenWork
    number: int

    def __str__(self) -> str:
        return f"{self.number} {self.work.one if self.number == 1 else self.work.many}"


_kinds: dict[str, OpenWork] = {}
_endings: list[Callable[[Membership], None]] = []
_sayings: list[Callable[[Membership], str]] = []


def register(work: OpenWork) -> None:
    """Add a kind; called from an app's ``handover.py``."""
    _kinds[work.name] = work


def at_leaving(end: Callable[[Membership], None], *, say: Callable[[Membership], str] | None = None) -> None:
    """Add what an app ends when somebody leaves, because nobody can take it over; ``say`` it before, or nothing."""
    _endings.append(end)
    if say is not None:
        _sayings.append(say)


def said_before_leaving(member: Membership) -> list[str]:
    """What ends with this member, in sentences."""
    return [words for say in _sayings if (words := say(member))]


def open_work_of(member: Membership) -> list[Pile]:
    """What this member looks after now: one statement a kind, however much there is."""
    piles = [Pile(work, work.count(member)) for work in _kinds.values()]
    return [pile for pile in piles if pile.number]


def hand_over(member: Membership, to: Membership | None) -> list[Pile]:
    """Give all open work of ``member`` to a colleague, or leave it to nobody. Returns what was moved.

    What an app ends at leaving ends first.
    """
    for end in _endings:
        end(member)
    piles = [Pile(work, work.move(member, to)) for work in _kinds.values()]
    return [pile for pile in piles if pile.number]


def counted(numbers: Mapping[str, int]) -> list[Pile]:
    """The same piles, as the log keeps them: name → number."""
    return [
        Pile(_kinds.get(name) or OpenWork(name, name, name, lambda _: 0, lambda *_: 0), number)
        for name, number in numbers.items()
    ]


def in_words(piles: list[Pile]) -> str:
    """12 contacts and 3 companies; empty for none."""
    *first, last = [str(pile) for pile in piles] or [""]
    return " and ".join(filter(None, [", ".join(first), last]))

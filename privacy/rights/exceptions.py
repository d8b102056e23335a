"""Why something that was asked for is not done: coded reasons, and what each needs as evidence (116, 132, 133)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from datamap import Reason


class Kept(TypedDict):
    """One thing that is not done: why, what it is, and what shows that the reason holds."""

    code: str
    what: str
    evidence: str


# The nine of the law, in its order (132). The ninth went into the seventh since.
NINE = {f"{number}": reason for number, reason in enumerate(Reason, start=1)}
EVIDENCE = {
    "1": "The contract or order that is still open",
    "2": "The incident, or the log that shows it",
    "3": "The error, and the day within 30 on which its log goes",
    "4": "Whose right it is, and counsel’s word on it",
    "5": "The order, its court and its date",
    "6": "The person’s own consent to the research",
    "7": "Where the person was told of this use",
    "8": "The law, with its section, and until when it binds",
    "9": "How the use fits what the person was told",
}

# Reasons that have nothing to do with keeping data: the request itself can't be answered.
OTHER = {
    "identity": "We could not confirm who you are",
    "nothing": "We hold nothing about you",
    "rights_of_others": "It would take away the rights of somebody else",
    "excessive": "It repeats what was answered already",
    "not_wrong": "What we hold is right, as far as we can see",
    "compelling": "There are compelling grounds for the use",
}


def choices() -> list[tuple[str, str]]:
    """All that may be chosen. Reasons that need more than evidence stand there, too, and are refused without it."""
    nine = [(code, f"{str(reason).partition(' ')[2].capitalize()} ({code})") for code, reason in NINE.items()]
    return nine + list(OTHER.items())


def label(code: str) -> str:
    """The reason as whoever asked reads it."""
    return NINE[code].in_words if code in NINE else f"{OTHER.get(code, code)}."


def trouble(kept: Kept, *, has_research_consent: bool) -> str:
    """What stands against using this reason; "" if it may be used."""
    code = kept["code"]
    if not kept["evidence"].strip():
        return f"Say what shows it: {EVIDENCE.get(code, 'how you know').lower()}."
    if code == "6" and not has_research_consent:
        return "Research is a reason only with the person’s own consent, and there is none on record."
    if code == "9":
        return "No law lists this reason any more; “expected internal use” is what is left of it."
    if code == "4" and "counsel" not in kept["evidence"].lower():
        return "Free speech and rights of others need counsel’s word: name it in the evidence."
    return ""


def told(kept: Iterable[Kept]) -> list[tuple[str, str]]:
    """What is not done, and why, for the letter."""
    return [(each["what"], label(each["code"])) for each in kept]

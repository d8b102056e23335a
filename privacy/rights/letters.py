"""A mail is enough to use a right (115): one whose own words ask for it opens a request, and starts its clock."""

from __future__ import annotations

import re

from accounts.inbound import Letter
from accounts.models import normalise_email
from privacy.rights.intake import appeal, open_request
from privacy.rights.models import Channel, Kind, RightsRequest
from privacy.support_access.emails import address_of
from privacy.support_access.forms import LONGEST
from privacy.support_access.models import Queue

_MINE = r"(?:my|all my|the|any) (?:personal )?(?:data|information|account data)"
_WISHES: list[tuple[Kind, str]] = [
    (Kind.DELETE, rf"(?:delete|erase|remove) {_MINE}|right to (?:be forgotten|erasure)|right to delete|article 17"),
    (Kind.OPT_OUT, rf"(?:do not|don.?t|stop) (?:sell|selling|share|sharing) {_MINE}"),
    (Kind.COPY, rf"data portability|port {_MINE}|article 20"),
    (Kind.CORRECT, rf"(?:correct|rectify) {_MINE}|right to rectification|article 16"),
    (Kind.RESTRICT, r"restrict (?:the )?processing|article 18"),
    (Kind.OBJECT, r"object to (?:the |your )?(?:processing|use)|right to object|article 21"),
    (Kind.WITHDRAW, r"(?:withdraw|revoke|take back) (?:my |the |any )?consents?|article 7\(3\)"),
    (Kind.COMPLAINT, r"complain(?:t|ing)? (?:about|regarding|on) (?:how |the (?:use|handling) of )?"
                     r"(?:you (?:handle|use|treat) )?(?:my|your|the) (?:personal )?(?:data|information|privacy)"),
    (Kind.CATEGORIES, r"(?:categories|kinds) of (?:my )?(?:personal )?(?:data|information)"),
    (Kind.ACCESS, rf"(?:copy of|access to|what|which) {_MINE}|subject access request|right of access|article 15"
                  r"|what (?:data |information )?(?:do )?you (?:hold|have|know|keep) (?:about|on) me"),
]  # fmt: skip
_PATTERNS = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WISHES]


def take_in(letter: Letter) -> str:
    """Open a request, if the letter is one to our privacy address; otherwise "" and it is somebody else's to read."""
    if address_of(Queue.PRIVACY) not in letter.to or re.search(r"\bT-\d{6}\b", letter.subject):
        return ""
    if doubted := _doubted_in(letter):
        return f"Opened {appeal(doubted, letter.text[:LONGEST])}."
    kind = wish_in(f"{letter.subject}\n{letter.text}")
    if kind is None:
        return ""
    opened = open_request(
        kind, population=RightsRequest.Population.HOLDER, channel=Channel.MAIL, email=letter.sender,
        name=letter.name, words=letter.text[:LONGEST],
    )  # fmt: skip
    return f"Opened {opened}."


def _doubted_in(letter: Letter) -> RightsRequest | None:
    """The request of the sender whose answer the letter is about, by its number, where that can be doubted."""
    number = re.search(r"\bR-(\d{6})\b", f"{letter.subject}\n{letter.text}")
    email = normalise_email(letter.sender)
    found = RightsRequest.objects.filter(number=int(number[1]), email=email).first() if number else None
    return found if found and found.may_be_doubted else None


def wish_in(text: str) -> Kind | None:
    """Which right the words ask for; None when they don't, as far as a program can tell."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(text)), None)

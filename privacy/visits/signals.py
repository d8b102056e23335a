"""What a browser sent us with one request, and what we did with each: for the person in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest

from accounts.cookies import REGISTER

NOT_SENT = "Not sent."


@dataclass(frozen=True)
class Signal:
    """A signal, what came, and what we did with it."""

    name: str
    header: str
    sent: str
    done: str


@dataclass(frozen=True)
class Brought:
    """A cookie that came, by name alone, and what became of it."""

    name: str
    done: str


def signals(request: HttpRequest) -> list[Signal]:
    """Both signals, sent or not. Global Privacy Control knows one value (43, 128)."""
    gpc, dnt = (request.headers.get(name, "") for name in ("Sec-GPC", "DNT"))
    if gpc == "1":
        honoured = "Honoured, as an opt-out from selling and sharing, before you ask. "
    elif gpc:
        honoured = "That is no value of this signal, so it counts as not sent. "
    else:
        honoured = ""
    nothing_sold = "We sell nothing and share nothing, with the signal or without it."
    unanswered = "Nothing. No common standard says what it should change; every other page is the same without it."
    return [
        Signal("Global Privacy Control", "Sec-GPC", _value(gpc), honoured + nothing_sold),
        Signal("Do Not Track", "DNT", _value(dnt), unanswered),
    ]


def cookies(request: HttpRequest) -> Iterator[Brought]:
    """Every cookie that came, by name. What we can't open, we did not make (37)."""
    for name, value in sorted(request.COOKIES.items()):
        if name not in REGISTER:
            yield Brought(name, "Not ours. It was not read.")
        elif value:
            yield Brought(name, REGISTER[name].purpose)
        else:
            yield Brought(name, "Ours by name, but it has ended or we did not make it. It counts as not sent.")


def _value(text: str) -> str:
    return f"Sent: {text[:20]}" if text else NOT_SENT

"""Answers that staff begin with. What goes out is what they then send: each can be changed before."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Prepared:
    """One beginning of an answer."""

    title: str
    text: str


ANSWERS = {
    "received": Prepared(
        "We have begun",
        "Thank you for writing. We have begun to look into it, and you hear from us again within two working days.",
    ),
    "which": Prepared(
        "Which record is it?",
        "Which record is it? Open its page and choose “Get help with this record”: that sends us its id and, if you "
        "may decide it, leave to look at this one record for an hour. Please write no names and no values to us.",
    ),
    "look": Prepared(
        "We ask for a look",
        "To solve this we would have to look at the record that you named. We have asked for it under Admin › Support "
        "access, where an owner of your account allows or refuses it. Most of it stays masked, and you can read there "
        "what we saw and for how long.",
    ),
    "solved": Prepared(
        "Is it solved?",
        "This should be solved now. Should it come back, just answer this letter: that opens the request again.",
    ),
}

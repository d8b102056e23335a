"""Why something about people can't be done, in a sentence for whoever asked."""

from __future__ import annotations


class Refused(Exception):
    """The sentence says what stands in the way and what to do."""


class LastOwner(Refused):
    """An account always has an owner who can sign in."""

    def __init__(self) -> None:
        super().__init__("Somebody must own the account. Offer the ownership to a colleague first.")

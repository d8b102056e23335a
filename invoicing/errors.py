"""What is refused here, in words for whoever asked."""

from __future__ import annotations


class Refused(Exception):
    """What was asked can't be done; the words say why and what to do."""


class NotADraft(Refused):
    """A sent invoice stays as it was sent."""


class NothingOpen(Refused):
    """There are no hours to bill."""

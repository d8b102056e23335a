"""What files are for. Each app declares its purposes in its ``stored_files.py``: what may come in, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from accounts.files.content import WORDS

MB = 1024 * 1024
AN_EXPORT = "An earlier export: what it held is in the archive itself."


class Unwelcome(Exception):
    """This file can't be taken; the message says why and what to do."""


@dataclass(frozen=True)
class Purpose:
    """One use of files: uploaded ones, which it ``takes`` by their content, or those that we make ourselves."""

    name: str  # in the row, and in the log
    takes: Mapping[str, str] = field(default_factory=dict)  # what the content may be → the type it goes out as
    made_as: str = ""  # the type of what we make; nobody uploads it
    largest: int = 0  # bytes of an upload
    wanted: str = ""  # what to send instead of what is not taken
    keep_for: timedelta | None = None  # None: until its record lets it go
    box: tuple[int, int] | None = None  # a picture, drawn anew to fit: width and height at most
    rewrites: bool = False  # a PDF, written anew with nothing but what is drawn on its pages
    has_own_key: bool = False  # its row holds half of its key, so that nothing can be read once that is gone
    left_out: str = ""  # why an archive of the account has no such files

    def media_type(self, found: str) -> str:
        """Under which type it goes out; raises Unwelcome for what this purpose does not take."""
        if self.made_as:
            return self.made_as
        if found not in self.takes:
            raise Unwelcome(f"This file is {WORDS[found]}. {self.wanted}")
        return self.takes[found]

    def too_large(self) -> Unwelcome:
        """What to say of a file that is larger than this purpose allows."""
        return Unwelcome(f"The file is larger than {self.largest // MB} MB. {self.wanted}")


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> Purpose:
    """Add a purpose; raises ValueError when its name is taken."""
    if purpose.name in _purposes:
        raise ValueError(f"There is a purpose named {purpose.name} already.")
    _purposes[purpose.name] = purpose
    return purpose


def left_out_of_archives() -> dict[str, str]:
    """The purposes whose files stay out of an account's archive, each with the reason."""
    return {purpose.name: purpose.left_out for purpose in _purposes.values() if purpose.left_out}


def purpose_named(name: str) -> Purpose | None:
    """The purpose of a stored file; None when the app that declared it is gone."""
    return _purposes.get(name)

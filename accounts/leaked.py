"""Passwords that leaked somewhere: refused, whoever chooses one.

Two lists: the twenty thousand that leaked most often come with Django (``CommonPasswordValidator``); all of them, where
the installation has the file. ``LEAKED_PASSWORDS_FILE`` names it: the SHA-1 of one password a line, in capitals, in
order, as the free list "pwned-passwords-sha1-ordered-by-hash" is. It is read where it is asked, and nobody is asked.
"""

from __future__ import annotations

import hashlib
from functools import cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

DIGITS = 40


class LeakedPasswordValidator:
    """Refuses what stands in the installation's list."""

    def validate(self, password: str, user: Any = None) -> None:
        file = settings.LEAKED_PASSWORDS_FILE
        if file is not None and is_listed(_opened(file), password):
            raise ValidationError(
                "This password has leaked from another service, so others try it. Choose another one.",
                code="password_leaked",
            )

    def get_help_text(self) -> str:
        return "It can’t be one that has leaked from another service."


def is_listed(lines: mmap | bytes, password: str) -> bool:
    """Whether a line begins with the password's hash: halving what is left, line by line."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        start = lines.rfind(b"\n", 0, middle) + 1
        end = lines.find(b"\n", middle)
        end = len(lines) if end < 0 else end
        found = lines[start : start + DIGITS].upper()
        if found == wanted:
            return True
        if wanted < found:
            high = start
        else:
            low = end + 1
    return False


@cache
def _opened(file: Path) -> mmap:
    with file.open("rb") as opened:
        return mmap(opened.fileno(), 0, access=ACCESS_READ)

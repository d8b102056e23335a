"""Secrets that are nearly right."""

from __future__ import annotations

AT = -5  # not the last: its bits may not all count


def forged(secret: str) -> str:
    """The secret with another sign near its end: always another, whatever stands there."""
    return secret[:AT] + ("y" if secret[AT] == "x" else "x") + secret[AT + 1 :]

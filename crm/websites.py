"""What is the address of a website: of the web (http, https), or the bare name of a host, as people write it."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

NEEDED = "Write a web address, as in tidewater.example or https://tidewater.example/visit."

_LABEL = r"[^\s\x00-,./:-@\[-^`{-\x7f]+"  # letters of any script, digits, - and _
_WEBSITE = re.compile(rf"(https?://)?{_LABEL}(\.{_LABEL})+\.?(:\d{{1,5}})?([/?#]\S*)?", re.IGNORECASE)


def is_one(text: str) -> bool:
    """Whether a browser may be led there: never what runs in the page, as ``javascript:`` does."""
    return _WEBSITE.fullmatch(text) is not None


def link(text: str) -> str:
    """Where a website's text leads to; empty where it is none."""
    if not is_one(text):
        return ""
    return text if re.match("https?://", text, re.IGNORECASE) else f"https://{text}"


def checked(text: str, stored: str) -> str:
    """What was typed, if it is a website; what stands there already may stay. Raises ValidationError."""
    text = text.strip()
    if text and text != stored and not is_one(text):
        raise ValidationError(NEEDED)
    return text

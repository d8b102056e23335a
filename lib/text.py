"""Words made comparable: without case and accents, so that "Özil" is found by "ozil"."""

from __future__ import annotations

import re
import unicodedata

# Letters whose stroke or ligature no decomposition takes apart.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ŋ": "n"}
)
# Accents of European scripts, points of Hebrew, vowel signs of Arabic. Not the marks of other scripts:
# without them が would be か, which is another word.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0670\ufe00-\ufe0f\u200b-\u200f\u202a-\u202e\u2060-\u2069]"
)
_WORD_ENDS = re.compile(r"[\s@.,;:!?/\\|()\[\]{}<>\"'’‘“”„«»`´&+*=~#%^$_–—-]+")


def fold(text: str) -> str:
    """Lower-case, without accents, spaces tidied: the form in which names are compared and sorted."""
    if text.isascii():
        return " ".join(text.lower().split())
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()).casefold())
    return " ".join(unicodedata.normalize("NFC", bare.translate(_LETTERS)).split())


def words(text: str) -> list[str]:
    """The folded words of a text; an e-mail address falls apart at ``@ . - _``."""
    return [word for word in _WORD_ENDS.split(fold(text)) if word]

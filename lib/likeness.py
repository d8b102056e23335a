"""Names that look or sound alike share a key: "Maren Holt", "Holdt, Maréne" and "Mraen Hotl" are ``lot mnr``.

A key is compared for equality alone, which is all that an index can do under a row policy. It forgives accents,
vowels, doubled and swapped letters, letters that sound alike, the order of the words and initials. It does not
forgive a consonant that is another one, or not there at all; in short words it minds the vowels, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lib.text import words

_SOUNDS = (("ph", "f"), ("ck", "k"), ("sch", "s"), ("sh", "s"), ("th", "t"), ("dt", "t"), ("tz", "s"), ("qu", "kv"))
_LETTERS = str.maketrans({"c": "k", "q": "k", "z": "s", "w": "v", "d": "t", "y": "i", "x": "ks", "h": ""})
_VOWELS = re.compile("[aeiou]")
_TELLING = 3  # from so many consonants on they tell words apart
_LATIN = re.compile("[a-z]+")
_LEGAL_FORMS = frozenset(
    words("""
    ab ag aps as asa bv co company corp corporation eg ehf eurl gbr ges gmbh inc kft kg lda limited llc llp lp ltd mbh
    nv ohg oy oyj plc sa sarl sas sl spa srl sro und and et the
""")
)


def person_sound(name: str) -> str:
    """The key of somebody's name; empty for fewer than two words, which say too little."""
    parts = [word for word in words(name) if len(word) > 1]
    return _key(parts) if len(parts) > 1 else ""


def company_sound(name: str) -> str:
    """The key of a company's name, without its legal form."""
    parts = words(name)
    return _key([word for word in parts if word not in _LEGAL_FORMS and len(word) > 1] or parts)


def _key(parts: Iterable[str]) -> str:
    return " ".join(sorted(_sound(word) for word in parts))


def _sound(word: str) -> str:
    """The word's letters by how they sound, each once, in the alphabet's order; without vowels where enough is left."""
    if not _LATIN.fullmatch(word):
        return word
    sounds = word
    for letters, sound in _SOUNDS:
        sounds = sounds.replace(letters, sound)
    every = "".join(sorted(set(sounds.translate(_LETTERS))))
    consonants = _VOWELS.sub("", every)
    return (consonants if len(consonants) >= _TELLING else every) or word

"""HTML as text, in one pass: the standard library's parser takes hours over a page that was made to hurt."""

from __future__ import annotations

import re
from html import unescape

_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol", "pre"})
_UNSEEN = frozenset({"script", "style", "title", "template", "noscript", "svg"})
# What follows a "<": a tag and the text after it. Possessive, so nothing is tried twice.
_TAG = re.compile(r"""(/?)([a-z][^\s/>]*+)((?:[^"'>]++|"[^"]*+"|'[^']*+')*+)>(.*+)""", re.IGNORECASE | re.DOTALL)
_BROKEN_TAG = re.compile(r"(/?)([a-z][^\s/>]*+)([^>]*+)>(.*+)", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"""\shref\s*+=\s*+["']?(https?://[^\s"'>]{1,500})""", re.IGNORECASE)


def text_of_page(page: str) -> str:
    """Its words, a line for each block; where links lead stands behind their words. Nothing of it is markup."""
    first, *pieces = page.split("<")
    text = _Text()
    text.add(first)
    for piece in pieces:
        text.go_on(piece)
    lines = [" ".join(line.split()) for line in "".join(text.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Text:
    """What was read so far, and what we are in: a comment, an element that nobody sees, a link."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.is_comment = False
        self.unseen = ""
        self.link = ""

    def go_on(self, piece: str) -> None:
        """With what stands between a "<" and the next one."""
        if self.is_comment or (piece.startswith("!--") and not self.unseen):
            _, end, after = piece.partition("-->")
            self.is_comment = not end
            self.add(after)
        elif found := _TAG.match(piece) or _BROKEN_TAG.match(piece):
            self._tag(found[2].lower(), found[3], is_end=bool(found[1]))
            self.add(found[4])
        elif piece.startswith(("!", "?")):
            self.add(piece.partition(">")[2])
        else:
            self.add("<" + piece)

    def _tag(self, name: str, rest: str, *, is_end: bool) -> None:
        if self.unseen:
            self.unseen = "" if is_end and name == self.unseen else self.unseen
        elif name in _UNSEEN and not is_end and not rest.endswith("/"):
            self.unseen = name
        elif name in _BLOCKS:
            self.parts.append("\n")
        elif name == "a":
            self._end_of_link()
            link = None if is_end else _LINK.search(rest)
            self.link = _plain(link[1]) if link else ""

    def _end_of_link(self) -> None:
        if self.link and self.link not in "".join(part[-600:] for part in self.parts[-3:]):
            self.parts.append(f" <{self.link}>")
        self.link = ""

    def add(self, text: str) -> None:
        if text and not self.unseen:
            self.parts.append(re.sub(r"\s+", " ", _plain(text)))


def _plain(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a character's number with thousands of digits
        return text

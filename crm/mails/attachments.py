"""What may come with a mail: asked of a file's name, its size and its content. What is refused keeps its reason."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from accounts.files.content import (
    CARD,
    GIF,
    JPEG,
    LOOKED_AT,
    OFFICE,
    PDF,
    PNG,
    TEXT,
    WEBP,
    WORDS,
    XML,
    ZIP,
    media_type,
)
from accounts.files.purposes import Unwelcome

MOST = 20
_TEXTS = frozenset({TEXT, CARD})
# What each ending promises. An ending that is not here is not taken: programs, pages, disk images, macros.
ENDINGS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("txt", "csv", "tsv", "md", "log", "eml", "ics", "vcf", "json"), _TEXTS),
    "xml": frozenset({XML, TEXT}),
    "pdf": frozenset({PDF}),
    "png": frozenset({PNG}),
    **dict.fromkeys(("jpg", "jpeg"), frozenset({JPEG})),
    "gif": frozenset({GIF}),
    "webp": frozenset({WEBP}),
    **dict.fromkeys(("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"), frozenset({ZIP})),
    **dict.fromkeys(("doc", "xls", "ppt", "msg"), frozenset({OFFICE})),
}
_ENDING_FOR = {PDF: "pdf", PNG: "png", JPEG: "jpg", GIF: "gif", WEBP: "webp", TEXT: "txt", CARD: "vcf", ZIP: "zip"}
_TURNS_AROUND = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # shows "exe.pdf" where "fdp.exe" is written


def checked(name: str, content: bytes) -> str:
    """The name under which a file is kept; raises Unwelcome, with a sentence, for one that is not."""
    if _TURNS_AROUND.search(name):
        raise Unwelcome("Its name turns letters around, which hides what it is.")
    if "/" in name or "\\" in name or "\0" in name:
        raise Unwelcome("Its name holds a path.")
    kind = media_type(content[:LOOKED_AT])
    if not name:
        name = f"attachment.{_ENDING_FOR.get(kind, 'bin')}"
    endings = [ending.lower() for ending in PurePosixPath(name).suffixes]
    last = endings[-1].removeprefix(".") if endings else ""
    if any(ending.removeprefix(".") in ENDINGS for ending in endings[:-1]):
        raise Unwelcome(f"Its name has two endings ({''.join(endings[-2:])[:40]}).")
    if last not in ENDINGS:
        raise Unwelcome(f"Files that end in “.{last[:20]}” are not taken." if last else "Its name has no ending.")
    if content and kind not in ENDINGS[last]:
        raise Unwelcome(f"It ends in “.{last}” but is {WORDS[kind]}.")
    return name

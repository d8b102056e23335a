"""What a file is, by its content. Its name and what the sender calls it are never asked."""

from __future__ import annotations

PNG, JPEG, GIF, WEBP = "image/png", "image/jpeg", "image/gif", "image/webp"
PICTURES = frozenset({PNG, JPEG, GIF, WEBP})
SVG, HTML, XML = "image/svg+xml", "text/html", "application/xml"
PDF, ZIP, GZIP, OFFICE = "application/pdf", "application/zip", "application/gzip", "application/x-ole-storage"
CARD, TEXT, UNKNOWN = "text/vcard", "text/plain", "application/octet-stream"

LOOKED_AT = 4096  # bytes at the beginning

WORDS = {
    PNG: "a PNG picture", JPEG: "a JPEG picture", GIF: "a GIF picture", WEBP: "a WebP picture", SVG: "an SVG drawing",
    HTML: "a web page", XML: "an XML file", PDF: "a PDF", ZIP: "a zip or office file", GZIP: "a compressed file",
    OFFICE: "an old office file", CARD: "a contact card", TEXT: "a text file", UNKNOWN: "of a kind that we don’t know",
}  # fmt: skip

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x1f\x8b", GZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OFFICE),
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1a\x1b") | {127}


def media_type(start: bytes) -> str:
    """What a file that begins like this is. A file that is two things at once is the more dangerous one."""
    start = start[:LOOKED_AT]
    found = next((kind for magic, kind in _MAGIC if start.startswith(magic)), None)
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        found = WEBP
    if found is None and b"%PDF-" in start[:1024]:
        found = PDF  # readers of PDF look that far for its beginning
    return found or _text(start)


def _text(start: bytes) -> str:
    """A kind of text, or unknown."""
    plain = start
    for mark in _MARKS:
        plain = plain.removeprefix(mark)
    if plain == start and (_CONTROLS & set(plain)):
        return UNKNOWN
    words = plain.replace(b"\0", b"").lstrip().lower()
    if words.startswith(b"begin:vcard"):
        return CARD
    if words.startswith(b"<") and b"<svg" in words:
        return SVG
    if words.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<iframe", b"<table", b"<!--")):
        return HTML
    return XML if words.startswith((b"<?xml", b"<!doctype")) else TEXT

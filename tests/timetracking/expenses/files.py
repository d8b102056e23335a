"""Receipts of every kind, good and evil, made here."""

from __future__ import annotations

import io
import struct
import zlib

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

from tests.house.samples import picture

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
SCRIPT = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
DRAWN = b"0 0 100 100 re f"


def photo() -> bytes:
    """With words behind its end that a browser might take for a page."""
    return picture() + HTML


def scripted_pdf(pages: int = 1, password: str = "") -> bytes:
    """Opens with a script, carries a program, names its author, and leads back to itself."""
    writer = PdfWriter()
    for _ in range(pages):
        page = writer.add_blank_page(200, 200)
        stream = StreamObject()
        stream.set_data(DRAWN)
        page[NameObject("/Contents")] = writer._add_object(stream)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Back"): page.indirect_reference})
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject(SCRIPT)})
    writer._root_object[NameObject("/OpenAction")] = DictionaryObject(SCRIPT)
    writer.add_attachment("evil.exe", b"MZ" * 100)
    writer.add_metadata({"/Author": "Bob Reyes"})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    """A picture of a few bytes that says it is sixty thousand pixels wide and high."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def packed_pdf(packs: int = 3, size: int = 10, saves: int = 0) -> bytes:
    """A page whose parts lie in packs with so many blanks in each, and that was saved anew so often."""
    out, places = bytearray(b"%PDF-1.7\n"), {0: (0, 0), 4: (1, 0)}

    def add(number: int, part: bytes) -> None:
        places[number] = (1, len(out))
        out.extend(b"%d 0 obj\n%s\nendobj\n" % (number, part))

    def stream(about: bytes, data: bytes) -> bytes:
        return b"<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (about, len(data), data)

    parts = {100 + number: 10 + number for number in range(packs)}
    drawn = b" ".join(b"/X%d %d 0 R" % (part, part) for part in parts)
    add(1, b"<</Type/Catalog/Pages 2 0 R>>")
    add(2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
    add(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<<%s>>>>>>" % drawn)
    for part, pack in parts.items():
        head = b"%d 0 " % part
        places[part] = (2, pack)
        inside = head + b"<</A 1>>" + b" " * size
        add(pack, stream(b"/Type/ObjStm/N 1/First %d" % len(head), zlib.compress(inside, 9)))
    places[4] = (1, len(out))
    index = b" ".join(b"%d 1" % number for number in sorted(places))
    table = b"".join(struct.pack(">BIH", *places[number], 0) for number in sorted(places))
    about = b"/Type/XRef/Size 1000/W[1 4 2]/Root 1 0 R/Index[%s]" % index
    out.extend(b"4 0 obj\n%s\nendobj\n" % stream(about, zlib.compress(table)))
    last = places[4][1]
    for number in range(50, 50 + saves):
        about = b"/Type/XRef/Size 1000/W[1 4 2]/Root 1 0 R/Index[0 1]/Prev %d" % last
        last = len(out)
        out.extend(b"%d 0 obj\n%s\nendobj\n" % (number, stream(about, zlib.compress(struct.pack(">BIH", 0, 0, 0)))))
    return bytes(out) + b"startxref\n%d\n%%%%EOF" % last

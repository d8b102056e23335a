"""PDFs from outside, written anew: of each page only what draws it, and of the document nothing else.

Scripts, actions, forms, links, attached files, and what the document says of its author are left behind. What is
drawn is copied as it lies there, packed. Only the file's own table and the packs that its parts may lie in are unpacked
here, up to a bound.
"""

from __future__ import annotations

import io
from typing import Any

from pypdf import Configuration, PdfReader, PdfWriter, apply_configuration
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    IndirectObject,
    NameObject,
    NullObject,
    StreamObject,
)

from accounts.files.purposes import MB, Unwelcome

MOST_PAGES = 50
MOST_OBJECTS = 20_000
MOST_DEPTH = 60
MOST_UNPACKED = 10 * MB
MOST_TABLES = 20  # one, and one more each time somebody saved it anew

DRAWING = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group")
# What makes a reader do something, or leads out of the drawing. /F and its like name a file outside for a stream.
LEFT_BEHIND = frozenset(
    ("/AA", "/AF", "/Annots", "/AcroForm", "/EF", "/EmbeddedFiles", "/JS", "/JavaScript", "/Launch", "/Metadata",
     "/Names", "/OpenAction", "/OPI", "/Outlines", "/Parent", "/PieceInfo", "/Ref", "/RichMedia", "/StructParent",
     "/StructParents", "/URI", "/XFA")
)  # fmt: skip
OF_STREAMS = frozenset(("/F", "/FFilter", "/FDecodeParms", "/DL"))
BOUNDS = Configuration(
    zlib_maximum_output_length=MOST_UNPACKED,
    lzw_maximum_output_length=MOST_UNPACKED,
    run_length_maximum_output_length=MOST_UNPACKED,
    brotli_maximum_output_length=MOST_UNPACKED,
)
DAMAGED = "This PDF is damaged: we could not read it to its end. Save it anew, or send a picture."


def rewritten(data: bytes) -> bytes:
    """The same pages, without anything but what is drawn on them. Raises Unwelcome."""
    try:
        with apply_configuration(BOUNDS):
            return _pages_alone(_Reader(io.BytesIO(data), strict=False))
    except Unwelcome:
        raise
    except Exception as trouble:  # a broken file makes the reader raise whatever it likes
        raise Unwelcome(DAMAGED) from trouble


def _pages_alone(reader: _Reader) -> bytes:
    if reader.is_encrypted:
        raise Unwelcome("This PDF is locked by a password. Save it without one and try again.")
    reader.refuse_bombs()
    if len(reader.pages) > MOST_PAGES:
        raise Unwelcome(f"This PDF has more than {MOST_PAGES} pages. Send those that matter.")
    writer = PdfWriter()
    copier = _Copier(writer)
    for page in reader.pages:
        new = writer.add_blank_page(width=1, height=1)
        for name in DRAWING:
            if name in page:
                new[NameObject(name)] = copier.copy(page.raw_get(name))
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class _Reader(PdfReader):
    """Keeps everything that it unpacks, each as large as its bound: so it may not be many."""

    tables = 0

    def _read_pdf15_xref_stream(self, stream: Any) -> StreamObject:
        self.tables += 1
        if self.tables > MOST_TABLES:
            raise Unwelcome(DAMAGED)
        return super()._read_pdf15_xref_stream(stream)

    def refuse_bombs(self) -> None:
        """Raise Unwelcome where the packs that its parts lie in come to more than we unpack."""
        left = MOST_UNPACKED
        for number in {number for number, _ in self.xref_objStm.values()}:
            pack = self.get_object(number)
            left -= len(pack.get_data()) if isinstance(pack, StreamObject) else 0
            if left < 0:
                raise Unwelcome(DAMAGED)


class _Copier:
    """Copies what pages are drawn of, each part once, without what is left behind."""

    def __init__(self, writer: PdfWriter) -> None:
        self.writer = writer
        self.made: dict[tuple[int, int], Any] = {}
        self.count = 0

    def copy(self, part: Any, depth: int = 0) -> Any:
        self.count += 1
        if depth > MOST_DEPTH or self.count > MOST_OBJECTS:
            raise Unwelcome(DAMAGED)
        if isinstance(part, IndirectObject):
            return self._once(part, depth)
        if isinstance(part, StreamObject):
            return self._stream(part, depth)
        if isinstance(part, DictionaryObject):
            return self._dictionary(part, DictionaryObject(), LEFT_BEHIND, depth)
        if isinstance(part, ArrayObject):
            return ArrayObject(self.copy(each, depth + 1) for each in part)
        return part

    def _once(self, part: IndirectObject, depth: int) -> Any:
        key = (part.idnum, part.generation)
        if key not in self.made:
            self.made[key] = NullObject()  # what leads back to itself leads nowhere
            meant = part.get_object()
            if isinstance(meant, DictionaryObject) and meant.get("/Type") in ("/Page", "/Pages", "/Catalog"):
                return self.made[key]
            self.made[key] = self.writer._add_object(self.copy(meant, depth + 1))
        return self.made[key]

    def _stream(self, part: StreamObject, depth: int) -> Any:
        new = self._dictionary(part, EncodedStreamObject(), LEFT_BEHIND | OF_STREAMS | {"/Length"}, depth)
        new._data = part._data
        return new

    def _dictionary(self, part: DictionaryObject, new: Any, without: frozenset[str], depth: int) -> Any:
        for name in part:
            if name not in without:
                new[NameObject(name)] = self.copy(part.raw_get(name), depth + 1)
        return new

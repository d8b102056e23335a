"""Bytes in, lines out: which encoding a file is written in, and its lines, of which nothing disappears."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16 with a byte order mark",
    "utf-16-le": "UTF-16, little endian",
    "utf-16-be": "UTF-16, big endian",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "mac-roman": "Mac Roman",
    "shift_jis": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "euc_kr": "EUC-KR (Korean)",
}


def detect_encoding(stream: BinaryIO) -> str:
    """The encoding of the whole file: the mark if there is one, else what fits every byte."""
    stream.seek(0)
    start = stream.read(4)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return _utf16_without_mark(stream) or _utf8_or_windows(stream)


def _chunks(stream):
    stream.seek(0)
    while chunk := stream.read(1 << 16):
        yield chunk


def _utf16_without_mark(stream):
    """Latin letters, commas and line ends leave a zero in every second byte, always on the same side."""
    even = odd = size = 0
    for chunk in _chunks(stream):
        offset = size % 2
        even += chunk[offset::2].count(0)
        odd += chunk[1 - offset :: 2].count(0)
        size += len(chunk)
    zeros = even + odd
    if size % 2 or zeros * 50 < size:
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    return encoding if max(odd, even) > zeros * 0.9 and _reads_as(stream, encoding) else None


def _reads_as(stream, encoding):
    """A few zeros in a UTF-8 file make no UTF-16: read that way it would have no line ends and no commas."""
    stream.seek(0)
    text = stream.read(1 << 16).decode(encoding, "replace")
    return "\x00" not in text and (text.isascii() or any(sign in text for sign in "\n\r,;\t"))


def _utf8_or_windows(stream):
    """UTF-8 when every byte fits, or when far more sequences fit than don't: then only those rows are bad."""
    fits, broken = 0, 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for chunk in _chunks(stream):
        text = decoder.decode(chunk)
        broken += text.count("\ufffd")
        fits += len(text) - len(text.encode("ascii", "ignore"))
    broken += decoder.decode(b"", final=True).count("\ufffd")
    return "utf-8" if broken == 0 or fits - broken > 10 * broken else "cp1252"


def lines_of(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """Physical lines with their ends as they are; what can't be decoded becomes U+FFFD, never disappears."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    newlines = io.IncrementalNewlineDecoder(None, translate=False)
    rest = ""
    for chunk in _chunks(stream):
        rest = yield from _whole_lines(rest + newlines.decode(decoder.decode(chunk)))
    rest = yield from _whole_lines(rest + newlines.decode(decoder.decode(b"", final=True), final=True))
    if rest:
        yield rest


def _whole_lines(text):
    *lines, rest = _split(text)
    yield from lines
    return rest


def _split(text):
    """Like splitlines(keepends=True), but only at \\n, \\r and \\r\\n, with the unfinished rest last."""
    lines = list(io.StringIO(text, newline=""))
    return lines if lines and not lines[-1].endswith(("\n", "\r")) else [*lines, ""]

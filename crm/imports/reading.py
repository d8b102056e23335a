"""Bytes in, records out: which encoding, which delimiter, where the header is, one record after the other.

Nothing here knows of contacts or of the database. Every record of a file comes out exactly once, either with
its values or with a sentence that says why it could not be read.
"""

import codecs
import csv
import io
import statistics
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from crm.imports import mapping, vcards
from crm.imports.mapping import REASON_COLUMN
from lib.sheets import Sheet, guarded

MAX_BYTES = 25 * 1024 * 1024
MAX_ROWS = 200_000
MAX_LINES_IN_A_RECORD = 5_000
ROWS_TO_FIND_THE_HEADER = 20
DELIMITERS = (",", ";", "\t", "|")

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

FORMULA_SIGNS = ("=", "@", "\t", "\r")  # plus and minus begin phone numbers, and the file is to be read again
MOST_COLUMNS = 300
SAVE_AS_CSV = "Open it in the program it came from, choose “Save as” or “Export”, pick CSV and upload that file."
NOT_TEXT = [
    (b"PK\x03\x04", f"This is an Excel, Numbers or zip file, not a CSV. {SAVE_AS_CSV} Save it as CSV."),
    (b"\xd0\xcf\x11\xe0", f"This is an old Excel or Outlook file, not a CSV. {SAVE_AS_CSV} Save it as CSV."),
    (
        b"%PDF",
        "This is a PDF. Contacts can't be read out of it: export them from the program as CSV or vCard.",
    ),
    (b"\x1f\x8b", "This is a compressed file. Unpack it first and upload the CSV or vCard inside."),
    (b"!BDN", "This is an Outlook data file (.pst). In Outlook choose File, Open and Export, Export, CSV."),
    (b"\x89PNG", "This is a picture. Upload a CSV or vCard file."),
    (b"\xff\xd8\xff", "This is a picture. Upload a CSV or vCard file."),
]


class UnreadableFile(Exception):
    """The file as a whole can't be read; the message says what to do instead."""


@dataclass(frozen=True)
class Record:
    """One row or card. ``problem`` says why it can't be read; what can't be cut into values stays ``raw``."""

    row: int
    values: list[str]
    problem: str = ""
    note: str = ""
    raw: str = ""


# ---------------------------------------------------------------------------------------- encoding


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


# ---------------------------------------------------------------------------------------- looking


def look_at(stream: BinaryIO, *, encoding: str = "", delimiter: str = "") -> Sheet:
    """How this file is written. A person may overrule the guessed encoding or delimiter."""
    _refuse_what_is_not_text(stream)
    encoding = encoding or detect_encoding(stream)
    lines = _first_lines(stream, encoding)
    text = "".join(lines)
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise UnreadableFile("The file is empty. Export your contacts again and upload the new file.")
    if _share_of_control_characters(text) > 0.05:
        raise UnreadableFile(f"This does not look like a text file. {SAVE_AS_CSV} Save it as CSV.")
    if vcards.looks_like_vcards(text):
        return Sheet("vcard", encoding, ",", list(vcards.COLUMNS), 0)
    if text.lstrip("\ufeff \r\n")[:6].lower() in {"<!doct", "<html>", "<html ", "<?xml "}:
        raise UnreadableFile(f"This is a web page or XML file, not a CSV. {SAVE_AS_CSV} Save it as CSV.")
    return _look_at_csv(lines, encoding, delimiter)


def _refuse_what_is_not_text(stream):
    stream.seek(0, io.SEEK_END)
    if stream.tell() > MAX_BYTES:
        raise UnreadableFile("The file is larger than 25 MB. Split it and import one part after the other.")
    stream.seek(0)
    start = stream.read(8)
    for signature, sentence in NOT_TEXT:
        if start.startswith(signature):
            raise UnreadableFile(sentence)


def _first_lines(stream, encoding, most=400):
    lines = []
    for line in lines_of(stream, encoding):
        lines.append(line)
        if len(lines) >= most:
            break
    return lines


def _share_of_control_characters(text):
    text = text[:20_000]
    return sum(1 for c in text if c < " " and c not in "\t\r\n\x00\x0b\x0c") / max(len(text), 1)


def _look_at_csv(lines, encoding, delimiter):
    lines = [lines[0].removeprefix("\ufeff"), *lines[1:]]
    told = _sep_line(lines[0])
    lines = lines[1:] if told else lines
    delimiter = delimiter or told or _best_delimiter(lines)
    is_spaced = any(f'{delimiter} "' in line for line in lines[:3])
    top = [(row, values) for row, values in _numbered_top(lines, delimiter, is_spaced) if any(values)]
    if not top:
        raise UnreadableFile("The file holds separators but no values. Export your contacts again.")
    width = max(len(values) for _, values in top)
    if width > MOST_COLUMNS:
        raise UnreadableFile(
            f"A row of this file has {width} columns; up to {MOST_COLUMNS} can be imported. "
            "Delete the columns you don't need and upload the file again."
        )
    position = _header_position([values for _, values in top])
    if position is None:
        return Sheet("csv", encoding, delimiter, _named([""] * width), 0, bool(told), is_spaced)
    above = [delimiter.join(values) for _, values in top[:position]]
    row, values = top[position]
    return Sheet("csv", encoding, delimiter, _named(values), row, bool(told), is_spaced, above)


def _sep_line(line):
    """Excel's own first line, ``sep=;``: it names the delimiter and no spreadsheet shows it."""
    told = line.rstrip("\r\n").strip('"')
    return told[4:5] if told.lower().startswith("sep=") and len(told) == 5 else ""


def _numbered_top(lines, delimiter, is_spaced):
    top = []
    for row, values, _ in _numbered(lines, delimiter, is_spaced):
        top.append((row, [value.strip().strip("\x00") for value in values]))
        if len(top) >= ROWS_TO_FIND_THE_HEADER:
            break
    return top


def _best_delimiter(lines):
    def score(delimiter):
        rows = [values for _, values in _numbered_top(lines, delimiter, False) if len(values) > 1]
        known = max((_known_headers(values) for values in rows), default=0)
        widths = [len(values) for values in rows] or [0]
        return known, len(rows) * (statistics.mode(widths) > 1), statistics.mode(widths)

    return max(DELIMITERS, key=score)


def _known_headers(values):
    return sum(1 for value in values if mapping.field_for_header(value))


def _header_position(rows):
    """The row with most headers we know; without any, the first row unless it holds an address."""
    known = [0 if any(map(mapping.is_email, values)) else _known_headers(values) for values in rows]
    best = max(known)
    if best >= 2 or (best == 1 and len(rows[known.index(best)]) == 1):
        return known.index(best)
    return None if any(mapping.is_email(value) for value in rows[0]) else 0


def _named(values):
    """Every column gets a name of its own: empty ones a number, repeated ones a count."""
    seen, names = {}, []
    for number, value in enumerate(values, 1):
        name = " ".join(value.split()) or f"Column {number}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


# ---------------------------------------------------------------------------------------- reading


def records(stream: BinaryIO, sheet: Sheet) -> Iterator[Record]:
    """Every record below the header, in order."""
    if sheet.kind == "vcard":
        yield from _cards(stream, sheet)
        return
    is_our_own = sheet.header[-1:] == [REASON_COLUMN]
    for row, values, problem in _numbered(_body(stream, sheet), sheet.delimiter, sheet.is_spaced):
        if row > sheet.header_row:
            values = [_without_guard(value) for value in values] if is_our_own else values
            yield _record(row, values, problem, len(sheet.header))


def _cards(stream, sheet):
    is_raw = sheet.encoding == "cp1252"
    lines = lines_of(stream, "latin-1" if is_raw else sheet.encoding)
    for number, (found, problem, text) in enumerate(vcards.cards(lines, is_raw=is_raw), 1):
        if problem:
            yield Record(number, [], problem, raw=text)
        else:
            yield Record(number, [found[column] for column in sheet.header], note=found["Left out"])


def _body(stream, sheet):
    lines = lines_of(stream, sheet.encoding)
    for number, line in enumerate(lines):
        if number == 0:
            line = line.removeprefix("\ufeff")
            if sheet.has_sep_line:
                continue
        yield line


def _record(row, values, problem, width):
    if problem:
        return Record(row, [], problem, raw=values[0])
    extra = [value for value in values[width:] if value.strip()]
    if extra:
        return Record(
            row,
            values,
            f"The row has {len(values)} values but the header names {width} columns. "
            "Often a value holds the delimiter and is not in quotation marks.",
        )
    missing = width - len(values)
    note = (
        f"The row ends after {len(values)} of {width} columns; the others were taken as empty." if missing > 0 else ""
    )
    return Record(row, values[:width] + [""] * missing, note=note)


class _Lines:
    """An iterator over lines that remembers those of the current record, so that they can be read again."""

    def __init__(self, lines: Iterable[str]):
        self.lines, self.again, self.taken = iter(lines), deque(), []

    def __iter__(self):
        return self

    def __next__(self):
        if len(self.taken) >= MAX_LINES_IN_A_RECORD:
            raise csv.Error("a quotation mark is never closed")
        line = self.again.popleft() if self.again else next(self.lines)
        self.taken.append(line)
        return line

    def start_record(self):
        self.taken = []

    def give_back_all_but_the_first(self):
        self.again.extendleft(reversed(self.taken[1:]))
        return self.taken[0]


def _numbered(lines, delimiter, is_spaced) -> Iterator[tuple[int, list[str], str]]:
    """(row as a spreadsheet shows it, values, problem). Blank lines count as rows and are not records."""
    csv.field_size_limit(MAX_BYTES)
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, skipinitialspace=is_spaced, strict=True)
    row = 0
    while True:
        source.start_record()
        try:
            values, problem = next(reader), ""
        except StopIteration:
            return
        except csv.Error:
            values = [source.give_back_all_but_the_first().rstrip("\r\n")]
            problem = (
                "The quotation marks in this row do not match, so its columns can't be told apart. "
                "Put the value in quotation marks and write a quotation mark inside it twice."
            )
        row += 1
        if values:
            yield row, values, problem


# ---------------------------------------------------------------------------------------- writing back


def write_rows(sheet: Sheet, rows: Iterable[tuple[list[str], str, str]]) -> Iterator[bytes]:
    """(values, raw, reason) as a file in the same encoding and delimiter, importable again."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=sheet.delimiter)
    encoder = codecs.getincrementalencoder(sheet.encoding)("strict")
    if sheet.has_sep_line:
        buffer.write(f"sep={sheet.delimiter}\r\n")
    width = len(sheet.header) - (sheet.header[-1] == REASON_COLUMN)  # a second round replaces the first's reasons
    writer.writerow([*sheet.header[:width], REASON_COLUMN])
    for values, raw, reason in rows:
        reason = f"{reason} It reads: {raw}" if raw else reason
        kept = values if len(values) > len(sheet.header) else values[:width]
        writer.writerow([guarded(value, FORMULA_SIGNS) for value in (*kept, *[""] * (width - len(kept)), reason)])
        yield _encoded(buffer, encoder, sheet.encoding)
    yield _encoded(buffer, encoder, sheet.encoding)


def _without_guard(value):
    return value[1:] if value[:1] == "'" and value[1:].startswith(FORMULA_SIGNS) else value


def _encoded(buffer, encoder, encoding):
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    if encoding.startswith("utf"):
        return encoder.encode(text)
    return encoder.encode(text.encode(encoding, "replace").decode(encoding))

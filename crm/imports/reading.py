"""Text in, records out: which delimiter, where the header is, one record after the other.

Nothing here knows of contacts or of the database. Every record of a file comes out exactly once, either with
its values or with a sentence that says why it could not be read.
"""

import codecs
import csv
import io
import statistics
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from crm.imports import mapping, vcards
from crm.imports.decoding import detect_encoding, lines_of
from crm.imports.mapping import REASON_COLUMN
from lib import workbooks
from lib.sheets import Sheet, guarded

Knows = Callable[[str], Any]  # whether a column of this name would be taken
MAX_BYTES = 25 * 1024 * 1024
MAX_ROWS = 200_000
MAX_LINES_IN_A_RECORD = 5_000
ROWS_TO_FIND_THE_HEADER = 20
DELIMITERS = (",", ";", "\t", "|")

FORMULA_SIGNS = ("=", "@", "\t", "\r")  # plus and minus begin phone numbers, and the file is to be read again
MOST_COLUMNS = 300
SAVE_AS_CSV = "Open it in the program it came from, choose “Save as” or “Export”, pick CSV and upload that file."
NOT_TEXT = [
    (b"PK\x03\x04", f"This is a zip file or a document of another program, no Excel workbook. {SAVE_AS_CSV}"),
    (
        b"\xd0\xcf\x11\xe0",
        "This is an Excel file with a password, of before 2007, or from Outlook. Open it, choose “Save as”, "
        "pick “Excel workbook (.xlsx)” without a password, or CSV, and upload that file.",
    ),
    (
        b"%PDF",
        "This is a PDF. Contacts can't be read out of it: export them from the program as CSV or vCard.",
    ),
    (b"\x1f\x8b", "This is a compressed file. Unpack it first and upload the CSV or vCard inside."),
    (b"!BDN", "This is an Outlook data file (.pst). In Outlook choose File, Open and Export, Export, CSV."),
    (b"\x89PNG", "This is a picture. Upload a CSV or vCard file."),
    (b"\xff\xd8\xff", "This is a picture. Upload a CSV or vCard file."),
]


TOO_MANY_ROWS = f"The file holds more than {MAX_ROWS:,} rows. Split it into smaller files."


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


# ---------------------------------------------------------------------------------------- workbooks


def rows_of_workbook(stream: BinaryIO, tab: str = "") -> tuple[list[str], str, Iterator[list[str]]]:
    """(the sheets somebody sees, the one that is read, its rows); unless one is named, the first that holds a table."""
    with _workbook(stream) as book:
        seen = workbooks.tabs(book)
        tab = tab if tab in seen else next((each for each in seen if _holds_a_table(book, each)), "")
    if not tab:
        raise UnreadableFile("No sheet of this Excel file holds rows. Export your contacts again.")
    return seen, tab, _rows_of(stream, tab)


def _rows_of(stream: BinaryIO, tab: str) -> Iterator[list[str]]:
    filled = 0
    with _workbook(stream) as book:
        for values in workbooks.rows(book, tab):
            filled += bool(values)
            if filled > MAX_ROWS + ROWS_TO_FIND_THE_HEADER:
                raise UnreadableFile(TOO_MANY_ROWS)
            yield values


def _holds_a_table(book: Any, tab: str) -> bool:
    filled = (values for values in workbooks.rows(book, tab) if values)
    return len(list(islice(filled, 2))) == 2


@contextmanager
def _workbook(stream: BinaryIO) -> Iterator[Any]:
    try:
        with workbooks.opened(stream) as book:
            yield book
    except workbooks.BrokenWorkbook as trouble:
        raise UnreadableFile(str(trouble)) from trouble


# ---------------------------------------------------------------------------------------- looking


def look_at(
    stream: BinaryIO, *, encoding: str = "", delimiter: str = "", knows: Knows = mapping.field_for_header
) -> Sheet:
    """How this file is written. A person may overrule the guessed encoding or delimiter.

    Its header is the row with most names of columns that the import ``knows``.
    """
    _refuse_what_is_not_text(stream)
    encoding = encoding or detect_encoding(stream)
    lines = _first_lines(stream, encoding)
    text = "".join(lines)
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise UnreadableFile("The file is empty. Export your contacts again and upload the new file.")
    if _share_of_control_characters(text) > 0.05:
        raise UnreadableFile(f"This does not look like a text file. {SAVE_AS_CSV}")
    if vcards.looks_like_vcards(text):
        return Sheet("vcard", encoding, ",", list(vcards.COLUMNS), 0)
    if text.lstrip("\ufeff \r\n")[:6].lower() in {"<!doct", "<html>", "<html ", "<?xml "}:
        raise UnreadableFile(f"This is a web page or XML file, not a CSV. {SAVE_AS_CSV}")
    return _look_at_csv(lines, encoding, delimiter, knows)


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


def _look_at_csv(lines, encoding, delimiter, knows):
    lines = [lines[0].removeprefix("\ufeff"), *lines[1:]]
    told = _sep_line(lines[0])
    lines = lines[1:] if told else lines
    delimiter = delimiter or told or _best_delimiter(lines, knows)
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
    position = _header_position([values for _, values in top], knows)
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


def _best_delimiter(lines, knows):
    def score(delimiter):
        rows = [values for _, values in _numbered_top(lines, delimiter, False) if len(values) > 1]
        known = max((_known_headers(values, knows) for values in rows), default=0)
        widths = [len(values) for values in rows] or [0]
        return known, len(rows) * (statistics.mode(widths) > 1), statistics.mode(widths)

    return max(DELIMITERS, key=score)


def _known_headers(values, knows):
    return sum(1 for value in values if knows(value))


def _header_position(rows, knows):
    """The row with most headers we know; without any, the first row unless it holds an address."""
    known = [0 if any(map(mapping.is_email, values)) else _known_headers(values, knows) for values in rows]
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
            yield _record(row, values, problem, sheet)


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


def _record(row, values, problem, sheet):
    width = len(sheet.header)
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
    is_cut = missing > 0 and not sheet.tab  # a workbook does not write the empty cells at the end of a row
    note = f"The row ends after {len(values)} of {width} columns; the others were taken as empty." if is_cut else ""
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

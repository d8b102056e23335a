"""Excel workbooks: read row by row as texts that look as the spreadsheet shows them, and written for people to fill in.

A workbook is a zip archive of XML, and what somebody sends may be made to hurt: its size unpacked is asked before
anything is, it is never held as a whole, reading it ends where it takes too much memory, and a formula is what it
came to when the file was saved.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import errors

from lib.memory import at_most

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_UNPACKED = 600 * 1024 * 1024
MOST_TEXTS = 200 * 1024 * 1024  # the part that every cell's text is looked up in, and is kept in memory
MOST_OF_A_PART = 32 * 1024 * 1024  # of any other but a sheet: some are read as a whole
MOST_ROWS = 1_048_576  # of a sheet, says Excel; a row may claim to be any
MOST_MEMORY = 1024 * 1024 * 1024
BOOK, TEXTS, SHEETS = "xl/workbook.xml", "xl/sharedstrings.xml", "xl/worksheets/"
MIDNIGHT = time()
NO_MEMORY = errors.codes[errors.XML_ERROR_NO_MEMORY]  # how the parser of XML says MemoryError
LOOKED_AT = 100  # lines, for how wide a column is

TROUBLES = (
    zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError, MemoryError,
)  # fmt: skip

DAMAGED = "This Excel file is damaged. Open it in Excel, save it again and upload the new file."
TOO_LARGE = "Unpacked, this Excel file is too large to read. Save the sheet with your rows alone, and upload that file."


class BrokenWorkbook(Exception):
    """It can't be read; the message says what to do instead."""


def looks_like_workbook(stream: BinaryIO) -> bool:
    """Whether this zip archive is an Excel workbook; other programs' documents are archives, too."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            return BOOK in {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    finally:
        stream.seek(0)


@contextmanager
def opened(stream: BinaryIO) -> Iterator[Any]:
    """The workbook, to be read once from its beginning; raises BrokenWorkbook, while rows are read as well."""
    from openpyxl import load_workbook  # loaded for the first workbook, not when a process starts

    stream.seek(0)
    try:
        _refuse_bombs(stream)
        with at_most(MOST_MEMORY):
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except TROUBLES as trouble:
        raise BrokenWorkbook(TOO_LARGE if _took_too_much(trouble) else DAMAGED) from trouble


def _took_too_much(trouble: BaseException | None) -> bool:
    """Whether it comes of a lack of memory, however many others the reader has made of that on the way."""
    while trouble and not isinstance(trouble, MemoryError) and getattr(trouble, "code", 0) != NO_MEMORY:
        trouble = trouble.__context__
    return trouble is not None


def _refuse_bombs(stream: BinaryIO) -> None:
    """By what the archive says of itself: reading stops at those sizes, so that it can't lie."""
    with zipfile.ZipFile(stream) as archive:
        parts = [(part.filename.lower(), part.file_size) for part in archive.infolist()]
    if len({name for name, _ in parts}) < len(
        parts
    ):  # which of two that are called the same is read is anybody's guess
        raise BrokenWorkbook(DAMAGED)
    if sum(size for _, size in parts) > MOST_UNPACKED or any(size > _most(name) for name, size in parts):
        raise BrokenWorkbook(TOO_LARGE)


def _most(name: str) -> int:
    if name.startswith(SHEETS):
        return MOST_UNPACKED
    return MOST_TEXTS if name == TEXTS else MOST_OF_A_PART


def tabs(book: Any) -> list[str]:
    """The sheets that somebody who opens the file sees."""
    return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]


def rows(book: Any, tab: str) -> Iterator[list[str]]:
    """The rows of one sheet as texts, empty ones included, without what is empty at the right and at the end."""
    sheet = book[tab]
    sheet.reset_dimensions()  # what programs write there is often wrong
    blank = 0
    for cells in sheet.iter_rows():
        values = [shown(cell.value, cell) for cell in cells]
        while values and not values[-1]:
            values.pop()
        if not values:
            blank += 1
            if blank > MOST_ROWS:
                raise BrokenWorkbook(DAMAGED)
            continue
        yield from ([] for _ in range(blank))
        blank = 0
        yield values


def as_csv(lines: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows as comma separated UTF-8; an empty row is an empty line."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for line in lines:
        writer.writerow(line)
        if buffer.tell() > 1 << 16:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")


# ---------------------------------------------------------------------------------------- cells


def shown(value: Any, cell: Any) -> str:
    """A cell's text as the spreadsheet shows it; dates as 2026-11-30 whatever they look like, errors as nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "" if cell.data_type == "e" else value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    return _moment(value)


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == MIDNIGHT else f"{value:%Y-%m-%d %H:%M}"
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def _number(value: float, number_format: str | None) -> str:
    """Zeros before it (01099), decimals after it (12.50) and percents as the cell's format asks for them."""
    wanted = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", (number_format or "").split(";")[0])
    digits = re.search(r"[0#?][0#?,]*(\.(0*))?", wanted)
    if wanted == "General" or digits is None or "E" in wanted:
        return _plain(value)
    if "%" in wanted:
        return f"{value * 100:.{len(digits[2] or '')}f}%"
    if digits[2]:
        return f"{value:.{len(digits[2])}f}"
    is_whole = float(value).is_integer()
    return str(int(value)).zfill(digits[0].count("0")) if is_whole else _plain(value)


def _plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:.15g}"


# ---------------------------------------------------------------------------------------- writing


def written(tab: str, lines: Iterable[Sequence[str]], *, author: str) -> bytes:
    """A workbook of texts, its first row bold and standing still. Lines are taken one by one, however many they are.

    Its properties name the author; Excel shows them under File, Info.
    """
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.creator = ILLEGAL_CHARACTERS_RE.sub("", author)
    sheet = book.create_sheet(tab)
    sheet.freeze_panes = "A2"
    lines = iter(lines)
    first = list(islice(lines, LOOKED_AT))
    for number, texts in enumerate(zip(*first, strict=True), 1):
        sheet.column_dimensions[get_column_letter(number)].width = min(60, 4 + max(map(len, texts)))
    for number, line in enumerate(chain(first, lines)):
        sheet.append([_cell(sheet, text, is_bold=not number) for text in line])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: Any, text: str, *, is_bold: bool) -> Any:
    """A text, and nothing that is calculated, whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type, cell.number_format = "s", "@"
    if is_bold:
        cell.font = Font(bold=True)
    return cell

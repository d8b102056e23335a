"""How a file of rows or cards is written, and how a cell stays a text."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets take UTF-8 for something older
CALCULATED = ("=", "+", "-", "@", "\t", "\r")
_A_NUMBER = re.compile(r"\+[0-9][0-9 ]*")  # a telephone's: there is nothing in it to calculate


def guarded(value: str, signs: tuple[str, ...] = CALCULATED) -> str:
    """A spreadsheet calculates what begins with one of these signs; an apostrophe makes it a text."""
    return f"'{value}" if value.startswith(signs) and not _A_NUMBER.fullmatch(value) else value


def comma_separated(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows of texts as a piece of a CSV file; the first piece begins with BYTE_ORDER_MARK."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guarded(value) for value in row] for row in rows)
    return text.getvalue().encode()


@dataclass(frozen=True)
class Sheet:
    """How a file is written: everything needed to read it again, or to write rows back the same way."""

    kind: str  # "csv" or "vcard"
    encoding: str
    delimiter: str
    header: list[str]
    header_row: int  # as a spreadsheet counts; 0 when the file has no header
    has_sep_line: bool = False
    is_spaced: bool = False
    above_header: list[str] = field(default_factory=list)
    tabs: list[str] = field(default_factory=list)  # the sheets of the workbook that it was read out of
    tab: str = ""

    @property
    def unit(self) -> str:
        """What one record is called."""
        return "Card" if self.kind == "vcard" else "Row"

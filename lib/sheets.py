"""How a file of rows or cards is written, and how a cell stays a text."""

from dataclasses import dataclass, field

CALCULATED = ("=", "+", "-", "@", "\t", "\r")


def guarded(value: str, signs: tuple[str, ...] = CALCULATED) -> str:
    """A spreadsheet calculates what begins with one of these signs; an apostrophe makes it a text."""
    return f"'{value}" if value.startswith(signs) else value


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

    @property
    def unit(self) -> str:
        """What one record is called."""
        return "Card" if self.kind == "vcard" else "Row"

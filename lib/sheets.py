"""How a file of rows or cards is written."""

from dataclasses import dataclass, field


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

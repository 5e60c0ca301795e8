"""What a pass over the XML of a sheet gathers, and how it reads references and texts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from xlbudget.core.key import column_index
from xlbudget.core.sheet import Lines
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.xlsx.rows_columns import LAST_COLUMN, LAST_ROW

REFERENCE = re.compile(rb"^([A-Z]{1,3})([1-9]\d{0,6})$")


@dataclass
class CellScan:
    """What the pass gathered. `decimals` as in RawSheet; `texts` counts cells of shared texts."""

    decimals: list[bytes] = field(default_factory=list)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: Iterable[tuple[int, int]] = ()
    lines: Lines = field(default_factory=Lines)
    rows: int = 0
    columns: int = 0
    filled: int = 0
    texts: int = 0

    @property
    def size(self) -> int:
        """How many cells the sheet spans."""
        return self.rows * self.columns


def decode_text(text: bytes) -> str:
    """A text of the XML, decoded and unescaped."""
    return html.unescape(text.decode("utf-8", "replace"))


def split_reference(reference: bytes) -> tuple[bytes, bytes]:
    """A reference's letters and number. Raises FileFault for anything else."""
    parts = REFERENCE.match(reference)
    if not parts:
        raise FileFault("damaged")
    return parts[1], parts[2]


def find_row(sheet: str, number: bytes) -> int:
    """A row by its number. Raises FileFault where a sheet has no such row."""
    row = int(number) - 1
    if row >= LAST_ROW:
        raise FileFault("outside", sheet=sheet)
    return row


def find_column(sheet: str, letters: bytes) -> int:
    """A column by its letters. Raises FileFault where a sheet has no such column."""
    column = column_index(letters.decode())
    if column >= LAST_COLUMN:
        raise FileFault("outside", sheet=sheet)
    return column

"""What a pass over the XML of a sheet finds, and how it reads references and texts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xlbudget.core.amount import NOT_STATED
from xlbudget.core.key import column_index
from xlbudget.core.sheet import Lines
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.cell_decimals import CellRuns
from xlbudget.workbook.read.xlsx.elements import decode_text
from xlbudget.workbook.read.xlsx.rows_columns import LAST_COLUMN, LAST_ROW

ANY_CELL = re.compile(rb"<(?:\w{1,20}:)?c[\s/>]")
REFERENCE = re.compile(rb"^([A-Z]{1,3})([1-9]\d{0,6})$")


MOST_FORMULAS = 50_000
"""Formulas of a sheet whose texts are kept; a form has some hundred."""


class FormulaText(NamedTuple):
    """A formula as written: its text, and for a shared one the number that it shares."""

    text: str
    shared: bytes = b""


@dataclass
class CellScan:
    """What the pass found. `decimals` as in RawSheet; `texts` counts cells that hold shared
    texts; `formula_texts` are those of the first MOST_FORMULAS formulas with a value,
    `conditional` is the part of the XML with the conditional formats."""

    decimals: list[bytes] = field(default_factory=list)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: CellRuns = field(default_factory=CellRuns)
    formula_texts: dict[tuple[int, int], FormulaText] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    header: tuple[str, ...] = ()
    conditional: bytes = b""
    rows: int = 0
    columns: int = 0
    filled: int = 0
    texts: int = 0

    def add_formula(self, at: tuple[int, int], attrs: Mapping[bytes, bytes], text: bytes) -> None:
        """Add a cell with a formula, by the attributes and the text of its tag."""
        self.formulas.add(*at)
        if len(self.formula_texts) < MOST_FORMULAS:
            shared = attrs.get(b"si", b"") if attrs.get(b"t") == b"shared" else b""
            self.formula_texts[at] = FormulaText(decode_text(text), shared)

    @property
    def size(self) -> int:
        """How many cells the sheet spans."""
        return self.rows * self.columns


def style_decimals(styles: Sequence[int], number: bytes) -> int:
    """The decimals that the style of that number shows."""
    place = int(number) if number.isdigit() and len(number) < 9 else -1
    return styles[place] if 0 <= place < len(styles) else NOT_STATED


def position(sheet: str, reference: bytes, columns: dict[bytes, int]) -> tuple[int, int]:
    """The row and column of a reference; `columns` keeps those of letters. Raises FileFault."""
    found = REFERENCE.match(reference)
    if not found:
        raise FileFault("damaged")
    letters = found[1]
    column = columns.get(letters)
    if column is None:
        columns[letters] = column = column_index(letters.decode())
    row = int(found[2]) - 1
    if row >= LAST_ROW or column >= LAST_COLUMN:
        raise FileFault("outside", sheet=sheet)
    return row, column

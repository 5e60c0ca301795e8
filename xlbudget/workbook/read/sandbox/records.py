"""What the records of an .xls or .xlsb hold of cells besides values, gathered sheet by sheet; the
values come from python-calamine, which gives error values as blanks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from xlbudget.core.amount import NOT_STATED
from xlbudget.core.number_format import NumberFormat
from xlbudget.core.sheet import Lines, RawSheet
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.cell_decimals import CellNotes
from xlbudget.workbook.read.sheet import MOST_CELLS, ListedSheet, check_filled, check_spread

ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""MS-XLS 2.5.10 BErr; MS-XLSB has the same."""

Records = Iterator[tuple[int, bytes]]


@dataclass
class SheetNotes:
    """What one sheet holds besides values; `zeros` are formulas whose value is 0,
    `empty` those of them that stand for an empty text."""

    decimals: CellNotes = field(default_factory=CellNotes)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    zeros: set[tuple[int, int]] = field(default_factory=set)
    empty: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    rows: int = 0
    columns: int = 0
    filled: int = 0

    @property
    def lines(self) -> Lines:
        """Hidden rows and columns as far as there are cells, and merged ranges."""
        columns = frozenset(c for c in self.hidden_columns if c < self.columns)
        return Lines(frozenset(self.hidden_rows), columns, tuple(self.merged))

    def merge(self, top: int, bottom: int, left: int, right: int) -> None:
        """Note a range that is merged downward."""
        if bottom > top:
            self.merged.append((top, left, bottom, right))

    def cell(self, at: tuple[int, int], decimals: int = NOT_STATED) -> None:
        """Note a cell with contents, and the decimals that its format shows."""
        self.rows, self.columns = max(self.rows, at[0] + 1), max(self.columns, at[1] + 1)
        self.filled += 1
        self.decimals.add(*at, decimals)

    def error(self, at: tuple[int, int], code: int) -> None:
        """Note a cell with an error value (MS-XLS BErr)."""
        self.errors[at] = ERRORS.get(code, ERRORS[0x0F])


def style_decimals(styles: Sequence[int], number: int) -> int:
    """Decimals of the style of that number."""
    return styles[number] if number < len(styles) else NOT_STATED


def attach_values(
    content: bytes,
    chosen: Sequence[ListedSheet],
    noted: Mapping[str, SheetNotes],
    formats: Sequence[NumberFormat],
) -> list[RawSheet]:
    """The chosen sheets with calamine's values. Raises FileFault for cells too far out or too many;
    whatever else a reader raises is left to the caller."""
    import python_calamine

    spread = 0
    for sheet in chosen:
        note = noted[sheet.name]
        spread += check_spread(sheet.name, note.rows, note.columns)
        check_filled(sheet.name, sum(notes.filled for notes in noted.values()))
    if spread > MOST_CELLS:
        raise FileFault(
            "too_large",
            "cells",
            sheet=chosen[-1].name,
            count=str(spread),
            limit=str(MOST_CELLS),
        )
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    return [_sheet(book, sheet, noted[sheet.name], formats) for sheet in chosen]


def _sheet(
    book: Any, entry: ListedSheet, noted: SheetNotes, formats: Sequence[NumberFormat]
) -> RawSheet:
    rows = book.get_sheet_by_name(entry.name).to_python(skip_empty_area=False)
    for row, column in noted.uncalculated | noted.empty:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = ""
    return RawSheet(
        entry.name,
        rows,
        noted.decimals.by_row(),
        frozenset(noted.uncalculated),
        noted.errors,
        entry.hidden,
        lines=noted.lines,
        formats=formats,
    )

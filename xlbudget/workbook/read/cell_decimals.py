"""What is said of the cells of a sheet, kept so that a cell costs a few bytes.

How many decimals they show: row by row a byte a cell, NOT_SAID where its format says none; rows
that show the same are one object. Which of them are of some kind: eight bytes each.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from xlbudget.core.amount import NOT_STATED

ROW_BITS, COLUMN_BITS = 32, 8
"""Where in a mark row and column begin; the decimals are its last byte."""


class CellRuns:
    """Cells of a sheet, each by its row and column."""

    def __init__(self) -> None:
        self.marks = array("Q")

    def add(self, row: int, column: int) -> None:
        """Count a cell in."""
        self.marks.append(row << ROW_BITS | column)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for mark in self.marks:
            yield mark >> ROW_BITS, mark & (1 << ROW_BITS) - 1


class CellNotes:
    """Decimals cell by cell, in any order, eight bytes a cell."""

    def __init__(self) -> None:
        self.marks = array("Q")

    def add(self, row: int, column: int, decimals: int) -> None:
        """Note what a cell shows."""
        if decimals != NOT_STATED:
            self.marks.append(row << ROW_BITS | column << COLUMN_BITS | decimals)

    def by_row(self) -> list[bytes]:
        """What was noted, down to the last row of which there is any. As large as the sheet's
        spread, which must be known to be within the limit."""
        rows: dict[int, bytearray] = {}
        for mark in self.marks:
            line = rows.setdefault(mark >> ROW_BITS, bytearray())
            column = mark >> COLUMN_BITS & (1 << ROW_BITS - COLUMN_BITS) - 1
            set_decimals(line, column, mark & 0xFF)
        kept: dict[bytes, bytes] = {}
        lines = [bytes(rows.get(row, b"")) for row in range(max(rows, default=-1) + 1)]
        return [kept.setdefault(line, line) for line in lines]


class RowDecimals:
    """Decimals row by row, each row written until another begins."""

    def __init__(self) -> None:
        self.rows: dict[int, bytes] = {}
        self.kept: dict[bytes, bytes] = {}
        self.row, self.line = 0, bytearray()

    def begin(self, row: int) -> bytearray:
        """What is noted of a row, to be written on."""
        if self.line:
            line = bytes(self.line)
            self.rows[self.row] = self.kept.setdefault(line, line)
        self.row, self.line = row, bytearray(self.rows.get(row, b""))
        return self.line

    def lines(self) -> list[bytes]:
        """What was noted, down to the last row of which there is any."""
        self.begin(0)
        return [self.rows.get(row, b"") for row in range(max(self.rows, default=-1) + 1)]


def set_decimals(line: bytearray, column: int, decimals: int) -> None:
    """Write what a cell shows into its row, as long as it need be."""
    missing = column + 1 - len(line)
    if missing > 0:
        line.extend([NOT_STATED] * missing)
    line[column] = decimals

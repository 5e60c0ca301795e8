"""What is known of a sheet's cells, kept so that a cell costs a few bytes.

How many decimals they show: row by row a byte a cell, NOT_STATED where its format has none; equal
rows are one object. Which of them are of some kind: eight bytes each.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from xlbudget.core.amount import NOT_STATED

ROW_BITS, COLUMN_BITS = 32, 8
"""The bits of a mark at which row and column begin; the decimals are its last byte."""


@dataclass
class CellRuns:
    """Cells of a sheet, each by its row and column."""

    marks: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, row: int, column: int) -> None:
        """Add a cell."""
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
        """The decimals by row, down to the last row that has any. As large as the sheet's spread,
        which must be known to be within the limit."""
        rows: dict[int, bytearray] = {}
        for mark in self.marks:
            line = rows.setdefault(mark >> ROW_BITS, bytearray())
            column = mark >> COLUMN_BITS & (1 << ROW_BITS - COLUMN_BITS) - 1
            set_decimals(line, column, mark & 0xFF)
        kept: dict[bytes, bytes] = {}
        lines = [bytes(rows.get(row, b"")) for row in range(max(rows, default=-1) + 1)]
        return [kept.setdefault(line, line) for line in lines]


def set_decimals(line: bytearray, column: int, decimals: int) -> None:
    """Write a cell's decimals into its row, which is extended as far as needed."""
    missing = column + 1 - len(line)
    if missing > 0:
        line.extend([NOT_STATED] * missing)
    line[column] = decimals

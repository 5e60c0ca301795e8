"""What a reader returns: the budget, the cell of each figure, and the text printed around it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.consolidation import Contribution, Source
from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, CellKey, SheetCell


class PrintedText(NamedTuple):
    """A printed text and its cell."""

    text: str
    cell: SheetCell


class Printed(NamedTuple):
    """The words around one table as they stand in the file; empty where there are none.

    `unknown_below`: whether a formula that was never calculated stands below the table;
    `other_years`: the years of columns that stand beside the form's own.
    """

    form: str
    title: PrintedText | None = None
    department: PrintedText | None = None
    unit: PrintedText | None = None
    notes: tuple[PrintedText, ...] = ()
    headings: tuple[PrintedText, ...] = ()
    unknown_below: bool = False
    other_years: frozenset[int] = frozenset()


class SheetRow(NamedTuple):
    """The position of a row of a block: sheet, row, and the sheet column of each of its columns."""

    sheet: str
    row: int
    columns: Mapping[str, int]


class Reading(NamedTuple):
    """A file as read. `unreadable` are cells that hold something other than an amount, `formulas`
    cells with a formula; `sources` and `contributions` what a consolidated workbook records about
    the files behind it and what each adds; `powers` by how many powers of ten a cell shows its
    amount smaller than it holds it; `beside` the texts that belong to no table: names of sheets,
    what is printed above pages, remarks."""

    budget: Budget
    rows: Mapping[tuple[BlockKey, str], SheetRow] = MappingProxyType({})
    printed: tuple[Printed, ...] = ()
    observations: tuple[Observation, ...] = ()
    unreadable: frozenset[CellKey] = frozenset()
    formulas: frozenset[SheetCell] = frozenset()
    sources: tuple[Source, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    powers: Mapping[CellKey, int] = MappingProxyType({})
    beside: tuple[PrintedText, ...] = ()

    def locate(self, cell: CellKey) -> SheetCell | None:
        """The cell of the file where it stands, blank cells included; None without a position."""
        row = self.rows.get((BlockKey(cell.form, cell.block), cell.row))
        if row is None or cell.column not in row.columns:
            return None
        return SheetCell(row.sheet, row.row, row.columns[cell.column])

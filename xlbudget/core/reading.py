"""What a reader hands on: the budget, where each figure stood, and what was printed around it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.consolidation import Contribution, Source
from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, CellKey, SheetCell


class PrintedText(NamedTuple):
    """A printed text and where it stands."""

    text: str
    cell: SheetCell


class Printed(NamedTuple):
    """The words around one table as they stand in the file; empty where there are none.

    `unknown_below`: below the table stands a formula that was never calculated.
    """

    form: str
    title: PrintedText | None = None
    department: PrintedText | None = None
    unit: PrintedText | None = None
    notes: tuple[PrintedText, ...] = ()
    headings: tuple[PrintedText, ...] = ()
    unknown_below: bool = False


class SheetRow(NamedTuple):
    """Where a row of a block stands: sheet, row, and the sheet column of each of its columns."""

    sheet: str
    row: int
    columns: Mapping[str, int]


class Reading(NamedTuple):
    """A file as read. `unreadable` are cells that hold something that is no amount, `formulas`
    places that compute themselves; `sources` and `contributions` what a consolidated workbook says
    of the files behind it and of what each adds."""

    budget: Budget
    rows: Mapping[tuple[BlockKey, str], SheetRow] = MappingProxyType({})
    printed: tuple[Printed, ...] = ()
    observations: tuple[Observation, ...] = ()
    unreadable: frozenset[CellKey] = frozenset()
    formulas: frozenset[SheetCell] = frozenset()
    sources: tuple[Source, ...] = ()
    contributions: tuple[Contribution, ...] = ()

    def locate(self, cell: CellKey) -> SheetCell | None:
        """Where a cell stands in the file, blank cells included; None where its row is not."""
        row = self.rows.get((BlockKey(cell.form, cell.block), cell.row))
        if row is None or cell.column not in row.columns:
            return None
        return SheetCell(row.sheet, row.row, row.columns[cell.column])

"""Where the figures of each block stand: on the form's sheet, and on the hidden sheets behind it.

The hidden sheets copy the forms' own geometry, form below form: the figure of row r and column c
of a form stands behind it in row `band` + r and column c. Rows of open blocks are counted from
the block's first row, and the n-th is taken by INDEX over the form's range; so a row that a
person inserts is the n-th row from then on, and nothing behind it moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.key import BlockKey, column_letters, sheet_name
from xlbudget.layout.plan import AMOUNT, SPARE_ROWS, UNIT, USUAL_DECIMALS, SheetPlan
from xlbudget.packs.model import NAME, TOTAL, Block, Pack

ROOM = 5
ROOM_OF_BLANK = 22
"""How many rows people may insert into an open block before the checks no longer see the last; more
where everything is still to be written. Rows beyond are counted and reported (`uncovered_rows`)."""

LETTERS = [column_letters(column) for column in range(256)]
HELPERS = ("code", "name", "parent", "last", "childless", "level", "sum", "top", "count")
"""Columns behind each open block that hold how its rows nest (see `figures`)."""


class Region(NamedTuple):
    """One block: sheet, rows by id (`fixed`, the total among them), open rows from `first` on.

    `height` is how many open rows the form has, `slots` how many the checks look at, `ids` the ids
    of the rows now in them. Rows and columns are counted from 0. Amounts are in the `unit` of
    `yuan` 元, which `unit_cell` prints, and shown with `usual_decimals` decimals, but for the
    `other_decimals`: cells by row and column; `most` at the most. Where there are others, the width
    of a figure's last decimal is `widths` columns right of it."""

    block: Block
    sheet: str
    band: int
    fixed: Mapping[str, int]
    first: int
    height: int
    slots: int
    ids: tuple[str, ...]
    columns: Mapping[str, int]
    helpers: Mapping[str, int]
    yuan: int
    unit: str
    unit_cell: str
    usual_decimals: int
    other_decimals: Mapping[tuple[int, int], int]
    most: int
    widths: int

    def decimals(self, row: int, column: int) -> int:
        """How many decimals a cell shows."""
        return self.other_decimals.get((row, column), self.usual_decimals)

    def row_at(self, nth: int) -> int:
        """The sheet row of the n-th open row, n counted from 1."""
        return self.first + nth - 1

    def helper(self, name: str, nth: int, sheet: str = "") -> str:
        """The cell behind the n-th open row that holds this helper."""
        return ref(sheet, self.band + self.row_at(nth), self.helpers[name])

    def helper_range(self, name: str, sheet: str = "") -> str:
        """This helper's cells behind all open rows."""
        column = self.helpers[name]
        return ref_range(
            sheet,
            self.band + self.first,
            column,
            self.band + self.row_at(self.slots),
            column,
        )

    def behind(self, row: int, column: str, sheet: str = "", shift: int = 0) -> str:
        """The cell behind an amount of this sheet row."""
        return ref(sheet, self.band + row, self.columns[column] + shift)

    def behind_range(self, column: str, sheet: str = "", shift: int = 0) -> str:
        """The cells behind all open rows of an amount column."""
        index = self.columns[column] + shift
        return ref_range(
            sheet, self.band + self.first, index, self.band + self.row_at(self.slots), index
        )

    def in_form(self, column: str) -> str:
        """The open rows of a column on the form's own sheet."""
        index = self.columns[column]
        return ref_range(self.sheet, self.first, index, self.first + self.height - 1, index)


Grid = Mapping[BlockKey, Region]


def unit_name(form: str) -> str:
    """The defined name of how many 元 the unit is that is printed on a form now."""
    return f"unit_{form}"


def ref(sheet: str, row: int, column: int) -> str:
    """An absolute reference, ``表一!$B$6``; without a sheet, one on the formula's own."""
    cell = f"${LETTERS[column]}${row + 1}"
    return f"{sheet_name(sheet)}!{cell}" if sheet else cell


def ref_range(sheet: str, row: int, column: int, last_row: int, last_column: int) -> str:
    """An absolute reference to a range."""
    return f"{ref(sheet, row, column)}:{ref('', last_row, last_column)}"


def build_grid(pack: Pack, budget: Budget, plans: Sequence[SheetPlan]) -> Grid:
    """The region of every block of every form."""
    regions: dict[BlockKey, Region] = {}
    widest = max(len(planned.widths) for planned in plans) + 1
    widths = widest + max(len(planned.form.blocks) for planned in plans) * len(HELPERS)
    band = 0
    for planned in plans:
        unit = budget.unit_of(planned.form.key)
        for number, block in enumerate(planned.form.blocks):
            helpers = widest + number * len(HELPERS)
            regions[block.id] = _region(
                planned, block, pack.yuan(unit), unit, band, helpers, widths
            )
        band += planned.body[1] + ROOM_OF_BLANK + 2
    return {key: regions[key] for key in pack.blocks}


def uncovered_rows(grid: Grid, figures: str) -> str:
    """The formula of how many rows of the forms are beyond what the checks look at."""
    terms = []
    for region in grid.values():
        if region.height:
            rows, seen = region.in_form(NAME), region.helper_range("name", figures)
            terms.append(f'SUMPRODUCT(({rows}<>"")*1)-SUMPRODUCT(({seen}<>"")*1)')
    return "+".join(terms)


def _region(
    planned: SheetPlan, block: Block, yuan: int, unit: str, band: int, helpers: int, widths: int
) -> Region:
    rows = {row: index for (key, row), index in planned.rows.items() if key == block.id}
    columns = {c: index for (key, c), index in planned.columns.items() if key == block.id}
    usual = max(planned.least, USUAL_DECIMALS)
    others = _other_decimals(planned, columns, usual)
    printed = next(cell for cell in planned.cells if cell.role == UNIT)
    unit_cell = ref(planned.form.sheet, printed.row, printed.column)
    stated = (
        yuan,
        unit,
        unit_cell,
        usual,
        others,
        max(usual, *others.values(), 0),
        widths if others else 0,
    )
    if block.fixed:
        return Region(block, planned.form.sheet, band, rows, 0, 0, 0, (), columns, {}, *stated)
    total = {TOTAL: rows.pop(TOTAL)} if TOTAL in rows else {}
    first = max([planned.body[0], *(row + 1 for row in total.values())])
    height = planned.body[1] - first
    ids = {index - first + 1: row for row, index in rows.items()}
    slots = height + (ROOM if height < SPARE_ROWS or ids else ROOM_OF_BLANK)
    return Region(
        block,
        planned.form.sheet,
        band,
        total,
        first,
        height,
        slots,
        tuple(ids.get(index, "") for index in range(1, slots + 1)),
        columns,
        {name: helpers + index for index, name in enumerate(HELPERS)},
        *stated,
    )


def _other_decimals(
    planned: SheetPlan, columns: Mapping[str, int], usual: int
) -> Mapping[tuple[int, int], int]:
    """Cells of a block that show another number of decimals, by row and column."""
    mine = set(columns.values())
    by_cell = {
        (cell.row, cell.column): planned.decimals(cell)
        for cell in planned.cells
        if cell.role == AMOUNT and cell.column in mine
    }
    return {at: decimals for at, decimals in by_cell.items() if decimals != usual}

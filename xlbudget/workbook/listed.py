"""Rows that a county lists (units, projects): tens of thousands, made while the sheet is packed."""

from __future__ import annotations

from collections.abc import Iterator

from xlbudget.core.consolidation import Listed
from xlbudget.layout.plan import AMOUNT, ENTRY, Cell, SheetPlan, cells_of
from xlbudget.packs.model import Block, Pack
from xlbudget.workbook.forms import decimals_shown
from xlbudget.workbook.package import Later, Sheet
from xlbudget.workbook.rows import row_xml
from xlbudget.workbook.styles import Formats


def write_listed(
    sheet: Sheet, pack: Pack, block: Block, planned: SheetPlan, listed: Listed, formats: Formats
) -> None:
    """Write a block's listed rows into the lines that its form's plan keeps free for them."""

    styles = _styles(block, listed, formats)

    def lines() -> Iterator[str]:
        for number, row in enumerate(listed.rows(), start=planned.free):
            cells = cells_of(pack, block, row, number, planned.columns)
            yield row_xml(number, [(c.column, styles[_look(c)], c.content) for c in cells])

    last_column = len(planned.widths) - 1
    sheet.rows_later(Later(planned.free, planned.free + listed.number, lines), last_column)


Look = tuple[str, int, int]


def _look(cell: Cell) -> Look:
    return cell.role, cell.level, decimals_shown(cell)


def _styles(block: Block, listed: Listed, formats: Formats) -> dict[Look, int]:
    """The styles of all cells that may come: they are written before the rows are made."""
    looks = [(ENTRY, level, 0) for level in range(len(block.levels))]
    looks += [(AMOUNT, 0, decimals) for decimals in range(2, max(2, listed.decimals) + 1)]
    return {look: formats.index(*look) for look in looks}

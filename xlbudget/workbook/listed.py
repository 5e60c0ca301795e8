"""Rows that a county lists (units, projects): tens of thousands, made while the sheet is packed.

One row's XML differs from the next one's in its number, its words and its figures only: the rest
is prepared once for all rows of one level that are filled alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xlbudget.core.amount import plain
from xlbudget.core.budget import Row
from xlbudget.core.consolidation import Listed
from xlbudget.layout.plan import AMOUNT, ENTRY, SheetPlan, cells_of, words_of
from xlbudget.packs.model import Block, Pack
from xlbudget.workbook.forms import decimals_shown
from xlbudget.workbook.package import Later, Sheet, pieces_of
from xlbudget.workbook.rows import BLANK, FIGURE, TEXT, row_pattern, row_xml, text_xml
from xlbudget.workbook.styles import Formats

Look = tuple[str, int, int]
"""What makes a cell's style: role, indentation, decimals."""


class Filled(NamedTuple):
    """How a row is filled: its level, and of each column how long its words or decimals are (-1
    for a blank one)."""

    level: str
    columns: tuple[int, ...]


def write_listed(
    sheet: Sheet, pack: Pack, block: Block, planned: SheetPlan, listed: Listed, formats: Formats
) -> None:
    """Write a block's listed rows into the lines that its form's plan keeps free for them."""
    styles = _styles(block, listed, formats)
    paths = [(key, key in block.columns) for key in block.paths]

    def lines() -> Iterator[str]:
        patterns: dict[Filled, str] = {}
        for number, row in enumerate(listed.rows(), start=planned.free):
            filled, said = _said(pack, block, row, paths)
            pattern = patterns.get(filled)
            if pattern is None:
                pattern = patterns[filled] = _pattern(pack, block, planned, row, styles)
            yield row_xml(pattern, number, said)

    last_column = len(planned.widths) - 1
    later = Later(planned.free, planned.free + listed.number, lambda: pieces_of(lines()))
    sheet.rows_later(later, last_column)


def _styles(block: Block, listed: Listed, formats: Formats) -> dict[Look, int]:
    """The styles of all cells that may come: they are written before the rows are made."""
    looks = [(ENTRY, level, 0) for level in range(len(block.levels))]
    looks += [(AMOUNT, 0, decimals) for decimals in range(2, max(2, listed.decimals) + 1)]
    return {look: formats.index(*look) for look in looks}


def _said(
    pack: Pack, block: Block, row: Row, paths: Sequence[tuple[str, bool]]
) -> tuple[Filled, tuple[str, ...]]:
    """How a row is filled, and with what, from left to right; `paths` are its columns, and
    whether they hold amounts."""
    said, filled = [], []
    amounts = row.amounts
    for key, holds_amounts in paths:
        if holds_amounts:
            text = plain(amounts[key]) if key in amounts else ""
            filled.append(len(text.partition(".")[2]) if text else -1)
        else:
            text = text_xml(words_of(pack, block, row, key))
            filled.append(0 if text else -1)
        if text:
            said.append(text)
    return Filled(row.level, tuple(filled)), tuple(said)


def _pattern(
    pack: Pack, block: Block, planned: SheetPlan, row: Row, styles: dict[Look, int]
) -> str:
    """The XML of rows that are filled like this one."""
    cells = cells_of(pack, block, row, 0, planned.columns)
    return row_pattern(
        (cell.column, styles[cell.role, cell.level, decimals_shown(cell)], _kind(cell.content))
        for cell in cells
    )


def _kind(content: object) -> str:
    if content is None or content == "":
        return BLANK
    return TEXT if isinstance(content, str) else FIGURE

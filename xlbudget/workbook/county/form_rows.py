"""The rows of a county's forms, tens of thousands, made while the sheet is packed.

The XML of two rows that are filled alike differs in number, texts and figures only: the rest is
prepared once for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from xlbudget.core.budget import Row
from xlbudget.core.consolidation import AppendedRows
from xlbudget.core.key import BlockKey
from xlbudget.layout.plan import (
    AMOUNT,
    ENTRY,
    USUAL_DECIMALS,
    PlannedCell,
    SheetPlan,
    plan_cells,
    text_in_column,
)
from xlbudget.packs.model import Block, Pack
from xlbudget.workbook.xlsx.package import DeferredRows, FormulaSheet, encode_pieces
from xlbudget.workbook.xlsx.row_xml import (
    BLANK,
    FIGURE,
    TEXT,
    escape_text,
    fill_row,
    format_figure,
    make_row_pattern,
)
from xlbudget.workbook.xlsx.styles import Formats

Look = tuple[str, int, int]
"""What decides a cell's style: role, indentation, decimals."""
Styles = Mapping[Look, int]


class RowShape(NamedTuple):
    """How an appended row is filled: its level, and of each column how many decimals its figure has
    (0 for a text, -1 for a blank)."""

    level: str
    columns: tuple[int, ...]


def write_rows(
    sheet: FormulaSheet,
    pack: Pack,
    planned: SheetPlan,
    first: int,
    appended: Mapping[BlockKey, AppendedRows],
    formats: Formats,
) -> None:
    """Write a form's rows from `first` down to its note, none of whose cells are merged; those of
    `appended` blocks into the lines that the plan keeps free for them."""
    end, free = planned.body[1], planned.free
    cells = [cell for cell in planned.cells if first <= cell.row < end]
    blocks = [block for block in planned.form.blocks if block.id in appended]
    looks = {_look(planned, cell) for cell in cells}
    looks.update(look for block in blocks for look in _looks_of(planned, block, appended[block.id]))
    # The styles are written before the rows are made.
    styles = {look: formats.index(*look) for look in sorted(looks)}

    def lines() -> Iterator[str]:
        yield from _as_planned(planned, (cell for cell in cells if cell.row < free), styles)
        for block in blocks:
            yield from _as_appended(pack, block, planned, appended[block.id], styles)
        yield from _as_planned(planned, (cell for cell in cells if cell.row >= free), styles)

    sheet.defer_rows(
        DeferredRows(first, end, lambda: encode_pieces(lines())), len(planned.widths) - 1
    )


def _look(planned: SheetPlan, cell: PlannedCell) -> Look:
    return cell.role, cell.level, planned.decimals(cell)


def _as_planned(planned: SheetPlan, cells: Iterable[PlannedCell], styles: Styles) -> Iterator[str]:
    """The XML of rows whose cells are planned."""
    patterns: dict[tuple[tuple[int, int, str], ...], str] = {}
    for number, row in groupby(cells, attrgetter("row")):
        line = list(row)
        filled = tuple((c.column, styles[_look(planned, c)], _kind(c.content)) for c in line)
        pattern = patterns.get(filled)
        if pattern is None:
            pattern = patterns[filled] = make_row_pattern(filled)
        yield fill_row(
            pattern, number, tuple(_text(c.content) for c in line if c.content not in (None, ""))
        )


def _as_appended(
    pack: Pack, block: Block, planned: SheetPlan, appended: AppendedRows, styles: Styles
) -> Iterator[str]:
    """The XML of appended rows, each planned only where it is filled like none before it."""
    paths = [(key, key in block.columns) for key in block.paths]
    patterns: dict[RowShape, str] = {}
    for number, row in enumerate(appended.rows(), start=planned.free):
        filled, texts = _fill(pack, block, row, paths)
        pattern = patterns.get(filled)
        if pattern is None:
            pattern = patterns[filled] = _pattern(pack, block, planned, row, styles)
        yield fill_row(pattern, number, texts)


def _looks_of(planned: SheetPlan, block: Block, appended: AppendedRows) -> Iterator[Look]:
    """The looks of all cells that appended rows may have."""
    most = max(USUAL_DECIMALS, appended.decimals)
    yield from ((ENTRY, level, 0) for level in range(len(block.levels)))
    yield from ((AMOUNT, 0, decimals) for decimals in range(planned.least, most + 1))


def _fill(
    pack: Pack, block: Block, row: Row, paths: Sequence[tuple[str, bool]]
) -> tuple[RowShape, tuple[str, ...]]:
    """How a row is filled, and its contents from left to right; `paths` are its columns, and
    whether they hold amounts."""
    texts, filled = [], []
    amounts = row.amounts
    for key, holds_amounts in paths:
        if holds_amounts:
            text = format_figure(amounts[key]) if key in amounts else ""
            filled.append(len(text.partition(".")[2]) if text else -1)
        else:
            text = escape_text(text_in_column(pack, block, row, key))
            filled.append(0 if text else -1)
        if text:
            texts.append(text)
    return RowShape(row.level, tuple(filled)), tuple(texts)


def _pattern(pack: Pack, block: Block, planned: SheetPlan, row: Row, styles: Styles) -> str:
    """The pattern of rows that are filled like this one."""
    cells = plan_cells(pack, block, row, 0, planned.columns)
    return make_row_pattern(
        (cell.column, styles[_look(planned, cell)], _kind(cell.content)) for cell in cells
    )


def _kind(content: str | Decimal | None) -> str:
    if content is None or content == "":
        return BLANK
    return TEXT if isinstance(content, str) else FIGURE


def _text(content: str | Decimal) -> str:
    return escape_text(content) if isinstance(content, str) else format_figure(content)

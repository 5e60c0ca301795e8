"""Where each cell of a form stands on its sheet: the grid that the writer fills."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.amount import count_decimals
from xlbudget.core.budget import Budget, Row
from xlbudget.core.consolidation import AppendedRows
from xlbudget.core.key import BlockKey
from xlbudget.packs.model import (
    CODE,
    GOVERNMENT,
    LABEL,
    NAME,
    TOTAL,
    Block,
    Form,
    Heading,
    Pack,
)

NO_APPENDED: Mapping[BlockKey, AppendedRows] = MappingProxyType({})
SPARE_ROWS = 18
"""Empty rows of a code tree or outline in a blank workbook."""

TITLE, LABELLED, ABOUT, UNIT, NOTE = "title", "label", "about", "unit", "note"
HEADING, TEXT, ENTRY, AMOUNT = "heading", "text", "entry", "amount"
"""Roles of cells. An `entry`, like an amount, is filled in by the department."""

NARROWEST = {CODE: 13, NAME: 30, GOVERNMENT: 24}
WIDEST = 60
TITLE_SIZE = 16
USUAL_DECIMALS = 2
"""Widths in characters of ten points; the title is printed larger."""


class PlannedCell(NamedTuple):
    """One cell to write: its area (last row and column included), role, content, indentation."""

    row: int
    column: int
    last_row: int
    last_column: int
    role: str
    content: str | Decimal | None = None
    level: int = 0


class SheetPlan(NamedTuple):
    """One form laid out: its cells in order, column widths in characters, heading rows, and the
    body's first row and the row below its last. An open block has at least one spare row below its
    rows, so that a row inserted above it is still within the table. `least` are the decimals
    assumed for amounts in the form's unit."""

    form: Form
    cells: tuple[PlannedCell, ...]
    widths: tuple[int, ...]
    heading: tuple[int, int]
    body: tuple[int, int]
    rows: Mapping[tuple[BlockKey, str], int] = MappingProxyType({})
    columns: Mapping[tuple[BlockKey, str], int] = MappingProxyType({})
    free: int = 0
    least: int = USUAL_DECIMALS

    def decimals(self, cell: PlannedCell) -> int:
        """The number of decimals a cell shows; 0 for one that holds no amount, at least two for a
        blank amount."""
        if cell.role != AMOUNT:
            return 0
        if isinstance(cell.content, Decimal):
            return max(self.least, count_decimals(cell.content))
        return max(self.least, USUAL_DECIMALS)


def plan(
    pack: Pack, form: Form, budget: Budget, appended: Mapping[BlockKey, AppendedRows] = NO_APPENDED
) -> SheetPlan:
    """Lay out one form with the rows of a budget (an empty budget gives spare rows). Blocks in
    `appended` have lines kept free (from `free` on): their rows, too many to be planned at once,
    get their cells from `plan_cells`."""
    columns = _columns(form)
    width = len(columns)
    depth = max(_depth(h) for block in form.blocks for h in block.headings)
    top = 3
    cells = [*_above(pack, form, budget, width), *_headings(form, top, depth)]
    body = top + depth
    if form.numbered:
        cells += [PlannedCell(body, c, body, c, HEADING, str(c + 1)) for c in range(width)]
        body += 1
    rows: dict[tuple[BlockKey, str], int] = {}
    lines = _lines(form, _without(budget, appended))
    free = body + len(lines)
    spare = free + sum(appended[block.id].number for block in form.blocks if block.id in appended)
    more: list[dict[str, Row]] = []
    if any(not block.fixed for block in form.blocks):
        known = any(key.form == form.key for key in budget.blocks)
        more = [{}] * (1 if known else SPARE_ROWS)
    for number, line in (*enumerate(lines, start=body), *enumerate(more, start=spare)):
        for block in form.blocks:
            row = line.get(block.key)
            if row is not None:
                rows[block.id, row.id] = number
            cells += plan_cells(pack, block, row, number, columns)
    note = spare + len(more)
    empty = None if _filled(form, budget) else pack.words["print"]["empty"]
    cells.append(PlannedCell(note, 0, note, width - 1, NOTE, empty))
    widest = [
        cell
        for block in form.blocks
        if block.id in appended
        for cell in plan_cells(pack, block, appended[block.id].widest, free, columns)
    ]
    widths = _widths(form, [*cells, *widest], width)
    return SheetPlan(
        form,
        tuple(cells),
        widths,
        (top, body - 1),
        (body, note),
        rows,
        columns,
        free,
        pack.least_decimals(budget.unit_of(form.key)),
    )


def _without(budget: Budget, appended: Mapping[BlockKey, AppendedRows]) -> Budget:
    """The budget without its appended rows, their totals kept."""
    blocks = {
        key: tuple(row for row in rows if row.id == TOTAL) if key in appended else rows
        for key, rows in budget.blocks.items()
    }
    return budget._replace(blocks=blocks)


def _columns(form: Form) -> dict[tuple[BlockKey, str], int]:
    keys = [(block.id, key) for block in form.blocks for key in block.paths]
    return {key: column for column, key in enumerate(keys)}


def _filled(form: Form, budget: Budget) -> bool:
    return any(
        amount
        for key, rows in budget.blocks.items()
        if key.form == form.key
        for row in rows
        for amount in row.amounts.values()
    )


def _above(pack: Pack, form: Form, budget: Budget, width: int) -> Iterator[PlannedCell]:
    printed = pack.words["print"]
    yield PlannedCell(0, 0, 0, width - 1, LABELLED, form.label)
    yield PlannedCell(1, 0, 1, width - 1, TITLE, form.title)
    department = printed["department"].format(department=budget.department)
    unit = printed["unit"].format(unit=budget.unit_of(form.key))
    unit_from = width - (2 if width > 3 else 1)
    yield PlannedCell(2, 0, 2, unit_from - 1, ABOUT, department)
    yield PlannedCell(2, unit_from, 2, width - 1, UNIT, unit)


def _depth(heading: Heading) -> int:
    return 1 + max(map(_depth, heading.children), default=0)


def _span(heading: Heading) -> int:
    return sum(map(_span, heading.children)) or 1


def _headings(form: Form, top: int, depth: int) -> Iterator[PlannedCell]:
    column = 0
    for block in form.blocks:
        for heading in block.headings:
            yield from _heading(heading, top, top + depth - 1, column)
            column += _span(heading)


def _heading(heading: Heading, row: int, last: int, column: int) -> Iterator[PlannedCell]:
    """A leaf reaches down to the last heading row, a group over its columns."""
    if not heading.children:
        yield PlannedCell(row, column, last, column, HEADING, heading.text)
        return
    yield PlannedCell(row, column, row, column + _span(heading) - 1, HEADING, heading.text)
    for child in heading.children:
        yield from _heading(child, row + 1, last, column)
        column += _span(child)


def _lines(form: Form, budget: Budget) -> list[dict[str, Row]]:
    """The body's lines, each with its row of each block. Blocks side by side run independently
    between the rows that the form prints on one line (`beside`)."""
    rest = {block.key: _rows(block, budget) for block in form.blocks}
    lines: list[dict[str, Row]] = []
    for meeting in form.beside:
        before = {}
        for key, wanted in meeting.items():
            index = next(i for i, row in enumerate(rest[key]) if row.id == wanted)
            before[key] = rest[key][:index]
            rest[key] = rest[key][index:]
        lines += _side_by_side(before)
        lines.append({key: rest[key].pop(0) for key in meeting})
    lines += _side_by_side(rest)
    return lines


def _side_by_side(blocks: Mapping[str, Sequence[Row]]) -> list[dict[str, Row]]:
    height = max(map(len, blocks.values()), default=0)
    return [
        {key: rows[index] for key, rows in blocks.items() if index < len(rows)}
        for index in range(height)
    ]


def _rows(block: Block, budget: Budget) -> list[Row]:
    """The rows that stand in the block: all fixed ones, or the budget's own with its total."""
    own_rows = budget.blocks.get(block.id, ())
    by_id = {row.id: row for row in own_rows}
    if block.fixed:
        return [by_id.get(row.key) or Row(row.key, {}) for row in block.fixed]
    rows = [row for row in own_rows if row.id != TOTAL]
    if block.total is not None:
        rows.insert(0, by_id.get(TOTAL) or Row(TOTAL, {}))
    return rows


def plan_cells(
    pack: Pack,
    block: Block,
    row: Row | None,
    number: int,
    columns: Mapping[tuple[BlockKey, str], int],
) -> Iterator[PlannedCell]:
    """The cells of one block on one line; without a `row` they are empty (borders only)."""
    level = _level(pack, block, row) if row else 0
    total = row is not None and row.id == TOTAL and not block.fixed
    for nth, key in enumerate(block.paths):
        column = columns[block.id, key]
        if key in block.columns:
            amount = row.amounts.get(key) if row else None
            yield PlannedCell(number, column, number, column, AMOUNT, amount)
        elif total and block.total:
            last = column + len(block.text_columns) - 1
            if nth == 0:
                yield PlannedCell(number, column, number, last, TEXT, block.total)
        else:
            words = text_in_column(pack, block, row, key) if row else ""
            indent = level if key in (NAME, LABEL) else 0
            role = TEXT if total or block.fixed else ENTRY
            yield PlannedCell(number, column, number, column, role, words, indent)


def text_in_column(pack: Pack, block: Block, row: Row, key: str) -> str:
    """The text of a row in a text column."""
    if block.fixed:
        return block.labels[row.id]
    if key == GOVERNMENT:
        return pack.catalogues[block.government].names.get(row.government, row.government)
    return {CODE: row.code, NAME: row.name}.get(key, "")


def _level(pack: Pack, block: Block, row: Row) -> int:
    """The indentation of a name: the level of its code or of its outline, from 0."""
    if block.codes and row.code:
        lengths = pack.catalogues[block.codes].lengths
        return lengths.index(len(row.code)) if len(row.code) in lengths else 0
    return block.levels.index(row.level) if row.level in block.levels else 0


def _widths(form: Form, cells: Sequence[PlannedCell], width: int) -> tuple[int, ...]:
    """Column widths that fit the longest content within one column, names still to be entered,
    and the title over all columns."""
    keys = [key for block in form.blocks for key in block.paths]
    widths = [NARROWEST.get(key, 11) for key in keys]
    for cell in cells:
        if cell.column != cell.last_column or cell.content is None:
            continue
        if cell.role == AMOUNT:
            need = len(f"{cell.content:,.2f}") + 2
        elif cell.role in (TEXT, ENTRY):
            need = measure_width(str(cell.content)) + 2 * cell.level + 2
        else:
            need = min(measure_width(str(cell.content)) + 2, 16)
        widths[cell.column] = max(widths[cell.column], need)
    title = measure_width(form.title) * TITLE_SIZE // 10 + 2
    short = title - sum(min(w, WIDEST) for w in widths)
    if short > 0:
        widths = [w + -(-short // width) for w in widths]
    return tuple(min(w, WIDEST) for w in widths)


def measure_width(text: str) -> int:
    """Width in half-width characters: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)

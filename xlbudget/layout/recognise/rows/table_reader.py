"""The rows below a heading: the form's row that each is, and the content of its cells."""

from __future__ import annotations

from collections.abc import Sequence

from xlbudget.core.budget import Row
from xlbudget.core.finding import Observation
from xlbudget.core.key import CellKey, SheetCell
from xlbudget.core.reading import SheetRow
from xlbudget.layout.normalize import strip_ordinal
from xlbudget.layout.recognise.rows.amount_cells import RowAmounts, read_amounts
from xlbudget.layout.recognise.rows.block_reader import (
    BlockReader,
    Concealed,
    ReadResult,
    make_readers,
)
from xlbudget.layout.recognise.rows.column_number_rows import find_number_rows
from xlbudget.layout.recognise.rows.open_rows import read_open_row
from xlbudget.layout.recognise.rows.unread import (
    report_columns,
    report_unread_cells,
    report_unread_row,
)
from xlbudget.layout.tables import Table
from xlbudget.packs.model import TOTAL, Pack


def read_table(pack: Pack, table: Table, unit: str, result: ReadResult) -> None:
    """Read every body row of a table into its form's blocks."""
    assert table.match is not None
    bodies = make_readers(pack, table, table.match, unit)
    for body in bodies:  # a form that goes on from another sheet
        body.taken.update(row.id for row in result.blocks.get(body.block.id, ()))
    number_rows = find_number_rows(pack, table)
    _read_rows(table, bodies, [row for row in table.body if row not in number_rows], result)
    for body in bodies:
        key, sheet, columns = body.block.id, table.sheet.name, body.columns
        result.blocks.setdefault(key, []).extend(body.rows)
        for row, number in zip(body.rows, body.numbers, strict=True):
            result.rows[key, row.id] = SheetRow(sheet, number, columns)
    report_columns(table, table.match, bodies, number_rows, result)


def _read_rows(
    table: Table, bodies: list[BlockReader], numbers: Sequence[int], result: ReadResult
) -> None:
    """Read rows, and report the cells outside all columns; of a row that no block knows, all of
    its cells."""
    assert table.match is not None
    rows = table.sheet.rows
    known = {column for body in bodies for column in (*body.columns.values(), *body.parts)}
    width = max((len(rows[number]) for number in numbers), default=0)
    counted = [c for c in range(width) if c not in table.match.counting]
    outside = [c for c in counted if c not in known]
    previous = table.heading[-1]
    for number in numbers:
        used = _read_row(bodies, number, number - previous > 1, result)
        previous = number
        row = rows[number]
        columns = outside if used else counted
        if columns:
            rest = [c for c in columns if c < len(row) and row[c] not in ("", None)]
            report_unread_cells(table, number, rest, result)


def _read_row(bodies: list[BlockReader], number: int, after_gap: bool, result: ReadResult) -> bool:
    """Read one sheet row into the blocks side by side; returns whether any block knows the row."""
    used = shared = False
    for body in bodies:
        figures = read_amounts(body, number)
        if body.block.fixed:
            row = _fixed_row(body, number, figures)
        else:
            row = read_open_row(body, number, figures, after_gap, shared)
        if row is None:
            used = report_unread_row(body, number, figures, result) or used
        elif row.id:
            used = True
            shared = shared or row.id == TOTAL
            body.rows.append(row)
            body.numbers.append(number)
            if figures.odd:
                _record_odd(body, number, row, figures, result)
    return used


def _single_row(body: BlockReader, figures: RowAmounts) -> Row | None:
    """The only row of a block, which bears no name: the first with figures."""
    (row,) = body.block.fixed
    if row.key in body.taken or not (figures.filled or figures.odd):
        return None
    body.taken.add(row.key)
    return Row(row.key, figures.amounts)


def _fixed_row(body: BlockReader, number: int, figures: RowAmounts) -> Row | None:
    """The fixed row with this label, the next one below the last where several share it; None
    for a label that is unknown or already taken."""
    if body.block.is_single:
        return _single_row(body, figures)
    text = body.cell(number, body.label)
    if not isinstance(text, str) or not text.strip():
        return None
    fixed = body.block.fixed
    fitting = body.labels.get(strip_ordinal(text), ())
    free = [index for index in fitting if fixed[index].key not in body.taken]
    if not free:
        return None
    index = next((i for i in free if i > body.last), free[0])
    body.last = index
    body.taken.add(fixed[index].key)
    return Row(fixed[index].key, figures.amounts)


def _record_odd(
    body: BlockReader, number: int, row: Row, figures: RowAmounts, result: ReadResult
) -> None:
    """Record the odd cells of a row: unreadable, to be observed, or with hidden decimals."""
    for key, value in figures.odd:
        cell = CellKey(*body.block.id, row.id, key)
        if not value.readable:
            result.unreadable.add(cell)
        if value.kind:
            at = SheetCell(body.sheet.name, number, body.columns[key])
            result.observations.append(
                Observation(value.kind, value.case, cell.form, (at,), value.facts)
            )
        if value.amount is None:
            continue
        exact = value.amount if value.exact is None else value.exact
        if value.power:
            result.powers[cell] = value.power
        if value.exact is not None:
            # Scaled by another factor than the unit's, they are meant so where they come out whole.
            scaled = value.power and 10**value.power != body.pack.yuan(body.unit)
            holds = exact.scaleb(value.power) if scaled else exact
            concealed = Concealed(cell, value.amount, holds)
            (result.scaled if scaled else result.hidden).append(concealed)
        if value.unshown:
            result.unshown.append(Concealed(cell, value.amount, value.amount))

"""The rows below a heading: which row of the form each is, and what its cells hold."""

from __future__ import annotations

from collections.abc import Sequence

from xlbudget.core.budget import Row
from xlbudget.core.finding import Remark
from xlbudget.core.key import CellKey, Place
from xlbudget.core.reading import RowPlace
from xlbudget.layout.normalize import without_ordinal
from xlbudget.layout.recognise.amount_cells import Figures, figures_of
from xlbudget.layout.recognise.block_reader import Body, Found, bodies_of
from xlbudget.layout.recognise.column_number_rows import column_numbers
from xlbudget.layout.recognise.open_rows import open_row
from xlbudget.layout.recognise.unread import say_columns, say_rest, say_row
from xlbudget.layout.tables import Table
from xlbudget.packs.model import TOTAL, Pack


def read_body(pack: Pack, table: Table, unit: str, found: Found) -> None:
    """Read every body row of a table into its form's blocks."""
    assert table.match is not None
    bodies = bodies_of(pack, table, table.match, unit)
    number_rows = column_numbers(pack, table)
    _read_rows(table, bodies, [row for row in table.body if row not in number_rows], found)
    for body in bodies:
        key, sheet, columns = body.block.id, table.sheet.name, body.columns
        found.blocks.setdefault(key, []).extend(body.rows)
        for row, number in zip(body.rows, body.numbers, strict=True):
            found.rows[key, row.id] = RowPlace(sheet, number, columns)
    say_columns(table, table.match, bodies, number_rows, found)


def _read_rows(table: Table, bodies: list[Body], numbers: Sequence[int], found: Found) -> None:
    """Read rows, and say what stands in them outside of all columns; of one that no block knows
    that is all of it."""
    assert table.match is not None
    rows = table.sheet.rows
    known = {column for body in bodies for column in (*body.columns.values(), *body.parts)}
    width = max((len(rows[number]) for number in numbers), default=0)
    counted = [c for c in range(width) if c not in table.match.counting]
    outside = [c for c in counted if c not in known]
    previous = table.heading[-1]
    for number in numbers:
        used = _read_row(bodies, number, number - previous > 1, found)
        previous = number
        row = rows[number]
        columns = outside if used else counted
        if columns:
            rest = [c for c in columns if c < len(row) and row[c] not in ("", None)]
            say_rest(table, number, rest, found)


def _read_row(bodies: list[Body], number: int, after_gap: bool, found: Found) -> bool:
    """Read one sheet row into the blocks side by side; False where no block knows the row."""
    used = shared = False
    for body in bodies:
        figures = figures_of(body, number)
        if body.block.fixed:
            row = _fixed_row(body, number, figures)
        else:
            row = open_row(body, number, figures, after_gap, shared)
        if row is None:
            used = say_row(body, number, figures, found) or used
        elif row.id:
            used = True
            shared = shared or row.id == TOTAL
            body.rows.append(row)
            body.numbers.append(number)
            if figures.odd:
                _say_odd(body, number, row, figures, found)
    return used


def _fixed_row(body: Body, number: int, figures: Figures) -> Row | None:
    """The row by its label; where two rows share a label, the next one below the last."""
    text = body.cell(number, body.label)
    if not isinstance(text, str) or not text.strip():
        return None
    fixed = body.block.fixed
    fitting = body.labels.get(without_ordinal(text), ())
    free = [place for place in fitting if fixed[place].key not in body.taken]
    if not free:
        return None
    place = next((p for p in free if p > body.last), free[0])
    body.last = place
    body.taken.add(fixed[place].key)
    return Row(fixed[place].key, figures.amounts)


def _say_odd(body: Body, number: int, row: Row, figures: Figures, found: Found) -> None:
    """Say what there is to say of the cells of a row."""
    for key, value in figures.odd:
        cell = CellKey(*body.block.id, row.id, key)
        if not value.readable:
            found.unreadable.add(cell)
        if value.kind:
            place = Place(body.sheet.name, number, body.columns[key])
            found.remarks.append(Remark(value.kind, value.case, cell.form, (place,), value.facts))
        if value.exact is not None and value.amount is not None:
            found.hidden.append((cell, value.amount, value.exact))

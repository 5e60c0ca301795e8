"""A budget's amounts in whole units of the finest last decimal among them, column by column.

The check adds these up without a key for each cell; `core.tolerance` says what the units are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from xlbudget.core.budget import Budget, Row
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.tolerance import Figure, factor, last_decimal
from xlbudget.packs.model import Pack

ColumnKey = tuple[str, str, str]
"""Form, block, column."""

Column = Mapping[str, int]
"""Row → value of the filled cells of one column; nothing stands for a blank or a zero."""


class Unit(NamedTuple):
    """What a form's amounts are stated in: how many 元, and the decimals assumed."""

    yuan: int
    least: int


class Wholes(NamedTuple):
    """Values by column; last decimals in 元, as powers of ten: the `finest` of all, the `usual`
    one of each block, and those of single cells that are others; and `Budget.roundings`."""

    columns: Mapping[ColumnKey, Column]
    finest: int
    usual: Mapping[BlockKey, int]
    others: Mapping[CellKey, int]
    roundings: Mapping[CellKey, int]

    @property
    def per_yuan(self) -> Decimal:
        """How many whole units make one 元."""
        return factor(1, self.finest)

    @property
    def alike(self) -> bool:
        """Was every figure rounded once, and to the same decimal? Then each is one unit wide."""
        return not (self.others or self.roundings) and set(self.usual.values()) <= {self.finest}

    def value(self, cell: CellKey) -> int:
        """What stands in a cell; 0 for a blank."""
        form, block, row, column = cell
        return self.columns.get((form, block, column), {}).get(row, 0)


def wholes_of(pack: Pack, budget: Budget) -> Wholes:
    """Every amount of a budget."""
    units = {form: _unit(pack, budget.unit_of(form)) for form in pack.forms}
    usual: dict[BlockKey, int] = {}
    others: dict[CellKey, int] = {}
    for key, rows in budget.blocks.items():
        first = next((a for row in rows for a in row.amounts.values() if a), None)
        if first is not None:
            usual[key] = last_decimal(first, *units[key.form])
            others.update(_others(key, rows, first, units[key.form]))
    finest = min((*usual.values(), *others.values()), default=0)
    columns: dict[ColumnKey, Column] = {}
    for key, rows in budget.blocks.items():
        for column, values in _columns(rows, factor(units[key.form].yuan, finest)).items():
            columns[*key, column] = values
    return Wholes(columns, finest, usual, others, budget.roundings)


def _unit(pack: Pack, unit: str) -> Unit:
    return Unit(pack.yuan(unit), pack.least_decimals(unit))


def _others(
    key: BlockKey, rows: tuple[Row, ...], first: Decimal, unit: Unit
) -> Mapping[CellKey, int]:
    """Cells with another last decimal than the first one; in nearly every block all are written
    with the same decimals, which is quickly seen."""
    if all(map(first.same_quantum, chain.from_iterable(row.amounts.values() for row in rows))):
        return {}
    usual = last_decimal(first, *unit)
    lasts = {
        CellKey(*key, row.id, column): last_decimal(amount, *unit)
        for row in rows
        for column, amount in row.amounts.items()
        if amount
    }
    return {cell: last for cell, last in lasts.items() if last != usual}


def _columns(rows: tuple[Row, ...], times: Decimal) -> Mapping[str, Column]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        identity = row.id
        for column, amount in row.amounts.items():
            if amount:
                found[column][identity] = int(amount * times)
    return found


def figures_of(wholes: Wholes, cells: Iterable[CellKey]) -> dict[CellKey, Figure]:
    """The figures in those cells that are not blank, each with its interval."""
    columns, finest, usual, others, roundings = wholes
    found: dict[CellKey, Figure] = {}
    at: ColumnKey | None = None
    for cell in cells:
        form, block, row, column = cell
        if at != (form, block, column):  # cells of one column mostly come together
            at = form, block, column
            values = columns.get(at, {})
            width = 10 ** (usual[BlockKey(form, block)] - finest) if values else 1
        value = values.get(row)
        if value:
            own = 10 ** (others[cell] - finest) if cell in others else width
            found[cell] = Figure(value, own, roundings.get(cell, 1))
    return found

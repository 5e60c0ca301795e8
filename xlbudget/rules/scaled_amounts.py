"""Amounts in whole units of the finest last decimal among them, column by column.

Sums add up `ScaledColumn.values` without a key for each cell; a single cell's interval is made
when it is asked for. `core.tolerance` says what the units and intervals are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.key import CellKey
from xlbudget.core.tolerance import Figure, factor, last_decimal
from xlbudget.packs.model import Pack

ColumnKey = tuple[str, str, str]
"""Form, block, column."""


class Unit(NamedTuple):
    """What amounts are stated in: how many 元, and the decimals assumed at least."""

    yuan: int
    least: int


class StatedColumn(NamedTuple):
    """The amounts of one column by row, in their unit."""

    unit: Unit
    amounts: Mapping[str, Decimal]


class ScaledColumn(NamedTuple):
    """A column as stated, and the same amounts in scaled whole units."""

    stated: StatedColumn
    values: Mapping[str, int]


class ScaledAmounts(NamedTuple):
    """Columns in units of 10^`finest` 元; `roundings` says of consolidated cells how many rounded
    figures each is the sum of."""

    columns: Mapping[ColumnKey, ScaledColumn]
    finest: int
    roundings: Mapping[CellKey, int]

    @property
    def per_yuan(self) -> Decimal:
        """How many scaled units make one 元."""
        return factor(1, self.finest)

    def value(self, cell: CellKey) -> int:
        """What stands in a cell, in scaled units; 0 for a blank."""
        form, block, row, column = cell
        there = self.columns.get((form, block, column))
        return there.values.get(row, 0) if there else 0

    def figures(self, cells: Iterable[CellKey]) -> dict[CellKey, Figure]:
        """The figures in those cells that are neither blank nor 0, each with its interval."""
        figures = {}
        for cell in cells:
            form, block, row, column = cell
            there = self.columns.get((form, block, column))
            value = there.values.get(row) if there else None
            if there and value:
                last = last_decimal(there.stated.amounts[row], *there.stated.unit)
                width = 10 ** (last - self.finest)
                figures[cell] = Figure(value, width, self.roundings.get(cell, 1))
        return figures


def scaled_amounts(pack: Pack, budget: Budget) -> ScaledAmounts:
    """Every amount of a budget."""
    return scale(dict(_columns(pack, budget)), budget.roundings)


def scale(
    columns: Mapping[ColumnKey, StatedColumn],
    roundings: Mapping[CellKey, int] = MappingProxyType({}),
) -> ScaledAmounts:
    """The amounts of all columns on one scale, whatever units they are stated in."""
    finest = min(
        (
            last_decimal(amount, *unit)
            for unit, amounts in columns.values()
            for amount in amounts.values()
            if amount
        ),
        default=0,
    )
    scaled = {key: _scaled(column, finest) for key, column in columns.items()}
    return ScaledAmounts(scaled, finest, roundings)


def _scaled(column: StatedColumn, finest: int) -> ScaledColumn:
    times = factor(column.unit.yuan, finest)
    return ScaledColumn(column, {row: int(a * times) for row, a in column.amounts.items()})


def _columns(pack: Pack, budget: Budget) -> Iterator[tuple[ColumnKey, StatedColumn]]:
    for key, rows in budget.blocks.items():
        name = budget.unit_of(key.form)
        unit = Unit(pack.yuan(name), pack.least_decimals(name))
        columns: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for row in rows:
            identity = row.id
            for column, amount in row.amounts.items():
                columns[column][identity] = amount
        for column, amounts in columns.items():
            yield (*key, column), StatedColumn(unit, amounts)

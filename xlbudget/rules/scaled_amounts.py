"""Amounts in whole units of the finest last decimal among them, column by column.

Sums add up `ScaledColumn.values` without a key for each cell; a single cell's interval is made
on demand. `core.tolerance` defines the units and intervals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.key import CellKey
from xlbudget.core.tolerance import Figure, factor, last_decimal
from xlbudget.packs.model import Pack

ColumnKey = tuple[str, str, str]
"""Form, block, column."""


class Unit(NamedTuple):
    """The unit of amounts: its number of 元, and the least decimals assumed."""

    yuan: int
    least: int


class StatedColumn(NamedTuple):
    """The amounts of one column by row, in their unit."""

    unit: Unit
    amounts: Mapping[str, Decimal]


class ScaledColumn(NamedTuple):
    """The amounts of one column that are not 0, by row, in scaled units; and the last decimal of
    each, as a power of ten in 元."""

    values: Mapping[str, int]
    lasts: Mapping[str, int]


class ScaledAmounts(NamedTuple):
    """Columns in units of 10^`finest` 元; `roundings` maps consolidated cells to the number of
    rounded figures that each sums."""

    columns: Mapping[ColumnKey, ScaledColumn]
    finest: int
    roundings: Mapping[CellKey, int]

    @property
    def per_yuan(self) -> Decimal:
        """The number of scaled units in one 元."""
        return factor(1, self.finest)

    def value(self, cell: CellKey) -> int:
        """The value of a cell in scaled units; 0 for a blank."""
        form, block, row, column = cell
        scaled = self.columns.get((form, block, column))
        return scaled.values.get(row, 0) if scaled else 0

    def figures(self, cells: Iterable[CellKey]) -> dict[CellKey, Figure]:
        """The figures in those cells that are neither blank nor 0, each with its interval."""
        columns, finest, roundings = self
        figures = {}
        for cell in cells:
            form, block, row, column = cell
            scaled = columns.get((form, block, column))
            if scaled and row in scaled.values:
                width = 10 ** (scaled.lasts[row] - finest)
                figures[cell] = Figure(scaled.values[row], width, roundings.get(cell, 1))
        return figures


def scaled_amounts(pack: Pack, budget: Budget) -> ScaledAmounts:
    """Every amount of a budget in scaled units."""
    return scale(dict(_columns(pack, budget)), budget.roundings)


def scale(
    columns: Mapping[ColumnKey, StatedColumn],
    roundings: Mapping[CellKey, int] = MappingProxyType({}),
) -> ScaledAmounts:
    """The amounts of all columns on one scale, whatever their units."""
    filled = {
        key: StatedColumn(unit, {row: amount for row, amount in amounts.items() if amount})
        for key, (unit, amounts) in columns.items()
    }
    lasts = {key: _last_decimals(column) for key, column in filled.items()}
    finest = min(chain.from_iterable(own.values() for own in lasts.values()), default=0)
    scaled = {
        key: ScaledColumn(_in_units(column, finest), lasts[key]) for key, column in filled.items()
    }
    return ScaledAmounts(scaled, finest, roundings)


def _last_decimals(column: StatedColumn) -> Mapping[str, int]:
    """Row → last decimal. Nearly every column has the same decimals throughout, which is quick
    to test."""
    unit, amounts = column
    first = next(iter(amounts.values()), Decimal(0))
    if all(map(first.same_quantum, amounts.values())):
        return dict.fromkeys(amounts, last_decimal(first, *unit))
    return {row: last_decimal(amount, *unit) for row, amount in amounts.items()}


def _in_units(column: StatedColumn, finest: int) -> Mapping[str, int]:
    times = factor(column.unit.yuan, finest)
    return {row: int(amount * times) for row, amount in column.amounts.items()}


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

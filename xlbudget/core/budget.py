"""A department's budget: rows with amounts, form by form, block by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.key import BlockKey, CellKey


class Row(NamedTuple):
    """One row of a block.

    `id` is unique within its block (see `CellKey`). `code` and `name` are as read; `level` is the
    outline level (unit, project, …) or empty; `government` the government-economic code in a
    form that has one. `amounts` holds the filled columns only: a blank is absent.
    """

    id: str
    amounts: Mapping[str, Decimal]
    code: str = ""
    name: str = ""
    level: str = ""
    government: str = ""


class Budget(NamedTuple):
    """All amounts of one department, in the unit of each form (`units`, else `unit`: 万元).

    `roundings` maps a consolidated figure to the number of rounded figures it sums; a figure that
    is not in it was rounded once.
    """

    pack: str
    year: int
    unit: str
    department: str
    department_code: str = ""
    blocks: Mapping[BlockKey, tuple[Row, ...]] = MappingProxyType({})
    units: Mapping[str, str] = MappingProxyType({})
    roundings: Mapping[CellKey, int] = MappingProxyType({})

    def unit_of(self, form: str) -> str:
        """The unit in which this form states its amounts."""
        return self.units.get(form, self.unit)

    def amounts(self) -> Iterator[tuple[CellKey, Decimal]]:
        """Every filled amount with its key, in the order of forms, rows and columns."""
        for (form, block), rows in self.blocks.items():
            for row in rows:
                for column, amount in row.amounts.items():
                    yield CellKey(form, block, row.id, column), amount


def ordinal_of(identity: str) -> int:
    """The ordinal that a row id like ``@3`` names, counted from 1; 0 for any other id."""
    digits = identity.removeprefix("@")
    return int(digits) if identity != digits and digits.isdigit() else 0


def make_unique(wanted: str, taken: set[str]) -> str:
    """`wanted` as a row id that is not taken: the second 2010301 becomes ``2010301#2``.

    Numbers are assigned without gaps, so the first free one is found by bisection.
    """
    identity = wanted
    if identity in taken:
        low, high = 1, 2
        while f"{wanted}#{high}" in taken:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if f"{wanted}#{middle}" in taken else (low, middle)
        identity = f"{wanted}#{high}"
    taken.add(identity)
    return identity

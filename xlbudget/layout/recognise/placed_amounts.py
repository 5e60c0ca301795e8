"""Amounts with their cells in the file, for what is to be told of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.budget import Row
from xlbudget.core.key import BlockKey, CellKey, SheetCell
from xlbudget.core.reading import SheetRow


class PlacedAmount(NamedTuple):
    """A cell's amount that is something, and where it stands."""

    cell: CellKey
    amount: Decimal
    at: SheetCell


def place_amounts(
    blocks: Mapping[BlockKey, Sequence[Row]], rows: Mapping[tuple[BlockKey, str], SheetRow]
) -> list[PlacedAmount]:
    """Every amount that is something, with its cell of the file."""
    placed = []
    for key, of_block in blocks.items():
        for row in of_block:
            place = rows[(key, row.id)]
            for column, amount in row.amounts.items():
                if amount:
                    at = SheetCell(place.sheet, place.row, place.columns[column])
                    placed.append(PlacedAmount(CellKey(*key, row.id, column), amount, at))
    return placed

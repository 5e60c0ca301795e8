"""Levels of rows in tables that print none: department, its units, each unit's projects.

The first row is the department. A row is a unit if the file names a unit so elsewhere, or if the
rows below it add up to it; what stays unclear is said.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from xlbudget.core.amount import count_decimals
from xlbudget.core.budget import Row


class RowLevels(NamedTuple):
    """A level for each row, and the places of rows whose level is not sure."""

    levels: list[str]
    unclear: list[int]


NONE = Decimal(0)
FARTHEST = 400
"""Rows within which a unit's own projects end, where its sum alone tells that it is one."""


class _Sums(NamedTuple):
    """Running sums of a column in whole units of its last decimal: `to[n]` of the first n rows,
    so that any run is added at once."""

    figures: Sequence[int]
    to: Sequence[int]

    def adds_up(self, place: int, end: int) -> bool:
        """Do the rows below `place`, as far as `end`, add up to it but for rounding?"""
        if end - place < 2 or not self.figures[place]:
            return False
        return 2 * abs(self.to[end] - self.to[place + 1] - self.figures[place]) < end - place

    def is_unit(self, place: int) -> bool:
        """Do some rows right below add up to this one?"""
        last = min(len(self.figures), place + FARTHEST)
        return any(self.adds_up(place, end) for end in range(place + 2, last + 1))


def infer_levels(
    rows: Sequence[Row], levels: Sequence[str], units: Collection[str], amount: str
) -> RowLevels:
    """Levels of the rows of one block. `units` are names known as units, `amount` the column by
    which sums are tried."""
    top, middle, bottom = levels[0], levels[1], levels[-1]
    given = [top] * bool(rows)
    unclear: list[int] = []
    amounts = [row.amounts.get(amount, NONE) for row in rows]
    decimals = max(2, *map(count_decimals, amounts), 2)
    figures = [int(figure.scaleb(decimals)) for figure in amounts]
    sums = _Sums(figures, (0, *accumulate(figures)))
    place = 1
    while place < len(rows):
        end = _unit_end(rows, place, units, sums)
        named = rows[place].name in units
        if not named and not sums.adds_up(place, end):
            unclear.append(place)
        given += [middle, *[bottom] * (end - place - 1)]
        place = end
    return RowLevels(given, unclear)


def _unit_end(rows: Sequence[Row], place: int, units: Collection[str], sums: _Sums) -> int:
    """Where the projects of the unit at `place` end: at the next known unit, or where they add
    up to it and what follows is a unit by its own sum."""
    end = place + 1
    while end < len(rows) and rows[end].name not in units:
        if end > place + 1 and sums.adds_up(place, end) and sums.is_unit(end):
            return end
        end += 1
    return end

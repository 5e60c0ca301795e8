"""Levels of rows in tables that print none: department, its units, each unit's projects.

The first row is the department. A row is a unit if the file has a unit of its name elsewhere, or if
the rows below it add up to it; what stays unclear is reported.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from xlbudget.core.amount import count_decimals
from xlbudget.core.budget import Row


class RowLevels(NamedTuple):
    """A level for each row, and the indices of rows whose level is unclear."""

    levels: list[str]
    unclear: list[int]


NONE = Decimal(0)
FARTHEST = 400
"""Rows within which a unit's projects end where only its sum identifies it as one."""


class _Sums(NamedTuple):
    """The figures of a column in whole units of its last decimal, and their running sums: `to[n]`
    is the sum of the first n rows, so that any run is summed in one step."""

    figures: Sequence[int]
    to: Sequence[int]

    def adds_up(self, index: int, end: int) -> bool:
        """Whether the rows below `index` and before `end` add up to it within rounding."""
        if end - index < 2 or not self.figures[index]:
            return False
        return 2 * abs(self.to[end] - self.to[index + 1] - self.figures[index]) < end - index

    def is_unit(self, index: int) -> bool:
        """Whether some rows right below add up to this one."""
        last = min(len(self.figures), index + FARTHEST)
        return any(self.adds_up(index, end) for end in range(index + 2, last + 1))


def infer_levels(
    rows: Sequence[Row], levels: Sequence[str], units: Collection[str], amount: str
) -> RowLevels:
    """The levels of the rows of one block. `units` are names known as units, `amount` is the
    column whose sums are tested."""
    top, middle, bottom = levels[0], levels[1], levels[-1]
    inferred = [top] * bool(rows)
    unclear: list[int] = []
    amounts = [row.amounts.get(amount, NONE) for row in rows]
    decimals = max(2, *map(count_decimals, amounts), 2)
    figures = [int(figure.scaleb(decimals)) for figure in amounts]
    sums = _Sums(figures, (0, *accumulate(figures)))
    index = 1
    while index < len(rows):
        end = _unit_end(rows, index, units, sums)
        named = rows[index].name in units
        if not named and not sums.adds_up(index, end):
            unclear.append(index)
        inferred += [middle, *[bottom] * (end - index - 1)]
        index = end
    return RowLevels(inferred, unclear)


def _unit_end(rows: Sequence[Row], index: int, units: Collection[str], sums: _Sums) -> int:
    """The index below the projects of the unit at `index`: that of the next known unit, or of the
    row where they add up to it and what follows is a unit by its own sum."""
    end = index + 1
    while end < len(rows) and rows[end].name not in units:
        if end > index + 1 and sums.adds_up(index, end) and sums.is_unit(end):
            return end
        end += 1
    return end

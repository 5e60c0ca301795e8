"""Levels of rows in tables that print none: department, its units, each unit's projects.

The first row is the department. Each way to read the others breaks some sums, over all amount
columns; the reading that breaks the fewest counts. Where each breaks some, what the rows are
marked with (indentation, ordinals) counts, unless that breaks most. What stays unclear is reported.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
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
FARTHEST = 50
"""So many rows further on that could be units the projects of one may end: more are not tried."""


class _Column(NamedTuple):
    """The figures of a column in whole units of its last decimal, and their running sums: `to[n]`
    is the sum of the first n rows, so that any run is summed in one step."""

    figures: Sequence[int]
    to: Sequence[int]

    def adds_up(self, index: int, end: int) -> bool:
        """Whether the rows below `index` and before `end` add up to it within rounding."""
        return 2 * abs(self.to[end] - self.to[index + 1] - self.figures[index]) < end - index

    def is_sum(self, index: int, end: int) -> bool:
        """Whether some rows right below this one and before `end` add up to it; rows below that
        exceed it are not looked past."""
        most = self.to[index + 1] + max(self.figures[index], 0) + end - index
        for after in range(index + 2, end + 1):
            if self.adds_up(index, after):
                return True
            if self.to[after] > most:
                return False
        return False


Columns = Sequence[_Column]


def infer_levels(
    rows: Sequence[Row],
    levels: Sequence[str],
    units: Collection[str],
    marks: Sequence[Hashable] = (),
    details: Collection[int] = (),
) -> RowLevels:
    """The levels of the rows of one block. `units` are names known as units, `marks` what each row
    is marked with; `details` are rows that may only say what is in the one above (其中：), and then
    have no level."""
    whole, broken = _infer(rows, levels, units, marks)
    if not details or not broken:
        return whole
    kept = [n for n in range(len(rows)) if n not in details]
    less, broken_less = _infer(
        [rows[n] for n in kept], levels, units, [marks[n] for n in kept] if marks else ()
    )
    if broken <= broken_less:
        return whole
    inferred = dict(zip(kept, less.levels, strict=True))
    return RowLevels(
        [inferred.get(n, "") for n in range(len(rows))], [kept[n] for n in less.unclear]
    )


def _infer(
    rows: Sequence[Row], levels: Sequence[str], units: Collection[str], marks: Sequence[Hashable]
) -> tuple[RowLevels, int]:
    """The levels of rows of which each has one, and how many sums break."""
    count = len(rows)
    inferred = [levels[0], *[levels[-1]] * (count - 1)][:count]
    if count < 2:
        return RowLevels(inferred, []), 0
    columns = [_column(rows, key) for key in {key: None for row in rows for key in row.amounts}]
    known = [n for n in range(1, count) if n == 1 or rows[n].name in units]
    readings = [_divide_all(columns, known, count)]
    if rows[1].name not in units and not _is_unclear(columns, 0, count):
        readings.append([])
    starts = min(readings, key=lambda starts: _count_broken(columns, starts, count))
    broken = _count_broken(columns, starts, count)
    marked = _find_marked(marks)
    if broken and marked:
        most = (len(marked) + 1) * len(columns) // 2
        if _count_broken(columns, marked, count) <= max(broken, most):
            starts = marked
    if not starts:
        return RowLevels(inferred, [1]), broken
    unclear = []
    for start, end in zip(starts, [*starts[1:], count], strict=True):
        inferred[start] = levels[1]
        is_told = rows[start].name in units or starts == marked
        if not is_told and _is_unclear(columns, start, end):
            unclear.append(start)
    return RowLevels(inferred, unclear), broken


def _column(rows: Sequence[Row], key: str) -> _Column:
    amounts = [row.amounts.get(key, NONE) for row in rows]
    decimals = max(2, *map(count_decimals, amounts))
    figures = [int(figure.scaleb(decimals)) for figure in amounts]
    return _Column(figures, (0, *accumulate(figures)))


def _find_marked(marks: Sequence[Hashable]) -> list[int]:
    """The rows marked as the first unit is; none where marks do not tell two kinds of rows."""
    if len(set(marks[1:])) != 2:
        return []
    return [n for n, mark in enumerate(marks) if n and mark == marks[1]]


def _divide_all(columns: Columns, known: Sequence[int], count: int) -> list[int]:
    """The units among `count` rows: those known, and what sums tell between them."""
    starts: list[int] = []
    for start, end in zip(known, [*known[1:], count], strict=True):
        starts += _divide(columns, start, end) if _broken(columns, start, end) else [start]
    return starts


def _divide(columns: Columns, start: int, end: int) -> list[int]:
    """The units among the rows from `start`, which is one, to `end`, such that the fewest sums
    break, and of equal ones the fewest units."""
    possible = [start, *(n for n in range(start + 1, end) if _may_be_unit(columns, n, end)), end]
    best = {end: (0, 0, end)}
    for place in range(len(possible) - 2, -1, -1):
        index = possible[place]
        best[index] = min(
            (_broken(columns, index, after) + best[after][0], best[after][1] + 1, after)
            for after in {*possible[place + 1 : place + 1 + FARTHEST], end}
        )
    starts = []
    while start < end:
        starts.append(start)
        start = best[start][2]
    return starts


def _may_be_unit(columns: Columns, index: int, end: int) -> bool:
    """Whether some rows right below add up to this one in some column."""
    return any(column.figures[index] and column.is_sum(index, end) for column in columns)


def _broken(columns: Columns, start: int, end: int) -> int:
    """How many sums break if the unit at `start` has the rows before `end` as its projects; one
    without projects may have no figures."""
    if end - start < 2:
        return sum(column.figures[start] != 0 for column in columns)
    return sum(not column.adds_up(start, end) for column in columns)


def _count_broken(columns: Columns, starts: Sequence[int], count: int) -> int:
    """How many sums break in a reading, those of the department included; `starts` are its units,
    none where all rows are projects of the department."""
    if not starts:
        return _broken(columns, 0, count)
    runs = list(zip(starts, [*starts[1:], count], strict=True))
    wrong = sum(_broken(columns, start, end) for start, end in runs)
    return wrong + sum(_breaks_above(column, runs) for column in columns)


def _breaks_above(column: _Column, runs: Sequence[tuple[int, int]]) -> bool:
    """Whether the units do not add up to the department, other than by the one unit that its own
    projects do not add up to: then one figure breaks both sums, and is counted there."""
    gap = column.figures[0] - sum(column.figures[start] for start, _ in runs)
    if 2 * abs(gap) < len(runs) + 1:
        return False
    apart = [run for run in runs if run[1] - run[0] > 1 and not column.adds_up(*run)]
    if len(apart) != 1:
        return True
    start, end = apart[0]
    own = column.to[end] - column.to[start + 1] - column.figures[start]
    return 2 * abs(gap - own) >= len(runs) + 1 + end - start


def _is_unclear(columns: Columns, start: int, end: int) -> bool:
    """Whether sums do not tell that there is a unit at `start`: most of them break, or there is
    nothing to add up."""
    filled = sum(any(column.figures[start:end]) for column in columns)
    return 2 * _broken(columns, start, end) > filled or not filled

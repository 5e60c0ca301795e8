"""The constraints of a budget added up in whole numbers: how many there are, and which do not
hold to the last unit.

Nearly all do, and nobody looks at those: they are counted, never built. Which rows a term means
is said in `rules.compile`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xlbudget.core.constraint import EQUAL
from xlbudget.core.tolerance import Verdict, decided
from xlbudget.packs.model import Pack
from xlbudget.rules.compile import Trees, ids_of
from xlbudget.rules.shapes import BOUND, CHILDREN, GROUP, OWN_ROW, TOPS, Pick, Shape, shapes_of
from xlbudget.rules.wholes import Column, ColumnKey


class Step(NamedTuple):
    """A term of left − right in one column of a shape: how often it is added, and whether it
    comes to something else in each row of the shape."""

    times: int
    pick: Pick
    key: ColumnKey
    by_row: bool


class Plan(NamedTuple):
    """A shape with its terms column by column; `sure`: it has terms whatever rows there are."""

    shape: Shape
    columns: tuple[tuple[str, tuple[Step, ...]], ...]
    sure: bool

    def size(self, rows: Sequence[str], trees: Trees) -> int:
        """How many constraints the shape puts on these rows; one without terms is none."""
        if not self.sure:
            picks = (*self.shape.left, *self.shape.right)
            rows = [row for row in rows if any(ids_of(pick, trees, row) for pick in picks)]
        return len(rows) * len(self.columns)


@lru_cache(maxsize=8)
def plans_of(pack: Pack) -> tuple[Plan, ...]:
    """Every shape of the pack, in the order of `shapes_of`."""
    return tuple(map(_plan, shapes_of(pack)))


def _plan(shape: Shape) -> Plan:
    columns = tuple((column, tuple(_steps(shape, column))) for column in shape.columns)
    picks = (*shape.left, *shape.right)
    sure = not all(pick.how == GROUP and pick.row in (CHILDREN, TOPS) for pick in picks)
    return Plan(shape, columns, sure)


def _steps(shape: Shape, column: str) -> Iterator[Step]:
    for sign, picks in ((1, shape.left), (-1, shape.right)):
        for pick in picks:
            key = (*pick.block, pick.column or column)
            by_row = pick.how == BOUND or (pick.how == GROUP and pick.row == CHILDREN)
            yield Step(sign * pick.coefficient, pick, key, by_row)


class Sums:
    """What terms come to over a budget, each added up once for all shapes that name it."""

    def __init__(self, trees: Trees, columns: Mapping[ColumnKey, Column]) -> None:
        self.trees, self.columns = trees, columns
        self.known: dict[tuple[ColumnKey, str], Column] = {}

    def apart(self, plan: Plan, rows: Sequence[str]) -> list[tuple[str, str]]:
        """The rows and columns in which a shape does not hold to the last unit, row by row."""
        found = []
        for column, steps in plan.columns:
            residuals = self._residuals(steps, rows)
            if residuals:
                found.append((column, residuals))
        if not found:
            return []
        least = 1 if plan.shape.relation != EQUAL else None
        return [
            (row, column)
            for row in rows
            for column, residuals in found
            if row in residuals and (residuals[row] >= least if least else residuals[row])
        ]

    def verdict(self, shape: Shape, row: str, column: str) -> Verdict:
        """The verdict on one constraint where every figure is one unit wide (`Wholes.alike`)."""
        left, one = self._side(shape.left, row, column)
        right, other = self._side(shape.right, row, column)
        filled = one + other
        return decided(shape.relation, left, right, filled, filled, filled, min(1, filled))

    def _side(self, picks: Iterable[Pick], row: str, column: str) -> tuple[int, int]:
        value = filled = 0
        for pick in picks:
            values = self.columns.get((*pick.block, pick.column or column))
            if values:
                figures = [values[i] for i in ids_of(pick, self.trees, row) if i in values]
                value += pick.coefficient * sum(figures)
                filled += abs(pick.coefficient) * len(figures)
        return value, filled

    def _residuals(self, steps: Iterable[Step], rows: Iterable[str]) -> Column:
        """Row → left − right in scaled units, at least where it is not 0; there may be rows that
        the shape does not go over."""
        always = 0
        found: dict[str, int] = {}
        for times, pick, key, by_row in steps:
            values = self.columns.get(key)
            if not values:
                continue
            if not by_row:
                always += times * _total(values, ids_of(pick, self.trees, ""))
            elif times == 1 and not found:
                found = dict(self._each(pick, key, values))
            else:
                before = found.get
                for row, value in self._each(pick, key, values).items():
                    found[row] = before(row, 0) + times * value
        return {row: always + found.get(row, 0) for row in rows} if always else found

    def _each(self, pick: Pick, key: ColumnKey, values: Column) -> Column:
        """Row of the shape → what the term comes to there."""
        if pick.how == BOUND and pick.row in OWN_ROW:
            return values
        found = self.known.get((key, pick.how))
        if found is None:
            tree = self.trees[pick.block]
            if pick.how == BOUND:
                several = ((code, ids) for code, ids in tree.by_code.items() if ids != (code,))
                found = {**values, **{code: _total(values, ids) for code, ids in several}}
            else:
                found = {row: _total(values, ids) for row, ids in tree.children.items()}
            self.known[key, pick.how] = found
        return found


def _total(values: Column, ids: Iterable[str]) -> int:
    return sum(filter(None, map(values.get, ids)))

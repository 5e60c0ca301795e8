"""Single cells and pairs of cells whose change satisfies every rule.

One wrong cell is found by algebra over the constraints it stands in; two by trying, for each cell
that repairs some of them, whether a second repairs the rest.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from xlbudget.core.cause import RepairSet
from xlbudget.core.constraint import Constraint
from xlbudget.core.key import CellKey
from xlbudget.core.tolerance import judge
from xlbudget.ops.locate.trial import Change, Cost, Trial
from xlbudget.ops.locate.typing_errors import likely_values


def choose_repairs(trial: Trial, candidates: Iterable[Sequence[Change]]) -> list[RepairSet]:
    """The most credible of several sets of changes, as repairs; changes common to all sets come
    first."""
    ranked = sorted(candidates, key=total_cost)
    best = [changes for changes in ranked if total_cost(changes) == total_cost(ranked[0])]
    distinct = {frozenset((c.cell, c.value) for c in changes): changes for changes in best}
    ways = [[trial.make_repair(change) for change in changes] for changes in distinct.values()]
    common = set.intersection(*map(set, ways)) if ways else set()
    return [tuple(sorted(way, key=lambda fix: (fix not in common, fix.cell))) for way in ways]


def total_cost(changes: Sequence[Change]) -> Cost:
    """The cost of believing a set of changes: the sum of theirs."""
    return tuple(map(sum, zip(*(change.cost for change in changes), strict=True)))


def search_single_cells(trial: Trial, group: Sequence[Constraint]) -> Iterator[tuple[Change]]:
    """Single cells with a value that repair the whole group and break nothing."""
    common = {*trial.cells_moving(group[0]), *group[0].condition}
    for constraint in group[1:]:
        common &= {*trial.cells_moving(constraint), *constraint.condition}
    for cell in sorted(common):
        if trial.timed_out:
            return
        for value in candidate_values(trial, cell, group):
            before = trial.set(cell, value)
            cost = trial.cost(cell, value) if trial.repairs(cell, group) else None
            trial.restore(before)
            if cost is not None:
                yield (Change(cell, value, cost),)


def search_pairs(
    trial: Trial, group: Sequence[Constraint], deadline: float
) -> Iterator[tuple[Change, Change]]:
    """Pairs of cells with values that repair the whole group and break nothing."""
    for cell in dict.fromkeys(cell for c in group for cell in trial.cells_moving(c)):
        for value in candidate_values(trial, cell, group):
            if time.monotonic() > deadline:
                return
            before = trial.broken_count(cell)
            figures_before = trial.set(cell, value)
            rest = _still(trial, group, cell) if trial.broken_count(cell) < before else []
            if rest:
                cost = trial.cost(cell, value)
                for (other,) in search_single_cells(trial, rest):
                    if other.cell != cell:
                        yield Change(cell, value, cost), other
            trial.restore(figures_before)


def candidate_values(trial: Trial, cell: CellKey, group: Iterable[Constraint]) -> list[int]:
    """Values worth trying, in scaled units: those that make a broken constraint exact, and
    figures of which this is a likely slip."""
    now = trial.current_value(cell)
    exact = []
    for constraint in group:
        coefficient = trial.cells_moving(constraint).get(cell)
        if coefficient:
            residual = judge(constraint, trial.figures).residual
            if residual % coefficient == 0:
                exact.append(now - residual // coefficient)
    unit = trial.unit(cell)
    slips = (int(amount * unit) for amount in likely_values(Decimal(now) / unit) if now)
    width = trial.width(cell)
    likely = [value for value in slips if value % width == 0]
    return list(dict.fromkeys(value for value in (*exact, *likely) if value != now))


def _still(trial: Trial, group: Iterable[Constraint], cell: CellKey) -> list[Constraint]:
    """The constraints that are broken now, of the group and of the cell."""
    touched = [*group, *trial.constraints(cell)]
    return [c for c in dict.fromkeys(touched) if trial.is_broken(c)]

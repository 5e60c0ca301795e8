"""Several wrong cells at once: the smallest weighted set, by mixed-integer search.

Fellegi and Holt's problem as errorlocate states it (van der Loo and de Jonge, Journal of
Statistical Software 97, 2021), with the tolerance of the check as the bounds of every row: each
cell keeps its figure, takes one that its own is a likely slip of, or takes any other; what that
costs is the objective. HiGHS searches; what it finds is judged again as the check would.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal
from math import inf, isqrt
from typing import Any, NamedTuple

from xlbudget.core.constraint import AT_MOST, Constraint
from xlbudget.core.key import CellKey
from xlbudget.core.tolerance import judge
from xlbudget.ops.locate.trial import Change, Trial
from xlbudget.ops.locate.typing_errors import COSTS, OMITTED, find_slip, likely_values

MOST_ALTERNATIVES = 4
MOST_TRIES = 12
"""Solutions looked at; the check may reject what the solver takes, where blanks are filled."""

MOST_CELLS = 400
"""A group of more cells than this is not given to the solver: it would not end in time."""

TRUST = 3
"""The extra cost of changing a total that computes itself."""

A_CELL = 10
"""The cost of changing any cell at all: fewer cells come before likelier ones."""

TOLERANCE = 1e-7

WHOLE_COSTS = 0.99
"""Costs are whole numbers: a solution this near to the bound is the best."""

MOST_ROUNDING = 20
"""Last decimals by which a figure that the solver gives may be off."""

MOST_FILLED = 2
"""Blanks of one constraint that may be filled: each widens its tolerance."""


class MipSolution(NamedTuple):
    """Sets of changes of equal cost, and whether the search ended before its bound of time."""

    sets: list[tuple[Change, ...]]
    complete: bool


class _Option(NamedTuple):
    """One way in which a cell may change: by a known step, or (None) by any."""

    cell: CellKey
    step: int | None
    column: int


def search_many_cells(trial: Trial, group: Sequence[Constraint], deadline: float) -> MipSolution:
    """The fewest, least trusted cells whose change satisfies every constraint that they are in."""
    cells = sorted({cell for constraint in group for cell in trial.cells_moving(constraint)})
    if len(cells) > MOST_CELLS or time.monotonic() > deadline:
        return MipSolution([], False)
    import highspy

    model = _model()
    options, steps = _columns(model, trial, group, cells)
    _rows(model, trial, cells, steps)
    solutions: list[tuple[Change, ...]] = []
    best = inf
    for _ in range(MOST_TRIES):
        model.setOptionValue("time_limit", max(0.1, deadline - time.monotonic()))
        model.run()
        ended = model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        cost = model.getInfo().objective_function_value
        values = list(model.getSolution().col_value)
        feasible = (
            model.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        )
        if not feasible or (solutions and cost > best + 0.5):
            return MipSolution(solutions, bool(solutions))
        best = cost
        chosen = [option for option in options if values[option.column] > 0.5]
        changes = _verified(trial, group, {o.cell: round(values[steps[o.cell]]) for o in chosen})
        if changes:
            solutions.append(changes)
        if not ended or len(solutions) == MOST_ALTERNATIVES:
            return MipSolution(solutions, ended)
        taken = [option.column for option in chosen]
        model.addRow(-inf, len(taken) - 1, len(taken), taken, [1.0] * len(taken))
    return MipSolution(solutions, bool(solutions))


def _model() -> Any:
    """An empty model that prints nothing: its banner would appear in the middle of a report."""
    import highspy

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> Any:
            self.setOptionValue("output_flag", False)
            return super().enableCallbacks()  # type: ignore[no-untyped-call]

    model = Quiet()  # type: ignore[no-untyped-call]
    model.setOptionValue("mip_abs_gap", WHOLE_COSTS)
    model.setOptionValue("mip_feasibility_tolerance", TOLERANCE)
    model.setOptionValue("primal_feasibility_tolerance", TOLERANCE)
    return model


def _columns(
    model: Any, trial: Trial, group: Sequence[Constraint], cells: Sequence[CellKey]
) -> tuple[list[_Option], dict[CellKey, int]]:
    """Add the variables of each cell: its step in widths, and a binary for each way in which it may
    change. Gives the options, and each cell's step variable."""
    import highspy

    integer = highspy.HighsVarType.kInteger
    most = 2 * sum(abs(judge(c, trial.figures).residual) for c in group)
    options: list[_Option] = []
    steps: dict[CellKey, int] = {}
    count = 0

    def column(low: float, high: float, cost: float) -> int:
        nonlocal count
        model.addVar(low, high)
        model.changeColCost(count, cost)
        model.changeColIntegrality(count, integer)
        count += 1
        return count - 1

    for cell in cells:
        width = trial.width(cell)
        now = trial.current_value(cell) // width
        bound = max(most // width, *(abs(step) for step, _ in _likely(trial, cell)), 1)
        steps[cell] = column(-bound, bound, 0)
        basic = A_CELL + (TRUST if cell in trial.formulas else 0)
        mine = [(steps[cell], 1.0)]
        for step, cost in _likely(trial, cell):
            options.append(_Option(cell, step, column(0, 1, basic + cost)))
            mine.append((options[-1].column, -float(step)))
        any_cost = COSTS[""] if now else COSTS[OMITTED]
        options.append(_Option(cell, None, column(0, 1, basic + any_cost)))
        free = options[-1].column
        indices, factors = [index for index, _ in mine], [factor for _, factor in mine]
        model.addRow(-inf, 0, len(indices) + 1, [*indices, free], [*factors, -float(bound)])
        model.addRow(0, inf, len(indices) + 1, [*indices, free], [*factors, float(bound)])
        choices = [option.column for option in options if option.cell == cell]
        model.addRow(-inf, 1, len(choices), choices, [1.0] * len(choices))
    return options, steps


def _likely(trial: Trial, cell: CellKey) -> list[tuple[int, int]]:
    """(step in widths, cost) for every figure of which this is a likely slip, a blank included."""
    now, width, unit = trial.current_value(cell), trial.width(cell), trial.unit(cell)
    if not now:
        return []
    cost_by_step: dict[int, int] = {}
    typed = Decimal(now) / unit
    for amount in (Decimal(0), *likely_values(typed)):
        value = int(amount * unit)
        if value % width == 0 and value != now and (value >= 0 or now < 0):
            cost_by_step.setdefault((value - now) // width, COSTS[find_slip(typed, amount)])
    return list(cost_by_step.items())


def _rows(model: Any, trial: Trial, cells: Sequence[CellKey], steps: dict[CellKey, int]) -> None:
    """Add a row for every constraint that one of the cells moves: it holds afterwards, within
    rounding."""
    for constraint in dict.fromkeys(c for cell in cells for c in trial.constraints(cell)):
        low, high = _bounds(trial, constraint)
        moving = trial.cells_moving(constraint)
        terms = {steps[c]: f * trial.width(c) for c, f in moving.items() if c in steps}
        indices, factors = list(terms), [float(factor) for factor in terms.values()]
        model.addRow(low, high, len(indices), indices, factors)


def _bounds(trial: Trial, constraint: Constraint) -> tuple[float, float]:
    """How far the left side may move, in scaled units, with the constraint still holding within
    rounding, judged with the blanks that may be filled."""
    verdict = judge(constraint, trial.figures)
    moving = trial.cells_moving(constraint)
    blank = min(MOST_FILLED, sum(not trial.current_value(cell) for cell in moving))
    width = max(map(trial.width, moving))
    most = (verdict.bound + blank * width - 1) // 2
    room = min(isqrt(4 * (verdict.filled + blank) * width**2 // 3), most)
    if not trial.is_broken(constraint):
        room = max(room, abs(verdict.residual))
    low = -inf if constraint.relation == AT_MOST else -room - verdict.residual
    return low, room - verdict.residual


def _exact(trial: Trial, chosen: dict[CellKey, int]) -> None:
    """Choose, of the figures within rounding, those that make the most constraints hold exactly:
    each cell in turn takes the value that the others require."""
    for cell in chosen:
        exact_values = [
            (len(c.cells()), value)
            for c in trial.constraints(cell)
            if (factor := trial.cells_moving(c)[cell])
            and c.relation != AT_MOST
            and (residual := judge(c, trial.figures).residual) % factor == 0
            and abs(residual) <= MOST_ROUNDING * trial.width(cell)
            for value in [trial.current_value(cell) - residual // factor]
        ]
        if exact_values:
            trial.set(cell, min(exact_values)[1])


def _verified(
    trial: Trial, group: Sequence[Constraint], chosen: dict[CellKey, int]
) -> tuple[Change, ...]:
    """The changes with their costs; empty where the check would not agree with the solver."""
    figures_before = dict(trial.figures)
    for cell, step in chosen.items():
        trial.set(cell, trial.current_value(cell) + step * trial.width(cell))
    _exact(trial, chosen)
    touched = dict.fromkeys((*group, *(c for cell in chosen for c in trial.constraints(cell))))
    changes: tuple[Change, ...] = ()
    if not any(map(trial.is_broken, touched)):
        values = {cell: trial.current_value(cell) for cell in chosen}
        changes = tuple(Change(cell, v, trial.cost(cell, v)) for cell, v in values.items())
    trial.figures = figures_before
    return changes

"""Figures that are tried out: which constraints would be broken if a cell had another value."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from math import inf
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.cause import Repair
from xlbudget.core.constraint import AT_MOST, Constraint
from xlbudget.core.finding import ERROR, NOTE, WARNING
from xlbudget.core.key import CellKey
from xlbudget.core.tolerance import UNDECIDED, Figure, Verdict, judge
from xlbudget.ops.locate.typing_errors import COSTS, FORMULA, find_slip
from xlbudget.packs.model import Pack
from xlbudget.rules.define import find_definitions
from xlbudget.rules.instantiate import instantiate
from xlbudget.rules.outcomes import ONE_UNIT, JudgedConstraint, decide_severity
from xlbudget.rules.scaled_amounts import ScaledAmounts
from xlbudget.rules.terms import find_condition_cells
from xlbudget.rules.tree import Trees

Cost = tuple[int, ...]
"""How implausible a change is: warnings that remain, cost of the slips that it assumes, differences
within rounding, units of the last decimal left over."""


Figures = Mapping[CellKey, Figure | None]


class Change(NamedTuple):
    """A cell with a new value in scaled units (0: blank), and the cost of believing it."""

    cell: CellKey
    value: int
    cost: Cost
    slip: str = ""


class Trial:
    """The constraints of a budget by cell, with figures that can be set and taken back.

    `deadline` (of the monotonic clock) is when a search should stop.
    """

    def __init__(
        self,
        pack: Pack,
        budget: Budget,
        trees: Trees,
        amounts: ScaledAmounts,
        judged: Sequence[JudgedConstraint],
        formulas: frozenset[CellKey] = frozenset(),
        deadline: float = inf,
    ) -> None:
        self.formulas, self.deadline = formulas, deadline
        self.pack, self.budget, self.trees = pack, budget, trees
        self.per_yuan = amounts.per_yuan
        self.printed_figures = amounts.figures(cell for cell, _ in budget.amounts())
        self.choosing = frozenset(find_condition_cells(pack, trees))
        self.excused = {o.constraint: o.verdict for o in judged if o.verdict.outcome == ONE_UNIT}
        self.undecided = frozenset(
            identify_constraint(o.constraint) for o in judged if o.verdict.outcome == UNDECIDED
        )
        self.figures = dict(self.printed_figures)
        self.broken: dict[ConstraintIdentity, Constraint] = {}
        self.by_cell: dict[CellKey, list[Constraint]] = defaultdict(list)
        for judgement in judged:
            if judgement.verdict.outcome == UNDECIDED:
                continue
            if decide_severity(pack, judgement.constraint, judgement.verdict) == ERROR:
                self.broken[identify_constraint(judgement.constraint)] = judgement.constraint
            for cell in net_coefficients(judgement.constraint):
                self.by_cell[cell].append(judgement.constraint)
        self.followed: dict[CellKey, Mapping[CellKey, int]] = {}
        self.moved: dict[Constraint, Mapping[CellKey, int]] = {}
        self.totals = self._totals() if formulas else {}
        self.parts: dict[CellKey, set[CellKey]] = defaultdict(set)
        for cell in self.totals:
            for total in self.follow(cell):
                self.parts[total].add(cell)

    @property
    def timed_out(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() > self.deadline

    def _totals(self) -> dict[CellKey, list[tuple[CellKey, int]]]:
        """Cell → the totals that compute themselves from it, each with its factor."""
        totals: dict[CellKey, list[tuple[CellKey, int]]] = defaultdict(list)
        for total, (_, constraint) in find_definitions(self.pack, self.trees).items():
            if total in self.formulas and identify_constraint(constraint) not in self.broken:
                for factor, part in constraint.right:
                    totals[part].append((total, factor))
        return totals

    def follow(self, cell: CellKey) -> Mapping[CellKey, int]:
        """The cell and every total that moves with it, each with the factor by which it does."""
        if cell not in self.followed:
            self.followed[cell] = self._follow(cell)
        return self.followed[cell]

    def _follow(self, cell: CellKey) -> Mapping[CellKey, int]:
        moved: dict[CellKey, int] = defaultdict(int)
        wave = {cell: 1}
        while wave:
            following: dict[CellKey, int] = defaultdict(int)
            for part, factor in wave.items():
                moved[part] += factor
                for total, coefficient in self.totals.get(part, ()):
                    following[total] += factor * coefficient
            wave = dict(following)
        return moved

    def cells_moving(self, constraint: Constraint) -> Mapping[CellKey, int]:
        """Cells that change this constraint, themselves or through totals that follow them, with
        the factor by which they do."""
        if not self.totals:
            return net_coefficients(constraint)
        if constraint not in self.moved:
            self.moved[constraint] = self._moving(constraint)
        return self.moved[constraint]

    def _moving(self, constraint: Constraint) -> Mapping[CellKey, int]:
        own = net_coefficients(constraint)
        cells = {*own, *(part for cell in own for part in self.parts.get(cell, ()))}
        moved = {cell: self.follow(cell) for cell in cells}
        return {c: sum(own.get(x, 0) * f for x, f in moved[c].items()) for c in cells}

    def constraints(self, cell: CellKey) -> list[Constraint]:
        """Every constraint that the cell changes."""
        if cell not in self.totals:
            return self.by_cell[cell]
        return list(dict.fromkeys(c for moved in self.follow(cell) for c in self.by_cell[moved]))

    def is_broken(self, constraint: Constraint) -> bool:
        """Whether the constraint is an error with the figures as they are set now."""
        verdict = judge(constraint, self.figures)
        excused = self.excused.get(constraint)
        if excused is not None and excused.residual == verdict.residual:
            return False
        return decide_severity(self.pack, constraint, verdict) == ERROR

    def broken_count(self, cell: CellKey) -> int:
        """How many constraints of this cell are broken now."""
        return sum(map(self.is_broken, self.constraints(cell)))

    def repairs(self, cell: CellKey, group: Iterable[Constraint]) -> bool:
        """Whether everything but other groups holds with the cell as it is set now. For a cell on
        which the choice of constraints depends, all of them are instantiated again."""
        if cell not in self.choosing:
            return not self.broken_count(cell)
        others = frozenset(self.broken.values()) - frozenset(group)
        made = instantiate(self.pack, self.trees, self.current_value)
        return all(c in others or not self.is_broken(c) for _, c in made)

    def set(self, cell: CellKey, value: int) -> Figures:
        """Try a value in scaled units, totals that compute themselves following; gives the previous
        figures, for `restore`."""
        step = value - self.current_value(cell)
        moved = self.follow(cell) if cell in self.totals else {cell: 1}
        figures_before = {mover: self.figures.get(mover) for mover in moved}
        for mover, factor in moved.items():
            before = figures_before[mover]
            roundings = before.roundings if before else 1
            figure = Figure(self.current_value(mover) + factor * step, self.width(mover), roundings)
            self.restore({mover: figure if figure.value else None})
        return figures_before

    def restore(self, figures: Figures) -> None:
        """Put figures (None: a blank) into their cells."""
        for cell, figure in figures.items():
            if figure is None:
                self.figures.pop(cell, None)
            else:
                self.figures[cell] = figure

    def current_value(self, cell: CellKey) -> int:
        """The value that is set now, in scaled units."""
        figure = self.figures.get(cell)
        return figure.value if figure else 0

    def unit(self, cell: CellKey) -> Decimal:
        """Scaled units in one unit of amount of the cell's form."""
        return self.per_yuan * self.pack.yuan(self.budget.unit_of(cell.form))

    def width(self, cell: CellKey) -> int:
        """Scaled units of the last decimal that this cell shows."""
        figure = self.printed_figures.get(cell)
        if figure:
            return figure.width
        unit = self.budget.unit_of(cell.form)
        yuan = Decimal(self.pack.yuan(unit)).scaleb(-self.pack.least_decimals(unit))
        return max(1, int(yuan * self.per_yuan))

    def printed_amount(self, cell: CellKey) -> Decimal:
        """The amount in the file, in the form's unit; 0 for a blank."""
        figure = self.printed_figures.get(cell)
        return self.to_form_unit(cell, figure.value if figure else 0)

    def to_form_unit(self, cell: CellKey, value: int) -> Decimal:
        """A value in scaled units, converted to the unit of the cell's form."""
        return Decimal(value) / self.unit(cell)

    def cost(self, cell: CellKey, value: int) -> Cost:
        """The cost of believing that this cell should have the value that it is set to."""
        old, new = self.printed_amount(cell), Decimal(value) / self.unit(cell)
        warnings = roundings = left = 0
        for constraint in self.constraints(cell):
            verdict = judge(constraint, self.figures)
            severity = decide_severity(self.pack, constraint, verdict)
            warnings += severity == WARNING
            roundings += severity == NOTE
            before = judge(constraint, self.printed_figures)
            left += _apart(constraint, verdict) - _apart(constraint, before)
        believed = COSTS[find_slip(old, new)] + 3 * (new < 0 <= old) + 3 * (cell in self.formulas)
        return warnings, believed, roundings, left

    def make_repair(self, change: Change) -> Repair:
        """The change as a repair, in the unit of its form."""
        old, new = self.printed_amount(change.cell), Decimal(change.value) / self.unit(change.cell)
        slip = FORMULA if change.cell in self.formulas else change.slip or find_slip(old, new)
        return Repair(change.cell, old or None, new or None, slip)


ConstraintIdentity = tuple[str, int, tuple[tuple[str, str], ...], tuple[str, ...]]


def identify_constraint(constraint: Constraint) -> ConstraintIdentity:
    """What identifies a constraint of the rules, whatever rows it covers at the moment."""
    first = (constraint.left or constraint.right)[0].cell
    return constraint.rule, constraint.part, constraint.about, first[:2]


def net_coefficients(constraint: Constraint) -> Mapping[CellKey, int]:
    """Cell → coefficient in left − right."""
    coefficients: dict[CellKey, int] = defaultdict(int)
    for coefficient, cell in constraint.left:
        coefficients[cell] += coefficient
    for coefficient, cell in constraint.right:
        coefficients[cell] -= coefficient
    return coefficients


def _apart(constraint: Constraint, verdict: Verdict) -> int:
    return max(0, verdict.residual) if constraint.relation == AT_MOST else abs(verdict.residual)

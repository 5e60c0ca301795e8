"""Which cells are wrong: the fewest, least trusted ones whose change satisfies every rule.

Error localisation after Fellegi and Holt (1976), with the very tolerance of the check: a change
counts as a repair if every constraint holds after it, perhaps within rounding, judged with the
figures as they would be then. Broken constraints that share no cell are causes apart. One wrong
cell is found by algebra over the constraints it stands in; several by trying, for each cell that
mends some of them, whether one more mends the rest.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.cause import Cause, Repair
from xlbudget.core.constraint import AT_MOST, Constraint
from xlbudget.core.finding import ERROR, NOTE, WARNING
from xlbudget.core.key import CellKey
from xlbudget.core.tolerance import Figure, Scale, Verdict, judge
from xlbudget.ops.slips import COSTS, likely_of, slip_of
from xlbudget.packs.model import Pack
from xlbudget.rules.compile import Trees, conditions, instances
from xlbudget.rules.confront import ONE_UNIT, Judged, severity_of

PATIENCE = 2.5
"""Seconds after which the search for several cells stops, with what it has."""

MOST_CELLS = 6
"""More wrong cells in one tangle are not looked for."""


class Change(NamedTuple):
    """A cell with a new value in scaled units (0: blank), and what it costs to believe it."""

    cell: CellKey
    value: int
    cost: tuple[int, ...]


def causes_of(
    pack: Pack,
    budget: Budget,
    trees: Trees,
    scale: Scale,
    judged: Sequence[Judged],
) -> tuple[Cause, ...]:
    """The likely causes of all broken constraints, each with the repairs that explain it."""
    broken = [
        one.constraint for one in judged if severity_of(pack, one.constraint, one.verdict) == ERROR
    ]
    if not broken:
        return ()
    search = _Search(pack, budget, trees, scale, judged, broken)
    deadline = time.monotonic() + PATIENCE
    causes = [search.cause(group, deadline) for group in _groups(broken)]
    return tuple(sorted(causes, key=lambda cause: -len(cause.explains)))


def _groups(broken: Iterable[Constraint]) -> list[list[Constraint]]:
    """Broken constraints that hang together by shared cells."""
    groups: list[tuple[set[CellKey], list[Constraint]]] = []
    for constraint in broken:
        cells = {*constraint.cells(), *constraint.condition}
        joined = [constraint]
        apart = []
        for group in groups:
            if group[0].isdisjoint(cells):
                apart.append(group)
            else:
                cells |= group[0]
                joined = group[1] + joined
        groups = [*apart, (cells, joined)]
    return [constraints for _, constraints in groups]


class _Search:
    """The constraints by cell, and figures that are tried out."""

    def __init__(
        self,
        pack: Pack,
        budget: Budget,
        trees: Trees,
        scale: Scale,
        judged: Sequence[Judged],
        broken: Iterable[Constraint],
    ) -> None:
        self.pack, self.budget, self.trees = pack, budget, trees
        self.scale, self.broken = scale, frozenset(broken)
        self.choosing = frozenset(conditions(pack))
        self.excused = {o.constraint: o.verdict for o in judged if o.verdict.outcome == ONE_UNIT}
        self.figures = dict(scale.figures)
        self.by_cell: dict[CellKey, list[Constraint]] = defaultdict(list)
        for one in judged:
            for cell in _coefficients(one.constraint):
                self.by_cell[cell].append(one.constraint)

    def cause(self, group: list[Constraint], deadline: float) -> Cause:
        """The best explanation of one group of broken constraints."""
        for size in range(1, MOST_CELLS + 1):
            found = list(self.changes(group, size, deadline))
            if found:
                return self.told(group, found)
            if time.monotonic() > deadline:
                break
        return Cause((), tuple(group))

    def told(self, group: list[Constraint], found: list[tuple[Change, ...]]) -> Cause:
        found.sort(key=_cost)
        best = _cost(found[0])
        equal = [changes for changes in found if _cost(changes) == best]
        repairs = [tuple(map(self.repair, changes)) for changes in equal]
        distinct = list(dict.fromkeys(repairs))
        return Cause(distinct[0], tuple(group), tuple(distinct[1:]))

    def repair(self, change: Change) -> Repair:
        unit = self.scale.per_yuan * self.pack.yuan(self.budget.unit_of(change.cell.form))
        old, new = self.value(change.cell) / unit, Decimal(change.value) / unit
        return Repair(change.cell, old or None, new or None, slip_of(old, new))

    def value(self, cell: CellKey) -> Decimal:
        figure = self.scale.figures.get(cell)
        return Decimal(figure.value if figure else 0)

    def changes(
        self, group: list[Constraint], size: int, deadline: float
    ) -> Iterator[tuple[Change, ...]]:
        """Sets of so many cells with values that mend the group and break nothing."""
        if size == 1:
            yield from ((change,) for change in self.single(group))
            return
        cells = dict.fromkeys(cell for c in group for cell in _coefficients(c))
        for cell in cells:
            for value in self.values(cell, group):
                if time.monotonic() > deadline:
                    return
                kept = self.figures.get(cell)
                before = self._bad(cell)
                self._set(cell, value)
                if self._bad(cell) < before:
                    rest = self._still(group, cell)
                    cost = self.cost(cell, value)
                    if rest:
                        for more in self.changes(rest, size - 1, deadline):
                            if all(change.cell != cell for change in more):
                                yield (Change(cell, value, cost), *more)
                self._restore(cell, kept)

    def single(self, group: list[Constraint]) -> Iterator[Change]:
        """Single cells with a value that mend the whole group and break nothing."""
        common = {*group[0].cells(), *group[0].condition}
        for constraint in group[1:]:
            common &= {*constraint.cells(), *constraint.condition}
        for cell in sorted(common):
            for value in self.values(cell, group):
                kept = self.figures.get(cell)
                self._set(cell, value)
                cost = self.cost(cell, value) if self._mends(cell, group) else None
                self._restore(cell, kept)
                if cost is not None:
                    yield Change(cell, value, cost)

    def values(self, cell: CellKey, group: Iterable[Constraint]) -> list[int]:
        """Values worth trying: those that make a broken constraint exact, and likely slips."""
        now = self.figures.get(cell, Figure(0, 0)).value
        exact = []
        for constraint in group:
            coefficient = _coefficients(constraint).get(cell)
            if not coefficient:
                continue
            residual = judge(constraint, self.figures).residual
            if residual % coefficient == 0:
                exact.append(now - residual // coefficient)
        unit = self.scale.per_yuan * self.pack.yuan(self.budget.unit_of(cell.form))
        slips = (int(amount * unit) for amount in likely_of(Decimal(now) / unit) if now)
        width = self._width(cell)
        likely = [value for value in slips if value % width == 0]
        return list(dict.fromkeys(value for value in (*exact, *likely) if value != now))

    def cost(self, cell: CellKey, value: int) -> tuple[int, ...]:
        """How hard it is to believe that this cell should have the value that it is set to:
        warnings that this leaves, the slip, roundings, units of the last decimal left over."""
        unit = self.scale.per_yuan * self.pack.yuan(self.budget.unit_of(cell.form))
        slip = slip_of(self.value(cell) / unit, Decimal(value) / unit)
        below = value < 0 <= self.value(cell)
        warnings = roundings = left = 0
        for constraint in self.by_cell[cell]:
            verdict = judge(constraint, self.figures)
            severity = severity_of(self.pack, constraint, verdict)
            warnings += severity == WARNING
            roundings += severity == NOTE
            left += _apart(constraint, verdict) - _apart(constraint, self.before(constraint))
        believed = COSTS[slip] + 3 * below
        return warnings, believed, roundings, left

    def before(self, constraint: Constraint) -> Verdict:
        """The verdict on the figures as they stand in the file."""
        return judge(constraint, self.scale.figures)

    def _mends(self, cell: CellKey, group: Iterable[Constraint]) -> bool:
        """Does everything hold with the cell as it is set now, but for other groups? A cell on
        which the choice of constraints rests has them all made anew."""
        if cell not in self.choosing:
            return not self._bad(cell)
        others = self.broken - frozenset(group)
        made = instances(self.pack, self.trees, self.figures)
        return all(c in others or not self._is_broken(c) for _, c in made)

    def _bad(self, cell: CellKey) -> int:
        return sum(map(self._is_broken, self.by_cell[cell]))

    def _still(self, group: Iterable[Constraint], cell: CellKey) -> list[Constraint]:
        """What is broken now, of the group and of the constraints of the cell."""
        touched = [*group, *self.by_cell[cell]]
        return [c for c in dict.fromkeys(touched) if self._is_broken(c)]

    def _is_broken(self, constraint: Constraint) -> bool:
        verdict: Verdict = judge(constraint, self.figures)
        excused = self.excused.get(constraint)
        if excused is not None and excused.residual == verdict.residual:
            return False
        return severity_of(self.pack, constraint, verdict) == ERROR

    def _set(self, cell: CellKey, value: int) -> None:
        if value:
            self.figures[cell] = Figure(value, self._width(cell))
        else:
            self.figures.pop(cell, None)

    def _restore(self, cell: CellKey, figure: Figure | None) -> None:
        if figure is None:
            self.figures.pop(cell, None)
        else:
            self.figures[cell] = figure

    def _width(self, cell: CellKey) -> int:
        """Scaled units of the last decimal that this cell shows."""
        figure = self.scale.figures.get(cell)
        if figure:
            return figure.width
        unit = self.budget.unit_of(cell.form)
        yuan = Decimal(self.pack.yuan(unit)).scaleb(-self.pack.least_decimals(unit))
        return max(1, int(yuan * self.scale.per_yuan))


def _apart(constraint: Constraint, verdict: Verdict) -> int:
    return max(0, verdict.residual) if constraint.relation == AT_MOST else abs(verdict.residual)


def _cost(changes: tuple[Change, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(change.cost for change in changes), strict=True)))


def _coefficients(constraint: Constraint) -> Mapping[CellKey, int]:
    """Cell → coefficient in left − right."""
    found: dict[CellKey, int] = defaultdict(int)
    for coefficient, cell in constraint.left:
        found[cell] += coefficient
    for coefficient, cell in constraint.right:
        found[cell] -= coefficient
    return found

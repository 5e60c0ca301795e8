"""Hold a budget against every constraint of its pack without building those that hold.

`confront` builds all; what both say of a budget is held against each other by a test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.tolerance import HELD, judge
from xlbudget.packs.model import Pack
from xlbudget.rules.compile import Instance, Trees, applies, condition_of, laid, laid_at, rows_of
from xlbudget.rules.confront import Judged, excused, judged_of
from xlbudget.rules.sums import Plan, Sums, plans_of
from xlbudget.rules.wholes import Wholes, figures_of, wholes_of


class Compared(NamedTuple):
    """How many constraints came to each outcome, those that do not simply hold, and how many
    scaled units of their verdicts make one 元."""

    counts: Mapping[str, int]
    judged: tuple[Judged, ...]
    per_yuan: Decimal


def compared(
    pack: Pack,
    budget: Budget,
    trees: Trees,
    unreadable: Collection[CellKey] = (),
    counted: Collection[str] = (HELD,),
) -> Compared:
    """Every constraint of the pack on this budget: as `confront`, but those that hold to the last
    unit, and those of other outcomes that are only `counted`, are not among the judged."""
    wholes = wholes_of(pack, budget)
    missing = pack.blocks.keys() - budget.blocks.keys()
    unsure = {*missing, *(BlockKey(cell.form, cell.block) for cell in unreadable)}
    over = _Over(trees, wholes, Sums(trees, wholes.columns), wholes.alike, counted, Counter())
    judged: list[Judged] = []
    count = 0
    for place, plan in enumerate(plans_of(pack)):
        if plan.shape.when and not applies(plan.shape, trees, wholes.value):
            continue
        rows = rows_of(plan.shape, pack, trees)
        count += plan.size(rows, trees)
        if unsure and not unsure.isdisjoint(plan.shape.blocks):
            found = list(laid(place, plan.shape, pack, trees))
            figures = figures_of(wholes, (cell for _, c in found for cell in c.cells()))
            judged += judged_of(found, figures, missing, unreadable)
        else:
            judged += over.apart(place, plan, rows)
    judged = excused(pack, judged)
    counts = Counter(one.verdict.outcome for one in judged) + over.passed
    counts[HELD] += count - counts.total()
    told = tuple(one for one in judged if one.verdict.outcome not in counted)
    return Compared(counts, told, wholes.per_yuan)


class _Over(NamedTuple):
    """A budget to lay shapes over; `alike` as `Wholes` says it; `passed` are the constraints that
    are `counted` and were not laid out."""

    trees: Trees
    wholes: Wholes
    sums: Sums
    alike: bool
    counted: Collection[str]
    passed: Counter[str]

    def apart(self, place: int, plan: Plan, rows: Sequence[str]) -> Iterator[Judged]:
        """The constraints of a shape that do not hold to the last unit."""
        for row, column in self.sums.apart(plan, rows):
            verdict = self.sums.verdict(plan.shape, row, column) if self.alike else None
            if verdict and verdict.outcome in self.counted:
                self.passed[verdict.outcome] += 1
                continue
            condition = condition_of(plan.shape, self.trees)
            constraint = laid_at(plan.shape, self.trees, row, column, condition)
            if verdict is None:
                verdict = judge(constraint, figures_of(self.wholes, constraint.cells()))
            yield Judged(Instance(place, row, column), constraint, verdict)

"""Every constraint of a pack evaluated on a budget: the only evaluator.

Where only verdicts are needed, `evaluate` builds the constraints that do not hold to the last
unit; `evaluate_all` builds every one, for code that searches, writes or rounds by them. Both take
their terms from `terms` and judge by `core.tolerance`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.constraint import Constraint
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.tolerance import HELD, UNDECIDED, Figure, Verdict, judge
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.bound_rules import BoundRule
from xlbudget.rules.column_sums import find_inexact
from xlbudget.rules.instantiate import Instance, instantiate, instantiate_at
from xlbudget.rules.outcomes import JudgedConstraint, apply_exemption
from xlbudget.rules.scaled_amounts import ScaledAmounts, scaled_amounts
from xlbudget.rules.terms import Terms, derive_terms
from xlbudget.rules.tree import Trees


class Evaluation(NamedTuple):
    """The number of constraints by outcome, those that do not hold to the last unit, and the number
    of scaled units of their verdicts in one 元."""

    counts: Mapping[str, int]
    judged: tuple[JudgedConstraint, ...]
    per_yuan: Decimal


class _Doubt(NamedTuple):
    """The reasons that leave constraints undecided: blocks that the budget lacks, and cells that
    could not be read."""

    missing: Collection[BlockKey]
    unreadable: Collection[CellKey]

    def blocks(self) -> set[BlockKey]:
        return {*self.missing, *(BlockKey(cell.form, cell.block) for cell in self.unreadable)}

    def touches(self, constraint: Constraint) -> bool:
        return bool(self.missing or self.unreadable) and any(
            BlockKey(cell.form, cell.block) in self.missing or cell in self.unreadable
            for cell in (*constraint.cells(), *constraint.condition)
        )


def evaluate(
    pack: Pack, budget: Budget, trees: Trees, unreadable: Collection[CellKey] = ()
) -> Evaluation:
    """Every constraint of the pack on this budget, counted by outcome. Constraints over blocks
    that the budget lacks, or over cells that could not be read, stay undecided."""
    amounts = scaled_amounts(pack, budget)
    doubt = _Doubt(pack.blocks.keys() - budget.blocks.keys(), unreadable)
    doubtful = doubt.blocks()
    count = 0
    judged: list[JudgedConstraint] = []
    for position, terms in derive_terms(pack, trees, amounts.value):
        count += len(terms.rows) * len(terms.bound.columns)
        decidable = not doubtful or doubtful.isdisjoint(terms.bound.blocks)
        for row, column in (
            find_inexact(terms, amounts.columns) if decidable else _everywhere(terms)
        ):
            constraint = instantiate_at(terms, row, column)
            verdict = _verdict(constraint, amounts.figures(constraint.cells()), doubt)
            judged.append(JudgedConstraint(Instance(position, row, column), constraint, verdict))
    judged = apply_exemption(pack, judged)
    counts = Counter(each.verdict.outcome for each in judged)
    counts[HELD] += count - len(judged)
    not_held = tuple(each for each in judged if each.verdict.outcome != HELD)
    return Evaluation(counts, not_held, amounts.per_yuan)


def evaluate_all(
    pack: Pack, budget: Budget, trees: Trees, unreadable: Collection[CellKey] = ()
) -> tuple[ScaledAmounts, list[JudgedConstraint]]:
    """The scaled amounts and every constraint with its verdict, those that hold included."""
    amounts = scaled_amounts(pack, budget)
    figures = amounts.figures(cell for cell, _ in budget.amounts())
    doubt = _Doubt(pack.blocks.keys() - budget.blocks.keys(), unreadable)
    judged = [
        JudgedConstraint(instance, constraint, _verdict(constraint, figures, doubt))
        for instance, constraint in instantiate(pack, trees, amounts.value)
    ]
    return amounts, apply_exemption(pack, judged)


def sample_near_totals(
    pack: Pack, budget: Budget, trees: Trees, most: int, beside: Collection[Instance]
) -> Iterator[JudgedConstraint]:
    """At most `most` constraints other than those `beside`: first those of totals and fixed rows,
    then those of codes, short ones first. Of a county's ten thousand only these are built."""
    amounts = scaled_amounts(pack, budget)
    terms = dict(derive_terms(pack, trees, amounts.value))
    ranked = [
        (_depth(pack, of_rule.bound, row), Instance(position, row, column))
        for position, of_rule in terms.items()
        for row, column in _everywhere(of_rule)
    ]
    ranked.sort(key=lambda pair: pair[0])
    chosen = (instance for _, instance in ranked if instance not in beside)
    for instance in islice(chosen, max(0, most)):
        constraint = instantiate_at(terms[instance.bound], instance.row, instance.column)
        figures = amounts.figures(constraint.cells())
        yield JudgedConstraint(instance, constraint, judge(constraint, figures))


def _everywhere(terms: Terms) -> Iterator[tuple[str, str]]:
    return ((row, column) for row in terms.rows for column in terms.bound.columns)


def _verdict(constraint: Constraint, figures: Mapping[CellKey, Figure], doubt: _Doubt) -> Verdict:
    if doubt.touches(constraint):
        return Verdict(UNDECIDED, 0, 0, 0, 0, 0, 0)
    return judge(constraint, figures)


def _depth(pack: Pack, bound: BoundRule, row: str) -> int:
    first = pack.blocks[bound.selectors[0].block]
    return 0 if first.fixed or row == TOTAL else len(row)

"""Whether rounded figures still agree: the interval arithmetic of the check.

A reported figure stands for every value that rounds to it (XBRL Calculations 1.1): half a unit of
its last printed decimal either way. A blank or a written zero stands for exactly nothing. All
arithmetic is in whole numbers of the finest printed unit among the figures: no floats, no roots.
A consolidated figure stands for the sum of the intervals of its sources (RULES.md, Tolerance).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.amount import count_decimals
from xlbudget.core.constraint import AT_MOST, Constraint
from xlbudget.core.key import CellKey

HELD = "held"
ROUNDING = "rounding"
SUSPICIOUS = "suspicious"
BROKEN = "broken"
UNDECIDED = "undecided"


class Figure(NamedTuple):
    """A filled amount in scaled whole units: its value, the width of one last decimal, and the
    number of rounded figures it sums."""

    value: int
    width: int
    roundings: int = 1


class Verdict(NamedTuple):
    """The outcome of a constraint.

    `residual` is left − right in scaled units, `bound` twice the sum of half-widths (so a residual
    is within it if 2·|residual| < bound), `filled` the figures in it weighted by |a|, `width` the
    coarsest last decimal among them.
    """

    outcome: str
    residual: int
    left: int
    right: int
    bound: int
    filled: int
    width: int


def last_decimal(amount: Decimal, yuan: int, least: int) -> int:
    """The last decimal in 元, as a power of ten: 0.01 万元 is 10² 元, 0.01 元 is 10⁻²."""
    return _magnitude(yuan) - max(count_decimals(amount), least)


def factor(yuan: int, finest: int) -> Decimal:
    """The number of units of the finest last decimal in this many 元: a power of ten, so that an
    amount times this keeps its digits."""
    return Decimal(1).scaleb(_magnitude(yuan) - finest)


def _magnitude(yuan: int) -> int:
    return len(str(yuan)) - 1


def judge(constraint: Constraint, figures: Mapping[CellKey, Figure]) -> Verdict:
    """The verdict on one constraint by the intervals of its figures; missing ones are skipped."""
    left = right = bound = filled = squares = width = 0
    for sign, terms in ((1, constraint.left), (-1, constraint.right)):
        side = 0
        for coefficient, cell in terms:
            figure = figures.get(cell)
            if figure is None:
                continue
            side += coefficient * figure.value
            weight = abs(coefficient)
            bound += weight * figure.width * figure.roundings
            squares += weight * figure.width * figure.width * figure.roundings
            filled += weight * figure.roundings
            width = max(width, figure.width)
        if sign > 0:
            left = side
        else:
            right = side
    residual = left - right
    outcome = _outcome(residual, constraint.relation, bound, squares, width)
    return Verdict(outcome, residual, left, right, bound, filled, width)


def holds_exactly(residual: int, relation: str) -> bool:
    """Whether left − right satisfies the relation as it stands, without any rounding."""
    return residual == 0 or (relation == AT_MOST and residual < 0)


def _outcome(residual: int, relation: str, bound: int, squares: int, width: int) -> str:
    if holds_exactly(residual, relation):
        return HELD
    size = abs(residual)
    if 2 * size >= bound:
        return BROKEN
    # Four standard deviations of a sum of uniform roundings: width²/12 each, so r² ≤ 16·Σw²/12.
    if size <= width or 3 * size * size <= 4 * squares:
        return ROUNDING
    return SUSPICIOUS

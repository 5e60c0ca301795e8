"""The tolerance of the check as formulas: by how many last decimals the sides of a line differ, and
how many that may be (RULES.md, Tolerance, as `core.tolerance` has it)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.constraint import AT_MOST
from xlbudget.core.tolerance import last_decimal
from xlbudget.rules.bound_rules import BoundRule, Selector
from xlbudget.workbook.live.ledger import (
    APPLIES,
    COUNT,
    LEFT,
    NAMES,
    RIGHT,
    UNITS,
    LedgerLine,
    count_name,
)
from xlbudget.workbook.live.regions import Grid, Region, unit_name
from xlbudget.workbook.live.term_cells import TermCells, sum_as_term
from xlbudget.workbook.xlsx.formula import (
    NOTE_WEIGHT,
    WARNING_WEIGHT,
    Outcomes,
    choose_outcome,
    join_terms,
    multiply_by,
)


class Measure(NamedTuple):
    """What the figures of an expression are measured in. Sides are stated in units of `yuan` 元,
    those of the form named first; their difference is counted in units of the finest last decimal:
    with `decimals` decimals of that unit, or of one 元 where there are several `forms`, each in the
    unit that is printed on it now. `even`: those of a form are alike, so that their number says
    how wide they are."""

    yuan: int
    decimals: int
    forms: tuple[str, ...]
    even: bool

    @property
    def several(self) -> bool:
        """Whether its figures stand in several forms."""
        return len(self.forms) > 1

    @property
    def alike(self) -> bool:
        """Whether all figures are one unit of the finest last decimal wide."""
        return self.even and not self.several

    @property
    def last(self) -> int:
        """The finest last decimal in 元, as a power of ten."""
        return last_decimal(Decimal(0), 1 if self.several else self.yuan, self.decimals)

    def per_unit(self, region: Region) -> str:
        """The factor from the unit of that block's form to the finest last decimal."""
        return multiply_by(Decimal(10) ** self.decimals) + self.units_of(region.block.form)

    def units_of(self, form: str, power: int = 1) -> str:
        """The factor before an amount of that form; empty where all are of one form."""
        if not self.several:
            return ""
        return f"{unit_name(form)}{f'^{power}' if power > 1 else ''}*"


def find_measure(grid: Grid, selectors: Sequence[Selector]) -> Measure:
    """The measure of some terms."""
    regions = [grid[selector.block] for selector in selectors]
    forms = tuple(dict.fromkeys(region.block.form for region in regions))
    decimals = {region.most for region in regions}
    even = len(decimals) == 1 and not any(region.widths for region in regions)
    return Measure(regions[0].yuan, max(decimals), forms, even)


def count_figures(
    cells: TermCells, measure: Measure, line: LedgerLine, bound: BoundRule
) -> list[str]:
    """For each of several forms how many figures are not 0, weighted by their coefficients; none
    where that would not say how wide they are, or nobody asks."""
    if not _counted(cells, measure, line, bound):
        return []
    own = measure._replace(forms=())
    return [
        join_terms([_widths(cells, own, line, p) for p in bound.selectors if p.block.form == form])
        for form in measure.forms
    ]


def _counted(cells: TermCells, measure: Measure, line: LedgerLine, bound: BoundRule) -> bool:
    return measure.even and measure.several and not _are_two(cells, line, bound)


def width_sum(cells: TermCells, measure: Measure, line: LedgerLine, bound: BoundRule) -> str:
    """The sum of the widths of all figures' last decimals, weighted by their coefficients:
    where all are alike, the number of figures. Two figures that are alike differ by a whole unit
    or not at all, which two roundings never explain."""
    if measure.alike and _are_two(cells, line, bound):
        return "2"
    if _counted(cells, measure, line, bound):
        return _by_form(measure, 1)
    return join_terms([_widths(cells, measure, line, p) for p in bound.selectors])


def _by_form(measure: Measure, power: int) -> str:
    """The sum of the widths, or their squares, from the number of each form's figures."""
    return join_terms(
        [measure.units_of(f, power) + count_name(n) for n, f in enumerate(measure.forms)]
    )


def _are_two(cells: TermCells, line: LedgerLine, bound: BoundRule) -> bool:
    """Whether a line has no more than two figures, coefficients counted."""
    few = sum(abs(selector.coefficient) for selector in bound.selectors) <= 2
    return few and all(cells.alone(line, selector) for selector in bound.selectors)


def _squares(cells: TermCells, measure: Measure, line: LedgerLine, bound: BoundRule) -> str:
    """The sum of the squares of all figures' widths, weighted likewise."""
    if _counted(cells, measure, line, bound):
        return f"({_by_form(measure, 2)})"
    squares = [_widths(cells, measure, line, p, 2) for p in bound.selectors]
    return f"({join_terms(squares)})"


def _widest(cells: TermCells, measure: Measure, line: LedgerLine, bound: BoundRule) -> str:
    """The widest last decimal of all figures."""
    if _counted(cells, measure, line, bound):
        counts = [f"{measure.units_of(f)}({count_name(n)}>0)" for n, f in enumerate(measure.forms)]
        return f"MAX({','.join(counts)})"
    widths = []
    for selector in bound.selectors:
        if alone := _alone(cells, measure, line, selector):
            widths.append(alone)
            continue
        before = _width(measure, cells.grid[selector.block])
        for there in _arrays(cells, line, selector):
            widths.append(f"{before}SUMPRODUCT(MAX({there}))")
    return widths[0] if len(widths) == 1 else f"MAX({','.join(widths)})"


def _widths(
    cells: TermCells, measure: Measure, line: LedgerLine, selector: Selector, power: int = 1
) -> str:
    """The widths of a term's figures, or their squares, weighted by its coefficient."""
    weight = multiply_by(Decimal(abs(selector.coefficient)))
    if alone := _alone(cells, measure, line, selector, power):
        return weight + alone
    before = weight + _width(measure, cells.grid[selector.block], power)
    arrays = _arrays(cells, line, selector)
    if power > 1:
        arrays = [f"({there})^{power}" for there in arrays]
    return before + sum_as_term([f"SUMPRODUCT({there})" for there in arrays])


def _width(measure: Measure, region: Region, power: int = 1) -> str:
    """The factor from widths in units of a block's finest to those of the measure."""
    finer = Decimal(10) ** (power * (measure.decimals - region.most))
    return multiply_by(finer) + measure.units_of(region.block.form, power)


def _alone(
    cells: TermCells, measure: Measure, line: LedgerLine, selector: Selector, power: int = 1
) -> str:
    """The width of the one figure of a term, or its square; empty for a term of several."""
    region = cells.grid[selector.block]
    cell = cells.alone(line, selector, region.widths)
    if not cell:
        return ""
    before = _width(measure, region, power)
    if region.widths:
        return f"{before}{cell}{f'^{power}' if power > 1 else ''}"
    return f"{before}({cell}<>0)"


def _arrays(cells: TermCells, line: LedgerLine, selector: Selector) -> list[str]:
    """For each run of a term's rows an array of the widths of its figures' last decimals, in units
    of the block's finest; 0 for a figure of 0 and for one that is not meant."""
    shift = cells.grid[selector.block].widths
    there = "" if shift else "<>0"
    return [
        f"({rows}={wanted})*({column}{there})" if wanted else f"1*({column}{there})"
        for rows, wanted, column in cells.runs(line, selector, shift)
    ]


def units_apart(measure: Measure, first: Region, relation: str) -> str:
    """By how many units of the last decimal the sides differ, 0 where an inequality holds."""
    left, right = NAMES[LEFT], NAMES[RIGHT]
    apart = f"ROUND({measure.per_unit(first)}ABS({left}-{right}),0)"
    return f"IF({left}<={right},0,{apart})" if relation == AT_MOST else apart


def weigh(
    cells: TermCells, measure: Measure, line: LedgerLine, bound: BoundRule, broken: str, excuse: str
) -> str:
    """0 where a line holds, else the weight of a note, warning or error by RULES.md's intervals:
    `broken` beyond them, but for a difference of one unit where the test `excuse` is met."""
    widths, apart = NAMES[COUNT], NAMES[UNITS]
    if excuse:
        width = "1" if measure.alike else _widest(cells, measure, line, bound)
        broken = f"IF(AND({apart}={width},{excuse}),{WARNING_WEIGHT},{broken})"
    if _are_two(cells, line, bound):
        # Less than half of the two widths is less than the wider of them.
        beyond = f"IF(2*{apart}>={widths},{broken},{NOTE_WEIGHT})"
    else:
        outcomes = Outcomes(str(NOTE_WEIGHT), str(WARNING_WEIGHT), broken)
        if measure.alike:
            beyond = choose_outcome(apart, widths, widths, "1", outcomes)
        else:
            widest = _widest(cells, measure, line, bound)
            squares = _squares(cells, measure, line, bound)
            beyond = choose_outcome(apart, widths, squares, widest, outcomes)
    return f"IF(OR({NAMES[APPLIES]}=0,{apart}=0),0,{beyond})"

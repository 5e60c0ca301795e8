"""The hidden sheet of constraints: a line for each that applies now or may come to.

The second compiler of the rules: `rules.instantiate` applies a bound rule to the cells of a
budget, this applies it to the cells of a grid, including open rows that are still blank. A test
recalculates workbooks and compares the two, constraint by constraint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.constraint import AT_MOST, EQUAL
from xlbudget.core.finding import WARNING
from xlbudget.core.key import BlockKey, SheetCell, address
from xlbudget.core.tolerance import last_decimal
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.packs.names import name_code, name_row
from xlbudget.rules.bound_rules import (
    BOUND,
    CHILDREN,
    FIXED,
    GROUP,
    TOPS,
    BoundRule,
    Selector,
    bound_rules,
)
from xlbudget.rules.terms import list_classes
from xlbudget.rules.wording import render_sentence
from xlbudget.workbook.live.regions import Grid, Region, unit_name
from xlbudget.workbook.xlsx.formula import (
    ERROR_WEIGHT,
    NOTE_WEIGHT,
    WARNING_WEIGHT,
    Outcomes,
    choose_outcome,
    join_terms,
    multiply_by,
    quote_text,
)

RULE, FORM, KEY, APPLIES, LEFT, RIGHT, COUNT, UNITS, WEIGHT, LINK, SAYS = range(11)
FIRST_LINE = 1
NAMES = {
    APPLIES: "line_applies",
    LEFT: "line_left",
    RIGHT: "line_right",
    COUNT: "line_count",
    UNITS: "line_units",
}
"""Defined names for the fields of a formula's own line: every line's formula reads the same, for
people and for the file's size."""
OPEN_ROW = "\0"
"""Placeholder in a sentence for the name of an open row, which only the workbook knows."""


class HiddenSheets(NamedTuple):
    """Names of the hidden sheets."""

    figures: str
    ledger: str
    marks: str


class LedgerLine(NamedTuple):
    """One line's constraint. `bound` is the index of its bound rule; `row` is a fixed row's id, a
    code, or empty where `open_position` counts the open row of block `on`."""

    number: int
    bound: int
    column: str
    row: str
    on: BlockKey | None
    open_position: int


def list_lines(pack: Pack, grid: Grid) -> list[LedgerLine]:
    """Every line, form by form."""
    every = list(enumerate(bound_rules(pack)))
    order = list(pack.forms)
    every.sort(key=lambda item: order.index(item[1].first.block.form))
    fields = [
        (number, column, row, on, nth)
        for number, bound in every
        for column in bound.columns
        for row, on, nth in _rows(pack, grid, bound)
    ]
    return [LedgerLine(FIRST_LINE + n, *line) for n, line in enumerate(fields)]


def _rows(pack: Pack, grid: Grid, bound: BoundRule) -> Iterator[tuple[str, BlockKey | None, int]]:
    """(fixed row or code, block, position among its open rows) of each line of a bound rule."""
    word = bound.row_word
    if not word:
        yield "", None, 0
    elif word == "class":
        yield from ((code, None, 0) for code in list_classes(bound, pack))
    elif word == "code":
        yield TOTAL, None, 0
        for block in _blocks(bound):
            yield from ((word, block, nth) for nth in range(1, grid[block].slots + 1))
    else:
        assert bound.on is not None
        region = grid[bound.on]
        if word == "row":
            yield from ((row, bound.on, 0) for row in region.fixed)
        yield from (("", bound.on, nth) for nth in range(1, region.slots + 1))


def _blocks(bound: BoundRule) -> list[BlockKey]:
    return list(dict.fromkeys(selector.block for selector in (*bound.left, *bound.right)))


class Measure(NamedTuple):
    """What the figures of an expression are measured in. Sides are stated in units of `yuan` 元,
    those of the form named first; their difference is counted in units of the finest last decimal:
    with `decimals` decimals of that unit, or of one 元 where there are `several` forms, each in the
    unit that is printed on it now. `alike`: all figures are one such unit wide."""

    yuan: int
    decimals: int
    several: bool
    alike: bool

    @property
    def last(self) -> int:
        """The finest last decimal in 元, as a power of ten."""
        return last_decimal(Decimal(0), 1 if self.several else self.yuan, self.decimals)

    def units_of(self, region: Region, power: int = 1) -> str:
        """The factor before an amount of that form; empty where all are of one form."""
        return f"{unit_name(region.block.form)}{f'^{power}' if power > 1 else ''}*" * self.several


def find_measure(grid: Grid, selectors: Sequence[Selector]) -> Measure:
    """The measure of some terms."""
    regions = [grid[selector.block] for selector in selectors]
    several = len({region.block.form for region in regions}) > 1
    decimals = {region.most for region in regions}
    alike = len(decimals) == 1 and not several and not any(region.widths for region in regions)
    return Measure(regions[0].yuan, max(decimals), several, alike)


class FormulaWriter(NamedTuple):
    """Turns lines into formulas over the sheet of figures. `shift` is `inner_shift`'s."""

    pack: Pack
    grid: Grid
    sheets: HiddenSheets
    shift: int

    def key(self, line: LedgerLine) -> str:
        """The line's code as a formula, empty where it has none."""
        if line.row and line.open_position:
            assert line.on is not None
            return self.grid[line.on].helper("code", line.open_position, self.sheets.figures)
        return quote_text(line.row) if line.row else ""

    def measure(self, bound: BoundRule) -> Measure:
        """The measure of a bound rule's figures."""
        return find_measure(self.grid, (*bound.left, *bound.right))

    def side(self, line: LedgerLine, selectors: Iterable[Selector], first: BlockKey) -> str:
        """The sum of one side in the unit of the form of that block."""
        terms = []
        for p in selectors:
            unit, mine = unit_name(p.block.form), unit_name(first.form)
            ratio = f"{unit}/{mine}*" if unit != mine else ""
            terms.append(multiply_by(Decimal(p.coefficient)) + ratio + self._sum(line, p))
        return join_terms(terms).replace("+-", "-")

    def width_sum(self, line: LedgerLine, bound: BoundRule) -> str:
        """The sum of the widths of all figures' last decimals, weighted by their coefficients:
        where all are alike, the number of figures. At most two such cells differ by a whole unit
        or not at all, which two roundings never explain."""
        selectors = (*bound.left, *bound.right)
        measure = self.measure(bound)
        few = sum(abs(p.coefficient) for p in selectors) <= 2
        if measure.alike and few and all(self.alone(line, p) for p in selectors):
            return "2"
        return join_terms([self._widths(line, p, measure) for p in selectors])

    def squares(self, line: LedgerLine, bound: BoundRule) -> str:
        """The sum of the squares of all figures' widths, weighted likewise."""
        measure = self.measure(bound)
        squares = [self._widths(line, p, measure, 2) for p in (*bound.left, *bound.right)]
        return f"({join_terms(squares)})"

    def widest(self, line: LedgerLine, bound: BoundRule) -> str:
        """The widest last decimal of all figures."""
        measure = self.measure(bound)
        widths = []
        for selector in (*bound.left, *bound.right):
            before = self._width(selector, measure)
            for there in self._there(line, selector):
                widths.append(f"{before}SUMPRODUCT(MAX({there}))")
        return widths[0] if len(widths) == 1 else f"MAX({','.join(widths)})"

    def _widths(
        self, line: LedgerLine, selector: Selector, measure: Measure, power: int = 1
    ) -> str:
        """The widths of a term's figures, or their squares, weighted by its coefficient."""
        before = multiply_by(Decimal(abs(selector.coefficient))) + self._width(
            selector, measure, power
        )
        if (alone := self.alone(line, selector)) and not self.grid[selector.block].widths:
            return f"{before}({alone}<>0)"
        widths = self._there(line, selector)
        if power > 1:
            widths = [f"({there})^{power}" for there in widths]
        return before + _together([f"SUMPRODUCT({there})" for there in widths])

    def _width(self, selector: Selector, measure: Measure, power: int = 1) -> str:
        """The factor from widths in units of a block's finest to those of the measure."""
        region = self.grid[selector.block]
        finer = Decimal(10) ** (power * (measure.decimals - region.most))
        return multiply_by(finer) + measure.units_of(region, power)

    def _there(self, line: LedgerLine, selector: Selector) -> list[str]:
        """For each piece of a term an array of the widths of its figures' last decimals, in units
        of the block's finest; 0 for a figure of 0 and for one that is not meant."""
        region = self.grid[selector.block]
        shift = region.widths
        if alone := self.alone(line, selector, shift):
            return [alone if shift else f"1*({alone}<>0)"]
        there = "" if shift else "<>0"
        return [
            f"({rows}={wanted})*({column}{there})" if wanted else f"1*({column}{there})"
            for rows, wanted, column in self._choice(line, selector, shift)
        ]

    def _sum(self, line: LedgerLine, selector: Selector) -> str:
        alone = self.alone(line, selector)
        if alone:
            return alone
        pieces = [
            f"SUMIF({rows},{wanted},{column})" if wanted else f"SUM({column})"
            for rows, wanted, column in self._choice(line, selector)
        ]
        return _together(pieces)

    def alone(self, line: LedgerLine, selector: Selector, shift: int = 0) -> str:
        """The one cell that a selector means, or that `shift` columns right; empty for several."""
        region = self.grid[selector.block]
        column = selector.column or line.column
        if selector.how == FIXED:
            row = selector.row
        elif selector.how != BOUND:
            return ""
        elif not line.row:
            return region.behind(
                region.row_at(line.open_position), column, self.sheets.figures, shift
            )
        elif line.open_position or line.row not in region.fixed:
            return ""
        else:
            row = line.row
        return region.behind(region.fixed[row], column, self.sheets.figures, shift)

    def _choice(
        self, line: LedgerLine, selector: Selector, shift: int = 0
    ) -> list[tuple[str, str, str]]:
        """The range to match, the value to match, and the amounts, or the cells `shift` columns
        right of them: for every run of rows in which the selector means some."""
        region = self.grid[selector.block]
        column = selector.column or line.column
        sheet = self.sheets.figures
        if selector.how == GROUP and selector.row in region.block.sets:
            return [("", "", run) for run in self._runs(region, selector.row, column, shift)]
        if not region.helpers or (selector.row == CHILDREN and not line.open_position):
            return []
        amounts = region.behind_range(column, sheet, shift)
        if selector.how == GROUP and selector.row in region.block.levels:
            level = region.block.levels.index(selector.row) + 1
            return [(region.helper_range("level", sheet), str(level), amounts)]
        if selector.how == GROUP:
            parent = line.open_position if selector.row == CHILDREN else 0
            return [(region.helper_range("parent", sheet), str(parent), amounts)]
        code = self.key(line) if selector.how == BOUND else quote_text(selector.row)
        return [(region.helper_range("code", sheet), code, amounts)]

    def _runs(self, region: Region, name: str, column: str, shift: int) -> Iterator[str]:
        """The rows of a named set as ranges of consecutive rows."""
        rows = sorted(region.fixed[row] for row in region.block.sets[name])
        runs = [[rows[0]]]
        for row in rows[1:]:
            if row == runs[-1][-1] + 1:
                runs[-1].append(row)
            else:
                runs.append([row])
        for run in runs:
            first = region.behind(run[0], column, self.sheets.figures, shift)
            yield f"{first}:{region.behind(run[-1], column, '', shift)}"

    def applies(self, line: LedgerLine, bound: BoundRule) -> str:
        """1 where the constraint applies: its rows are there and its condition is met; else 0."""
        conditions = []
        if bound.when:
            conditions.append(self._met(line, *bound.when))
        if _may_lack_terms(bound):
            conditions.append(self._has_terms(line, bound))
        if line.open_position:
            conditions += self._stands(line, bound)
        if not conditions:
            return "1"
        test = conditions[0] if len(conditions) == 1 else f"AND({','.join(conditions)})"
        return f"IF({test},1,0)"

    def _met(self, line: LedgerLine, selectors: Sequence[Selector], relation: str) -> str:
        """The test whether a condition is met. A sum is rounded first: in floating point a sum
        of 0 may be slightly off."""
        measure = find_measure(self.grid, selectors)
        first = selectors[0].block
        figure = self.side(line, selectors, first)
        if len(selectors) > 1 or not self.alone(line, selectors[0]):
            figure = f"ROUND({self._per_unit(measure, first)}({figure}),0)"
        return f"{figure}{'=0' if relation == EQUAL else '<>0'}"

    def _has_terms(self, line: LedgerLine, bound: BoundRule) -> str:
        """The test whether there is any row that the rule's terms mean."""
        counts = [
            f"COUNTIF({rows},{wanted})"
            for selector in (*bound.left, *bound.right)
            for rows, wanted, _ in self._choice(line, selector)
        ]
        return f"{join_terms(counts)}>0"

    def _stands(self, line: LedgerLine, bound: BoundRule) -> Iterator[str]:
        assert line.on is not None
        sheet, region = self.sheets.figures, self.grid[line.on]
        if line.row:
            code = self.key(line)
            yield f'{code}<>""'
            codes = region.helper_range("code", sheet)
            yield f"IFERROR(MATCH({code},{codes},0)={line.open_position},1=0)"
            for block in _blocks(bound):
                if block == line.on:
                    break
                earlier = self.grid[block].helper_range("code", sheet)
                yield f"COUNTIF({earlier},{code})=0"
        elif bound.row_word == "parent":
            yield f"COUNTIF({region.helper_range('parent', sheet)},{line.open_position})>0"
        elif bound.row_word == "childless":
            yield f"{region.helper('childless', line.open_position, sheet)}=1"
        else:
            yield f"{region.helper('parent', line.open_position, sheet)}>=0"

    def _per_unit(self, measure: Measure, first: BlockKey) -> str:
        """The factor from the unit of the form of that block to the finest last decimal."""
        return multiply_by(Decimal(10) ** measure.decimals) + measure.units_of(self.grid[first])

    def units(self, bound: BoundRule) -> str:
        """By how many units of the last decimal the sides differ, 0 where an inequality holds."""
        left, right = NAMES[LEFT], NAMES[RIGHT]
        per_unit = self._per_unit(self.measure(bound), bound.first.block)
        apart = f"ROUND({per_unit}ABS({left}-{right}),0)"
        return f"IF({left}<={right},0,{apart})" if bound.relation == AT_MOST else apart

    def weight(self, line: LedgerLine, bound: BoundRule) -> str:
        """0 where it holds, else the weight of a note, warning or error by RULES.md's intervals."""
        applies, widths, apart = NAMES[APPLIES], NAMES[COUNT], NAMES[UNITS]
        width, squares = "1", widths
        if not self.measure(bound).alike:
            width, squares = self.widest(line, bound), self.squares(line, bound)
        severity = bound.part.severity or bound.rule.severity_of("")
        broken = str(WARNING_WEIGHT if severity == WARNING else ERROR_WEIGHT)
        excuse = self._excuse(line, bound)
        if excuse:
            broken = f"IF(AND({apart}={width},{excuse}),{WARNING_WEIGHT},{broken})"
        weights = Outcomes(str(NOTE_WEIGHT), str(WARNING_WEIGHT), broken)
        beyond = choose_outcome(apart, widths, squares, width, weights)
        return f"IF(OR({applies}=0,{apart}=0),0,{beyond})"

    def _excuse(self, line: LedgerLine, bound: BoundRule) -> str:
        """The test whether class totals may differ by a unit: both forms balance in themselves."""
        if bound.part.between != "classes" or line.row == TOTAL or not line.row:
            return ""
        marks = [self._inner_mark(line, selector) for selector in (*bound.left, *bound.right)]
        calm = f"{join_terms(marks)}<{WARNING_WEIGHT}"
        if not line.open_position:
            return calm
        assert line.on is not None
        top = self.pack.catalogues[self.pack.blocks[line.on].codes].lengths[0]
        return f"LEN({self.key(line)})={top},{calm}"

    def _inner_mark(self, line: LedgerLine, selector: Selector) -> str:
        region = self.grid[selector.block]
        column = selector.column or line.column
        sheet, shift = self.sheets.marks, self.shift
        if not line.open_position and line.row in region.fixed:
            return region.behind(region.fixed[line.row], column, sheet, shift)
        codes = region.helper_range("code", self.sheets.figures)
        marks = region.behind_range(column, sheet, shift)
        return f"SUMIF({codes},{self.key(line)},{marks})"

    def sentence(self, line: LedgerLine, bound: BoundRule) -> str:
        """The rule's sentence, with OPEN_ROW where an open row is named."""
        about = tuple(bound.words.items())
        if line.row or line.open_position:
            about += ((bound.row_word, OPEN_ROW if line.open_position else line.row),)
        if line.column:
            about += (("column", line.column),)
        block = bound.first.block

        def called(word: str, value: str) -> str:
            if value == OPEN_ROW:
                return value
            if word in ("class", "code"):
                return name_code(self.pack, value)
            return name_row(self.pack, self.pack.blocks[block], value)

        return render_sentence(self.pack, bound.part, bound.rule, about, block, called)

    def sentence_formula(self, line: LedgerLine, bound: BoundRule) -> str:
        """The sentence as a formula that takes the open row's name from the form."""
        pieces = [quote_text(piece) for piece in self.sentence(line, bound).split(OPEN_ROW)]
        text = f"&{self._open_name(line)}&".join(pieces)
        return f'IF({NAMES[APPLIES]}=0,"",{text})'

    def _open_name(self, line: LedgerLine) -> str:
        if not line.open_position:
            return ""
        assert line.on is not None
        region, sheet = self.grid[line.on], self.sheets.figures
        name = region.helper("name", line.open_position, sheet)
        return f'{self.key(line)}&" "&{name}' if line.row else name

    def link_target(self, line: LedgerLine, bound: BoundRule) -> str:
        """The address of the first figure."""
        selector = bound.first
        region = self.grid[selector.block]
        column = region.columns[selector.column or line.column]
        if line.open_position:
            assert line.on is not None
            region = self.grid[line.on]
            own = next(p for p in (*bound.left, *bound.right) if p.block == line.on)
            column = region.columns[own.column or line.column]
            return address(SheetCell(region.sheet, region.row_at(line.open_position), column))
        row = selector.row if selector.how == FIXED else line.row
        return address(SheetCell(region.sheet, region.fixed.get(row, region.first), column))


def _together(pieces: list[str]) -> str:
    """A sum as one term."""
    return pieces[0] if len(pieces) == 1 else f"({join_terms(pieces)})"


def _may_lack_terms(bound: BoundRule) -> bool:
    """Whether all terms are children or top rows: there may be no such row, and then nothing has
    to hold."""
    return all(
        selector.how == GROUP and selector.row in (CHILDREN, TOPS)
        for selector in (*bound.left, *bound.right)
    )


def inner_shift(grid: Grid) -> int:
    """How many columns right of a cell's mark is the one of its own form's constraints alone."""
    return 2 + max(max(region.columns.values()) for region in grid.values())

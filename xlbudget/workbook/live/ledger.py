"""The hidden sheet of constraints: a line for each that holds now or may come to hold.

The second compiler of the rules: `rules.instantiate` lays a bound rule over the cells of a
budget, this lays it over the places of a grid, open rows included that nobody has filled yet. A
test recalculates workbooks and holds the two against each other, constraint by constraint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.constraint import AT_MOST, EQUAL
from xlbudget.core.finding import WARNING
from xlbudget.core.key import BlockKey, SheetCell, address
from xlbudget.core.tolerance import factor
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
from xlbudget.workbook.live.regions import Grid, Region
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
"""Names for the fields of the line in which a formula stands: every line's formula reads the
same, for people and for the file's size."""
OPEN_ROW = "\0"
"""Stands in a sentence for the name of an open row, which only the workbook knows."""


class HiddenSheets(NamedTuple):
    """Names of the hidden sheets."""

    figures: str
    ledger: str
    marks: str


class LedgerLine(NamedTuple):
    """One line: which constraint. `row` is a fixed row's id, a code, or empty where `open_position`
    counts the open row of block `on`."""

    number: int
    shape: int
    column: str
    row: str
    on: BlockKey | None
    open_position: int


def list_lines(pack: Pack, grid: Grid) -> list[LedgerLine]:
    """Every line, form by form."""
    shapes = list(enumerate(bound_rules(pack)))
    order = list(pack.forms)
    shapes.sort(key=lambda item: order.index(item[1].first.block.form))
    found = [
        (place, column, row, on, nth)
        for place, shape in shapes
        for column in shape.columns
        for row, on, nth in _rows(pack, grid, shape)
    ]
    return [LedgerLine(FIRST_LINE + n, *line) for n, line in enumerate(found)]


def _rows(pack: Pack, grid: Grid, shape: BoundRule) -> Iterator[tuple[str, BlockKey | None, int]]:
    """(fixed row or code, block, place among its open rows) of every line of a shape."""
    word = shape.row_word
    if not word:
        yield "", None, 0
    elif word == "class":
        yield from ((code, None, 0) for code in list_classes(shape, pack))
    elif word == "code":
        yield TOTAL, None, 0
        for block in _blocks(shape):
            yield from ((word, block, nth) for nth in range(1, grid[block].slots + 1))
    else:
        assert shape.on is not None
        region = grid[shape.on]
        if word == "row":
            yield from ((row, shape.on, 0) for row in region.fixed)
        yield from (("", shape.on, nth) for nth in range(1, region.slots + 1))


def _blocks(shape: BoundRule) -> list[BlockKey]:
    return list(dict.fromkeys(pick.block for pick in (*shape.left, *shape.right)))


class Measure(NamedTuple):
    """What the figures of an expression are measured in: sides are stated in units of `yuan` 元,
    those of the form named first; how far they are apart is counted in units of `last`, the finest
    last decimal among its blocks, as a power of ten in 元. `alike`: all figures are one such unit
    wide."""

    yuan: int
    last: int
    alike: bool

    @property
    def per_unit(self) -> Decimal:
        """How many units of the finest last decimal make one unit of the sides."""
        return factor(self.yuan, self.last)

    @property
    def decimals(self) -> int:
        """How many decimals of the sides' unit that is."""
        return self.per_unit.adjusted()


def find_measure(grid: Grid, picks: Sequence[Selector]) -> Measure:
    """The measure of some terms."""
    regions = [grid[pick.block] for pick in picks]
    lasts = {region.last for region in regions}
    alike = len(lasts) == 1 and not any(region.widths for region in regions)
    return Measure(regions[0].yuan, min(lasts), alike)


class FormulaWriter(NamedTuple):
    """Turns lines into formulas over the sheet of figures. `shift` is that of inner marks."""

    pack: Pack
    grid: Grid
    sheets: HiddenSheets
    shift: int

    def key(self, line: LedgerLine) -> str:
        """The code that the line is about, as a formula; nothing where it is about no code."""
        if line.row and line.open_position:
            assert line.on is not None
            return self.grid[line.on].helper("code", line.open_position, self.sheets.figures)
        return quote_text(line.row) if line.row else ""

    def measure(self, shape: BoundRule) -> Measure:
        """What a shape's figures are measured in."""
        return find_measure(self.grid, (*shape.left, *shape.right))

    def side(self, line: LedgerLine, picks: Iterable[Selector], yuan: int) -> str:
        """The sum of one side in units of so many 元."""
        terms = [
            multiply_by(Decimal(p.coefficient * self.grid[p.block].yuan) / yuan)
            + self._sum(line, p)
            for p in picks
        ]
        return join_terms(terms).replace("+-", "-")

    def bound(self, line: LedgerLine, shape: BoundRule) -> str:
        """The widths of the last decimals of all figures, weighted by their coefficients: where all
        are alike, how many figures there are. Two such cells at most differ by a whole unit or not
        at all, which two roundings never explain."""
        picks = (*shape.left, *shape.right)
        measure = self.measure(shape)
        few = sum(abs(p.coefficient) for p in picks) <= 2
        if measure.alike and few and all(self.alone(line, p) for p in picks):
            return "2"
        return join_terms([self._widths(line, p, measure) for p in picks])

    def squares(self, line: LedgerLine, shape: BoundRule) -> str:
        """The squares of the widths of all figures, weighted likewise."""
        measure = self.measure(shape)
        squares = [self._widths(line, p, measure, 2) for p in (*shape.left, *shape.right)]
        return f"({join_terms(squares)})"

    def widest(self, line: LedgerLine, shape: BoundRule) -> str:
        """The widest last decimal of all figures."""
        measure = self.measure(shape)
        widths = []
        for pick in (*shape.left, *shape.right):
            wide = factor(1, measure.last) / factor(1, self.grid[pick.block].last)
            for there in self._there(line, pick):
                widths.append(multiply_by(wide) + f"SUMPRODUCT(MAX({there}))")
        return widths[0] if len(widths) == 1 else f"MAX({','.join(widths)})"

    def _widths(self, line: LedgerLine, pick: Selector, measure: Measure, power: int = 1) -> str:
        """The widths of a term's figures, or their squares, weighted by its coefficient."""
        wide = factor(1, measure.last) / factor(1, self.grid[pick.block].last)
        before = multiply_by(abs(pick.coefficient) * wide**power)
        if (alone := self.alone(line, pick)) and not self.grid[pick.block].widths:
            return f"{before}({alone}<>0)"
        widths = self._there(line, pick)
        if power > 1:
            widths = [f"({there})^{power}" for there in widths]
        return before + _together([f"SUMPRODUCT({there})" for there in widths])

    def _there(self, line: LedgerLine, pick: Selector) -> list[str]:
        """For each piece of a term an array: what each figure's last decimal is wide, in units of
        its block's finest; 0 where there is none, or it is not meant."""
        region = self.grid[pick.block]
        shift = region.widths
        if alone := self.alone(line, pick, shift):
            return [alone if shift else f"1*({alone}<>0)"]
        there = "" if shift else "<>0"
        return [
            f"({rows}={wanted})*({column}{there})" if wanted else f"1*({column}{there})"
            for rows, wanted, column in self._choice(line, pick, shift)
        ]

    def _sum(self, line: LedgerLine, pick: Selector) -> str:
        alone = self.alone(line, pick)
        if alone:
            return alone
        pieces = [
            f"SUMIF({rows},{wanted},{column})" if wanted else f"SUM({column})"
            for rows, wanted, column in self._choice(line, pick)
        ]
        return _together(pieces)

    def alone(self, line: LedgerLine, pick: Selector, shift: int = 0) -> str:
        """The one cell that a pick means, if it is one by its place, or one beside it."""
        region = self.grid[pick.block]
        column = pick.column or line.column
        if pick.how == FIXED:
            row = pick.row
        elif pick.how != BOUND:
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
        self, line: LedgerLine, pick: Selector, shift: int = 0
    ) -> list[tuple[str, str, str]]:
        """Rows to choose from, what is chosen, and the amounts, or what stands beside them: for
        every run of rows in which the pick means some."""
        region = self.grid[pick.block]
        column = pick.column or line.column
        sheet = self.sheets.figures
        if pick.how == GROUP and pick.row in region.block.sets:
            return [("", "", run) for run in self._runs(region, pick.row, column, shift)]
        if not region.helpers or (pick.row == CHILDREN and not line.open_position):
            return []
        amounts = region.behind_range(column, sheet, shift)
        if pick.how == GROUP and pick.row in region.block.levels:
            level = region.block.levels.index(pick.row) + 1
            return [(region.helper_range("level", sheet), str(level), amounts)]
        if pick.how == GROUP:
            parent = line.open_position if pick.row == CHILDREN else 0
            return [(region.helper_range("parent", sheet), str(parent), amounts)]
        code = self.key(line) if pick.how == BOUND else quote_text(pick.row)
        return [(region.helper_range("code", sheet), code, amounts)]

    def _runs(self, region: Region, name: str, column: str, shift: int) -> Iterator[str]:
        """The rows of a named set, as ranges of rows that stand one below the other."""
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

    def applies(self, line: LedgerLine, shape: BoundRule) -> str:
        """1 where the constraint holds for rows that are there, by the shape's condition."""
        conditions = []
        if shape.when:
            conditions.append(self._met(line, *shape.when))
        if _may_lack_terms(shape):
            conditions.append(self._has_terms(line, shape))
        if line.open_position:
            conditions += self._stands(line, shape)
        if not conditions:
            return "1"
        test = conditions[0] if len(conditions) == 1 else f"AND({','.join(conditions)})"
        return f"IF({test},1,0)"

    def _met(self, line: LedgerLine, picks: Sequence[Selector], relation: str) -> str:
        """Whether a condition is met. What is no single figure is rounded first: nothing added up
        by a computer may be nearly nothing."""
        measure = find_measure(self.grid, picks)
        asked = self.side(line, picks, measure.yuan)
        if len(picks) > 1 or not self.alone(line, picks[0]):
            asked = f"ROUND({asked},{measure.decimals})"
        return f"{asked}{'=0' if relation == EQUAL else '<>0'}"

    def _has_terms(self, line: LedgerLine, shape: BoundRule) -> str:
        """Whether any row is there that the shape's terms mean."""
        counts = [
            f"COUNTIF({rows},{wanted})"
            for pick in (*shape.left, *shape.right)
            for rows, wanted, _ in self._choice(line, pick)
        ]
        return f"{join_terms(counts)}>0"

    def _stands(self, line: LedgerLine, shape: BoundRule) -> Iterator[str]:
        assert line.on is not None
        sheet, region = self.sheets.figures, self.grid[line.on]
        if line.row:
            code = self.key(line)
            yield f'{code}<>""'
            codes = region.helper_range("code", sheet)
            yield f"IFERROR(MATCH({code},{codes},0)={line.open_position},1=0)"
            for block in _blocks(shape):
                if block == line.on:
                    break
                listed = self.grid[block].helper_range("code", sheet)
                yield f"COUNTIF({listed},{code})=0"
        elif shape.row_word == "parent":
            yield f"COUNTIF({region.helper_range('parent', sheet)},{line.open_position})>0"
        elif shape.row_word == "childless":
            yield f"{region.helper('childless', line.open_position, sheet)}=1"
        else:
            yield f"{region.helper('parent', line.open_position, sheet)}>=0"

    def units(self, shape: BoundRule) -> str:
        """How many units of the last decimal the sides differ by, the wrong way."""
        left, right = NAMES[LEFT], NAMES[RIGHT]
        apart = f"ROUND({multiply_by(self.measure(shape).per_unit)}ABS({left}-{right}),0)"
        return f"IF({left}<={right},0,{apart})" if shape.relation == AT_MOST else apart

    def weight(self, line: LedgerLine, shape: BoundRule) -> str:
        """Nothing where it holds; else by the intervals of RULES.md a note, warning or error."""
        applies, bound, apart = NAMES[APPLIES], NAMES[COUNT], NAMES[UNITS]
        width, squares = "1", bound
        if not self.measure(shape).alike:
            width, squares = self.widest(line, shape), self.squares(line, shape)
        severity = shape.part.severity or shape.rule.severity_of("")
        broken = str(WARNING_WEIGHT if severity == WARNING else ERROR_WEIGHT)
        excuse = self._excuse(line, shape)
        if excuse:
            broken = f"IF(AND({apart}={width},{excuse}),{WARNING_WEIGHT},{broken})"
        weights = Outcomes(str(NOTE_WEIGHT), str(WARNING_WEIGHT), broken)
        beyond = choose_outcome(apart, bound, squares, width, weights)
        return f"IF(OR({applies}=0,{apart}=0),0,{beyond})"

    def _excuse(self, line: LedgerLine, shape: BoundRule) -> str:
        """Class totals between forms that balance within themselves may differ by one unit."""
        if shape.part.between != "classes" or line.row == TOTAL or not line.row:
            return ""
        marks = [self._inner_mark(line, pick) for pick in (*shape.left, *shape.right)]
        calm = f"{join_terms(marks)}<{WARNING_WEIGHT}"
        if not line.open_position:
            return calm
        assert line.on is not None
        top = self.pack.catalogues[self.pack.blocks[line.on].codes].lengths[0]
        return f"LEN({self.key(line)})={top},{calm}"

    def _inner_mark(self, line: LedgerLine, pick: Selector) -> str:
        region = self.grid[pick.block]
        column = pick.column or line.column
        sheet, shift = self.sheets.marks, self.shift
        if not line.open_position and line.row in region.fixed:
            return region.behind(region.fixed[line.row], column, sheet, shift)
        listed = region.helper_range("code", self.sheets.figures)
        marks = region.behind_range(column, sheet, shift)
        return f"SUMIF({listed},{self.key(line)},{marks})"

    def sentence(self, line: LedgerLine, shape: BoundRule) -> str:
        """The rule's sentence, with OPEN_ROW where an open row is named."""
        about = tuple(shape.words.items())
        if line.row or line.open_position:
            about += ((shape.row_word, OPEN_ROW if line.open_position else line.row),)
        if line.column:
            about += (("column", line.column),)
        block = shape.first.block

        def called(word: str, value: str) -> str:
            if value == OPEN_ROW:
                return value
            if word in ("class", "code"):
                return name_code(self.pack, value)
            return name_row(self.pack, self.pack.blocks[block], value)

        return render_sentence(self.pack, shape.part, shape.rule, about, block, called)

    def sentence_formula(self, line: LedgerLine, shape: BoundRule) -> str:
        """The sentence as a formula that takes the open row's name from the form."""
        pieces = [quote_text(piece) for piece in self.sentence(line, shape).split(OPEN_ROW)]
        text = f"&{self._open_name(line)}&".join(pieces)
        return f'IF({NAMES[APPLIES]}=0,"",{text})'

    def _open_name(self, line: LedgerLine) -> str:
        if not line.open_position:
            return ""
        assert line.on is not None
        region, sheet = self.grid[line.on], self.sheets.figures
        name = region.helper("name", line.open_position, sheet)
        return f'{self.key(line)}&" "&{name}' if line.row else name

    def link_target(self, line: LedgerLine, shape: BoundRule) -> str:
        """The address of the first figure."""
        pick = shape.first
        region = self.grid[pick.block]
        column = region.columns[pick.column or line.column]
        if line.open_position:
            assert line.on is not None
            region = self.grid[line.on]
            own = next(p for p in (*shape.left, *shape.right) if p.block == line.on)
            column = region.columns[own.column or line.column]
            return address(SheetCell(region.sheet, region.row_at(line.open_position), column))
        row = pick.row if pick.how == FIXED else line.row
        return address(SheetCell(region.sheet, region.fixed.get(row, region.first), column))


def _together(pieces: list[str]) -> str:
    """A sum as one term."""
    return pieces[0] if len(pieces) == 1 else f"({join_terms(pieces)})"


def _may_lack_terms(shape: BoundRule) -> bool:
    """Whether all its terms are rows under others, or under none: there may be no such row, and
    then nothing has to hold."""
    return all(
        pick.how == GROUP and pick.row in (CHILDREN, TOPS) for pick in (*shape.left, *shape.right)
    )


def inner_shift(grid: Grid) -> int:
    """How far right of a cell's mark the mark stands of its own form's constraints alone."""
    return 2 + max(max(region.columns.values()) for region in grid.values())

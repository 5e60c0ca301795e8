"""The formulas of a line of the ledger.

The second compiler of the rules: `rules.instantiate` applies a bound rule to the cells of a
budget, this applies it to the cells of a grid, including open rows that are still blank. A test
recalculates workbooks and compares the two, constraint by constraint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.constraint import EQUAL
from xlbudget.core.finding import WARNING
from xlbudget.core.key import BlockKey, SheetCell, address
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.packs.names import name_code, name_row
from xlbudget.rules.bound_rules import (
    CHILDREN,
    FIXED,
    GROUP,
    TOPS,
    BoundRule,
    Selector,
    bound_rules,
)
from xlbudget.rules.wording import render_sentence
from xlbudget.workbook.live.ledger import (
    APPLIES,
    NAMES,
    OPEN_ROW,
    HiddenSheets,
    LedgerLine,
    inner_shift,
    list_blocks,
)
from xlbudget.workbook.live.regions import Grid, unit_name
from xlbudget.workbook.live.term_cells import TermCells
from xlbudget.workbook.live.tolerance_formulas import (
    Measure,
    count_figures,
    find_measure,
    units_apart,
    weigh,
    width_sum,
)
from xlbudget.workbook.xlsx.formula import (
    ERROR_WEIGHT,
    WARNING_WEIGHT,
    join_terms,
    multiply_by,
    quote_text,
)


class FormulaWriter(NamedTuple):
    """Turns lines into formulas over the sheet of figures, where `cells` finds them. `measures` are
    those of all bound rules; `marks` is the sheet of the cells' marks, `shift` is `inner_shift`'s.
    """

    pack: Pack
    cells: TermCells
    measures: Sequence[Measure]
    marks: str
    shift: int

    @property
    def grid(self) -> Grid:
        """The region of every block."""
        return self.cells.grid

    def side(self, line: LedgerLine, selectors: Iterable[Selector], first: BlockKey) -> str:
        """The sum of one side in the unit of the form of that block."""
        terms = []
        for p in selectors:
            unit, mine = unit_name(p.block.form), unit_name(first.form)
            ratio = f"{unit}/{mine}*" if unit != mine else ""
            terms.append(multiply_by(Decimal(p.coefficient)) + ratio + self.cells.sum(line, p))
        return join_terms(terms).replace("+-", "-")

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
        if len(selectors) > 1 or not self.cells.alone(line, selectors[0]):
            figure = f"ROUND({measure.per_unit(self.grid[first])}({figure}),0)"
        return f"{figure}{'=0' if relation == EQUAL else '<>0'}"

    def _has_terms(self, line: LedgerLine, bound: BoundRule) -> str:
        """The test whether there is any row that the rule's terms mean."""
        counts = [
            f"COUNTIF({rows},{wanted})"
            for selector in (*bound.left, *bound.right)
            for rows, wanted, _ in self.cells.runs(line, selector)
        ]
        return f"{join_terms(counts)}>0"

    def _stands(self, line: LedgerLine, bound: BoundRule) -> Iterator[str]:
        assert line.on is not None
        sheet, region = self.cells.figures, self.grid[line.on]
        if line.row:
            code = self.cells.key(line)
            yield f'{code}<>""'
            codes = region.helper_range("code", sheet)
            yield f"IFERROR(MATCH({code},{codes},0)={line.open_position},1=0)"
            for block in list_blocks(bound):
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

    def counts(self, line: LedgerLine, bound: BoundRule) -> list[str]:
        """For each of several forms the number of its figures, if that says how wide they are."""
        return count_figures(self.cells, self.measures[line.bound], line, bound)

    def width_sum(self, line: LedgerLine, bound: BoundRule) -> str:
        """How many last decimals wide all figures are."""
        return width_sum(self.cells, self.measures[line.bound], line, bound)

    def units(self, line: LedgerLine, bound: BoundRule) -> str:
        """By how many units of the last decimal the sides differ."""
        first = self.grid[bound.first.block]
        return units_apart(self.measures[line.bound], first, bound.relation)

    def weight(self, line: LedgerLine, bound: BoundRule) -> str:
        """0 where it holds, else the weight of a note, warning or error."""
        severity = bound.part.severity or bound.rule.severity_of("")
        broken = str(WARNING_WEIGHT if severity == WARNING else ERROR_WEIGHT)
        excuse = self._excuse(line, bound)
        return weigh(self.cells, self.measures[line.bound], line, bound, broken, excuse)

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
        return f"LEN({self.cells.key(line)})={top},{calm}"

    def _inner_mark(self, line: LedgerLine, selector: Selector) -> str:
        region = self.grid[selector.block]
        column = selector.column or line.column
        sheet, shift = self.marks, self.shift
        if not line.open_position and line.row in region.fixed:
            return region.behind(region.fixed[line.row], column, sheet, shift)
        codes = region.helper_range("code", self.cells.figures)
        marks = region.behind_range(column, sheet, shift)
        return f"SUMIF({codes},{self.cells.key(line)},{marks})"

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
        region, sheet = self.grid[line.on], self.cells.figures
        name = region.helper("name", line.open_position, sheet)
        return f'{self.cells.key(line)}&" "&{name}' if line.row else name

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


def _may_lack_terms(bound: BoundRule) -> bool:
    """Whether all terms are children or top rows: there may be no such row, and then nothing has
    to hold."""
    return all(
        selector.how == GROUP and selector.row in (CHILDREN, TOPS)
        for selector in (*bound.left, *bound.right)
    )


def make_writer(pack: Pack, grid: Grid, sheets: HiddenSheets) -> FormulaWriter:
    """The writer of all lines' formulas."""
    measures = [find_measure(grid, bound.selectors) for bound in bound_rules(pack)]
    cells = TermCells(grid, sheets.figures)
    return FormulaWriter(pack, cells, measures, sheets.marks, inner_shift(grid))

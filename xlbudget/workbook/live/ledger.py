"""The hidden sheet of constraints: a line for each that holds now or may come to hold.

The second compiler of the rules: `rules.compile` lays a shape over the cells of a budget, this
lays it over the places of a grid, open rows included that nobody has filled yet. A test
recalculates workbooks and holds the two against each other, constraint by constraint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from xlbudget.core.constraint import AT_MOST, EQUAL
from xlbudget.core.finding import WARNING
from xlbudget.core.key import BlockKey, Place, address
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.compile import classes_of
from xlbudget.rules.shapes import BOUND, FIXED, GROUP, Pick, Shape, shapes_of
from xlbudget.rules.wording import worded
from xlbudget.workbook.live.regions import Grid, Region
from xlbudget.workbook.xlsx.formula import (
    ERROR_WEIGHT,
    NOTE_WEIGHT,
    WARNING_WEIGHT,
    joined,
    quoted,
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


class Sheets(NamedTuple):
    """Names of the hidden sheets."""

    figures: str
    ledger: str
    marks: str


class Line(NamedTuple):
    """One line: which constraint. `row` is a fixed row's id, a code, or empty where `place`
    counts the open row of block `on`."""

    number: int
    shape: int
    column: str
    row: str
    on: BlockKey | None
    place: int


def lines_of(pack: Pack, grid: Grid) -> list[Line]:
    """Every line, form by form."""
    shapes = list(enumerate(shapes_of(pack)))
    order = list(pack.forms)
    shapes.sort(key=lambda item: order.index(item[1].left[0].block.form))
    found = [
        (place, column, row, on, nth)
        for place, shape in shapes
        for column in shape.columns
        for row, on, nth in _rows(pack, grid, shape)
    ]
    return [Line(FIRST_LINE + n, *line) for n, line in enumerate(found)]


def _rows(pack: Pack, grid: Grid, shape: Shape) -> Iterator[tuple[str, BlockKey | None, int]]:
    """(fixed row or code, block, place among its open rows) of every line of a shape."""
    word = shape.row_word
    if not word:
        yield "", None, 0
    elif word == "class":
        yield from ((code, None, 0) for code in classes_of(shape, pack))
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


def _blocks(shape: Shape) -> list[BlockKey]:
    return list(dict.fromkeys(pick.block for pick in (*shape.left, *shape.right)))


class Writer(NamedTuple):
    """Turns lines into formulas over the sheet of figures. `shift` is that of inner marks."""

    pack: Pack
    grid: Grid
    sheets: Sheets
    shift: int

    def key(self, line: Line) -> str:
        """The code that the line is about, as a formula; nothing where it is about no code."""
        if line.row and line.place:
            assert line.on is not None
            return self.grid[line.on].helper("code", line.place, self.sheets.figures)
        return quoted(line.row) if line.row else ""

    def side(self, line: Line, picks: Iterable[Pick]) -> str:
        """The sum of one side."""
        return joined([self._times(p, self._sum(line, p)) for p in picks]).replace("+-", "-")

    def filled(self, line: Line, picks: Iterable[Pick]) -> str:
        """How many figures are in it, weighted by the size of their coefficients. Two cells at
        most: they differ by a whole unit or not at all, which two roundings never explain."""
        picks = tuple(picks)
        if sum(abs(p.coefficient) for p in picks) <= 2 and all(self.alone(line, p) for p in picks):
            return "2"
        return joined([f"{self._weight(p)}{self._count(line, p)}" for p in picks])

    def _weight(self, pick: Pick) -> str:
        return "" if abs(pick.coefficient) == 1 else f"{abs(pick.coefficient)}*"

    def _times(self, pick: Pick, term: str) -> str:
        return ("-" if pick.coefficient < 0 else "") + self._weight(pick) + term

    def _sum(self, line: Line, pick: Pick) -> str:
        alone = self.alone(line, pick)
        if alone:
            return alone
        rows, wanted, column = self._choice(line, pick)
        return f"SUMIF({rows},{wanted},{column})" if wanted else f"SUM({column})"

    def _count(self, line: Line, pick: Pick) -> str:
        alone = self.alone(line, pick)
        if alone:
            return f"({alone}<>0)"
        rows, wanted, column = self._choice(line, pick)
        chosen = f"({rows}={wanted})*" if wanted else "1*"
        return f"SUMPRODUCT({chosen}({column}<>0))"

    def alone(self, line: Line, pick: Pick) -> str:
        """The one cell that a pick means, if it is one by its place."""
        region = self.grid[pick.block]
        column = pick.column or line.column
        if pick.how == FIXED:
            row = pick.row
        elif pick.how != BOUND:
            return ""
        elif not line.row:
            return region.behind(region.row_at(line.place), column, self.sheets.figures)
        elif line.place or line.row not in region.fixed:
            return ""
        else:
            row = line.row
        return region.behind(region.fixed[row], column, self.sheets.figures)

    def _choice(self, line: Line, pick: Pick) -> tuple[str, str, str]:
        """Rows to choose from, what is chosen, and the amounts."""
        region = self.grid[pick.block]
        column = pick.column or line.column
        sheet = self.sheets.figures
        if pick.how == GROUP and pick.row in region.block.sets:
            return "", "", self._set(region, pick.row, column)
        amounts = region.behind_range(column, sheet)
        if pick.how == GROUP and pick.row in region.block.levels:
            level = region.block.levels.index(pick.row) + 1
            return region.helper_range("level", sheet), str(level), amounts
        if pick.how == GROUP:
            parent = line.place if pick.row == "children" else 0
            return region.helper_range("parent", sheet), str(parent), amounts
        code = self.key(line) if pick.how == BOUND else quoted(pick.row)
        return region.helper_range("code", sheet), code, amounts

    def _set(self, region: Region, name: str, column: str) -> str:
        """A named set of fixed rows; they stand one below the other."""
        rows = [region.fixed[row] for row in region.block.sets[name]]
        first = region.behind(rows[0], column, self.sheets.figures)
        last = region.behind(rows[-1], column)
        return f"{first}:{last}"

    def applies(self, line: Line, shape: Shape) -> str:
        """1 where the constraint holds for rows that are there, by the shape's condition."""
        conditions = []
        if shape.when:
            picks, relation = shape.when
            compared = "=0" if relation == EQUAL else "<>0"
            conditions.append(f"{self.side(line, picks)}{compared}")
        if line.place:
            conditions += self._stands(line, shape)
        if not conditions:
            return "1"
        test = conditions[0] if len(conditions) == 1 else f"AND({','.join(conditions)})"
        return f"IF({test},1,0)"

    def _stands(self, line: Line, shape: Shape) -> Iterator[str]:
        assert line.on is not None
        sheet, region = self.sheets.figures, self.grid[line.on]
        if line.row:
            code = self.key(line)
            yield f'{code}<>""'
            yield f"IFERROR(MATCH({code},{region.helper_range('code', sheet)},0)={line.place},1=0)"
            for block in _blocks(shape):
                if block == line.on:
                    break
                listed = self.grid[block].helper_range("code", sheet)
                yield f"COUNTIF({listed},{code})=0"
        elif shape.row_word == "parent":
            yield f"COUNTIF({region.helper_range('parent', sheet)},{line.place})>0"
        elif shape.row_word == "childless":
            yield f"{region.helper('childless', line.place, sheet)}=1"
        else:
            yield f"{region.helper('parent', line.place, sheet)}>=0"

    def units(self, shape: Shape) -> str:
        """How many units of the last decimal the sides differ by, the wrong way."""
        left, right = NAMES[LEFT], NAMES[RIGHT]
        apart = f"ROUND(100*ABS({left}-{right}),0)"
        return f"IF({left}<={right},0,{apart})" if shape.relation == AT_MOST else apart

    def weight(self, line: Line, shape: Shape) -> str:
        """Nothing where it holds; else by the intervals of RULES.md a note, warning or error."""
        applies, count, apart = NAMES[APPLIES], NAMES[COUNT], NAMES[UNITS]
        severity = shape.part.severity or shape.rule.severity_of("")
        broken = str(WARNING_WEIGHT if severity == WARNING else ERROR_WEIGHT)
        excuse = self._excuse(line, shape)
        if excuse:
            broken = f"IF(AND({apart}=1,{excuse}),{WARNING_WEIGHT},{broken})"
        near = f"IF(OR({apart}=1,3*{apart}*{apart}<=4*{count}),{NOTE_WEIGHT},{WARNING_WEIGHT})"
        return f"IF(OR({applies}=0,{apart}=0),0,IF(2*{apart}>={count},{broken},{near}))"

    def _excuse(self, line: Line, shape: Shape) -> str:
        """Class totals between forms that balance within themselves may differ by one unit."""
        if shape.part.between != "classes" or line.row == TOTAL or not line.row:
            return ""
        marks = [self._inner_mark(line, pick) for pick in (*shape.left, *shape.right)]
        calm = f"{joined(marks)}<{WARNING_WEIGHT}"
        if not line.place:
            return calm
        assert line.on is not None
        top = self.pack.catalogues[self.pack.blocks[line.on].codes].lengths[0]
        return f"LEN({self.key(line)})={top},{calm}"

    def _inner_mark(self, line: Line, pick: Pick) -> str:
        region = self.grid[pick.block]
        column = pick.column or line.column
        sheet, shift = self.sheets.marks, self.shift
        if not line.place and line.row in region.fixed:
            return region.behind(region.fixed[line.row], column, sheet, shift)
        listed = region.helper_range("code", self.sheets.figures)
        marks = region.behind_range(column, sheet, shift)
        return f"SUMIF({listed},{self.key(line)},{marks})"

    def sentence(self, line: Line, shape: Shape) -> str:
        """The rule's sentence, with OPEN_ROW where an open row is named."""
        about = tuple(shape.words.items())
        if line.row or line.place:
            about += ((shape.row_word, OPEN_ROW if line.place else line.row),)
        if line.column:
            about += (("column", line.column),)
        block = shape.left[0].block

        def called(word: str, value: str) -> str:
            return value if value == OPEN_ROW else self._name(block, word, value)

        return worded(self.pack, shape.part, shape.rule, about, block, called)

    def says(self, line: Line, shape: Shape) -> str:
        """The sentence as a formula that takes the open row's name from the form."""
        pieces = [quoted(piece) for piece in self.sentence(line, shape).split(OPEN_ROW)]
        text = f"&{self._open_name(line)}&".join(pieces)
        return f'IF({NAMES[APPLIES]}=0,"",{text})'

    def _name(self, block: BlockKey, word: str, row: str) -> str:
        labels = self.pack.blocks[block].labels
        if word == "class":
            names = (c.names[row] for c in self.pack.catalogues.values() if row in c.names)
            return f"{row} {next(names, '')}".strip()
        return labels.get(row) or str(self.pack.words["columns"][TOTAL])

    def _open_name(self, line: Line) -> str:
        if not line.place:
            return ""
        assert line.on is not None
        region, sheet = self.grid[line.on], self.sheets.figures
        name = region.helper("name", line.place, sheet)
        return f'{self.key(line)}&" "&{name}' if line.row else name

    def goes_to(self, line: Line, shape: Shape) -> str:
        """The address of the first figure."""
        pick = shape.left[0]
        region = self.grid[pick.block]
        column = region.columns[pick.column or line.column]
        if line.place:
            assert line.on is not None
            region = self.grid[line.on]
            own = next(p for p in (*shape.left, *shape.right) if p.block == line.on)
            column = region.columns[own.column or line.column]
            return address(Place(region.sheet, region.row_at(line.place), column))
        row = pick.row if pick.how == FIXED else line.row
        return address(Place(region.sheet, region.fixed.get(row, region.first), column))


def inner_shift(grid: Grid) -> int:
    """How far right of a cell's mark the mark stands of its own form's constraints alone."""
    return 2 + max(max(region.columns.values()) for region in grid.values())

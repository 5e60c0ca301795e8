"""The hidden sheet of marks: behind every amount, the weight of the broken constraints it is in.

The reverse of the ledger. Conditional formats of the forms look here by a name that is relative
to the cell, since a format may not refer to another sheet (MS-XLSX, 2.2.2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from xlbudget.core.key import BlockKey, CellKey
from xlbudget.packs.model import Pack
from xlbudget.rules.bound_rules import (
    BOUND,
    CHILDREN,
    FIXED,
    GROUP,
    BoundRule,
    Selector,
    bound_rules,
)
from xlbudget.workbook.live.ledger import KEY, WEIGHT, HiddenSheets, LedgerLine, inner_shift
from xlbudget.workbook.live.regions import Grid, Region, ref, ref_range
from xlbudget.workbook.xlsx.formula import Formula, join_terms, quote_text

Cells = dict[tuple[BlockKey, int, str], list[str]]
"""(block, sheet row, column) → terms of its mark."""


class LedgerRun(NamedTuple):
    """The lines of one shape and column, which stand one below the other."""

    shape: BoundRule
    column: str
    lines: Sequence[LedgerLine]


def write_weights(
    pack: Pack,
    grid: Grid,
    sheets: HiddenSheets,
    lines: Sequence[LedgerLine],
    weights: Mapping[CellKey, tuple[int, int]],
) -> Iterator[tuple[int, int, Formula]]:
    """Row, column and formula of every mark. `weights` are those of a cell's constraints: of its
    own form alone, and all."""
    inner: Cells = defaultdict(list)
    outer: Cells = defaultdict(list)
    for run in _runs(pack, lines):
        picks = (*run.shape.left, *run.shape.right)
        for pick in picks:
            _spread(grid, sheets, run, pick, inner if run.shape.within else outer)
    shift = inner_shift(grid)
    asked = {
        pick.block
        for shape in bound_rules(pack)
        if shape.part.between
        for pick in (*shape.left, *shape.right)
    }
    for key, region in grid.items():
        ids = {row: identity for identity, row in region.fixed.items()}
        ids |= {region.row_at(n): identity for n, identity in enumerate(region.ids, start=1)}
        for row, identity in ids.items():
            for column in region.block.columns:
                own, every = weights.get(CellKey(*key, identity, column), (0, 0))
                line, place = region.band + row, region.columns[column]
                terms = inner[key, row, column]
                if key in asked:
                    yield line, place + shift, Formula(join_terms(terms), own)
                    terms = [ref("", line, place + shift)]
                yield line, place, Formula(join_terms([*terms, *outer[key, row, column]]), every)


def _runs(pack: Pack, lines: Sequence[LedgerLine]) -> Iterator[LedgerRun]:
    shapes = bound_rules(pack)
    found: dict[tuple[int, str], list[LedgerLine]] = defaultdict(list)
    for line in lines:
        found[line.shape, line.column].append(line)
    for (place, column), group in found.items():
        yield LedgerRun(shapes[place], column, group)


def _spread(grid: Grid, sheets: HiddenSheets, run: LedgerRun, pick: Selector, cells: Cells) -> None:
    """Add this pick's terms to the marks of the cells that it may mean."""
    region = grid[pick.block]
    column = pick.column or run.column
    for row, term in _terms(region, sheets, run, pick):
        cells[pick.block, row, column].append(term)


def _terms(
    region: Region, sheets: HiddenSheets, run: LedgerRun, pick: Selector
) -> Iterator[tuple[int, str]]:
    whole = _span(sheets, run.lines, WEIGHT)
    by_row = {line.row: line for line in run.lines if not line.open_position}
    rows = range(1, region.slots + 1)
    if pick.how == FIXED:
        yield region.fixed[pick.row], _sum(whole)
    elif pick.how == GROUP and pick.row in region.block.sets:
        yield from ((region.fixed[row], _sum(whole)) for row in region.block.sets[pick.row])
    elif pick.how == GROUP and pick.row in region.block.levels:
        level = region.block.levels.index(pick.row) + 1
        for nth in rows:
            own = region.helper("level", nth, sheets.figures)
            yield region.row_at(nth), f"IF({own}={level},{_sum(whole)},0)"
    elif pick.how == GROUP:
        yield from _of_parents(region, sheets, run, pick)
    elif pick.how == BOUND and run.shape.row_word not in ("class", "code"):
        for line in run.lines:
            row = (
                region.row_at(line.open_position) if line.open_position else region.fixed[line.row]
            )
            yield row, ref(sheets.ledger, line.number, WEIGHT)
    elif pick.how == BOUND:
        for identity, place in region.fixed.items():
            if identity in by_row:
                yield place, ref(sheets.ledger, by_row[identity].number, WEIGHT)
        keys = _span(sheets, run.lines, KEY)
        for nth in rows:
            code = region.helper("code", nth, sheets.figures)
            yield region.row_at(nth), f"SUMIF({keys},{code},{whole})"
    else:
        for nth in rows:
            code = region.helper("code", nth, sheets.figures)
            yield region.row_at(nth), f"IF({code}={quote_text(pick.row)},{_sum(whole)},0)"


def _of_parents(
    region: Region, sheets: HiddenSheets, run: LedgerRun, pick: Selector
) -> Iterator[tuple[int, str]]:
    """Children have the weight of their parent's line, where there is one, tops that of all."""
    whole = _span(sheets, run.lines, WEIGHT)
    placed = [line for line in run.lines if line.open_position]
    if pick.row == CHILDREN and not placed:
        return
    for nth in range(1, region.slots + 1):
        parent = region.helper("parent", nth, sheets.figures)
        if pick.row == CHILDREN:
            lines = _span(sheets, placed, WEIGHT)
            yield region.row_at(nth), f"IF({parent}>0,INDEX({lines},{parent}),0)"
        else:
            yield region.row_at(nth), f"IF({parent}=0,{_sum(whole)},0)"


def _span(sheets: HiddenSheets, lines: Sequence[LedgerLine], field: int) -> str:
    if len(lines) == 1:
        return ref(sheets.ledger, lines[0].number, field)
    return ref_range(sheets.ledger, lines[0].number, field, lines[-1].number, field)


def _sum(lines: str) -> str:
    return f"SUM({lines})" if ":" in lines else lines

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
    """The consecutive lines of one bound rule and column."""

    bound: BoundRule
    column: str
    lines: Sequence[LedgerLine]


def write_weights(
    pack: Pack,
    grid: Grid,
    sheets: HiddenSheets,
    lines: Sequence[LedgerLine],
    weights: Mapping[CellKey, tuple[int, int]],
) -> Iterator[tuple[int, int, Formula]]:
    """Row, column and formula of every mark. `weights` are those of each cell's constraints: of
    its own form alone, and of all."""
    inner: Cells = defaultdict(list)
    outer: Cells = defaultdict(list)
    for run in _runs(pack, lines):
        selectors = (*run.bound.left, *run.bound.right)
        for selector in selectors:
            _spread(grid, sheets, run, selector, inner if run.bound.within else outer)
    shift = inner_shift(grid)
    between = {
        selector.block
        for bound in bound_rules(pack)
        if bound.part.between
        for selector in (*bound.left, *bound.right)
    }
    for key, region in grid.items():
        ids = {row: identity for identity, row in region.fixed.items()}
        ids |= {region.row_at(n): identity for n, identity in enumerate(region.ids, start=1)}
        for row, identity in ids.items():
            for column in region.block.columns:
                own, total = weights.get(CellKey(*key, identity, column), (0, 0))
                line, index = region.band + row, region.columns[column]
                terms = inner[key, row, column]
                if key in between:
                    yield line, index + shift, Formula(join_terms(terms), own)
                    terms = [ref("", line, index + shift)]
                yield line, index, Formula(join_terms([*terms, *outer[key, row, column]]), total)


def _runs(pack: Pack, lines: Sequence[LedgerLine]) -> Iterator[LedgerRun]:
    every = bound_rules(pack)
    by_rule: dict[tuple[int, str], list[LedgerLine]] = defaultdict(list)
    for line in lines:
        by_rule[line.bound, line.column].append(line)
    for (number, column), group in by_rule.items():
        yield LedgerRun(every[number], column, group)


def _spread(
    grid: Grid, sheets: HiddenSheets, run: LedgerRun, selector: Selector, cells: Cells
) -> None:
    """Add a selector's terms to the marks of the cells that it may mean."""
    region = grid[selector.block]
    column = selector.column or run.column
    for row, term in _terms(region, sheets, run, selector):
        cells[selector.block, row, column].append(term)


def _terms(
    region: Region, sheets: HiddenSheets, run: LedgerRun, selector: Selector
) -> Iterator[tuple[int, str]]:
    whole = _span(sheets, run.lines, WEIGHT)
    by_row = {line.row: line for line in run.lines if not line.open_position}
    rows = range(1, region.slots + 1)
    if selector.how == FIXED:
        yield region.fixed[selector.row], _sum(whole)
    elif selector.how == GROUP and selector.row in region.block.sets:
        yield from ((region.fixed[row], _sum(whole)) for row in region.block.sets[selector.row])
    elif selector.how == GROUP and selector.row in region.block.levels:
        level = region.block.levels.index(selector.row) + 1
        for nth in rows:
            own = region.helper("level", nth, sheets.figures)
            yield region.row_at(nth), f"IF({own}={level},{_sum(whole)},0)"
    elif selector.how == GROUP:
        yield from _of_parents(region, sheets, run, selector)
    elif selector.how == BOUND and run.bound.row_word not in ("class", "code"):
        for line in run.lines:
            row = (
                region.row_at(line.open_position) if line.open_position else region.fixed[line.row]
            )
            yield row, ref(sheets.ledger, line.number, WEIGHT)
    elif selector.how == BOUND:
        for identity, sheet_row in region.fixed.items():
            if identity in by_row:
                yield sheet_row, ref(sheets.ledger, by_row[identity].number, WEIGHT)
        keys = _span(sheets, run.lines, KEY)
        for nth in rows:
            code = region.helper("code", nth, sheets.figures)
            yield region.row_at(nth), f"SUMIF({keys},{code},{whole})"
    else:
        for nth in rows:
            code = region.helper("code", nth, sheets.figures)
            yield region.row_at(nth), f"IF({code}={quote_text(selector.row)},{_sum(whole)},0)"


def _of_parents(
    region: Region, sheets: HiddenSheets, run: LedgerRun, selector: Selector
) -> Iterator[tuple[int, str]]:
    """Row and mark: children bear the weight of their parent's line, top rows that of all."""
    whole = _span(sheets, run.lines, WEIGHT)
    placed = [line for line in run.lines if line.open_position]
    if selector.row == CHILDREN and not placed:
        return
    for nth in range(1, region.slots + 1):
        parent = region.helper("parent", nth, sheets.figures)
        if selector.row == CHILDREN:
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

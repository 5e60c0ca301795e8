"""The hidden sheet of constraints: a line for each that applies now or may come to.

Bound rules applied to the rows of a grid, including open rows that are still blank.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlbudget.core.key import BlockKey
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.bound_rules import (
    BoundRule,
    bound_rules,
)
from xlbudget.rules.terms import list_classes
from xlbudget.workbook.live.regions import Grid

RULE, FORM, KEY, APPLIES, LEFT, RIGHT, COUNT, UNITS, WEIGHT, LINK, SAYS, COUNTS = range(12)
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


def count_name(nth: int) -> str:
    """The defined name of the number of figures in the line's n-th form, which stand from COUNTS
    on where there are several."""
    return f"line_count_{nth + 1}"


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
        for block in list_blocks(bound):
            yield from ((word, block, nth) for nth in range(1, grid[block].slots + 1))
    else:
        assert bound.on is not None
        region = grid[bound.on]
        if word == "row":
            yield from ((row, bound.on, 0) for row in region.fixed)
        yield from (("", bound.on, nth) for nth in range(1, region.slots + 1))


def list_blocks(bound: BoundRule) -> list[BlockKey]:
    """The blocks of a rule's terms in their order."""
    return list(dict.fromkeys(selector.block for selector in (*bound.left, *bound.right)))


def inner_shift(grid: Grid) -> int:
    """How many columns right of a cell's mark is the one of its own form's constraints alone."""
    return 2 + max(max(region.columns.values()) for region in grid.values())

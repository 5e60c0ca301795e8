"""Node check (节点检查): an office's own workbook against the sum of those below it, figure by
figure, with the tolerance of all roundings in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.consolidation import Consolidation, Origin
from xlbudget.core.constraint import EQUAL, Constraint, Term
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.tolerance import BROKEN, judge
from xlbudget.ops.consolidate.provenance import trace_cells
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.scaled_amounts import StatedColumn, Unit, scale

OWN, BELOW = "own", "below"


class Difference(NamedTuple):
    """A figure of an office that is not the sum of those below: both amounts, and (index among the
    consolidation's sources, amount) of each of those below."""

    cell: CellKey
    own: Decimal
    below: Decimal
    parts: tuple[tuple[int, Decimal], ...]


def find_differences(pack: Pack, own: Budget, below: Consolidation) -> Iterator[Difference]:
    """Every figure of the office's own budget that differs from the sum of its units, in the order
    of the forms. Listed rows (units, projects) are compared by their totals."""
    differing = list(_different(pack, own, below))
    cells = dict.fromkeys(each for cell, *_ in differing for each in _cells(below.budget, cell))
    origins = trace_cells(pack, below.budget, below.contributions(), cells)
    for cell, own_amount, sum_below in differing:
        every = (each for c in _cells(below.budget, cell) for each in origins[c])
        yield Difference(cell, own_amount, sum_below, _parts(every))


def _different(
    pack: Pack, own: Budget, below: Consolidation
) -> Iterator[tuple[CellKey, Decimal, Decimal]]:
    """Cells that differ by more than rounding, each with the office's own amount and the sum
    below."""
    mine, theirs = _compared(pack, own), _compared(pack, below.budget)
    for cell in dict.fromkeys((*mine, *theirs)):
        own_amount, sum_below = mine.get(cell, Decimal(0)), theirs.get(cell, Decimal(0))
        if own_amount == sum_below:
            continue
        units = [pack.yuan(b.unit_of(cell.form)) for b in (own, below.budget)]
        least = pack.least_decimals(own.unit_of(cell.form))
        left, right = cell._replace(block=OWN), cell._replace(block=BELOW)
        roundings = {left: own.roundings.get(cell, 1), right: max(1, _behind(below, cell))}
        columns = {
            (side.form, side.block, side.column): StatedColumn(Unit(yuan, least), {side.row: a})
            for side, yuan, a in zip((left, right), units, (own_amount, sum_below), strict=True)
        }
        figures = scale(columns, roundings).figures((left, right))
        constraint = Constraint("", 0, EQUAL, (Term(1, left),), (Term(1, right),))
        if judge(constraint, figures).outcome == BROKEN:
            yield cell, own_amount, sum_below


def _behind(below: Consolidation, cell: CellKey) -> int:
    return sum(below.budget.roundings.get(c, 1) for c in _cells(below.budget, cell))


def _compared(pack: Pack, budget: Budget) -> Mapping[CellKey, Decimal]:
    """Amounts by cell; listed rows of the top level are added up into one row, under the level."""
    amounts: dict[CellKey, Decimal] = {}
    for key, rows in budget.blocks.items():
        top = pack.blocks[key].levels[:1]
        for row in rows:
            if top and row.id != TOTAL and row.level != top[0]:
                continue
            identity = row.level if top and row.id != TOTAL else row.id
            for column, amount in row.amounts.items():
                cell = CellKey(*key, identity, column)
                amounts[cell] = amounts.get(cell, Decimal(0)) + amount
    return amounts


def _cells(budget: Budget, cell: CellKey) -> Sequence[CellKey]:
    """The cells that a compared cell represents."""
    rows = budget.blocks.get(BlockKey(cell.form, cell.block), ())
    return [
        cell._replace(row=row.id)
        for row in rows
        if cell.row in (row.id, row.level) and cell.column in row.amounts
    ]


def _parts(origins: Iterable[Origin]) -> tuple[tuple[int, Decimal], ...]:
    amounts: dict[int, Decimal] = {}
    for origin in origins:
        amounts[origin.source] = amounts.get(origin.source, Decimal(0)) + origin.amount
    return tuple(amounts.items())

"""All figures of a block one column or one row from where they belong.

What fell over the edge of the table is lost; its cells count as not known in the search that
follows, so that nothing is said of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.budget import Budget, Row
from xlbudget.core.cause import BlockRepair
from xlbudget.core.key import CellKey
from xlbudget.core.reading import Reading
from xlbudget.ops.locate.trial import Trial
from xlbudget.ops.locate.typing_errors import DOWN, LEFT, RIGHT, UP
from xlbudget.packs.model import Block

FEWEST = 6
"""Broken constraints of a block from which on it is looked at as a whole."""


class BlockShift(NamedTuple):
    """Where the figures of a block would belong, the budget as it would be then, and the cells
    that it would leave blank."""

    repair: BlockRepair
    budget: Budget
    vacated: frozenset[CellKey]


def propose_block_shifts(trial: Trial, reading: Reading) -> Iterator[BlockShift]:
    """Each block with many broken constraints, moved back one column or one row."""
    for key, block in trial.pack.blocks.items():
        broken = sum(any(cell[:2] == key for cell in c.cells()) for c in trial.broken.values())
        if broken < FEWEST or key not in trial.budget.blocks:
            continue
        ids = _ids_on_sheet(block, trial.budget, reading)
        if trial.timed_out:
            return
        for slip, back in ((RIGHT, (0, -1)), (LEFT, (0, 1)), (DOWN, (-1, 0)), (UP, (1, 0))):
            shift = _move(trial.budget, block, ids, slip, back)
            if shift:
                yield shift


def _ids_on_sheet(block: Block, budget: Budget, reading: Reading) -> list[str]:
    """The ids of a block's rows from the top down as they stand on the sheet, else in the form."""
    ids = list(dict.fromkeys([*block.row_keys, *(row.id for row in budget.blocks[block.id])]))
    places = {i: reading.rows[block.id, i] for i in ids if (block.id, i) in reading.rows}
    return sorted(places, key=lambda i: (places[i].sheet, places[i].row)) if places else ids


def _move(
    budget: Budget, block: Block, ids: Sequence[str], slip: str, back: tuple[int, int]
) -> BlockShift | None:
    """The block with every figure moved `back` by rows and columns; None where one would leave the
    table."""
    columns, order = block.columns, {identity: place for place, identity in enumerate(ids)}
    places = {
        (order[row.id], columns.index(column)): amount
        for row in budget.blocks[block.id]
        if row.id in order
        for column, amount in row.amounts.items()
    }
    moved = {(row + back[0], column + back[1]): amount for (row, column), amount in places.items()}
    every = {(row, column) for row in range(len(ids)) for column in range(len(columns))}
    if not places or not moved.keys() <= every:
        return None
    by_row: dict[str, dict[str, Decimal]] = {identity: {} for identity in ids}
    for (row, column), amount in moved.items():
        by_row[ids[row]][columns[column]] = amount
    there = {row.id: row for row in budget.blocks[block.id]}
    rows = tuple(
        there.get(identity, Row(identity, {}))._replace(amounts=by_row[identity])
        for identity in ids
        if identity in there or by_row[identity]
    )
    vacated = {(row - back[0], column - back[1]) for row, column in every} - every

    def cell(at: tuple[int, int]) -> CellKey:
        return CellKey(*block.id, ids[at[0]], columns[at[1]])

    lost = frozenset(cell((row + back[0], column + back[1])) for row, column in vacated)
    repair = BlockRepair(slip, cell(min(places)), cell(max(places)))
    return BlockShift(repair, budget._replace(blocks={**budget.blocks, block.id: rows}), lost)

"""Rows that a sum lists one below another: departments, units, projects, source by source.

A county has tens of thousands of them. Only those of the highest level are kept, the only ones that
add up; the others are read again from their sources when they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from xlbudget.core.amount import count_decimals
from xlbudget.core.budget import Budget, Row
from xlbudget.core.consolidation import AppendedRows, SourcePart
from xlbudget.core.key import BlockKey
from xlbudget.ops.consolidate.contribution import (
    SourceRow,
    decode_amount,
    decode_rows,
    filled_amounts,
)
from xlbudget.packs.model import TOTAL, Block, Pack


class Listing:
    """A running summary of a block's listed rows: count, top rows, widest row, most decimals."""

    def __init__(self) -> None:
        self.count = 0
        self.tops: list[Row] = []
        self.widest: SourceRow | None = None
        self.decimals = 0

    def take(self, block: Block, line: SourceRow) -> None:
        """Count the next row."""
        self.count += 1
        if line.level == block.levels[0]:
            self.tops.append(make_row(block, self.count, line))
        if self.widest is None or len(line.name) > len(self.widest.name):
            self.widest = line
        if str in map(type, line.amounts):  # not of two decimals, as nearly all are
            others = (decode_amount(amount) for amount in line.amounts if isinstance(amount, str))
            self.decimals = max(self.decimals, *map(count_decimals, others))


def is_listed(block: Block, row: Row | SourceRow) -> bool:
    """Whether a row is listed rather than added."""
    return bool(block.levels) and row.id != TOTAL


def list_bodies(pack: Pack, budget: Budget) -> tuple[tuple[str, str], ...]:
    """The units (code, name) that the listed rows of a budget name, each once: rows of the only
    level, or of the one above the lowest."""
    bodies = [
        (row.code, row.name)
        for key, block in pack.blocks.items()
        for row in budget.blocks.get(key, ())
        if is_listed(block, row) and row.name and row.level == block.levels[-2:][0]
    ]
    return tuple(dict.fromkeys(bodies))


def make_row(block: Block, ordinal: int, line: SourceRow) -> Row:
    """The listed row with that ordinal, counted from 1."""
    _, _, code, name, level, government, _ = line
    return Row(f"@{ordinal}", filled_amounts(block, line), code, name, level, government)


def append_rows(
    pack: Pack, listings: Mapping[BlockKey, Listing], parts: Sequence[SourcePart]
) -> dict[BlockKey, AppendedRows]:
    """The listed rows of every block that has any, to be read again from the sources."""
    return {
        key: AppendedRows(
            listing.count,
            listing.widest.words,
            listing.decimals,
            _again(pack.blocks[key], parts),
        )
        for key, listing in listings.items()
        if listing.widest
    }


def _again(block: Block, parts: Sequence[SourcePart]) -> Callable[[], Iterator[Row]]:
    """A function that gives a block's listed rows, source by source."""

    def rows() -> Iterator[Row]:
        ordinal = 0
        for part in parts:
            for line in decode_rows(part.contribution().blocks.get(block.id, "[]")):
                if is_listed(block, line):
                    ordinal += 1
                    yield make_row(block, ordinal, line)

    return rows

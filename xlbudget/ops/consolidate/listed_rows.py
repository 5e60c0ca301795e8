"""Rows that a sum lists one below the other: departments, units, projects, source by source.

A county has tens of thousands of them. Only those of the highest level are kept, which are all
that adds up; the others are read again from their sources when they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from xlbudget.core.amount import count_decimals
from xlbudget.core.budget import Row
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
    """What is known of a block's listed rows while they are counted."""

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
    """Is this a row that is listed, not added?"""
    return bool(block.levels) and row.id != TOTAL


def make_row(block: Block, place: int, line: SourceRow) -> Row:
    """A row that is listed at that place, counted from 1."""
    _, _, code, name, level, government, _ = line
    return Row(f"@{place}", filled_amounts(block, line), code, name, level, government)


def append_rows(
    pack: Pack, listings: Mapping[BlockKey, Listing], parts: Sequence[SourcePart]
) -> dict[BlockKey, AppendedRows]:
    """What every block lists, its rows to be read again from the sources."""
    return {
        key: AppendedRows(
            found.count,
            found.widest.words,
            found.decimals,
            _again(pack.blocks[key], parts),
        )
        for key, found in listings.items()
        if found.widest
    }


def _again(block: Block, parts: Sequence[SourcePart]) -> Callable[[], Iterator[Row]]:
    """Gives a block's listed rows, source by source."""

    def rows() -> Iterator[Row]:
        place = 0
        for part in parts:
            for line in decode_rows(part.contribution().blocks.get(block.id, "[]")):
                if is_listed(block, line):
                    place += 1
                    yield make_row(block, place, line)

    return rows

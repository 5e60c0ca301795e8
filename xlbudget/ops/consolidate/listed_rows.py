"""Rows that a sum lists one below the other: departments, units, projects, source by source.

A county has tens of thousands of them. Only those of the highest level are kept, which are all
that adds up; the others are read again from their sources when they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from xlbudget.core.amount import decimals_of
from xlbudget.core.budget import Row
from xlbudget.core.consolidation import Listed, Part
from xlbudget.core.key import BlockKey
from xlbudget.ops.consolidate.contribution import Line, amounts_of, decimal, lines_in
from xlbudget.packs.model import TOTAL, Block, Pack


class Listing:
    """What is known of a block's listed rows while they are counted."""

    def __init__(self) -> None:
        self.count = 0
        self.tops: list[Row] = []
        self.widest: Line | None = None
        self.decimals = 0

    def take(self, block: Block, line: Line) -> None:
        """Count the next row."""
        self.count += 1
        if line.level == block.levels[0]:
            self.tops.append(row_at(block, self.count, line))
        if self.widest is None or len(line.name) > len(self.widest.name):
            self.widest = line
        if str in map(type, line.amounts):  # not of two decimals, as nearly all are
            others = (decimal(amount) for amount in line.amounts if isinstance(amount, str))
            self.decimals = max(self.decimals, *map(decimals_of, others))


def is_listed(block: Block, row: Row | Line) -> bool:
    """Is this a row that is listed, not added?"""
    return bool(block.levels) and row.id != TOTAL


def row_at(block: Block, place: int, line: Line) -> Row:
    """A row that is listed at that place, counted from 1."""
    _, _, code, name, level, government, _ = line
    return Row(f"@{place}", amounts_of(block, line), code, name, level, government)


def listed_in(
    pack: Pack, listings: Mapping[BlockKey, Listing], parts: Sequence[Part]
) -> dict[BlockKey, Listed]:
    """What every block lists, its rows to be read again from the sources."""
    return {
        key: Listed(
            found.count,
            found.widest.row,
            found.decimals,
            _again(pack.blocks[key], parts),
        )
        for key, found in listings.items()
        if found.widest
    }


def _again(block: Block, parts: Sequence[Part]) -> Callable[[], Iterator[Row]]:
    """Gives a block's listed rows, source by source."""

    def rows() -> Iterator[Row]:
        place = 0
        for part in parts:
            for line in lines_in(part.share().blocks.get(block.id, "[]")):
                if is_listed(block, line):
                    place += 1
                    yield row_at(block, place, line)

    return rows

"""What is behind the figures of a sum: the figures of its sources, found by the same rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import count

from xlbudget.core.budget import Budget
from xlbudget.core.consolidation import Origin, Share
from xlbudget.core.key import BlockKey, CellKey, Place
from xlbudget.ops.consolidate.contribution import Line, decimal, runs_in
from xlbudget.ops.consolidate.listed_rows import is_listed
from xlbudget.ops.consolidate.merge import identity_of
from xlbudget.packs.model import Block, Pack


def behind(
    pack: Pack, budget: Budget, shares: Iterable[Share], cells: Collection[CellKey]
) -> dict[CellKey, tuple[Origin, ...]]:
    """The figures of the sources behind each of these cells of their sum, in the order of the
    sources; a cell behind which nothing stands has none. Raises ValueError, LookupError or
    TypeError for shares that were changed by hand."""
    found: dict[CellKey, list[Origin]] = {cell: [] for cell in cells}
    by_block: dict[BlockKey, list[CellKey]] = {}
    for cell in cells:
        by_block.setdefault(BlockKey(cell.form, cell.block), []).append(cell)
    wanted = {key: _wanted(pack.blocks[key], budget, asked) for key, asked in by_block.items()}
    listed = {key: count(1) for key in wanted}
    for source, share in enumerate(shares if cells else ()):
        for key, rows in wanted.items():
            text = share.blocks.get(key, "[]")
            for identity, column, origin in _figures(pack.blocks[key], source, text, listed[key]):
                for cell in rows.get(identity, {}).get(column, ()):
                    found[cell].append(origin)
    return {cell: tuple(origins) for cell, origins in found.items()}


Identity = tuple[str, str]


def _wanted(
    block: Block, budget: Budget, cells: Iterable[CellKey]
) -> Mapping[Identity, Mapping[str, list[CellKey]]]:
    """What makes a row the same → column → the cells that are asked for."""
    rows = {row.id: row for row in budget.blocks.get(block.id, ())}
    wanted: dict[Identity, dict[str, list[CellKey]]] = {}
    for cell in cells:
        row = rows.get(cell.row)
        if row is not None:
            identity = (row.id, "") if is_listed(block, row) else identity_of(block, row)
            wanted.setdefault(identity, {}).setdefault(cell.column, []).append(cell)
    return wanted


def _figures(
    block: Block, source: int, text: str, listed: Iterator[int]
) -> Iterator[tuple[Identity, str, Origin]]:
    """Every figure of a source's block with what makes its row the same (a listed row is the next
    of the numbers), and its column."""
    for run in runs_in(text):
        for line in run.lines:
            if is_listed(block, line):
                identity = f"@{next(listed)}", ""
            else:
                identity = identity_of(block, line)
            for column, amount in _filled(block, line):
                place = _place(run.sheet, line, run.columns[block.columns.index(column)])
                yield identity, column, Origin(source, place, decimal(amount))


def _filled(block: Block, line: Line) -> Iterator[tuple[str, int | str]]:
    for column, amount in zip(block.columns, line.amounts, strict=True):
        if amount is not None:
            yield column, amount


def _place(sheet: str, line: Line, column: int) -> Place | None:
    return Place(sheet, line.place, column) if line.place >= 0 else None

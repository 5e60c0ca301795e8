"""What is behind the figures of a sum: the figures of its sources, found by the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xlbudget.core.budget import Budget
from xlbudget.core.consolidation import Origin
from xlbudget.core.key import BlockKey, CellKey, Place
from xlbudget.ops.consolidate.contribution import Line, decimal, runs_in
from xlbudget.ops.consolidate.listed_rows import Shares, is_listed
from xlbudget.ops.consolidate.merge import identity_of
from xlbudget.packs.model import Block, Pack


def behind(
    pack: Pack, budget: Budget, share: Shares, sources: int, cells: Sequence[CellKey]
) -> dict[CellKey, tuple[Origin, ...]]:
    """The figures of so many sources behind each of these cells of their sum, in the order of the
    sources; a cell behind which nothing stands has none. Raises ValueError, LookupError or
    TypeError for shares that were changed by hand."""
    found: dict[CellKey, list[Origin]] = {cell: [] for cell in cells}
    for key in dict.fromkeys(BlockKey(cell.form, cell.block) for cell in cells):
        block = pack.blocks[key]
        wanted = _wanted(block, budget, [c for c in cells if BlockKey(c.form, c.block) == key])
        for identity, origin, column in _figures(block, share, sources):
            for cell in wanted.get(identity, {}).get(column, ()):
                found[cell].append(origin)
    return {cell: tuple(origins) for cell, origins in found.items()}


Identity = tuple[str, str]


def _wanted(
    block: Block, budget: Budget, cells: Sequence[CellKey]
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


def _figures(block: Block, share: Shares, sources: int) -> Iterator[tuple[Identity, Origin, str]]:
    """Every figure of a block with what makes its row the same; a listed row is its place."""
    listed = 0
    for source in range(sources):
        for run in runs_in(share(source).blocks.get(block.id, "[]")):
            for line in run.lines:
                if is_listed(block, line):
                    listed += 1
                    identity = f"@{listed}", ""
                else:
                    identity = identity_of(block, line)
                for column, amount in _filled(block, line):
                    place = _place(run.sheet, line, run.columns[block.columns.index(column)])
                    yield identity, Origin(source, place, decimal(amount)), column


def _filled(block: Block, line: Line) -> Iterator[tuple[str, int | str]]:
    for column, amount in zip(block.columns, line.amounts, strict=True):
        if amount is not None:
            yield column, amount


def _place(sheet: str, line: Line, column: int) -> Place | None:
    return Place(sheet, line.place, column) if line.place >= 0 else None

"""The figures of the sources behind the figures of a sum, matched by row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import count

from xlbudget.core.budget import Budget
from xlbudget.core.consolidation import Contribution, Origin
from xlbudget.core.key import BlockKey, CellKey, SheetCell
from xlbudget.ops.consolidate.contribution import SourceRow, decode_amount, decode_runs
from xlbudget.ops.consolidate.listed_rows import is_listed
from xlbudget.ops.consolidate.merge import identify_row
from xlbudget.packs.model import Block, Pack


def trace_cells(
    pack: Pack, budget: Budget, contributions: Iterable[Contribution], cells: Collection[CellKey]
) -> dict[CellKey, tuple[Origin, ...]]:
    """The figures of the sources behind each of these cells of their sum, in the order of the
    sources; a cell with no figures behind it has an empty tuple. Raises ValueError, LookupError or
    TypeError for contributions that were changed by hand."""
    origins_by_cell: dict[CellKey, list[Origin]] = {cell: [] for cell in cells}
    by_block: dict[BlockKey, list[CellKey]] = {}
    for cell in cells:
        by_block.setdefault(BlockKey(cell.form, cell.block), []).append(cell)
    wanted = {key: _wanted(pack.blocks[key], budget, asked) for key, asked in by_block.items()}
    ordinals = {key: count(1) for key in wanted}
    for source, contribution in enumerate(contributions if cells else ()):
        for key, rows in wanted.items():
            text = contribution.blocks.get(key, "[]")
            for identity, column, origin in _figures(pack.blocks[key], source, text, ordinals[key]):
                for cell in rows.get(identity, {}).get(column, ()):
                    origins_by_cell[cell].append(origin)
    return {cell: tuple(origins) for cell, origins in origins_by_cell.items()}


RowIdentity = tuple[str, str]


def _wanted(
    block: Block, budget: Budget, cells: Iterable[CellKey]
) -> Mapping[RowIdentity, Mapping[str, list[CellKey]]]:
    """Row identity → column → the requested cells."""
    rows = {row.id: row for row in budget.blocks.get(block.id, ())}
    by_row: dict[RowIdentity, dict[str, list[CellKey]]] = {}
    for cell in cells:
        row = rows.get(cell.row)
        if row is not None:
            identity = (row.id, "") if is_listed(block, row) else identify_row(block, row)
            by_row.setdefault(identity, {}).setdefault(cell.column, []).append(cell)
    return by_row


def _figures(
    block: Block, source: int, text: str, ordinals: Iterator[int]
) -> Iterator[tuple[RowIdentity, str, Origin]]:
    """Every figure of a source's block with the identity of its row (a listed row takes the next of
    the ordinals) and its column."""
    for run in decode_runs(text):
        for line in run.rows:
            if is_listed(block, line):
                identity = f"@{next(ordinals)}", ""
            else:
                identity = identify_row(block, line)
            for column, amount in _filled(block, line):
                cell = _place(run.sheet, line, run.columns[block.columns.index(column)])
                yield identity, column, Origin(source, cell, decode_amount(amount))


def _filled(block: Block, line: SourceRow) -> Iterator[tuple[str, int | str]]:
    for column, amount in zip(block.columns, line.amounts, strict=True):
        if amount is not None:
            yield column, amount


def _place(sheet: str, line: SourceRow, column: int) -> SheetCell | None:
    return SheetCell(sheet, line.sheet_row, column) if line.sheet_row >= 0 else None

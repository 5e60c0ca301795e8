"""Departments added up: code trees by code, fixed rows by row, units and projects listed.

Amounts are the sums of the printed figures. A consolidated budget can itself be a part: the sources
behind it are added one by one, so that adding up halves gives the same as adding up all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from xlbudget.core.budget import Budget, Row, make_unique
from xlbudget.core.consolidation import Consolidation, Contribution, Source, SourcePart
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.reading import Reading
from xlbudget.ops.consolidate.contribution import (
    Amount,
    SourceRow,
    decode_amount,
    decode_rows,
    make_contribution,
)
from xlbudget.ops.consolidate.listed_rows import Listing, append_rows, is_listed
from xlbudget.packs.model import TOTAL, Block, ChartSpec, Pack

BY_DEPARTMENT = "three_public"
"""The pack's chart that shows every department's figures, not the county's."""
PRECISE = 60
"""Digits of a sum; figures have at most thirty."""


def make_part(pack: Pack, source: Source, reading: Reading) -> SourcePart:
    """The part for a department's file that has been read."""
    return make_part_in_memory(source, make_contribution(pack, reading))


def make_part_in_memory(source: Source, contribution: Contribution) -> SourcePart:
    """The part for a source whose contribution is already in memory."""
    return SourcePart(source, lambda: contribution)


class RowSums:
    """Running sums of a row by column: whole hundredths, other decimals, and how many figures were
    rounded (a written zero is exact)."""

    __slots__ = ("hundredths", "others", "rounded")

    def __init__(self, columns: int) -> None:
        self.hundredths: dict[int, int] = {}
        self.others: dict[int, list[Decimal]] = {}
        self.rounded = [0] * columns

    def add(self, amounts: Iterable[Amount]) -> None:
        """Add a source's amounts."""
        for column, amount in enumerate(amounts):
            if amount.__class__ is int:
                self.hundredths[column] = self.hundredths.get(column, 0) + amount
                self.rounded[column] += amount != 0
            elif amount is not None:
                other = decode_amount(amount)
                self.others.setdefault(column, []).append(other)
                self.rounded[column] += other != 0

    def total(self, column: int) -> Decimal | None:
        """The sum of a column; None where no source has a figure."""
        whole = self.hundredths.get(column)
        others = self.others.get(column, ())
        if not others:
            return None if whole is None else decode_amount(whole)
        with localcontext() as context:
            context.prec = PRECISE
            return sum(others, Decimal(0) if whole is None else decode_amount(whole))


class Accumulator(NamedTuple):
    """A block of the sum while it grows: rows in common by their identity, each with the words of
    the first source that has it; and the summary of its listed rows."""

    common: dict[tuple[str, str], tuple[Row, RowSums]]
    listing: Listing


def merge(pack: Pack, parts: Sequence[SourcePart], name: str) -> Consolidation:
    """All parts added up under that name; the order of the parts makes no difference.

    Parts must state each form in the same unit and be of one year, and no file may be in two of
    them. Raises ValueError where there is no part.
    """
    if not parts:
        raise ValueError("nothing to add up")
    ordered = tuple(sorted(parts, key=_order))
    chart = pack.charts.get(BY_DEPARTMENT)
    drawn: Drawn = {}
    growing = {key: Accumulator({}, Listing()) for key in pack.blocks}
    filled_blocks: Counter[BlockKey] = Counter()
    for index, part in enumerate(ordered):
        pack_name, year, unit, units, texts = part.contribution()
        filled_blocks.update(texts.keys())
        for key, text in texts.items():
            lines = decode_rows(text)
            if chart and key == (chart.form, chart.block):
                lines = _note_drawn(drawn, chart, pack.blocks[key], index, lines)
            _grow(growing[key], pack.blocks[key], lines)
    blocks: dict[BlockKey, tuple[Row, ...]] = {}
    roundings: dict[CellKey, int] = {}
    for key, block in pack.blocks.items():
        if key in filled_blocks:
            blocks[key] = tuple(_rows(pack, block, growing[key], roundings))
    budget = Budget(pack_name, year, unit, name, blocks=blocks, units=units, roundings=roundings)
    appended = append_rows(pack, {key: grown.listing for key, grown in growing.items()}, ordered)
    return Consolidation(budget, ordered, appended, drawn, filled_blocks.total())


def _order(part: SourcePart) -> tuple[str, str, str]:
    return part.source.code, part.source.department, part.source.file


Drawn = dict[CellKey, dict[int, Decimal]]
"""Cell of a chart → index of a source → its amount."""


def _note_drawn(
    drawn: Drawn, chart: ChartSpec, block: Block, source: int, lines: Iterable[SourceRow]
) -> Iterator[SourceRow]:
    """The rows of the source with that index, unchanged; as they pass, their amounts in the chart's
    cells are recorded."""
    column = block.columns.index(chart.column)
    for line in lines:
        row, amount = identify_row(block, line)[0], line.amounts[column]
        if row in chart.rows and amount is not None:
            drawn.setdefault(CellKey(*block.id, row, chart.column), {})[source] = decode_amount(
                amount
            )
        yield line


def _grow(growing: Accumulator, block: Block, lines: Iterable[SourceRow]) -> None:
    """Add a source's rows to a block."""
    common, listing = growing
    lists = bool(block.levels)  # asked of a hundred thousand rows
    for line in lines:
        if lists and is_listed(block, line):
            listing.take(block, line)
            continue
        identity = identify_row(block, line)
        if identity not in common:
            common[identity] = line.words, RowSums(len(block.columns))
        common[identity][1].add(line.amounts)


def identify_row(block: Block, row: Row | SourceRow) -> tuple[str, str]:
    """The identity by which rows are added: the printed row; the code with the item it names; the
    name, where a row has no code."""
    if block.fixed or row.id == TOTAL:
        return row.id, ""
    return (row.code or f"@{row.name}"), row.government


def _rows(
    pack: Pack, block: Block, grown: Accumulator, roundings: dict[CellKey, int]
) -> Iterator[Row]:
    """The rows of a block of the sum, followed by the listed rows of the highest level."""
    totals = [pair for pair in grown.common.values() if pair[0].id == TOTAL]
    others = [pair for pair in grown.common.values() if pair[0].id != TOTAL]
    for row, sums in (*totals, *_in_order(pack, block, others)):
        amounts = {}
        for nth, column in enumerate(block.columns):
            total = sums.total(nth)
            if total is not None:
                amounts[column] = total
            if sums.rounded[nth] > 1:
                roundings[CellKey(*block.id, row.id, column)] = sums.rounded[nth]
        yield row._replace(amounts=amounts)
    yield from grown.listing.tops


def _in_order(
    pack: Pack, block: Block, rows: Sequence[tuple[Row, RowSums]]
) -> Iterator[tuple[Row, RowSums]]:
    """Fixed rows in printed order; codes in ascending order with the catalogue's names, then rows
    without a code."""
    if block.fixed:
        order = {row.key: index for index, row in enumerate(block.fixed)}
        yield from sorted(rows, key=lambda pair: order[pair[0].id])
        return
    taken = {TOTAL}
    names = pack.catalogues[block.codes].names if block.codes else {}
    for row, sums in sorted(
        rows, key=lambda pair: (not pair[0].code, identify_row(block, pair[0]))
    ):
        name = names.get(row.code, row.name)
        yield row._replace(id=make_unique(row.code or "@1", taken), name=name), sums

"""Departments added up: code trees by code, fixed rows by row, units and projects listed.

Amounts are the sums of the printed figures. A consolidated budget can itself be a part: the
figures behind its cells go on standing behind the sum, so that adding up halves is adding up all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from math import inf
from typing import NamedTuple

from xlbudget.core.budget import Budget, Row, numbered
from xlbudget.core.consolidation import Consolidation, Origin, Source
from xlbudget.core.key import BlockKey, CellKey, Place
from xlbudget.core.reading import Reading
from xlbudget.packs.model import TOTAL, Block, Pack

PRECISE = 60
"""Digits of a sum; figures have at most thirty."""

Origins = tuple[Origin, ...]
Order = tuple[int, int]
"""Where a listed row belongs: its source's place, and its own place among that source's rows."""


class Part(NamedTuple):
    """What is added: the files behind it (itself, for a department's; those that it says, for a
    consolidated workbook), and a call that gives it as read. Each is read when its turn comes, and
    let go: three hundred at once would be most of the memory."""

    sources: tuple[Source, ...]
    read: Callable[[], Reading]


class Merged(NamedTuple):
    """A row of the sum while it grows: its words, the figures behind each column, and the first
    of the sources, whose words they are."""

    row: Row
    columns: dict[str, list[Origin]]
    first: float = inf


def part_of(source: Source, reading: Reading) -> Part:
    """A file that has been read as a part."""
    return Part(reading.sources or (source,), lambda: reading)


def part_of_sum(consolidation: Consolidation) -> Part:
    """A sum as a part of another one."""
    budget, sources, origins = consolidation
    reading = Reading(budget, sources=sources, origins=origins)
    return Part(sources, lambda: reading)


class Growing(NamedTuple):
    """A block of the sum while it grows: rows in common, and rows that are only listed."""

    common: dict[tuple[str, str], Merged]
    listed: list[tuple[Order, Merged]]


def merged(pack: Pack, parts: Sequence[Part], name: str) -> Consolidation:
    """All parts added up under that name; the order of the parts makes no difference.

    Parts state each form in the same unit and are of one year; a source's file is in one part
    only. Raises ValueError where there is no part.
    """
    if not parts:
        raise ValueError("nothing to add up")
    sources, places = _sources(parts)
    growing: dict[BlockKey, Growing] = {}
    for part, own in zip(parts, places, strict=True):
        reading = part.read()
        first = reading.budget
        for key, rows in first.blocks.items():
            _grow(growing.setdefault(key, Growing({}, [])), pack.blocks[key], rows, reading, own)
    blocks: dict[BlockKey, tuple[Row, ...]] = {}
    origins: dict[CellKey, Origins] = {}
    for key, block in pack.blocks.items():
        if key not in growing:
            continue
        listed = []
        for line in _lines(pack, block, growing.pop(key)):
            amounts = {column: _sum(found) for column, found in line.columns.items()}
            listed.append(line.row._replace(amounts=amounts))
            for column, found in line.columns.items():
                origins[CellKey(*key, line.row.id, column)] = tuple(found)
        blocks[key] = tuple(listed)
    budget = Budget(
        first.pack,
        first.year,
        first.unit,
        name,
        blocks=blocks,
        units=first.units,
        roundings={cell: len(found) for cell, found in origins.items()},
    )
    return Consolidation(budget, sources, origins)


def _sources(parts: Sequence[Part]) -> tuple[tuple[Source, ...], list[list[int]]]:
    """All sources in order, and for each part where its own stand among them."""
    listed = [
        (source.code, source.department, source.file, nth, own)
        for nth, part in enumerate(parts)
        for own, source in enumerate(part.sources)
    ]
    listed.sort()
    places = [[0] * len(part.sources) for part in parts]
    for place, (*_, nth, own) in enumerate(listed):
        places[nth][own] = place
    return tuple(parts[nth].sources[own] for *_, nth, own in listed), places


def _sum(figures: Sequence[Origin]) -> Decimal:
    if len(figures) == 1:
        return figures[0].amount
    with localcontext() as context:
        context.prec = PRECISE
        return sum((figure.amount for figure in figures), Decimal(0))


def _grow(
    growing: Growing, block: Block, rows: Sequence[Row], reading: Reading, own: Sequence[int]
) -> None:
    """Add a part's rows to a block; `own` are its sources' places among all."""
    source = own[0]
    for nth, row in enumerate(rows):
        figures = _figures(reading, own, block, row)
        if block.levels and row.id != TOTAL:
            source = next((one.source for found in figures.values() for one in found), source)
            growing.listed.append(((source, nth), Merged(row._replace(amounts={}), figures)))
        else:
            _add(growing.common, _identity(block, row), row, figures)


def _lines(pack: Pack, block: Block, grown: Growing) -> Iterator[Merged]:
    """The rows of a block of the sum, each with the figures behind it in the sources' order."""
    for line in grown.common.values():
        for found in line.columns.values():
            found.sort(key=lambda one: one.source)
    totals = [line for line in grown.common.values() if line.row.id == TOTAL]
    taken = {line.row.id for line in totals}
    yield from totals
    others = [line for line in grown.common.values() if line.row.id != TOTAL]
    yield from _in_order(pack, block, others)
    for place, (_, line) in enumerate(sorted(grown.listed, key=lambda one: one[0]), start=1):
        yield line._replace(row=line.row._replace(id=numbered(f"@{place}", taken)))


def _figures(
    reading: Reading, places: Sequence[int], block: Block, row: Row
) -> dict[str, list[Origin]]:
    """The figures behind each column of a part's row, their sources counted over all parts: the
    row's own, or those that a consolidated workbook says."""
    if reading.origins:
        said = reading.origins
        return {
            column: [
                Origin(places[source], place, amount)
                for source, place, amount in said.get(CellKey(*block.id, row.id, column), ())
            ]
            for column in row.amounts
        }
    stands = reading.rows.get((block.id, row.id))
    if stands is None:
        return {column: [Origin(places[0], None, a)] for column, a in row.amounts.items()}
    sheet, line, columns = stands
    return {
        column: [Origin(places[0], Place(sheet, line, columns[column]), amount)]
        for column, amount in row.amounts.items()
    }


def _identity(block: Block, row: Row) -> tuple[str, str]:
    """What makes two rows the same: the printed row; the code with the item it names; the name,
    where a row has no code."""
    if block.fixed or row.id == TOTAL:
        return row.id, ""
    return (row.code or f"@{row.name}"), row.government


def _add(
    common: dict[tuple[str, str], Merged],
    identity: tuple[str, str],
    row: Row,
    figures: Mapping[str, list[Origin]],
) -> None:
    line = common.setdefault(identity, Merged(row, {}))
    first = min((one.source for found in figures.values() for one in found), default=inf)
    if first < line.first:
        line = common[identity] = line._replace(row=row, first=first)
    for column, found in figures.items():
        line.columns.setdefault(column, []).extend(found)


def _in_order(pack: Pack, block: Block, lines: Sequence[Merged]) -> Iterator[Merged]:
    """Fixed rows as printed; codes in their order with the catalogue's names, rows without a code
    after them."""
    if block.fixed:
        order = {row.key: place for place, row in enumerate(block.fixed)}
        yield from sorted(lines, key=lambda line: order[line.row.id])
        return
    taken = {TOTAL}
    names = pack.catalogues[block.codes].names if block.codes else {}
    for line in sorted(lines, key=lambda line: (not line.row.code, _identity(block, line.row))):
        row = line.row
        name = names.get(row.code, row.name)
        yield line._replace(row=row._replace(id=numbered(row.code or "@1", taken), name=name))

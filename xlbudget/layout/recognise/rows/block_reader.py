"""One block of a form while its rows are read from a table, and the result of reading tables.

Everything that does not depend on the row is computed once, when a body begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from xlbudget.core.budget import Row
from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.reading import SheetRow
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.headings import Match, amount_columns
from xlbudget.layout.normalize import normalize_text, strip_ordinal
from xlbudget.layout.tables import Table
from xlbudget.packs.model import CODE, GOVERNMENT, LABEL, NAME, TOTAL, Block, Catalogue, Pack


@dataclass
class BlockReader:
    """The rows read of one block, growing row by row: `rows`, and their `numbers` in the sheet.

    `amounts` are the keys of the amount columns and `at` their sheet columns; `label`, `code`,
    `name` and `government` are the sheet columns of these, -1 where there is none; `parts` those of
    a split code, `digits` the number of digits each level adds to it; `coded` is whether the form
    prints codes. `totals` are the words for the total row, `labels` the indices of fixed rows by
    their labels, `merged` maps a row to the one with which its government item is merged,
    `doubtful` are rows with errors or formulas without a value, `cells` caches `amount_cells`.
    """

    pack: Pack
    sheet: RawSheet
    block: Block
    unit: str
    least: int
    columns: Mapping[str, int]
    amounts: tuple[str, ...]
    at: tuple[int, ...]
    label: int
    code: int
    name: int
    government: int
    coded: bool
    parts: tuple[int, ...]
    digits: tuple[int, ...]
    headings: frozenset[int]
    doubtful: frozenset[int]
    totals: frozenset[str]
    labels: Mapping[str, tuple[int, ...]]
    merged: Mapping[int, int]
    codes: Catalogue | None
    rows: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    last: int = -1
    top: str = ""
    stems: list[str] = field(default_factory=list)
    cells: dict[bytes, tuple[tuple[str, int, int], ...]] = field(default_factory=dict)

    @cached_property
    def widest(self) -> int:
        """The last sheet column with amounts; -1 for none."""
        return max(self.at, default=-1)

    def cell(self, number: int, column: int) -> Any:
        """The value in a row and column of the sheet; "" where there is no such column."""
        row = self.sheet.rows[number]
        return row[column] if 0 <= column < len(row) else ""


class Concealed(NamedTuple):
    """A cell, the amount that it shows, and the one that it holds."""

    cell: CellKey
    shown: Decimal
    value: Decimal


@dataclass
class ReadResult:
    """The accumulated result of reading tables; `hidden` are cells that hold more decimals than
    they show, `unshown` those that show nothing of their amount, `scaled` those that show it
    smaller by another factor than their unit's, `powers` by how many powers of ten a cell shows it
    smaller."""

    blocks: dict[BlockKey, list[Row]] = field(default_factory=dict)
    rows: dict[tuple[BlockKey, str], SheetRow] = field(default_factory=dict)
    observations: list[Observation] = field(default_factory=list)
    unreadable: set[CellKey] = field(default_factory=set)
    hidden: list[Concealed] = field(default_factory=list)
    unshown: list[Concealed] = field(default_factory=list)
    scaled: list[Concealed] = field(default_factory=list)
    powers: dict[CellKey, int] = field(default_factory=dict)


def make_readers(pack: Pack, table: Table, match: Match, unit: str) -> list[BlockReader]:
    """A reader for each block of a table's form, nothing read yet."""
    doubtful = frozenset(row for row, _ in (*table.sheet.errors, *table.sheet.uncalculated))
    return [_body(pack, table, match, block, unit, doubtful) for block in match.form.blocks]


def _body(
    pack: Pack, table: Table, match: Match, block: Block, unit: str, doubtful: frozenset[int]
) -> BlockReader:
    columns = match.columns[block.id]
    amounts = amount_columns(match, block.id)
    label, code, name, government = (
        columns.get(key, -1) for key in (LABEL, CODE, NAME, GOVERNMENT)
    )
    return BlockReader(
        pack,
        table.sheet,
        block,
        unit,
        pack.least_decimals(unit),
        columns,
        tuple(amounts),
        tuple(amounts.values()),
        label,
        code,
        name,
        government,
        CODE in block.paths,
        match.parts.get(block.id, ()),
        _digits(pack, block),
        frozenset(table.heading),
        doubtful,
        _totals(pack, block),
        _labels(pack, block),
        _merged(table, government),
        pack.catalogues[block.codes] if block.codes else None,
    )


def _digits(pack: Pack, block: Block) -> tuple[int, ...]:
    """The number of digits each level adds to a code of this block; () for blocks without codes."""
    lengths = pack.catalogues[block.codes].lengths if block.codes else ()
    return tuple(b - a for a, b in pairwise((0, *lengths)))


@lru_cache(maxsize=256)
def _totals(pack: Pack, block: Block) -> frozenset[str]:
    """The words that name the block's total row."""
    label = normalize_text(block.total or "")
    like = map(normalize_text, pack.words["synonyms"].get(label, ()))
    return frozenset({label, *like} - {""}) or frozenset(
        (normalize_text(pack.words["columns"][TOTAL]),)
    )


@lru_cache(maxsize=256)
def _labels(pack: Pack, block: Block) -> Mapping[str, tuple[int, ...]]:
    """Row label without its ordinal, and other words for it → indices of the fixed rows that have
    it; a label that is printed is that row's alone."""
    labels: dict[str, tuple[int, ...]] = {}
    others: dict[str, tuple[int, ...]] = {}
    for index, row in enumerate(block.fixed):
        name = strip_ordinal(row.label)
        labels[name] = (*labels.get(name, ()), index)
        for word in pack.words["synonyms"].get(name, ()):
            others[word] = (*others.get(word, ()), index)
    return {**others, **labels}


def _merged(table: Table, column: int) -> dict[int, int]:
    """Rows of the table whose cell in that column is merged with one above → that one's row."""
    first, last = min(table.body, default=0), max(table.body, default=-1)
    return {
        row: top
        for top, left, bottom, _ in table.sheet.lines.merged
        if left == column
        for row in range(max(top + 1, first), min(bottom, last) + 1)
    }

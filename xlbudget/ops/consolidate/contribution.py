"""What a file adds to a sum, written in little space: a line of JSON for each block.

A line holds runs of rows that stand on one sheet under the same columns:
``[[sheet, [sheet column of each amount column], [[id, sheet row, code, name, level, government,
[amount of each column]], …]], …]``, rows and columns counted from 0, -1 where the file has no
cells. An amount of two decimals is its whole number of hundredths, any other is its digits as
text, a blank is null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

from xlbudget.core.budget import Budget, Row
from xlbudget.core.consolidation import Contribution
from xlbudget.core.key import BlockKey
from xlbudget.core.reading import Reading, SheetRow
from xlbudget.packs.model import Block, Pack

Amount = int | str | None
NOWHERE = SheetRow("", -1, {})
HUNDREDTHS = -2
HUNDREDTH = Decimal(1).scaleb(HUNDREDTHS)
MOST_DIGITS = 15
"""Before the point; longer figures stay text: a decimal of the default context holds 28 digits."""


class SourceRow(NamedTuple):
    """A row of a source; `sheet_row` is its sheet row. Amounts are in the order of the block's
    columns."""

    id: str
    sheet_row: int
    code: str
    name: str
    level: str
    government: str
    amounts: Sequence[Amount]

    @property
    def words(self) -> Row:
        """The row without its amounts."""
        return Row(self.id, {}, self.code, self.name, self.level, self.government)


class RowRun(NamedTuple):
    """Rows of one block on one sheet; `columns` are the sheet columns of its amount columns."""

    sheet: str
    columns: Sequence[int]
    rows: Iterator[SourceRow]


def make_contribution(pack: Pack, reading: Reading) -> Contribution:
    """What a file adds."""
    budget = reading.budget
    blocks = {
        key: json.dumps(
            _runs(reading, pack.blocks[key], rows), ensure_ascii=False, separators=(",", ":")
        )
        for key, rows in budget.blocks.items()
    }
    return Contribution(budget.pack, budget.year, budget.unit, dict(budget.units), blocks)


def _runs(reading: Reading, block: Block, rows: Iterable[Row]) -> list[Any]:
    runs: list[Any] = []
    key, columns, places = block.id, block.columns, reading.rows
    before: SheetRow | None = None
    lines: list[Any] = []
    for identity, amounts, code, name, level, government in rows:
        place = places.get((key, identity), NOWHERE)
        if before is None or place.sheet != before.sheet or place.columns is not before.columns:
            before, lines = place, []
            runs.append([place.sheet, [place.columns.get(c, -1) for c in columns], lines])
        figures = [_amount(amounts[c]) if c in amounts else None for c in columns]
        lines.append((identity, place.row, code, name, level, government, figures))
    return runs


def _amount(amount: Decimal) -> int | str:
    if HUNDREDTH.same_quantum(amount) and amount.adjusted() < MOST_DIGITS:
        return int(amount * 100)
    return str(amount)


def decode_amount(amount: int | str) -> Decimal:
    """A written amount as the decimal that it is."""
    return Decimal(amount).scaleb(HUNDREDTHS) if amount.__class__ is int else Decimal(amount)


def decode_runs(text: str) -> Iterator[RowRun]:
    """The runs of a block's line."""
    for sheet, columns, lines in json.loads(text):
        yield RowRun(sheet, columns, map(SourceRow._make, lines))


def decode_rows(text: str) -> Iterator[SourceRow]:
    """The rows of a block's line."""
    return chain.from_iterable(run.rows for run in decode_runs(text))


def filled_amounts(block: Block, line: SourceRow) -> dict[str, Decimal]:
    """A row's filled columns."""
    filled = zip(block.columns, line.amounts, strict=True)
    return {column: decode_amount(amount) for column, amount in filled if amount is not None}


def rebuild_reading(pack: Pack, share: Contribution, department: str, code: str) -> Reading:
    """The reading behind a share: its budget, and where each row stands."""
    blocks: dict[BlockKey, tuple[Row, ...]] = {}
    places: dict[tuple[BlockKey, str], SheetRow] = {}
    for key, text in share.blocks.items():
        block, rows = pack.blocks[key], []
        for run in decode_runs(text):
            columns = {c: n for c, n in zip(block.columns, run.columns, strict=True) if n >= 0}
            for line in run.rows:
                rows.append(line.words._replace(amounts=filled_amounts(block, line)))
                if line.sheet_row >= 0:
                    places[key, line.id] = SheetRow(run.sheet, line.sheet_row, columns)
        blocks[key] = tuple(rows)
    budget = Budget(share.pack, share.year, share.unit, department, code, blocks, share.units)
    return Reading(budget, places)

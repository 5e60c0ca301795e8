"""What a file adds to a sum, in compact form: a line of JSON for each block.

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
"""Digits before the point; longer figures stay text: a decimal of the default context holds 28."""


class SourceRow(NamedTuple):
    """A row of a source; `sheet_row` counts from 0. Amounts are in the order of the block's
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
    """The contribution of a file that was read."""
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
    key, columns, sheet_rows = block.id, block.columns, reading.rows
    before: SheetRow | None = None
    lines: list[Any] = []
    for identity, amounts, code, name, level, government in rows:
        row = sheet_rows.get((key, identity), NOWHERE)
        if before is None or row.sheet != before.sheet or row.columns is not before.columns:
            before, lines = row, []
            runs.append([row.sheet, [row.columns.get(c, -1) for c in columns], lines])
        figures = [_amount(amounts[c]) if c in amounts else None for c in columns]
        lines.append((identity, row.row, code, name, level, government, figures))
    return runs


def _amount(amount: Decimal) -> int | str:
    if HUNDREDTH.same_quantum(amount) and amount.adjusted() < MOST_DIGITS:
        return int(amount * 100)
    return str(amount)


def decode_amount(amount: int | str) -> Decimal:
    """An encoded amount as a decimal."""
    return Decimal(amount).scaleb(HUNDREDTHS) if amount.__class__ is int else Decimal(amount)


def decode_runs(text: str) -> Iterator[RowRun]:
    """The runs of a block's line."""
    for sheet, columns, lines in json.loads(text):
        yield RowRun(sheet, columns, map(SourceRow._make, lines))


def decode_rows(text: str) -> Iterator[SourceRow]:
    """The rows of a block's line."""
    return chain.from_iterable(run.rows for run in decode_runs(text))


def filled_amounts(block: Block, line: SourceRow) -> dict[str, Decimal]:
    """The amounts of a row by column, blanks left out."""
    filled = zip(block.columns, line.amounts, strict=True)
    return {column: decode_amount(amount) for column, amount in filled if amount is not None}


def rebuild_reading(pack: Pack, contribution: Contribution, department: str, code: str) -> Reading:
    """The reading behind a contribution: its budget, and the sheet row of each row."""
    blocks: dict[BlockKey, tuple[Row, ...]] = {}
    sheet_rows: dict[tuple[BlockKey, str], SheetRow] = {}
    name, year, unit, units, texts = contribution
    for key, text in texts.items():
        block, rows = pack.blocks[key], []
        for run in decode_runs(text):
            columns = {c: n for c, n in zip(block.columns, run.columns, strict=True) if n >= 0}
            for line in run.rows:
                rows.append(line.words._replace(amounts=filled_amounts(block, line)))
                if line.sheet_row >= 0:
                    sheet_rows[key, line.id] = SheetRow(run.sheet, line.sheet_row, columns)
        blocks[key] = tuple(rows)
    return Reading(Budget(name, year, unit, department, code, blocks, units), sheet_rows)

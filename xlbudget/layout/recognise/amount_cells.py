"""The amount cells of a row."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from xlbudget.core.amount import NOT_STATED
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.parse_amount import ParsedAmount, parse_amount, parse_number
from xlbudget.layout.recognise.block_reader import BlockReader


class RowAmounts(NamedTuple):
    """The amounts of a row by column; `odd` are its cells, amounts or not, of which there is
    something to say."""

    amounts: Mapping[str, Decimal]
    odd: tuple[tuple[str, ParsedAmount], ...]

    @property
    def filled(self) -> bool:
        """Stands an amount, or what cannot be read, in any of the cells?"""
        return bool(self.amounts) or any(not value.readable for _, value in self.odd)


NONE = RowAmounts({}, ())
"""Those of a row whose amount cells are blank."""


def read_amounts(body: BlockReader, number: int) -> RowAmounts:
    """Read the amount cells of a row."""
    row, lines = body.sheet.rows[number], body.sheet.decimals
    line = lines[number] if number < len(lines) else b""
    if number in body.doubtful or len(row) <= body.widest:
        row = _completed(body, number)
    amounts: dict[str, Decimal] = {}
    odd: list[tuple[str, ParsedAmount]] = []
    for key, column, decimals in body.cells.get(line) or _cells(body, line):
        raw = row[column]
        if raw == "":
            continue
        if raw.__class__ is float:
            amount = parse_number(raw, decimals)
            if amount is not None:
                amounts[key] = amount
                continue
        value = (
            raw
            if raw.__class__ is ParsedAmount
            else parse_amount(body.pack, raw, decimals, body.unit)
        )
        if value.amount is not None:
            amounts[key] = value.amount
        if value.kind or value.exact is not None or not value.readable:
            odd.append((key, value))
    return RowAmounts(amounts, tuple(odd)) if amounts or odd else NONE


def _completed(body: BlockReader, number: int) -> list[Any]:
    """The row as wide as the table; the Value itself of a cell that has none of its own."""
    row = body.sheet.rows[number]
    whole = [*row, *[""] * (body.widest + 1 - len(row))]
    for column in body.at:
        whole[column] = _without_value(body.sheet, number, column) or whole[column]
    return whole


def _without_value(sheet: RawSheet, number: int, column: int) -> ParsedAmount | None:
    at = (number, column)
    if at in sheet.errors:
        return ParsedAmount(None, False, "value_error", "", {"text": sheet.errors[at]})
    if at in sheet.uncalculated:
        return ParsedAmount(None, False, "value_uncalculated", "unknown")
    return None


def _cells(body: BlockReader, line: bytes) -> tuple[tuple[str, int, int], ...]:
    """The columns, where they stand, and what their cells show, at least what the unit asks; rows
    that show the same are one."""
    said = [line[column] if column < len(line) else NOT_STATED for column in body.at]
    shown = [max(decimals, body.least) for decimals in said]
    body.cells[line] = tuple(zip(body.amounts, body.at, shown, strict=True))
    return body.cells[line]

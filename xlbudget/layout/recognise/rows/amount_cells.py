"""The amount cells of a row."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from xlbudget.core.amount import NOT_STATED
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.parse_amount import ParsedAmount, parse_amount, parse_number
from xlbudget.layout.recognise.rows.block_reader import BlockReader


class RowAmounts(NamedTuple):
    """The amounts of a row by column; `odd` are its cells, amounts or not, about which there is
    something to report."""

    amounts: Mapping[str, Decimal]
    odd: tuple[tuple[str, ParsedAmount], ...]

    @property
    def filled(self) -> bool:
        """Whether any of the cells holds an amount, or something that cannot be read."""
        return bool(self.amounts) or any(not value.readable for _, value in self.odd)


NONE = RowAmounts({}, ())
"""The amounts of a row whose amount cells are blank."""


def read_amounts(body: BlockReader, number: int) -> RowAmounts:
    """The amounts in the amount cells of a row, by its number in the sheet."""
    row, lines = body.sheet.rows[number], body.sheet.decimals
    line = lines[number] if number < len(lines) else b""
    if number in body.doubtful or len(row) <= body.widest:
        row = _completed(body, number)
    least = body.least
    amounts: dict[str, Decimal] = {}
    odd: list[tuple[str, ParsedAmount]] = []
    for key, column, shown in body.cells.get(line) or _cells(body, line):
        raw = row[column]
        if raw == "":
            continue
        if raw.__class__ is float:
            amount = parse_number(raw, shown, least)
            if amount is not None:
                amounts[key] = amount
                continue
        value = (
            raw
            if raw.__class__ is ParsedAmount
            else parse_amount(body.pack, raw, body.sheet.show(shown), body.unit)
        )
        if value.amount is not None:
            amounts[key] = value.amount
        telling = value.kind or value.exact is not None or value.unshown or value.power
        if telling or not value.readable:
            odd.append((key, value))
    return RowAmounts(amounts, tuple(odd)) if amounts or odd else NONE


def _completed(body: BlockReader, number: int) -> list[Any]:
    """The row padded to the table's width; a cell without a value becomes its ParsedAmount."""
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
    """Key, sheet column and the byte of what the cell shows, of each amount column. Kept by `line`,
    since rows with the same formats share them."""
    shown = [line[column] if column < len(line) else NOT_STATED for column in body.at]
    body.cells[line] = tuple(zip(body.amounts, body.at, shown, strict=True))
    return body.cells[line]

"""The amount cells of a row."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from xlbudget.core.amount import NOT_SAID
from xlbudget.layout.bodies import Body
from xlbudget.layout.values import Value, plain_number, read_value


class Figures(NamedTuple):
    """The amounts of a row by column; `odd` are its cells, amounts or not, of which there is
    something to say."""

    amounts: dict[str, Decimal]
    odd: list[tuple[str, Value]]

    @property
    def filled(self) -> bool:
        """Stands an amount, or what cannot be read, in any of the cells?"""
        return bool(self.amounts) or any(not value.readable for _, value in self.odd)


def figures_of(body: Body, number: int) -> Figures:
    """Read the amount cells of a row."""
    amounts: dict[str, Decimal] = {}
    odd: list[tuple[str, Value]] = []
    cells = zip(body.amounts, _raw(body, number), _decimals(body, number), strict=True)
    for key, raw, decimals in cells:
        if raw.__class__ is float:
            amount = plain_number(raw, decimals)
            if amount is not None:
                amounts[key] = amount
                continue
        elif raw == "":
            continue
        value = raw if raw.__class__ is Value else read_value(body.pack, raw, decimals, body.unit)
        if value.amount is not None:
            amounts[key] = value.amount
        if value.kind or value.exact is not None or not value.readable:
            odd.append((key, value))
    return Figures(amounts, odd)


def _raw(body: Body, number: int) -> Sequence[Any]:
    """What stands in the cells; the Value itself of one that has none of its own."""
    row = body.sheet.rows[number]
    if number in body.doubtful:
        return [_without_value(body, number, c) or body.cell(number, c) for c in body.at]
    if body.widest < len(row):
        return [row[column] for column in body.at]
    return [body.cell(number, column) for column in body.at]


def _without_value(body: Body, number: int, column: int) -> Value | None:
    at = (number, column)
    if at in body.sheet.errors:
        return Value(None, False, "value_error", "", {"text": body.sheet.errors[at]})
    if at in body.sheet.uncalculated:
        return Value(None, False, "value_uncalculated", "unknown")
    return None


def _decimals(body: Body, number: int) -> tuple[int, ...]:
    """What the cells show, at least what the unit asks; rows that show the same are one."""
    lines = body.sheet.decimals
    line = lines[number] if number < len(lines) else b""
    found = body.shown.get(line)
    if found is None:
        said = (line[column] if column < len(line) else NOT_SAID for column in body.at)
        found = body.shown[line] = tuple(max(decimals, body.least) for decimals in said)
    return found

"""Conditional formats under which a figure is not seen (white letters where it is above nothing).

Those that only hide what is nothing are usual, and hide no figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from xlbudget.core.key import column_index
from xlbudget.core.sheet import RawSheet
from xlbudget.workbook.formulas.evaluate import COMPARED, evaluate
from xlbudget.workbook.formulas.parse import NotUnderstood, parse_formula
from xlbudget.workbook.formulas.stored_values import StoredCells
from xlbudget.workbook.read.cell_decimals import set_decimals
from xlbudget.workbook.read.xlsx.elements import (
    PREFIX,
    decode_text,
    read_attributes,
    split_elements,
)

FORMULA = re.compile(rb"<%bformula>([^<]*)<" % PREFIX)
AREA = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
SIGNS: Mapping[str, str] = {
    "equal": "=",
    "notEqual": "<>",
    "greaterThan": ">",
    "lessThan": "<",
    "greaterThanOrEqual": ">=",
    "lessThanOrEqual": "<=",
}
MOST_VEILS, MOST_FIGURES = 200, 20_000
"""Formats of a sheet, and figures under them, that are looked at."""


class Veil(NamedTuple):
    """Where a conditional format applies (top, left, bottom, right), when (a sign that compares the
    figure with the formula, or "" for a formula that is true), and with what."""

    area: tuple[int, int, int, int]
    sign: str
    formula: str


def read_veils(xml: bytes, unseen: frozenset[int]) -> list[Veil]:
    """The conditional formats of a sheet that add one of these looks."""
    veils: list[Veil] = []
    for where, rules in split_elements(xml, b"conditionalFormatting"):
        areas = [_area(part) for part in _text(where, b"sqref").split()]
        for attrs, inside in split_elements(rules, b"cfRule"):
            kind, look = _text(attrs, b"type"), _text(attrs, b"dxfId")
            sign = SIGNS.get(_text(attrs, b"operator"), "") if kind == "cellIs" else ""
            formula = FORMULA.search(inside)
            known = kind == "expression" or sign
            if known and formula and look.isdigit() and int(look[:9]) in unseen:
                text = decode_text(formula[1])
                veils += [Veil(area, sign, text) for area in areas if area]
    return veils[:MOST_VEILS]


def _text(attrs: bytes, name: bytes) -> str:
    return decode_text(read_attributes(attrs).get(name, b""))


def _area(text: str) -> tuple[int, int, int, int] | None:
    found = AREA.fullmatch(text)
    if not found:
        return None
    left, top = column_index(found[1]), int(found[2]) - 1
    right = column_index(found[3]) if found[3] else left
    return top, left, int(found[4]) - 1 if found[4] else top, right


def veil(sheet: RawSheet, veils: Sequence[Veil], unseen: int) -> RawSheet:
    """The sheet with the byte `unseen` for what the figures show that such a format hides."""
    cells = StoredCells([sheet])
    figures = ((each, *at) for each in veils for at in _figures(sheet, each.area))
    hidden = {
        (row, column)
        for each, row, column in islice(figures, MOST_FIGURES)
        if _applies(sheet, cells, each, row, column)
    }
    if not hidden:
        return sheet
    lines = list(map(bytearray, sheet.decimals))
    for row, column in hidden:
        lines.extend(bytearray() for _ in range(row + 1 - len(lines)))
        set_decimals(lines[row], column, unseen)
    return sheet._replace(decimals=list(map(bytes, lines)))


def _figures(sheet: RawSheet, area: tuple[int, int, int, int]) -> Iterator[tuple[int, int]]:
    """The cells of an area that hold a number other than nothing."""
    top, left, bottom, right = area
    for row in range(top, min(bottom + 1, len(sheet.rows))):
        for column in range(left, min(right + 1, len(sheet.rows[row]))):
            value = sheet.rows[row][column]
            if isinstance(value, float | int) and not isinstance(value, bool) and value:
                yield row, column


def _applies(sheet: RawSheet, cells: StoredCells, each: Veil, row: int, column: int) -> bool:
    """Whether the format is for this cell; what is not understood is not."""
    top, left, _, _ = each.area
    place = cells.place(sheet.name, row - top, column - left)
    try:
        found = evaluate(parse_formula(each.formula), place)
    except (NotUnderstood, ArithmeticError, RecursionError):
        return False
    if not each.sign:
        return bool(found) and not isinstance(found, str)
    other = float(found) if isinstance(found, float | int) else 0.0
    return COMPARED[each.sign](sheet.rows[row][column], other)

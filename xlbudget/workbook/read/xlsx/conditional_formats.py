"""Conditional formats under which a figure is not seen (white letters where it is above nothing).

Those that only hide what is nothing are usual, and hide no figure.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xlbudget.core.key import column_index
from xlbudget.core.sheet import RawSheet
from xlbudget.workbook.formulas.evaluate import Place, Value, evaluate
from xlbudget.workbook.formulas.parse import NotUnderstood, parse_formula
from xlbudget.workbook.read.cell_decimals import set_decimals
from xlbudget.workbook.read.xlsx.rows_columns import decode_text, read_attributes
from xlbudget.workbook.read.xlsx.unseen_styles import is_unseen_look

PREFIX = rb"(?:\w{1,20}:)?"
LOOKS = re.compile(rb"<%bdxfs[\s>].*?</%bdxfs>" % (PREFIX, PREFIX), re.DOTALL)
LOOK = re.compile(rb"<%bdxf(?:/>|>.*?</%bdxf>)" % (PREFIX, PREFIX), re.DOTALL)
FORMATS = re.compile(
    rb"<%bconditionalFormatting(\s[^<>]*)>(.*?)</%bconditionalFormatting>" % (PREFIX, PREFIX),
    re.DOTALL,
)
RULE = re.compile(rb"<%bcfRule(\s[^<>]*)>(.*?)</%bcfRule>" % (PREFIX, PREFIX), re.DOTALL)
FORMULA = re.compile(rb"<%bformula>([^<]*)<" % PREFIX)
AREA = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "equal": operator.eq,
    "notEqual": operator.ne,
    "greaterThan": operator.gt,
    "lessThan": operator.lt,
    "greaterThanOrEqual": operator.ge,
    "lessThanOrEqual": operator.le,
}
MOST_RULES = 200
"""Rules of a sheet that are looked at."""


class Veil(NamedTuple):
    """Where a conditional format applies, first corner first, when (a comparison, or "" for a
    formula that is true), and with what."""

    area: tuple[int, int, int, int]
    when: str
    formula: str


def find_unseen_looks(styles: bytes) -> frozenset[int]:
    """The numbers of the looks for conditional formats in which nothing is seen."""
    listed = LOOKS.search(styles)
    looks = LOOK.findall(listed[0]) if listed else []
    return frozenset(place for place, look in enumerate(looks) if is_unseen_look(look))


def read_veils(xml: bytes, unseen: frozenset[int]) -> list[Veil]:
    """The conditional formats of a sheet that have one of these looks."""
    veils: list[Veil] = []
    for where, rules in FORMATS.findall(xml) if unseen else ():
        areas = [_area(part) for part in _text(where, b"sqref").split()]
        for attrs, inside in RULE.findall(rules)[:MOST_RULES]:
            kind, look = _text(attrs, b"type"), _text(attrs, b"dxfId")
            when = _text(attrs, b"operator") if kind == "cellIs" else ""
            formula = FORMULA.search(inside)
            known = kind == "expression" or when in COMPARED
            if known and formula and look.isdigit() and int(look[:9]) in unseen:
                text = decode_text(formula[1])
                veils += [Veil(area, when, text) for area in areas if area]
    return veils[:MOST_RULES]


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
    hidden = {at for each in veils for at in _hidden(sheet, each)}
    if not hidden:
        return sheet
    lines = list(map(bytearray, sheet.decimals))
    for row, column in hidden:
        lines.extend(bytearray() for _ in range(row + 1 - len(lines)))
        set_decimals(lines[row], column, unseen)
    return sheet._replace(decimals=list(map(bytes, lines)))


def _hidden(sheet: RawSheet, each: Veil) -> Iterator[tuple[int, int]]:
    top, left, bottom, right = each.area
    for row in range(top, min(bottom + 1, len(sheet.rows))):
        for column in range(left, min(right + 1, len(sheet.rows[row]))):
            value = sheet.rows[row][column]
            figure = isinstance(value, float | int) and not isinstance(value, bool)
            if figure and value and _applies(sheet, each, row, column):
                yield row, column


def _applies(sheet: RawSheet, each: Veil, row: int, column: int) -> bool:
    """Whether the format is for this cell; what is not understood is not."""
    top, left, _, _ = each.area

    def look(name: str, at_row: int, at_column: int) -> Value:
        rows = sheet.rows
        inside = name == sheet.name and at_row < len(rows) and at_column < len(rows[at_row])
        value = rows[at_row][at_column] if inside else ""
        return value if value != "" and isinstance(value, float | int | str) else None

    place = Place(sheet.name, look, lambda _: len(sheet.rows), row - top, column - left)
    try:
        found = evaluate(parse_formula(each.formula), place)
    except (NotUnderstood, ArithmeticError, RecursionError):
        return False
    if not each.when:
        return bool(found) and not isinstance(found, str)
    other = float(found) if isinstance(found, float | int) else 0.0
    return COMPARED[each.when](sheet.rows[row][column], other)

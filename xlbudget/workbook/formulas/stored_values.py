"""Formulas whose stored value is not what they give: another program changed a figure and did not
calculate, calculation was set to manual, or the value depends on the moment or another file. Texts
that were never calculated are.

A formula is calculated from the stored values of its cells, so that each is looked at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.amount import NOT_STATED, displayed_value, format_plain, round_as_displayed
from xlbudget.core.number_format import SHAPED
from xlbudget.core.sheet import EXTERNAL, STALE, UNKNOWN, VOLATILE, FormulaDoubt, RawSheet
from xlbudget.workbook.formulas.evaluate import Place, Value, evaluate, is_volatile
from xlbudget.workbook.formulas.parse import External, NotRead, NotUnderstood, parse_formula

NOISE = 1e-9
"""What two sums of the same figures may differ by in binary, relative to them."""
LEAST = 1e-7
"""What differs less is the same where a cell states no decimals."""


class StoredFormula(NamedTuple):
    """The text of a formula, and how far below and right of the cell for which it is written it
    stands (formulas that are shared are written once)."""

    text: str
    down: int = 0
    right: int = 0


Formulas = Mapping[tuple[int, int], StoredFormula]
"""Row and column of a cell → its formula."""


def calculate(sheets: Sequence[RawSheet], formulas: Mapping[str, Formulas]) -> list[RawSheet]:
    """The sheets with the texts of formulas that were never calculated, and with what is doubtful
    of the others (sheet name → its formulas). Figures are not calculated for anybody: they are
    missing until the file was opened."""
    by_name = {sheet.name: sheet for sheet in sheets}
    written = [_write_texts(sheet, formulas.get(sheet.name, {}), by_name) for sheet in sheets]
    by_name = {sheet.name: sheet for sheet in written}
    return [_mark_doubtful(sheet, formulas.get(sheet.name, {}), by_name) for sheet in written]


def _write_texts(sheet: RawSheet, formulas: Formulas, by_name: Mapping[str, RawSheet]) -> RawSheet:
    texts = {}
    for at in sheet.uncalculated & formulas.keys():
        try:
            found = evaluate(parse_formula(formulas[at].text), _place(sheet, formulas[at], by_name))
        except (NotUnderstood, ArithmeticError, RecursionError):
            continue
        if isinstance(found, str):
            texts[at] = found
    for (row, column), text in texts.items():
        rows = sheet.rows
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend([""] * (column + 1 - len(rows[row])))
        rows[row][column] = text
    return sheet._replace(uncalculated=sheet.uncalculated - texts.keys()) if texts else sheet


def _mark_doubtful(
    sheet: RawSheet, formulas: Formulas, by_name: Mapping[str, RawSheet]
) -> RawSheet:
    doubts = {}
    for at, formula in formulas.items():
        doubt = _doubt(sheet, at, formula.text, _place(sheet, formula, by_name))
        if doubt:
            doubts[at] = doubt
    return sheet._replace(doubts=doubts) if doubts else sheet


def _place(sheet: RawSheet, formula: StoredFormula, by_name: Mapping[str, RawSheet]) -> Place:
    """Where a formula stands, among sheets that hold what was stored."""

    def known(name: str) -> RawSheet:
        if name not in by_name:
            raise NotRead
        return by_name[name]

    return Place(
        sheet.name,
        lambda name, row, column: _stored(known(name), row, column),
        lambda name: len(known(name).rows),
        formula.down,
        formula.right,
    )


def _stored(sheet: RawSheet, row: int, column: int) -> Value:
    """What a cell holds. Raises NotUnderstood where it is no value."""
    if (row, column) in sheet.errors or (row, column) in sheet.uncalculated:
        raise NotUnderstood
    rows = sheet.rows
    value = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
    if value == "":
        return None
    if isinstance(value, float | int | str):
        return value
    raise NotUnderstood


def _doubt(sheet: RawSheet, at: tuple[int, int], text: str, place: Place) -> FormulaDoubt | None:
    if at in sheet.errors or at in sheet.uncalculated:
        return None  # told as such
    try:
        tree = parse_formula(text)
        if is_volatile(tree):
            return FormulaDoubt(VOLATILE)
        found = evaluate(tree, place)
        stored = _stored(sheet, *at)
    except NotRead:
        return None
    except External:
        return FormulaDoubt(EXTERNAL)
    except (NotUnderstood, ArithmeticError, RecursionError):
        return FormulaDoubt(UNKNOWN)
    return None if _same(sheet, at, stored, found) else FormulaDoubt(STALE, _shown(found))


def _same(sheet: RawSheet, at: tuple[int, int], stored: Value, found: Value) -> bool:
    """Whether two values print the same in a cell; a blank is as nothing and as an empty text."""
    numbers = [v for v in (stored, found) if isinstance(v, float | int)]
    if len(numbers) < 2:
        return (stored or "") == (found or "")
    a, b = map(float, numbers)
    if abs(a - b) <= max(LEAST, NOISE * max(abs(a), abs(b))):
        return True
    row, column = at
    line = sheet.decimals[row] if row < len(sheet.decimals) else b""
    decimals = line[column] if column < len(line) else NOT_STATED
    if decimals >= SHAPED:
        return False
    printed = {round_as_displayed(displayed_value(each), decimals) for each in (a, b)}
    return len(printed) == 1


def _shown(value: Value) -> str:
    if isinstance(value, float | int):
        return format_plain(Decimal(displayed_value(value)))
    return value or ""

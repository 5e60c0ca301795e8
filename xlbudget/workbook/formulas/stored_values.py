"""Formulas whose stored value is not what they give: another program changed a figure and did not
calculate, calculation was set to manual, or the value depends on the moment or another file. Texts
that were never calculated are.

A formula is calculated from the stored values of its cells, so that each is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
MOST_WORK = 3_000_000
"""Characters of formulas and cells in them that are looked at in a workbook, some seconds' work;
what goes beyond is not calculated."""


class StoredFormula(NamedTuple):
    """The text of a formula, and how far below and right of the cell for which it is written it
    stands (formulas that are shared are written once)."""

    text: str
    down: int = 0
    right: int = 0


Formulas = Mapping[tuple[int, int], StoredFormula]
"""Row and column of a cell → its formula."""


class StoredCells:
    """What the cells of some sheets hold, for formulas over them; no more than MOST_WORK is looked
    at."""

    def __init__(self, sheets: Iterable[RawSheet]) -> None:
        self.sheets = {sheet.name: sheet for sheet in sheets}
        self.work = MOST_WORK

    def place(self, sheet: str, down: int = 0, right: int = 0) -> Place:
        """Where a formula of a sheet is calculated."""
        return Place(sheet, self.look, lambda name: len(self._sheet(name).rows), down, right)

    def look(self, name: str, row: int, column: int) -> Value:
        """What a cell holds. Raises NotRead for a sheet that is none of these, NotUnderstood where
        there is no value, and where too much was looked at."""
        self.spend(1)
        sheet = self._sheet(name)
        if (row, column) in sheet.errors or (row, column) in sheet.uncalculated:
            raise NotUnderstood
        rows = sheet.rows
        value = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
        if value == "":
            return None
        if isinstance(value, float | int | str):
            return value
        raise NotUnderstood

    def spend(self, work: int) -> None:
        """Count work that is done. Raises NotUnderstood where it is too much."""
        if self.work < work:
            raise NotUnderstood
        self.work -= work

    def _sheet(self, name: str) -> RawSheet:
        if name not in self.sheets:
            raise NotRead
        return self.sheets[name]


def calculate(sheets: Sequence[RawSheet], formulas: Mapping[str, Formulas]) -> list[RawSheet]:
    """The sheets with the texts of formulas that were never calculated, and with what is doubtful
    of the others (sheet name → its formulas). Figures are not calculated for anybody: they are
    missing until the file was opened."""
    cells = StoredCells(sheets)
    written = [_write_texts(sheet, formulas.get(sheet.name, {}), cells) for sheet in sheets]
    cells = StoredCells(written)
    return [_mark_doubtful(sheet, formulas.get(sheet.name, {}), cells) for sheet in written]


def _write_texts(sheet: RawSheet, formulas: Formulas, cells: StoredCells) -> RawSheet:
    texts = {}
    for at in sorted(sheet.uncalculated & formulas.keys()):
        try:
            found = _evaluate(sheet, formulas[at], cells)
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


def _mark_doubtful(sheet: RawSheet, formulas: Formulas, cells: StoredCells) -> RawSheet:
    doubts = {}
    for at, formula in formulas.items():
        doubt = _doubt(sheet, at, formula, cells)
        if doubt:
            doubts[at] = doubt
    return sheet._replace(doubts=doubts) if doubts else sheet


def _doubt(
    sheet: RawSheet, at: tuple[int, int], formula: StoredFormula, cells: StoredCells
) -> FormulaDoubt | None:
    if at in sheet.errors or at in sheet.uncalculated:
        return None  # told as such
    try:
        cells.spend(len(formula.text))
        if is_volatile(parse_formula(formula.text)):
            return FormulaDoubt(VOLATILE)
        found = _evaluate(sheet, formula, cells)
        stored = cells.look(sheet.name, *at)
    except NotRead:
        return None
    except External:
        return FormulaDoubt(EXTERNAL)
    except (NotUnderstood, ArithmeticError, RecursionError):
        return FormulaDoubt(UNKNOWN)
    return None if _same(sheet, at, stored, found) else FormulaDoubt(STALE, _shown(found))


def _evaluate(sheet: RawSheet, formula: StoredFormula, cells: StoredCells) -> Value:
    cells.spend(len(formula.text))
    place = cells.place(sheet.name, formula.down, formula.right)
    return evaluate(parse_formula(formula.text), place)


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

"""Formulas calculated anew after figures changed; where one holds more than is calculated here,
its value is not known."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from xlbudget.core.key import SheetCell
from xlbudget.workbook.formulas.evaluate import Place, Value, evaluate, list_area
from xlbudget.workbook.formulas.parse import NotUnderstood, list_cells, parse_formula

DEEPEST = 200
"""Formulas that look at one another in a row; what goes on from there is not known."""


class Calculation:
    """The values of a workbook in which cells changed: `formulas` is an openpyxl workbook with the
    changed figures in it, `values` the same with the values of before, `changed` the cells."""

    def __init__(self, formulas: Any, values: Any, changed: Collection[SheetCell]) -> None:
        self.formulas, self.values, self.changed = formulas, values, frozenset(changed)
        self.known: dict[SheetCell, bool] = {}

    def depends(self, cell: SheetCell, depth: int = 0) -> bool:
        """Whether the cell's value follows from a changed one, or may."""
        if cell in self.changed or depth > DEEPEST:
            return cell in self.changed
        if cell not in self.known:
            self.known[cell] = False  # a circle adds nothing
            try:
                followed = any(self.depends(at, depth + 1) for at in self._precedents(cell))
            except NotUnderstood:
                followed = True
            self.known[cell] = followed
        return self.known[cell]

    def value(self, cell: SheetCell) -> Value:
        """What a cell holds now, None where it is blank. Raises NotUnderstood, and ArithmeticError
        as Excel shows an error."""
        text = self.formula(cell)
        if text and self.depends(cell):
            return evaluate(parse_formula(text), self._place(cell.sheet))
        book = self.values if text else self.formulas
        value = book[cell.sheet].cell(cell.row + 1, cell.column + 1).value
        return value if isinstance(value, int | float | None) else str(value)

    def formula(self, cell: SheetCell) -> str:
        """The formula in a cell; "" where there is none."""
        if cell.sheet not in self.formulas.sheetnames:
            raise NotUnderstood
        value = self.formulas[cell.sheet].cell(cell.row + 1, cell.column + 1).value
        text = str(getattr(value, "text", value))
        return text if text.startswith("=") else ""

    def _precedents(self, cell: SheetCell) -> Iterator[SheetCell]:
        text = self.formula(cell)
        place = self._place(cell.sheet)
        for each in list_cells(parse_formula(text)) if text else ():
            sheet, rows, columns = list_area(each, place)
            for row in rows:
                for column in columns:
                    yield SheetCell(sheet, row, column)

    def _place(self, sheet: str) -> Place:
        return Place(sheet, lambda *at: self.value(SheetCell(*at)), self._height)

    def _height(self, sheet: str) -> int:
        if sheet not in self.formulas.sheetnames:
            raise NotUnderstood
        return int(self.formulas[sheet].max_row)

"""Formulas calculated anew after figures changed: sums, products and ROUND, as people write them
into the forms. What else a formula may hold is not guessed at: its value is then unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.utils.cell import range_boundaries

from xlbudget.core.key import SheetCell

DEEPEST = 200
"""Formulas that look at one another in a row; what goes on from there is not known."""
SUMS = {"+": operator.add, "-": operator.sub}
PRODUCTS = {"*": operator.mul, "/": operator.truediv}


class NotUnderstood(Exception):
    """A formula holds something else than what is calculated here."""


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

    def value(self, cell: SheetCell) -> float | str:
        """The number or text in a cell now, 0 where it is blank. Raises NotUnderstood."""
        text = self.formula(cell)
        if text and self.depends(cell):
            return _Expression(self, cell.sheet, text).result()
        book = self.values if text else self.formulas
        value = book[cell.sheet].cell(cell.row + 1, cell.column + 1).value
        return float(value or 0) if isinstance(value, int | float | None) else str(value)

    def formula(self, cell: SheetCell) -> str:
        """The formula in a cell; "" where there is none."""
        if cell.sheet not in self.formulas.sheetnames:
            raise NotUnderstood
        value = self.formulas[cell.sheet].cell(cell.row + 1, cell.column + 1).value
        text = str(getattr(value, "text", value))
        return text if text.startswith("=") else ""

    def cells(self, sheet: str, text: str) -> Iterator[SheetCell]:
        """The cells of a reference (`B2`, `$B$2:C5`, `表三!B:B`) on a sheet. Raises NotUnderstood
        for names and other workbooks."""
        named, _, area = text.rpartition("!")
        sheet = named.strip("'").replace("''", "'") or sheet
        try:
            left, top, right, bottom = range_boundaries(area)
        except ValueError as error:
            raise NotUnderstood from error
        if sheet not in self.formulas.sheetnames:
            raise NotUnderstood
        last = self.formulas[sheet]
        for row in range(top or 1, (bottom or last.max_row) + 1):
            for column in range(left or 1, (right or last.max_column) + 1):
                yield SheetCell(sheet, row - 1, column - 1)

    def _precedents(self, cell: SheetCell) -> Iterator[SheetCell]:
        for token in Tokenizer(self.formula(cell)).items:
            if token.subtype == Token.RANGE:
                yield from self.cells(cell.sheet, token.value)


class _Expression:
    """One formula while it is evaluated, token by token."""

    def __init__(self, calculation: Calculation, sheet: str, text: str) -> None:
        self.calculation, self.sheet = calculation, sheet
        self.tokens = [t for t in Tokenizer(text).items if t.type != Token.WSPACE]
        self.place = 0

    def result(self) -> float:
        value = self._sum()
        if self.place < len(self.tokens):
            raise NotUnderstood
        return value

    def _take(self, kind: str, values: Collection[str] = ()) -> str:
        """The value of the next token if it is of that type (and one of these), else ""."""
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        if token is None or token.type != kind or (values and token.value not in values):
            return ""
        self.place += 1
        return str(token.value)

    def _sum(self) -> float:
        value = self._product()
        while sign := self._take(Token.OP_IN, SUMS):
            value = SUMS[sign](value, self._product())
        return value

    def _product(self) -> float:
        value = self._factor()
        while sign := self._take(Token.OP_IN, PRODUCTS):
            value = PRODUCTS[sign](value, self._factor())
        return value

    def _factor(self) -> float:
        if sign := self._take(Token.OP_PRE):
            return self._factor() * (-1 if sign == "-" else 1)
        if self._take(Token.PAREN, ("(",)):
            value = self._sum()
            self._close(Token.PAREN)
        elif name := self._take(Token.FUNC):
            value = self._call(name.upper())
        else:
            value = self._operand()
        while self._take(Token.OP_POST):
            value /= 100
        return value

    def _operand(self) -> float:
        token = self.tokens[self.place] if self.place < len(self.tokens) else None
        if token is None or token.type != Token.OPERAND:
            raise NotUnderstood
        self.place += 1
        if token.subtype == Token.NUMBER:
            return float(token.value)
        if token.subtype != Token.RANGE:
            raise NotUnderstood
        cells = list(self.calculation.cells(self.sheet, token.value))
        value = self.calculation.value(cells[0]) if len(cells) == 1 else ""
        if isinstance(value, str):
            raise NotUnderstood
        return value

    def _call(self, name: str) -> float:
        if name == "SUM(":
            value = sum(self._arguments())
            self._close(Token.FUNC)
            return value
        if name != "ROUND(":
            raise NotUnderstood
        value = self._sum()
        if not self._take(Token.SEP):
            raise NotUnderstood
        places = int(self._sum())
        self._close(Token.FUNC)
        exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        return float(exact)

    def _arguments(self) -> Iterator[float]:
        while True:
            token = self.tokens[self.place]
            if token.subtype == Token.RANGE and self.tokens[self.place + 1].type in (
                Token.SEP,
                Token.FUNC,
            ):
                self.place += 1
                cells = self.calculation.cells(self.sheet, token.value)
                values = (self.calculation.value(cell) for cell in cells)
                yield from (value for value in values if isinstance(value, float))
            else:
                yield self._sum()
            if not self._take(Token.SEP):
                return

    def _close(self, kind: str) -> None:
        if not self._take(kind, (")",)):
            raise NotUnderstood

"""XlsxWriter's worksheet, with formulas written as they are.

XlsxWriter looks through every formula for each of thirty functions that came after Excel 2010, to
write them under their long names. Our formulas use none (a test lists the functions), and looking
takes longer than all the rest.
"""

from __future__ import annotations

from typing import Any

from xlsxwriter.worksheet import CellFormulaTuple, Worksheet


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet for formulas of functions that every program knows."""

    def _write_formula(
        self, row: int, col: int, formula: str, cell_format: Any = None, value: Any = 0
    ) -> int:
        if self._check_dimensions(row, col):
            return -1
        self.table[row][col] = CellFormulaTuple(formula.removeprefix("="), cell_format, value)
        return 0

"""XlsxWriter's workbook, with formulas taken as they are and the package made small.

XlsxWriter looks through every formula for each of thirty functions that came after Excel 2010, to
write them under their long names. Our formulas use none (a test lists the functions), and looking
takes longer than all the rest. It also leaves the type off a formula whose value is an empty
text, which then reads as one that was never calculated.
"""

from __future__ import annotations

import re
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager
from xlsxwriter.worksheet import CellFormulaTuple, Worksheet

from xlbudget.workbook.formula import Formula

EMPTY_TEXT = re.compile(r'<c (r="[A-Z]+\d+"(?: s="\d+")?)>(<f>[^<]*</f>)<v></v></c>')
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
TIGHT = 8
"""Level of compression; 9 takes longer and saves nothing more."""


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet for formulas of functions that every program knows."""

    def put(self, row: int, column: int, formula: Formula, style: Any = None) -> None:
        """Write a formula with its value."""
        self._check_dimensions(row, column)
        self.table[row][column] = CellFormulaTuple(formula.text, style, formula.value)

    def link(self, row: int, column: int, url: str, tip: str) -> None:
        """A link at a cell that keeps its content and its looks."""
        self.ignore_write_string = True
        self.write_url(row, column, url, tip=tip)
        self.ignore_write_string = False


class _Parts(Packager):  # type: ignore[misc]
    """Keeps the parts for us, and gives XlsxWriter none to pack."""

    parts: list[tuple[Any, str, bool]]

    def _create_package(self) -> list[Any]:
        self.parts = super()._create_package()
        return []


class Book(Workbook):  # type: ignore[misc]
    """A workbook in memory."""

    def __init__(self) -> None:
        # Strings are written as strings: nothing that comes from data becomes a formula or a link.
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        super().__init__(BytesIO(), options)
        self._parts = _Parts()

    def _get_packager(self) -> Packager:
        return self._parts

    def sheet(self, name: str) -> Sheet:
        """Add a worksheet."""
        sheet: Sheet = self.add_worksheet(name, Sheet)
        return sheet

    def packed(self) -> bytes:
        """The finished package."""
        self.close()
        package = BytesIO()
        with ZipFile(package, "w", ZIP_DEFLATED, compresslevel=TIGHT) as packed:
            for part, name, _ in self._parts.parts:
                content = part.getvalue()
                part.close()  # a county's sheets are large: not all of them twice
                if isinstance(part, StringIO):
                    content = EMPTY_TEXT.sub(r'<c \1 t="str">\2<v></v></c>', content)
                packed.writestr(ZipInfo(name, FIRST_DAY), content, ZIP_DEFLATED, TIGHT)
        return package.getvalue()

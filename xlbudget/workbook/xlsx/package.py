"""XlsxWriter's workbook, with formulas taken as they are and the package made small.

XlsxWriter looks through every formula for each of thirty functions that came after Excel 2010, to
write them under their long names. Our formulas use none (a test lists the functions), and looking
takes longer than all the rest. Its cells are written by our encoder (`row_xml`), as long lists are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager
from xlsxwriter.worksheet import (
    CellBlankTuple,
    CellFormulaTuple,
    CellNumberTuple,
    CellStringTuple,
    Worksheet,
)

from xlbudget.workbook.xlsx.formula import Formula
from xlbudget.workbook.xlsx.row_xml import (
    BLANK,
    FIGURE,
    FORMULA,
    SHARED,
    SPOKEN,
    escape_text,
    format_figure,
    make_cell_pattern,
)

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
TIGHT, QUICK = 8, 2
"""Levels of compression. 9 takes longer and saves nothing more; where there are rows by the ten
thousand, 8 takes twelve times as long as 2 and saves a fifth."""


ROWS_HERE = "<!--rows-->"
"""Placeholder in a sheet's XML for rows that are made while the package is written."""
TOGETHER = 1 << 18
"""Characters of rows that are packed at a time."""


class DeferredRows(NamedTuple):
    """Rows from `first` to before `end`, whose XML is made when the package is written, piece by
    piece."""

    first: int
    end: int
    pieces: Callable[[], Iterable[bytes]]


class FormulaSheet(Worksheet):  # type: ignore[misc]
    """A worksheet for formulas of functions that every program knows."""

    dim_rowmin: int
    dim_rowmax: int
    later: DeferredRows | None = None

    def write_cell_formula(
        self, row: int, column: int, formula: Formula, style: Any = None
    ) -> None:
        """Write a formula with its value."""
        self._check_dimensions(row, column)
        self.table[row][column] = CellFormulaTuple(formula.text, style, formula.value)

    def defer_rows(self, later: DeferredRows, last_column: int) -> None:
        """Take many rows, each made, packed and discarded in turn. Nothing else may be written
        to them."""
        self._check_dimensions(later.first, 0)
        self._check_dimensions(max(later.first, later.end - 1), last_column)
        self.later = later

    def _write_rows(self) -> None:
        if self.later is None:
            super()._write_rows()
            return
        low, high = self.dim_rowmin, self.dim_rowmax
        self.dim_rowmax = self.later.first - 1
        super()._write_rows()
        self.fh.write(ROWS_HERE)
        self.dim_rowmin, self.dim_rowmax = self.later.end, high
        super()._write_rows()
        self.dim_rowmin = low

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        style = cell.format._get_xf_index() if cell.format else None
        holds, content = _encoded(cell)
        self.fh.write(make_cell_pattern(col, style, holds, str(row + 1)) % content)

    def link(self, row: int, column: int, url: str, tip: str) -> None:
        """Add a link to a cell, which keeps its content and its format."""
        self.ignore_write_string = True
        self.write_url(row, column, url, tip=tip)
        self.ignore_write_string = False


def _encoded(cell: Any) -> tuple[str, tuple[Any, ...]]:
    """What a cell of XlsxWriter's holds, and the contents that fill its pattern. Raises TypeError
    for a kind that is never written."""
    if isinstance(cell, CellFormulaTuple):
        formula = escape_text(cell.formula)
        if isinstance(cell.value, str):
            return SPOKEN, (formula, escape_text(cell.value))
        return FORMULA, (formula, format_figure(cell.value))
    if isinstance(cell, CellNumberTuple):
        return FIGURE, (format_figure(cell.number),)
    if isinstance(cell, CellStringTuple):
        return SHARED, (cell.string,)
    if isinstance(cell, CellBlankTuple):
        return BLANK, ()
    raise TypeError(f"no encoding for a cell of {type(cell).__name__}")


class _Parts(Packager):  # type: ignore[misc]
    """Keeps the parts for `Book.pack`, and gives XlsxWriter none to pack."""

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

    def sheet(self, name: str) -> FormulaSheet:
        """Add a worksheet."""
        sheet: FormulaSheet = self.add_worksheet(name, FormulaSheet)
        return sheet

    def to_bytes(self) -> bytes:
        """The finished package."""
        package = BytesIO()
        self.pack(package)
        return package.getvalue()

    def write_to(self, path: Path) -> None:
        """Write the finished package to a file. Raises OSError."""
        with path.open("wb") as target:
            self.pack(target)

    def pack(self, target: BinaryIO) -> None:
        """Write the finished package. Raises OSError."""
        self.close()
        later = {
            f"xl/worksheets/sheet{number}.xml": sheet.later
            for number, sheet in enumerate(self.worksheets(), start=1)
        }
        level = QUICK if any(later.values()) else TIGHT
        with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=level) as packed:
            for part, name, _ in self._parts.parts:
                content = part.getvalue()
                if later.get(name):
                    _pack_with_rows(packed, name, content, later[name].pieces())
                else:
                    packed.writestr(ZipInfo(name, FIRST_DAY), content, ZIP_DEFLATED, level)


def _pack_with_rows(packed: ZipFile, name: str, content: str, pieces: Iterable[bytes]) -> None:
    before, _, behind = content.partition(ROWS_HERE)
    with packed.open(name, "w") as part:
        part.write(before.encode())
        part.writelines(pieces)
        part.write(behind.encode())


def encode_pieces(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines of XML as bytes, many at a time."""
    waiting: list[str] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size > TOGETHER:
            yield "".join(waiting).encode(errors="replace")
            waiting, size = [], 0
    yield "".join(waiting).encode(errors="replace")

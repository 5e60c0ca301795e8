"""XlsxWriter's workbook, with formulas taken as they are and the package made small.

XlsxWriter looks through every formula for each of thirty functions that came after Excel 2010, to
write them under their long names. Our formulas use none (a test lists the functions), and looking
takes longer than all the rest. It also leaves the type off a formula whose value is an empty
text, which then reads as one that was never calculated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager
from xlsxwriter.worksheet import CellFormulaTuple, Worksheet

from xlbudget.workbook.xlsx.formula import Formula

EMPTY_TEXT = re.compile(r'<c (r="[A-Z]+\d+"(?: s="\d+")?)>(<f>[^<]*</f>)<v></v></c>')
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
TIGHT, QUICK = 8, 2
"""Levels of compression. 9 takes longer and saves nothing more; where there are rows by the ten
thousand, 8 takes twelve times as long as 2 and saves a fifth."""


ROWS_HERE = "<!--rows-->"
"""Stands in a sheet's XML where rows go that are made while the package is written."""
TOGETHER = 1 << 18
"""Characters of rows that are packed at a time."""


class Later(NamedTuple):
    """Rows from `first` to before `end`, whose XML is made when the package is written, piece by
    piece."""

    first: int
    end: int
    pieces: Callable[[], Iterable[bytes]]


class Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet for formulas of functions that every program knows."""

    dim_rowmin: int
    dim_rowmax: int
    later: Later | None = None

    def put(self, row: int, column: int, formula: Formula, style: Any = None) -> None:
        """Write a formula with its value."""
        self._check_dimensions(row, column)
        self.table[row][column] = CellFormulaTuple(formula.text, style, formula.value)

    def rows_later(self, later: Later, last_column: int) -> None:
        """Take rows that are many: each is made, packed and let go. Nothing else may be written
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
        package = BytesIO()
        self.pack(package)
        return package.getvalue()

    def pack_to(self, path: Path) -> None:
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
                if isinstance(part, StringIO):
                    content = EMPTY_TEXT.sub(r'<c \1 t="str">\2<v></v></c>', content)
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


def pieces_of(lines: Iterable[str]) -> Iterator[bytes]:
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

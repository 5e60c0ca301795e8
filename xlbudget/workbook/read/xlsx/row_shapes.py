"""Cells written as most programs write them, row by row: reference, style and type in this order.

Most rows of a workbook differ from others in nothing but their number and their values. What is
left of a row without these, its shape, is looked at once and then remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xlbudget.core.key import column_index
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.cell_decimals import set_decimals
from xlbudget.workbook.read.sheet import MOST_CELLS_A_SHEET, check_filled, check_spread
from xlbudget.workbook.read.xlsx.rows_columns import LAST_COLUMN, LAST_ROW
from xlbudget.workbook.read.xlsx.scan import ANY_CELL, CellScan, style_decimals

WINDOW = 1 << 20
"""Bytes of XML that are looked at together; no row is cut in two."""
MOST_WINDOW = 4 * WINDOW

MOST_SHAPES = 1000
LONGEST_SHAPE, WIDEST_SHAPE = 2000, 256
"""Bytes and columns of a shape that is worth remembering."""

ROW = b'<row r="'
STYLED = b'" s="'
STILL_NUMBERED = re.compile(rb'<c r="[A-Z]{1,3}\d')
VALUE = re.compile(rb"<v>[^<]*</v>")
USUAL_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"(?: s="(\d{1,9})")?(?: t="(\w+)")?\s?(/?)>'
)
NUMERIC = (b"", b"n")
ERROR, SHARED = b"e", b"s"


class Shape(NamedTuple):
    """A row's cells, whichever row it is: how many there are, have something in them, and hold
    shared texts; how many columns they span, and the decimals shown (as in RawSheet)."""

    cells: int = 0
    filled: int = 0
    texts: int = 0
    columns: int = 0
    decimals: bytes = b""


@lru_cache(maxsize=4)
def usual(styles: tuple[int, ...]) -> Usual:
    """What reads the sheets of workbooks with these decimals for each cell style; workbooks of
    one template share their shapes too."""
    return Usual(styles)


class Usual:
    """Reads sheets, and remembers the shapes of their rows; `styles` are the decimals of each
    cell style."""

    def __init__(self, styles: tuple[int, ...]) -> None:
        self.styles = styles
        self.shapes: dict[bytes, Shape] = {}

    def scan(self, name: str, xml: bytes) -> CellScan | None:
        """What a sheet's cells are; None where some are written otherwise, or tell more than
        this pass can say. Raises FileFault."""
        scan = CellScan()
        for start, stop in _windows(xml):
            if stop - start > MOST_WINDOW:
                return None
            cells = VALUE.sub(b"", xml[start:stop])
            if b":f" in cells or not self._take(name, cells, scan):
                return None
            check_filled(name, scan.filled)
        check_spread(name, scan.rows, scan.columns)
        return scan

    def _take(self, name: str, cells: bytes, scan: CellScan) -> bool:
        above, *rows = cells.split(ROW)
        if ANY_CELL.search(above):
            return False
        by_row: dict[int, Shape] = {}
        for row in rows:
            number, _, rest = row.partition(b'"')
            tag, _, inside = rest.partition(b">")
            shape = self._shape(name, number, inside)
            if shape is None or b"<" in tag:
                return False
            if shape.cells:
                if not number.isdigit() or len(number) > 7 or number.startswith(b"0"):
                    return False
                by_row[int(number)] = shape
        if by_row:
            _add(name, by_row, scan)
        return True

    def _shape(self, name: str, number: bytes, inside: bytes) -> Shape | None:
        """The shape of a row by its cells.

        One is remembered only if the row's number, taken away before each style, stood in each of
        its cells and nowhere else, and nothing else there looks like a style. Of a row that is
        then the same, and has lost as many numbers, the same is true.
        """
        key = inside.replace(number + STYLED, STYLED)
        gone = len(inside) - len(key)
        shape = self.shapes.get(key)
        if shape and gone == shape.cells * len(number):
            return shape
        shape = self._looked_at(name, number, inside)
        if shape and gone == shape.cells * len(number) and self._is_plain(key, shape):
            self.shapes[key] = shape
        return shape

    def _is_plain(self, key: bytes, shape: Shape) -> bool:
        if len(key) > LONGEST_SHAPE or shape.columns > WIDEST_SHAPE:
            return False
        alone = key.count(STYLED) == shape.cells and not STILL_NUMBERED.search(key)
        return alone and len(self.shapes) < MOST_SHAPES

    def _looked_at(self, name: str, number: bytes, inside: bytes) -> Shape | None:
        cells = USUAL_CELL.findall(inside)
        if len(cells) != len(ANY_CELL.findall(inside)):
            return None
        if len({cell[0] for cell in cells}) != len(cells):  # the other pass says which is twice
            return None
        shown: list[tuple[int, int]] = []
        filled = texts = last = 0
        for letters, digits, style, kind, empty in cells:
            if digits != number or kind == ERROR:
                return None
            column = column_index(letters.decode())
            last = max(last, column + 1)
            filled += not empty
            texts += kind == SHARED and not empty
            if style and kind in NUMERIC and not empty:
                shown.append((column, style_decimals(self.styles, style)))
        if last > LAST_COLUMN:
            raise FileFault("outside", sheet=name)
        near = last <= WIDEST_SHAPE or int(number) * last <= MOST_CELLS_A_SHEET
        line = _line(shown) if near else b""  # a sheet so far out is refused
        return Shape(len(cells), filled, texts, last, line)


def _line(shown: Sequence[tuple[int, int]]) -> bytes:
    line = bytearray()
    for column, decimals in shown:
        set_decimals(line, column, decimals)
    return bytes(line)


def _windows(xml: bytes) -> Iterator[tuple[int, int]]:
    """Where to look for cells, a piece at a time, each but the first from a row on."""
    start = 0
    while start < len(xml):
        stop = xml.find(ROW, start + WINDOW)
        stop = len(xml) if stop < 0 else stop
        yield start, stop
        start = stop


def _add(name: str, by_row: Mapping[int, Shape], scan: CellScan) -> None:
    """Add rows to the scan. Raises FileFault."""
    last = max(by_row)
    if last > LAST_ROW:
        raise FileFault("outside", sheet=name)
    shapes = by_row.values()
    scan.rows = max(scan.rows, last)
    scan.columns = max(scan.columns, max([shape.columns for shape in shapes]))
    scan.filled += sum([shape.filled for shape in shapes])
    scan.texts += sum([shape.texts for shape in shapes])
    if scan.size <= MOST_CELLS_A_SHEET:  # else it will be refused
        scan.decimals.extend([b""] * (last - len(scan.decimals)))
        for row, shape in by_row.items():
            scan.decimals[row - 1] = shape.decimals

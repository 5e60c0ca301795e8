"""One pass over the XML of a sheet, for what calamine does not give: how many decimals a cell
shows, formulas that were never calculated, error values, and cells too far out.

Patterns never look past the next `<`, so that hostile XML takes no longer than its length.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from itertools import islice, pairwise
from operator import ge

from xlbudget.core.key import column_letters
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.cell_decimals import CellRuns, RowDecimals, set_decimals
from xlbudget.workbook.read.sheet import MOST_CELLS_A_SHEET, check_filled, check_spread
from xlbudget.workbook.read.xlsx.rows_columns import (
    ROW,
    check_merged,
    check_rows,
    read_attributes,
    read_lines,
)
from xlbudget.workbook.read.xlsx.scan import (
    CellScan,
    decode_text,
    find_column,
    find_row,
    split_reference,
)

CELL = re.compile(
    rb'<c(?: r="([A-Z]{1,3})([1-9]\d{0,6})")?(?: s="(0|[1-9]\d{0,8})")?(?: t="(\w{1,20})")?'
    rb"(\s[^<>]*?)?(/?)>"
)
"""Its column, row, style and type as most programs write them, then whatever else there is."""
NEXT = re.compile(rb"</?c[\s/>]")
FORMULA = re.compile(rb"\s*<f[\s>/]")
VALUE = re.compile(rb"<v(?:\s[^<>]*)?>([^<]*)<")
PREFIXED = re.compile(rb":c[\s/>]")
PREFIX = re.compile(rb"(</?)\w{1,20}:")
NUMBER, ERROR, TEXT, SHARED = b"n", b"e", b"str", b"s"
ROW_BITS = 32


def scan_cells(name: str, xml: bytes, styles: Mapping[bytes, int]) -> CellScan:
    """Scan every cell of a sheet; `styles` are the decimals of those cell styles that show some, by
    style number as digits. Raises FileFault."""
    check_merged(name, xml)
    check_rows(name, xml)
    if PREFIXED.search(xml):  # few programs write x:c for a cell, and looking for both takes longer
        xml = PREFIX.sub(rb"\1", xml)
    scan = _scan(name, xml, styles)
    check_filled(name, scan.filled)
    check_spread(name, scan.rows, scan.columns)
    scan.lines = read_lines(xml, scan.columns)
    return scan


def _scan(name: str, xml: bytes, styles: Mapping[bytes, int]) -> CellScan:
    """Scan all cells. Speed matters here: a file has thousands of them."""
    scan, formulas, decimals = CellScan(), CellRuns(), RowDecimals()
    calculated = b"<f" in xml
    columns: dict[bytes, int] = {}
    positions = array("Q")
    implicit = _Implicit(xml)
    row = column = begin = -1
    filled = 0
    before, line = b"", bytearray()
    for tag in CELL.finditer(xml):
        letters, number, style, kind, more, empty = tag.groups()
        if letters is None or (more and b"=" in more):
            letters, number, style, kind = implicit.read(tag[0], tag.start(), column)
        if number != before:
            before, row = number, find_row(name, number)
            begin = row << ROW_BITS
            scan.rows = max(scan.rows, row + 1)
            check_filled(name, filled)
            if scan.size <= MOST_CELLS_A_SHEET:  # else it will be refused
                line = decimals.begin(row)
        if letters in columns:
            column = columns[letters]
        else:
            columns[letters] = column = find_column(name, letters)
            scan.columns = max(scan.columns, column + 1)
        positions.append(begin + column)
        if empty:
            continue
        filled += 1
        if kind is None or kind == NUMBER:
            if style in styles:
                set_decimals(line, column, styles[style])
        elif kind == SHARED:
            scan.texts += 1
        elif kind == ERROR:
            scan.errors[row, column] = decode_text(_value(xml, tag.end()))
        if calculated and FORMULA.match(xml, tag.end()):
            formulas.add(row, column)
            if kind != TEXT and not _value(xml, tag.end()):
                scan.uncalculated.add((row, column))
    _check_twice(name, positions)
    scan.filled, scan.formulas, scan.decimals = filled, formulas, decimals.lines()
    return scan


def _value(xml: bytes, start: int) -> bytes:
    """The value of the cell whose content begins at `start`, empty without one."""
    end = NEXT.search(xml, start)
    value = VALUE.search(xml, start, end.start() + 1 if end else len(xml))
    return value[1] if value else b""


def _check_twice(name: str, positions: array[int]) -> None:
    """Refuse a cell that occurs twice: readers take one or the other. Raises FileFault."""
    if not any(map(ge, positions, islice(positions, 1, None))):  # nearly all are in order
        return
    for position, again in pairwise(sorted(positions)):
        if position == again:
            column = position & (1 << ROW_BITS) - 1
            cell = f"{column_letters(column)}{(position >> ROW_BITS) + 1}"
            raise FileFault("duplicate_cells", "cell", sheet=name, cell=cell)


class _Implicit:
    """Cells that are written otherwise; those without a reference are counted on from the row and
    cell before."""

    def __init__(self, xml: bytes) -> None:
        self.xml, self.row, self.end = xml, -1, 0

    def read(
        self, tag: bytes, start: int, column: int
    ) -> tuple[bytes, bytes, bytes | None, bytes | None]:
        """Letters and number, style and type of the cell whose tag begins at `start`; `column` is
        the one before. Raises FileFault."""
        attrs = read_attributes(tag)
        letters, number = split_reference(attrs.get(b"r") or self._next(start, column))
        style = attrs.get(b"s", b"")
        return letters, number, style.lstrip(b"0") or style[:1], attrs.get(b"t")

    def _next(self, start: int, column: int) -> bytes:
        for row_tag in ROW.finditer(self.xml, self.end, start):
            number = read_attributes(row_tag[1]).get(b"r", b"")
            self.row = int(number) - 1 if number.isdigit() and len(number) < 8 else self.row + 1
            column = -1
        self.end = start
        return f"{column_letters(column + 1)}{max(self.row, 0) + 1}".encode()

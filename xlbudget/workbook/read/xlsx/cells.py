"""One pass over the XML of a sheet, for what calamine does not say: how many decimals a cell
shows, formulas that were never calculated, error values, and cells too far out.

Patterns never look past the next `<`, so that hostile XML takes no longer than its length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from xlbudget.core.key import column_letters
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.cell_decimals import CellNotes
from xlbudget.workbook.read.sheet import check_filled, check_spread
from xlbudget.workbook.read.xlsx.elements import decode_text, read_attributes
from xlbudget.workbook.read.xlsx.page_setup import read_header
from xlbudget.workbook.read.xlsx.row_shapes import usual
from xlbudget.workbook.read.xlsx.rows_columns import (
    ROW,
    check_merged,
    check_rows,
    read_lines,
)
from xlbudget.workbook.read.xlsx.scan import CellScan, position, style_decimals

CELL = re.compile(rb"<(?:\w{1,20}:)?c(\s[^<>]*?)?(/?)>")
FORMULA = re.compile(rb"<(?:\w{1,20}:)?f(\s[^<>]*?)?(?:/>|>([^<]*)<)")
FORMULA_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"[^<>]*><f(\s[^<>]*?)?(?:/>|>([^<]*)<)'
)
UNCALCULATED = re.compile(
    rb"<c\s(?![^<>]*t=\"str\")[^<>]*><f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)\s*(?:</c>|<v\s*/>|<v></v>)"
)
CONDITIONAL, MOST_CONDITIONAL = b"<conditionalFormatting", 1 << 20
"""Where conditional formats begin, behind the cells, and how much of them is looked at."""
VALUE = re.compile(rb"<(?:\w{1,20}:)?v(?:\s[^<>]*)?>([^<]*)<")


def scan_cells(name: str, xml: bytes, styles: tuple[int, ...]) -> CellScan:
    """Look at every cell of a sheet; `styles` are the decimals of each cell style. Raises
    FileFault."""
    check_merged(name, xml)
    check_rows(name, xml)
    calculated = b"<f" in xml
    telling = calculated and UNCALCULATED.search(xml)
    scan = None if telling else usual(styles).scan(name, xml)
    if scan is None:
        scan = _scan_any(name, xml, styles)
    elif calculated:
        _take_formulas(name, xml, scan)
    scan.lines, scan.header = read_lines(xml, scan.columns), read_header(xml)
    begin = xml.find(CONDITIONAL)
    if begin >= 0:
        scan.conditional = xml[begin : begin + MOST_CONDITIONAL]
    return scan


def _take_formulas(name: str, xml: bytes, scan: CellScan) -> None:
    columns: dict[bytes, int] = {}
    for letters, digits, attrs, text in FORMULA_CELL.findall(xml):
        at = position(name, letters + digits, columns)
        scan.add_formula(at, read_attributes(attrs) if attrs else {}, text)


def _scan_any(name: str, xml: bytes, styles: Sequence[int]) -> CellScan:
    """CellRuns however they are written, and what stands inside them."""
    scan = CellScan()
    marks = CellNotes()
    columns: dict[bytes, int] = {}
    implicit = _Implicit(xml)
    seen: set[int] = set()
    before: tuple[int, Mapping[bytes, bytes], tuple[int, int]] | None = None
    for match in CELL.finditer(xml):
        attrs = read_attributes(match[1])
        reference = attrs.get(b"r")
        if reference is None:
            at = implicit.at(match.start())
        else:
            at = position(name, reference, columns)
            implicit.go_on(match.start(), at)
        place = at[0] << 32 | at[1]  # a third of a pair's memory
        if place in seen:
            cell = f"{column_letters(at[1])}{at[0] + 1}"
            raise FileFault("duplicate_cells", "cell", sheet=name, cell=cell)
        seen.add(place)
        scan.rows, scan.columns = max(scan.rows, at[0] + 1), max(scan.columns, at[1] + 1)
        if before:
            _look_inside(xml[before[0] : match.start()], before[1], before[2], scan)
        before = None if match[2] else (match.end(), attrs, at)
        if before:
            scan.filled += 1
            check_filled(name, scan.filled)
            marks.add(*at, style_decimals(styles, attrs.get(b"s", b"")))
    if before:
        end = xml.find(b"sheetData>", before[0])
        _look_inside(xml[before[0] : end if end >= 0 else len(xml)], before[1], before[2], scan)
    check_spread(name, scan.rows, scan.columns)
    scan.decimals = marks.by_row()
    return scan


class _Implicit:
    """Positions of cells that bear no reference: counted on from the row and cell before, as by
    calamine and openpyxl."""

    def __init__(self, xml: bytes) -> None:
        self.xml, self.row, self.column, self.end = xml, -1, -1, 0

    def at(self, start: int) -> tuple[int, int]:
        for match in ROW.finditer(self.xml, self.end, start):
            number = read_attributes(match[1]).get(b"r", b"")
            self.row = int(number) - 1 if number.isdigit() and len(number) < 8 else self.row + 1
            self.column = -1
        self.end = start
        self.column += 1
        return max(self.row, 0), self.column

    def go_on(self, start: int, at: tuple[int, int]) -> None:
        """Count on from a cell that bears one."""
        self.end = start
        self.row, self.column = at


def _look_inside(
    inside: bytes, attrs: Mapping[bytes, bytes], at: tuple[int, int], scan: CellScan
) -> None:
    """Formulas, those without a value, and error values."""
    value = VALUE.search(inside)
    kind = attrs.get(b"t")
    scan.texts += kind == b"s"
    if kind == b"e":
        scan.errors[at] = decode_text(value[1]) if value else ""
    formula = FORMULA.search(inside)
    if formula:
        scan.add_formula(at, read_attributes(formula[1]), formula[2] or b"")
        if kind != b"str" and (value is None or not value[1]):
            scan.uncalculated.add(at)

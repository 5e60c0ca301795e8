"""One pass over the XML of a sheet, for what calamine does not say: how many decimals a cell
shows, formulas that were never calculated, error values, and cells too far out.

Patterns never look past the next `<`, so that hostile XML takes no longer than its length.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from xlbudget.core.key import column_index, column_letters
from xlbudget.core.reading import Lines
from xlbudget.workbook.faults import FileFault
from xlbudget.workbook.lines import (
    LAST_COLUMN,
    LAST_ROW,
    ROW,
    attributes,
    check_merged,
    check_rows,
    lines_of,
)
from xlbudget.workbook.raw import check_filled, check_spread

WINDOW = 1 << 20
"""Bytes of XML whose cells are listed at a time."""

CELL = re.compile(rb"<(?:\w{1,20}:)?c(\s[^<>]*?)?(/?)>")
ANY_CELL = re.compile(rb"<(?:\w{1,20}:)?c[\s/>]")
USUAL_CELL = re.compile(
    rb'<c r="(([A-Z]{1,3})([1-9]\d{0,6}))"(?: s="(\d{1,9})")?(?: t="(\w+)")?\s?(/?)>'
)
REFERENCE = re.compile(rb"^([A-Z]{1,3})([1-9]\d{0,6})$")
FORMULA_CELL = re.compile(rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"[^<>]*><f[\s>/]')
FORMULA = re.compile(rb"<(?:\w{1,20}:)?f[\s>/]")
UNCALCULATED = re.compile(
    rb"<c\s(?![^<>]*t=\"str\")[^<>]*><f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)\s*(?:</c>|<v\s*/>|<v></v>)"
)
VALUE = re.compile(rb"<(?:\w{1,20}:)?v(?:\s[^<>]*)?>([^<]*)<")


@dataclass
class Scan:
    """What the pass found. `texts` counts cells that hold shared texts."""

    decimals: dict[tuple[int, int], int] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: frozenset[tuple[int, int]] = frozenset()
    lines: Lines = field(default_factory=Lines)
    rows: int = 0
    columns: int = 0
    filled: int = 0
    texts: int = 0

    @property
    def size(self) -> int:
        """How many cells the sheet spans."""
        return self.rows * self.columns


def decoded(text: bytes) -> str:
    """A text of the XML as it is meant."""
    return html.unescape(text.decode("utf-8", "replace"))


def scan_cells(name: str, xml: bytes, styles: list[int | None]) -> Scan:
    """Look at every cell of a sheet; `styles` are the decimals of each cell style. Raises
    FileFault."""
    check_merged(name, xml)
    check_rows(name, xml)
    scan = Scan()
    telling = b":f" in xml or b'"e"' in xml or b"'e'" in xml or UNCALCULATED.search(xml)
    if telling or not _scan_usual(name, xml, styles, scan):
        scan = Scan()
        _scan_any(name, xml, styles, scan)
    check_spread(name, scan.rows, scan.columns)
    scan.formulas = _formulas(name, xml)
    scan.lines = lines_of(xml, scan.columns)
    return scan


def _formulas(name: str, xml: bytes) -> frozenset[tuple[int, int]]:
    if b"<f" not in xml:
        return frozenset()
    columns: dict[bytes, int] = {}
    return frozenset(_position(name, a + b, columns) for a, b in FORMULA_CELL.findall(xml))


def _windows(xml: bytes) -> Iterator[tuple[int, int]]:
    """Where to look for cells, a piece at a time: no cell is cut in two."""
    start = 0
    while start < len(xml):
        stop = xml.find(b"<", start + WINDOW)
        stop = len(xml) if stop < 0 else stop
        yield start, stop
        start = stop


def _scan_usual(name: str, xml: bytes, styles: list[int | None], scan: Scan) -> bool:
    """Cells written as most programs write them: reference, style and type in this order.
    False where there are others."""
    columns: dict[bytes, int] = {}
    for start, stop in _windows(xml):
        usual = USUAL_CELL.findall(xml, start, stop)
        if len(usual) != len(ANY_CELL.findall(xml, start, stop)):
            return False
        if len({cell[0] for cell in usual}) != len(usual):
            return False  # the other pass says which cell stands twice
        _take_usual(name, usual, styles, columns, scan)
        check_filled(name, scan.filled)
    return True


def _take_usual(
    name: str,
    cells: Iterable[tuple[bytes, ...]],
    styles: list[int | None],
    columns: dict[bytes, int],
    scan: Scan,
) -> None:
    far_row, filled, texts = scan.rows, 0, 0
    for reference, letters, digits, style, kind, empty in cells:
        column = columns.get(letters)
        if column is None:
            _, column = _position(name, reference, columns)
            scan.columns = max(scan.columns, column + 1)
        row = int(digits)
        if row > far_row:
            far_row = row
        if empty:
            continue
        filled += 1
        if kind == b"s":
            texts += 1
        elif style and kind in (b"", b"n"):
            decimals = _style(styles, style)
            if decimals is not None:
                scan.decimals[row - 1, column] = decimals
    if far_row > LAST_ROW:
        raise FileFault("outside", sheet=name)
    scan.rows = far_row
    scan.filled += filled
    scan.texts += texts


def _style(styles: list[int | None], number: bytes) -> int | None:
    place = int(number) if number.isdigit() and len(number) < 9 else -1
    return styles[place] if 0 <= place < len(styles) else None


def _scan_any(name: str, xml: bytes, styles: list[int | None], scan: Scan) -> None:
    """Cells however they are written, and what stands inside them."""
    columns: dict[bytes, int] = {}
    implicit = _Implicit(xml)
    seen: set[tuple[int, int]] = set()
    before: tuple[int, Mapping[bytes, bytes], tuple[int, int]] | None = None
    for found in CELL.finditer(xml):
        said = attributes(found[1])
        reference = said.get(b"r")
        if reference is None:
            at = implicit.at(found.start())
        else:
            at = _position(name, reference, columns)
            implicit.column = at[1]
        if at in seen:
            cell = f"{column_letters(at[1])}{at[0] + 1}"
            raise FileFault("duplicate_cells", "cell", sheet=name, cell=cell)
        seen.add(at)
        scan.rows, scan.columns = max(scan.rows, at[0] + 1), max(scan.columns, at[1] + 1)
        if before:
            _look_inside(xml[before[0] : found.start()], before[1], before[2], scan)
        before = None if found[2] else (found.end(), said, at)
        if before:
            scan.filled += 1
            check_filled(name, scan.filled)
            decimals = _style(styles, said.get(b"s", b""))
            if decimals is not None:
                scan.decimals[at] = decimals
    if before:
        end = xml.find(b"sheetData>", before[0])
        _look_inside(xml[before[0] : end if end >= 0 else len(xml)], before[1], before[2], scan)


def _position(sheet: str, reference: bytes, columns: dict[bytes, int]) -> tuple[int, int]:
    found = REFERENCE.match(reference)
    if not found:
        raise FileFault("damaged")
    letters = found[1]
    column = columns.get(letters)
    if column is None:
        columns[letters] = column = column_index(letters.decode())
    row = int(found[2]) - 1
    if row >= LAST_ROW or column >= LAST_COLUMN:
        raise FileFault("outside", sheet=sheet)
    return row, column


class _Implicit:
    """Positions of cells that bear no reference: counted on from the row and cell before."""

    def __init__(self, xml: bytes) -> None:
        self.xml, self.row, self.column, self.end = xml, -1, -1, 0

    def at(self, start: int) -> tuple[int, int]:
        for found in ROW.finditer(self.xml, self.end, start):
            number = attributes(found[1]).get(b"r", b"")
            self.row = int(number) - 1 if number.isdigit() and len(number) < 8 else self.row + 1
            self.column = -1
        self.end = start
        self.column += 1
        return max(self.row, 0), self.column


def _look_inside(
    inside: bytes, said: Mapping[bytes, bytes], at: tuple[int, int], scan: Scan
) -> None:
    """Formulas without a value, and error values."""
    value = VALUE.search(inside)
    kind = said.get(b"t")
    scan.texts += kind == b"s"
    if kind == b"e":
        scan.errors[at] = decoded(value[1]) if value else ""
    if kind != b"str" and (value is None or not value[1]) and FORMULA.search(inside):
        scan.uncalculated.add(at)

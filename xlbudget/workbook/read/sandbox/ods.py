""".ods: cells, formats, errors and hidden sheets in one pass; runs in a child process only.

calamine gives no error values and no formats of an .ods, and TRUE as 1: so it is read here.
Repeated cells and rows are counted, and written out only where they are not blank.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from xlbudget.core.amount import NOT_STATED, SHOWS_PERCENT
from xlbudget.core.sheet import Lines, RawSheet
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.cell_decimals import CellNotes
from xlbudget.workbook.read.number_formats import FormatTable
from xlbudget.workbook.read.sheet import (
    MOST_TEXT,
    ListedSheet,
    check_filled,
    check_spread,
    is_wanted,
)
from xlbudget.workbook.read.xlsx.rows_columns import LAST_COLUMN, LAST_ROW
from xlbudget.workbook.read.zip_limits import open_package, read_part

NAMESPACES = {
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0": "number",
    "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0": "draw",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
}
MANIFEST = "META-INF/manifest.xml"
META = "meta.xml"
CALCULATING = (b"LibreOffice", b"OpenOffice")
CELLS = ("table:table-cell", "table:covered-table-cell")
PERCENTAGE = "percentage"
NUMBERS = ("float", "currency", PERCENTAGE)
INVISIBLE = ("collapse", "filter")
FORMATS = ("number:number-style", "number:currency-style")
PRINTED = ("number:text", "number:currency-symbol")
SIZES = {
    "style:table-row-properties": "style:row-height",
    "style:table-column-properties": "style:column-width",
}
NO_SIZE = re.compile(r"0+(?:\.0*)?[a-z%]*")
CONDITION = re.compile(r"value\(\)\s*((?:[<>!]=?|=)\s*-?\d+(?:\.\d+)?)")
NOT_TEXT = ("office:annotation", "table:detective", "draw:frame")


def read_sheets(content: bytes, own: Sequence[str]) -> tuple[list[ListedSheet], list[RawSheet]]:
    """The worksheets that the workbook lists, and those to read. Raises FileFault."""
    _, package = open_package(content)
    if MANIFEST in package.NameToInfo and b"encryption-data" in read_part(package, MANIFEST):
        raise FileFault("encrypted", "unknown")
    reader = _Reader(_calculates(package))
    for part in ("styles.xml", "content.xml"):
        if part in package.NameToInfo:
            _parse(read_part(package, part), reader)
    sheets = [sheet for sheet in reader.sheets if not sheet.copied]
    hidden = {sheet.name: sheet.style in reader.hidden for sheet in sheets}
    sheet_list = [ListedSheet(sheet.name, hidden[sheet.name], "") for sheet in sheets]
    names = {sheet.name for sheet in is_wanted(sheet_list, own)}
    return sheet_list, [
        RawSheet(
            sheet.name,
            sheet.grid(),
            sheet.decimals.by_row(),
            frozenset(sheet.uncalculated),
            sheet.errors,
            hidden[sheet.name],
            lines=sheet.lines(),
            formats=reader.table.shapes,
        )
        for sheet in sheets
        if sheet.name in names
    ]


def _calculates(package: zipfile.ZipFile) -> bool:
    """Whether a program wrote it that calculates, and writes an empty text as no value."""
    meta = read_part(package, META) if META in package.NameToInfo else b""
    return any(program in meta for program in CALCULATING)


def _parse(xml: bytes, reader: _Reader) -> None:
    parser = expat.ParserCreate(namespace_separator="\n")
    parser.buffer_text = True
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise FileFault("damaged") from None


def _short(name: str) -> str:
    space, _, local = name.rpartition("\n")
    return f"{NAMESPACES.get(space, '?')}:{local}"


def _times(attrs: Mapping[str, str], name: str, most: int) -> int:
    text = attrs.get(name, "1")
    return min(int(text), most) if text.isdigit() and len(text) < 9 else most


@dataclass
class _Sheet:
    """One sheet, growing cell by cell. `styles` are those of columns: (number of columns, style);
    `copied` is a sheet of another file, kept for links to it."""

    name: str
    style: str
    styles: list[tuple[int, str]] = field(default_factory=list)
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    decimals: CellNotes = field(default_factory=CellNotes)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    row: int = 0
    rows: int = 1
    column: int = 0
    copied: bool = False
    collapsed: bool = False

    def column_style(self) -> str:
        """The style that a cell without one has here."""
        passed = 0
        for count, style in self.styles:
            passed += count
            if self.column < passed:
                return style
        return ""

    def lines(self) -> Lines:
        """The hidden rows and columns as far as there are cells, and merged ranges."""
        width = max((column for _, column in self.cells), default=-1) + 1
        columns = {c for a, b in self.hidden_columns for c in range(a, min(b, width))}
        return Lines(frozenset(self.hidden_rows), frozenset(columns), tuple(self.merged))

    def grid(self) -> list[list[Any]]:
        """The cells in rows, A1 first."""
        rows = max((row for row, _ in self.cells), default=-1) + 1
        columns = max((column for _, column in self.cells), default=-1) + 1
        check_spread(self.name, rows, columns)
        grid: list[list[Any]] = [[""] * columns for _ in range(rows)]
        for (row, column), value in self.cells.items():
            grid[row][column] = value
        return grid


class _Reader:
    """Handlers for the parser, and what they gathered."""

    def __init__(self, calculated: bool) -> None:
        self.calculated = calculated
        self.table = FormatTable()
        self.formats: dict[str, int] = {}
        self.code: list[str] = []
        self.codes: dict[str, str] = {}
        self.sections: list[str] = []
        self.printed = 0
        self.styles: dict[str, tuple[str, str]] = {}
        self.hidden: set[str] = set()
        self.flat: set[str] = set()
        self.sheets: list[_Sheet] = []
        self.style = self.format = ""
        self.attrs: dict[str, str] | None = None
        self.pieces: list[str] = []
        self.inside = self.outside = self.filled = self.length = 0

    def begin(self, name: str, pairs: dict[str, str]) -> None:
        """An element begins."""
        tag = _short(name)
        attrs = {_short(key): value for key, value in pairs.items()}
        self.outside += tag in NOT_TEXT
        if tag == "table:table":
            self.sheets.append(
                _Sheet(attrs.get("table:name", ""), attrs.get("table:style-name", ""))
            )
        elif tag.startswith(("style:", "number:")) or tag in FORMATS:
            self._begin_style(tag, attrs)
        elif self.sheets:
            self._begin_cell(tag, attrs)

    def _begin_style(self, tag: str, attrs: Mapping[str, str]) -> None:
        if tag == "style:style":
            self.style = attrs.get("style:name", "")
            above = attrs.get("style:parent-style-name", "")
            self.styles[self.style] = (attrs.get("style:data-style-name", ""), above)
        elif tag == "style:table-properties" and attrs.get("table:display") == "false":
            self.hidden.add(self.style)
        elif tag in FORMATS:
            self.format, self.code, self.sections = attrs.get("style:name", ""), [], []
        elif tag in SIZES and NO_SIZE.fullmatch(attrs.get(SIZES[tag], "")):
            self.flat.add(self.style)
        elif tag == "style:map" and self.format:
            self._begin_section(attrs)
        elif self.format:
            self._begin_format(tag, attrs)

    def _begin_section(self, attrs: Mapping[str, str]) -> None:
        """Write the figures that another format is for as a section of Excel's code."""
        found = CONDITION.fullmatch(attrs.get("style:condition", "").strip())
        applied = self.codes.get(attrs.get("style:apply-style-name", ""))
        if found and applied is not None:
            self.sections.append(f"[{found[1].replace('!=', '<>')}]{applied}")

    def _begin_format(self, tag: str, attrs: Mapping[str, str]) -> None:
        """Write a part of a format as Excel's code has it."""
        if tag == "number:number":
            places = attrs.get("number:decimal-places", "")
            factor = attrs.get("number:display-factor", "1")
            known = places.isdigit() and len(places) < 3
            thousands = (len(factor) - 1) // 3 if factor.strip("0") == "1" else 0
            zeros = "0." + "0" * int(places) if known and int(places) else "0"
            self.code.append((zeros if known else "General") + "," * thousands)
        elif tag == "number:embedded-text" and self.code:
            position = attrs.get("number:position", "")
            self.printed = int(position) if position.isdigit() and len(position) < 3 else 0
        elif tag in PRINTED:
            self.printed = -1

    def _begin_cell(self, tag: str, attrs: dict[str, str]) -> None:
        sheet = self.sheets[-1]
        if tag == "table:table-column":
            many = _times(attrs, "table:number-columns-repeated", LAST_COLUMN)
            before = sum(count for count, _ in sheet.styles)
            sheet.styles.append((many, attrs.get("table:default-cell-style-name", "")))
            if self._is_unseen(attrs):
                sheet.hidden_columns.append((before, before + many))
        elif tag == "table:table-source":
            sheet.copied = True
        elif tag == "table:table-row":
            sheet.rows = _times(attrs, "table:number-rows-repeated", LAST_ROW)
            sheet.column = 0
            sheet.collapsed = self._is_unseen(attrs)
        elif tag in CELLS:
            self.attrs, self.pieces = attrs, []
        elif tag == "text:p" and not self.outside:
            self.inside += 1
            self.pieces.extend(["\n"] if self.pieces else [])
        elif self.inside and tag in ("text:s", "text:tab", "text:line-break"):
            self.text(" " * _times(attrs, "text:c", 100) if tag == "text:s" else "\n")

    def _is_unseen(self, attrs: Mapping[str, str]) -> bool:
        """Whether a row or column is hidden, or has no size."""
        return (
            attrs.get("table:visibility") in INVISIBLE
            or attrs.get("table:style-name", "") in self.flat
        )

    def text(self, text: str) -> None:
        """Characters of a cell, not of its notes and drawings, or of a format."""
        if self.format and self.printed:
            self._print(text)
            self.printed = 0
        if self.inside and not self.outside:
            self.pieces.append(text)

    def _print(self, text: str) -> None:
        """Write what a format prints as it is; a position counts the digits behind it."""
        if self.printed < 0:
            self.code.append(f'"{text.replace(chr(34), "")}"')
        elif text.strip() == "." and self.code[-1].startswith("0"):
            self.code[-1] = "0!." + "0" * self.printed + self.code[-1][1:]

    def end(self, name: str) -> None:
        """An element ends."""
        tag = _short(name)
        self.outside -= tag in NOT_TEXT
        if tag in FORMATS:
            code = self.codes[self.format] = "".join(self.code) or '""'
            self.formats[self.format] = self.table.encode(";".join([*self.sections, code]))
            self.format = ""
        elif tag == "text:p" and not self.outside:
            self.inside = max(self.inside - 1, 0)
        elif tag in CELLS and self.sheets and self.attrs is not None:
            self._cell(self.sheets[-1], self.attrs)
            self.attrs = None
        elif tag == "table:table-row" and self.sheets:
            self.sheets[-1].row += self.sheets[-1].rows

    def _cell(self, sheet: _Sheet, attrs: Mapping[str, str]) -> None:
        many = _times(attrs, "table:number-columns-repeated", LAST_COLUMN)
        error = attrs.get("calcext:value-type") == "error"
        text = "".join(self.pieces)
        kind = attrs.get("office:value-type", "")
        value = text if error else _value(kind, attrs, text)
        formula = "table:formula" in attrs and not self.calculated
        uncalculated = formula and not kind and not text
        if value not in ("", None) or error or uncalculated:
            self._put(sheet, attrs, many, value, text if error else "", uncalculated)
        sheet.column += many

    def _put(
        self,
        sheet: _Sheet,
        attrs: Mapping[str, str],
        many: int,
        value: Any,
        error: str,
        uncalculated: bool,
    ) -> None:
        if sheet.row + sheet.rows > LAST_ROW or sheet.column + many > LAST_COLUMN:
            raise FileFault("outside", sheet=sheet.name)
        self.filled += many * sheet.rows
        self.length += many * sheet.rows * (len(value) if isinstance(value, str) else 0)
        check_filled(sheet.name, self.filled)
        if self.length > MOST_TEXT:
            raise FileFault(
                "too_large",
                "text",
                count=str(self.length // 1_000_000),
                limit=str(MOST_TEXT // 1_000_000),
            )
        style = attrs.get("table:style-name", "") or sheet.column_style()
        decimals = self._decimals(style) if isinstance(value, float) else NOT_STATED
        if attrs.get("office:value-type") == PERCENTAGE:
            decimals = SHOWS_PERCENT
        if sheet.collapsed:
            sheet.hidden_rows.update(range(sheet.row, sheet.row + sheet.rows))
        down = _times(attrs, "table:number-rows-spanned", LAST_ROW)
        if down > 1:
            right = sheet.column + _times(attrs, "table:number-columns-spanned", LAST_COLUMN) - 1
            sheet.merged.append((sheet.row, sheet.column, sheet.row + down - 1, right))
        for row in range(sheet.row, sheet.row + sheet.rows):
            for column in range(sheet.column, sheet.column + many):
                at = row, column
                sheet.cells[at] = "" if error else value
                sheet.decimals.add(*at, decimals)
                if error:
                    sheet.errors[at] = error
                if uncalculated:
                    sheet.uncalculated.add(at)

    def _decimals(self, style: str) -> int:
        """Decimals of a cell style, by its own format or its parent's."""
        for _ in range(8):
            format_, above = self.styles.get(style, ("", ""))
            if format_:
                return self.formats.get(format_, NOT_STATED)
            style = above
        return NOT_STATED


def _value(kind: str, attrs: Mapping[str, str], text: str) -> Any:
    """A cell's value: number, truth, date or text."""
    if kind in NUMBERS:
        try:
            return float(attrs.get("office:value", ""))
        except ValueError:
            return text
    if kind == "boolean":
        return attrs.get("office:boolean-value") == "true"
    if kind == "date":
        return attrs.get("office:date-value", text)
    if kind == "time":
        return attrs.get("office:time-value", text)
    return attrs.get("office:string-value", text)

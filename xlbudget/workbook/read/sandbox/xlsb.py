""".xlsb: the records of MS-XLSB; runs in a child process only (`parent`)."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from struct import unpack_from

from xlbudget.core.amount import NOT_STATED
from xlbudget.core.number_format import NumberFormat
from xlbudget.core.sheet import RawSheet
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.number_formats import FormatTable
from xlbudget.workbook.read.sandbox.records import (
    Records,
    SheetNotes,
    attach_values,
    style_decimals,
)
from xlbudget.workbook.read.sheet import ListedSheet, is_wanted
from xlbudget.workbook.read.xlsx.elements import decode_text, read_attributes
from xlbudget.workbook.read.xlsx.reader import RELATION
from xlbudget.workbook.read.xlsx.rows_columns import LAST_COLUMN, LAST_ROW
from xlbudget.workbook.read.zip_limits import open_package, read_part

BUNDLE_SHEET, FORMAT, XF, XFS_BEGIN, XFS_END = 156, 44, 47, 617, 618
ROW, BLANK, RK, ERROR, BOOL, REAL, TEXT, SHARED = 0, 1, 2, 3, 4, 5, 6, 7
FORMULA_TEXT, FORMULA_NUMBER, FORMULA_BOOL, FORMULA_ERROR = 8, 9, 10, 11
COLUMN, MERGED = 60, 176
HIDDEN_ROW, HIDDEN_COLUMN = 0x10, 0x01
FILLED = range(RK, FORMULA_ERROR + 1)
NUMBERS = (RK, REAL, FORMULA_NUMBER)


def read_sheets(content: bytes, own: Sequence[str]) -> tuple[list[ListedSheet], list[RawSheet]]:
    """The worksheets that the workbook lists, and those to read. Raises FileFault; whatever else
    a reader raises means that the file is damaged."""
    _, package = open_package(content)
    book_part = next(n for n in package.namelist() if n.lower().endswith("workbook.bin"))
    sheet_list = _sheet_list(package, book_part)
    chosen = is_wanted(sheet_list, own)
    styles, formats = _styles(package, book_part)
    noted = {tab.name: _noted(tab.name, read_part(package, tab.part), styles) for tab in chosen}
    return sheet_list, attach_values(content, chosen, noted, formats)


def _records(part: bytes) -> Records:
    """Each record with its number; number and size are written in seven bits a byte."""
    offset = 0
    while offset < len(part):
        number = part[offset]
        offset += 1
        if number & 0x80:
            number = (number & 0x7F) | part[offset] << 7
            offset += 1
        size = 0
        for shift in (0, 7, 14, 21):
            byte = part[offset]
            offset += 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield number, part[offset : offset + size]
        offset += size


def _text(body: bytes, at: int) -> tuple[str, int]:
    """A text that follows its length, and the offset of its end."""
    (length,) = unpack_from("<I", body, at)
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def _sheet_list(package: zipfile.ZipFile, book_part: str) -> list[ListedSheet]:
    folder, _, file = book_part.rpartition("/")
    parts = {}
    for tag in RELATION.findall(read_part(package, f"{folder}/_rels/{file}.rels".lstrip("/"))):
        attrs = read_attributes(tag)
        if attrs.get(b"Type", b"").endswith(b"/worksheet"):
            target = decode_text(attrs.get(b"Target", b""))
            part = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            parts[decode_text(attrs.get(b"Id", b""))] = part.lstrip("/")
    sheet_list = []
    for number, body in _records(read_part(package, book_part)):
        if number == BUNDLE_SHEET:
            relation, end = _text(body, 8)
            if relation in parts:
                hidden = bool(unpack_from("<I", body)[0])
                sheet_list.append(ListedSheet(_text(body, end)[0], hidden, parts[relation]))
    return sheet_list


def _styles(package: zipfile.ZipFile, book_part: str) -> tuple[list[int], list[NumberFormat]]:
    """What each cell style shows, and the formats that need more than a byte."""
    part = f"{book_part.rpartition('/')[0]}/styles.bin".lstrip("/")
    if part not in package.NameToInfo:
        return [], []
    custom: dict[int, str] = {}
    formats: list[int] = []
    inside = False
    for number, body in _records(read_part(package, part)):
        inside = number == XFS_BEGIN or (inside and number != XFS_END)
        if number == FORMAT:
            custom[unpack_from("<H", body)[0]] = _text(body, 2)[0]
        elif number == XF and inside:
            formats.append(unpack_from("<H", body, 2)[0])
    table = FormatTable()
    return [table.encode_style(number, custom) for number in formats], table.shapes


def _noted(name: str, part: bytes, styles: Sequence[int]) -> SheetNotes:
    noted = SheetNotes()
    row = 0
    for number, body in _records(part):
        if number == ROW:
            row, _, height = unpack_from("<IIH", body)
            if body[11] & HIDDEN_ROW or not height:
                noted.hidden_rows.add(row)
        elif number == COLUMN:
            first, last, width = unpack_from("<III", body)
            if body[16] & HIDDEN_COLUMN or not width:
                noted.hidden_columns.update(range(first, min(last, LAST_COLUMN) + 1))
        elif number == MERGED:
            noted.merge(*unpack_from("<IIII", body))
        elif number in FILLED:
            column, style = unpack_from("<II", body)
            if row >= LAST_ROW or column >= LAST_COLUMN:
                raise FileFault("outside", sheet=name)
            decimals = style_decimals(styles, style & 0xFFFFFF) if number in NUMBERS else NOT_STATED
            noted.cell((row, column), decimals)
            if number in (ERROR, FORMULA_ERROR):
                noted.error((row, column), body[8])
    return noted

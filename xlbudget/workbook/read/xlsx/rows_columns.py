"""What the XML of a sheet states of its rows and columns: rows that occur twice, merged ranges,
hidden ones. Patterns never look past the next `<`."""

from __future__ import annotations

import re
from itertools import pairwise

from xlbudget.core.key import column_index
from xlbudget.core.sheet import Lines
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.sheet import MOST_CELLS_A_SHEET, MOST_MERGED

LAST_ROW, LAST_COLUMN = 1 << 20, 1 << 14

ROW = re.compile(rb"<(?:\w{1,20}:)?row(\s[^<>]*)?>")
USUAL_ROW = re.compile(rb'<row r="([1-9]\d{0,8})"')
ROW_NUMBER = re.compile(rb'<(?:\w{1,20}:)?row\s(?:[^<>]*?\s)?r="0*([1-9]\d{0,8})"')
COLUMNS = re.compile(rb"<(?:\w{1,20}:)?col(\s[^<>]*)>")
ATTRIBUTE = re.compile(rb"""\s([\w:]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
FAR_MERGED = re.compile(rb"mergeCell\s[^<>]*:(?:[A-Z]\d{4}|[A-Z]{2})")
FEW_MERGED = 76
"""At most that many ranges that end before AA1000 cannot cover too much."""
MERGED = re.compile(rb'mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
YES = (b"1", b"true")
NO_SIZE = re.compile(rb"""\s(?:ht|width)\s*=\s*["']0*(?:\.0*)?["']""")
"""A row of no height, a column of no width: as hidden as the others."""


def read_attributes(text: bytes) -> dict[bytes, bytes]:
    """The attributes in a tag, prefixes dropped."""
    return {k.rpartition(b":")[2]: a or b for k, a, b in ATTRIBUTE.findall(text or b"")}


def check_merged(name: str, xml: bytes) -> None:
    """Refuse too many merged ranges, and too large ones. Raises FileFault."""
    count = xml.count(b"mergeCell ")
    area = 0
    if count > MOST_MERGED:
        raise _too_many_merged(name, count, MOST_MERGED)
    if count > FEW_MERGED or (count and FAR_MERGED.search(xml)):
        for left, top, right, bottom in MERGED.findall(xml):
            across = column_index(right.decode()) - column_index(left.decode()) + 1
            area += max(across, 1) * max(int(bottom) - int(top) + 1, 1)
    if area > MOST_CELLS_A_SHEET:
        raise _too_many_merged(name, area, MOST_CELLS_A_SHEET)


def _too_many_merged(name: str, count: int, limit: int) -> FileFault:
    return FileFault("too_large", "merged", sheet=name, count=str(count), limit=str(limit))


def check_rows(name: str, xml: bytes) -> None:
    """Refuse a row that occurs twice: readers take one or the other. Raises FileFault."""
    numbers = USUAL_ROW.findall(xml)
    if len(numbers) != xml.count(b"<row"):
        numbers = ROW_NUMBER.findall(xml)
    if len(set(numbers)) < len(numbers):
        row = next(number for number, again in pairwise(sorted(numbers)) if number == again)
        raise FileFault("duplicate_cells", "row", sheet=name, row=row.decode())


def read_lines(xml: bytes, columns: int) -> Lines:
    """The hidden rows and columns of a sheet `columns` wide, and what is merged downward."""
    hidden = b"hidden=" in xml or NO_SIZE.search(xml) is not None
    return Lines(
        _hidden_rows(xml) if hidden else frozenset(),
        _hidden_columns(xml, columns) if hidden else frozenset(),
        _merged(xml) if b"mergeCell " in xml else (),
    )


def _hidden_rows(xml: bytes) -> frozenset[int]:
    hidden = set()
    row = 0
    for attrs in map(read_attributes, ROW.findall(xml)):
        number = attrs.get(b"r", b"")
        row = int(number) if number.isdigit() and len(number) < 8 else row + 1
        if attrs.get(b"hidden") in YES or _is_nothing(attrs.get(b"ht")):
            hidden.add(row - 1)
    return frozenset(hidden)


def _hidden_columns(xml: bytes, columns: int) -> frozenset[int]:
    hidden: set[int] = set()
    for attrs in map(read_attributes, COLUMNS.findall(xml)):
        first, last = attrs.get(b"min", b""), attrs.get(b"max", b"")
        unseen = attrs.get(b"hidden") in YES or _is_nothing(attrs.get(b"width"))
        if unseen and (first + last).isdigit() and len(first + last) < 16:
            hidden.update(range(int(first or 1) - 1, min(int(last or first), columns)))
    return frozenset(hidden)


def _is_nothing(size: bytes | None) -> bool:
    return size is not None and bool(size) and not size.strip(b"0.")


def _merged(xml: bytes) -> tuple[tuple[int, int, int, int], ...]:
    return tuple(
        (int(top) - 1, column_index(left.decode()), int(bottom) - 1, column_index(right.decode()))
        for left, top, right, bottom in MERGED.findall(xml)
        if int(bottom) > int(top)
    )

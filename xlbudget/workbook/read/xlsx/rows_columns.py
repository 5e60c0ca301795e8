"""What the XML of a sheet states of its rows and columns: rows that occur twice, merged ranges,
hidden ones. Patterns never look past the next `<`."""

from __future__ import annotations

import math
import re
from itertools import pairwise

from xlbudget.core.key import column_index
from xlbudget.core.sheet import Lines
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.sheet import MOST_CELLS_A_SHEET, MOST_MERGED
from xlbudget.workbook.read.xlsx.elements import YES, read_attributes

LAST_ROW, LAST_COLUMN = 1 << 20, 1 << 14

ROW = re.compile(rb"<(?:\w{1,20}:)?row(\s[^<>]*)?>")
USUAL_ROW = re.compile(rb'<row r="([1-9]\d{0,8})"')
ROW_NUMBER = re.compile(rb'<(?:\w{1,20}:)?row\s(?:[^<>]*?\s)?r="0*([1-9]\d{0,8})"')
COLUMNS = re.compile(rb"<(?:\w{1,20}:)?col(\s[^<>]*)>")
FAR_MERGED = re.compile(rb"mergeCell\s[^<>]*:(?:[A-Z]\d{4}|[A-Z]{2})")
FEW_MERGED = 76
"""At most that many ranges that end before AA1000 cannot cover too much."""
MERGED = re.compile(rb'mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
SMALL = re.compile(rb"""\s(?:ht|width)\s*=\s*["'][0-6]?(?:\.\d*)?["']""")
"""A row or column so small that nothing, or not all, is seen of it."""
LEAST_HEIGHT, LEAST_WIDTH = 3.0, 0.5
"""Points of a row and characters of a column; smaller ones are as good as hidden."""
NARROW = 7.0
"""Characters of a column into which not every amount fits."""


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
    small = b"hidden=" in xml or SMALL.search(xml) is not None
    hidden, narrow = _small_columns(xml, columns) if small else (frozenset[int](), ())
    return Lines(
        _hidden_rows(xml) if small else frozenset(),
        hidden,
        _merged(xml) if b"mergeCell " in xml else (),
        narrow,
    )


def _hidden_rows(xml: bytes) -> frozenset[int]:
    hidden = set()
    row = 0
    for attrs in map(read_attributes, ROW.findall(xml)):
        number = attrs.get(b"r", b"")
        row = int(number) if number.isdigit() and len(number) < 8 else row + 1
        if attrs.get(b"hidden") in YES or _size(attrs.get(b"ht")) < LEAST_HEIGHT:
            hidden.add(row - 1)
    return frozenset(hidden)


def _small_columns(
    xml: bytes, columns: int
) -> tuple[frozenset[int], tuple[tuple[int, float], ...]]:
    """The columns that are hidden, and those that are narrow with their widths."""
    hidden: set[int] = set()
    narrow: dict[int, float] = {}
    for attrs in map(read_attributes, COLUMNS.findall(xml)):
        first, last = attrs.get(b"min", b""), attrs.get(b"max", b"")
        width = _size(attrs.get(b"width"))
        unseen = attrs.get(b"hidden") in YES or width < LEAST_WIDTH
        if (unseen or width < NARROW) and (first + last).isdigit() and len(first + last) < 16:
            these = range(int(first or 1) - 1, min(int(last or first), columns))
            hidden.update(these if unseen else ())
            narrow.update({} if unseen else dict.fromkeys(these, width))
    return frozenset(hidden), tuple(narrow.items())


def _size(size: bytes | None) -> float:
    """A height or width; one that is not stated, or is no number, is large."""
    try:
        return float(size) if size else math.inf
    except ValueError:
        return math.inf


def _merged(xml: bytes) -> tuple[tuple[int, int, int, int], ...]:
    return tuple(
        (int(top) - 1, column_index(left.decode()), int(bottom) - 1, column_index(right.decode()))
        for left, top, right, bottom in MERGED.findall(xml)
        if int(bottom) > int(top)
    )

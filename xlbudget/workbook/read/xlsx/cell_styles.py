"""What the cell styles of a workbook show of a figure."""

from __future__ import annotations

import zipfile
from functools import lru_cache
from typing import NamedTuple

from xlbudget.core.amount import NOT_STATED
from xlbudget.core.number_format import NumberFormat
from xlbudget.workbook.read.number_formats import FormatTable
from xlbudget.workbook.read.xlsx.elements import (
    decode_text,
    find_element,
    read_attributes,
    split_elements,
)
from xlbudget.workbook.read.xlsx.unseen_styles import find_unseen, find_unseen_looks
from xlbudget.workbook.read.zip_limits import read_part


class CellStyles(NamedTuple):
    """What each cell style shows, by style number; the formats that need more than a byte; the
    byte for what is not seen; the looks of conditional formats in which nothing is."""

    shown: tuple[int, ...] = ()
    formats: tuple[NumberFormat, ...] = ()
    unseen: int = NOT_STATED
    looks: frozenset[int] = frozenset()


def read_cell_styles(package: zipfile.ZipFile, book_part: str) -> CellStyles:
    """What the styles beside the workbook part show."""
    part = f"{book_part.rpartition('/')[0]}/styles.xml".lstrip("/")
    if part not in package.NameToInfo:
        return CellStyles()
    return _read(read_part(package, part))


@lru_cache(maxsize=2)
def _read(xml: bytes) -> CellStyles:
    """The same from the part itself, which is one in all files of a template."""
    custom: dict[int, str] = {}
    for attrs, _ in split_elements(xml, b"numFmt"):
        said = read_attributes(attrs)
        custom[_number(said.get(b"numFmtId", b""))] = decode_text(said.get(b"formatCode", b""))
    styles = split_elements(find_element(xml, b"cellXfs"), b"xf")
    unseen = find_unseen(xml, styles)
    table = FormatTable()
    shown = []
    for place, (attrs, _) in enumerate(styles):
        number = _number(read_attributes(attrs).get(b"numFmtId", b"0"))
        seen = place not in unseen
        shown.append(table.encode_style(number, custom) if seen else table.encode_unseen())
    looks = find_unseen_looks(xml)
    hidden = table.encode_unseen() if looks else NOT_STATED
    return CellStyles(tuple(shown), tuple(table.shapes), hidden, looks)


def _number(digits: bytes) -> int:
    """A format's number; -1 for what is none."""
    return int(digits) if digits.isdigit() and len(digits) < 9 else -1

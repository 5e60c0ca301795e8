"""What of a sheet goes on paper: its print header, and the ranges that are printed."""

from __future__ import annotations

import re

from xlbudget.core.key import column_index
from xlbudget.workbook.read.xlsx.elements import decode_text, read_attributes

HEADER = re.compile(rb"<(?:\w{1,20}:)?(?:odd|even|first)Header>([^<]*)<")
HEADER_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d+|[^&LCR\d"])')
DEFINED_NAME = re.compile(rb"<(?:\w{1,20}:)?definedName(\s[^<>]*)>([^<]*)<")
AREA = re.compile(r"!\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})$")

Area = tuple[int, int, int, int]
"""Top, left, bottom, right, counted from 0."""


def read_header(xml: bytes) -> tuple[str, ...]:
    """The texts printed above the pages of a sheet, left, middle and right, without the codes for
    fonts and page numbers."""
    if b"Header>" not in xml:
        return ()
    texts = []
    for part in HEADER.findall(xml):
        whole = HEADER_CODE.sub("", decode_text(part).replace("&&", "＆"))
        texts += [text.strip() for text in re.split("&[LCR]", whole)]
    return tuple(dict.fromkeys(filter(None, texts)))


def read_print_areas(book: bytes) -> dict[int, tuple[Area, ...]]:
    """Place of a sheet in the workbook → the ranges of it that are printed, where not all of it
    is."""
    areas = {}
    for attrs, text in DEFINED_NAME.findall(book):
        said = read_attributes(attrs)
        place = said.get(b"localSheetId", b"")
        ranges = [AREA.search(part) for part in decode_text(text).split(",")]
        if said.get(b"name") == b"_xlnm.Print_Area" and place.isdigit() and all(ranges):
            areas[int(place[:9])] = tuple(
                (int(r[2]) - 1, column_index(r[1]), int(r[4]) - 1, column_index(r[3]))
                for r in ranges
                if r
            )
    return areas

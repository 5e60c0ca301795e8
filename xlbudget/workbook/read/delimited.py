"""CSV and tab-separated text: a file is a sheet, a folder of them a workbook.

Every cell of such a file is a text; what is written as a number is read as one, with its written
decimals. A number that begins with 0 stays a text: it is a code.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from xlbudget.core.amount import SIGNIFICANT_DIGITS
from xlbudget.core.sheet import RawSheet
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.cell_decimals import CellNotes
from xlbudget.workbook.read.sheet import MOST_SHEETS, check_filled, check_spread
from xlbudget.workbook.read.sniff import (
    LEFT_BESIDE,
    MEGABYTE,
    MOST_BYTES,
    TEXT,
    find_kind,
    find_refusal,
    read_bytes,
)

SUFFIXES = (".csv", ".tsv")
BYTE_ORDER = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
NUMBER = re.compile(r"^[+-]?(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?:,\d{3}){1,4})(?:\.(\d{1,10}))?$")
GUARDED = re.compile(r'^="([^"]*)"$')
"""A text that a program guards against being read as a number."""
SEPARATORS = "\t,;"


def read_folder(folder: Path) -> tuple[RawSheet, ...]:
    """The CSV files of a folder as sheets, 2 before 10. Raises FileFault."""
    try:
        there = [p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file()]
    except OSError:
        raise FileFault("no_permission") from None
    paths = sorted(there, key=_in_figures)
    paths = [path for path in paths if not path.name.startswith(LEFT_BESIDE)]
    if not paths:
        raise FileFault("not_workbook", "folder")
    if len(paths) > MOST_SHEETS:
        raise FileFault("too_large", "sheets", count=str(len(paths)), limit=str(MOST_SHEETS))
    contents = [read_bytes(path) for path in paths if path.stat().st_size]
    size = sum(map(len, contents))
    if size > MOST_BYTES:
        limit = str(MOST_BYTES // MEGABYTE)
        raise FileFault("too_large", "bytes", count=str(size // MEGABYTE), limit=limit)
    filled = [path for path in paths if path.stat().st_size]
    return tuple(read_delimited(p.stem, c) for p, c in zip(filled, contents, strict=True))


def _in_figures(path: Path) -> list[int | str]:
    return [int(t) if t.isdecimal() else t for t in re.split(r"(\d+)", path.stem)]


def read_delimited(name: str, content: bytes) -> RawSheet:
    """A sheet of that name from a text with separators. Raises FileFault for a text without."""
    kind = find_kind(content)
    if kind != TEXT:
        raise find_refusal(kind)
    text = _decoded(name, content)
    separator = _separator(text)
    try:
        rows: list[list[Any]] = list(csv.reader(StringIO(text), delimiter=separator))
    except csv.Error:
        raise FileFault("damaged") from None
    check_filled(name, sum(map(len, rows)))
    check_spread(name, len(rows), max(map(len, rows)))
    return RawSheet(name, rows, _numbers(rows))


def _decoded(name: str, content: bytes) -> str:
    for mark, encoding in BYTE_ORDER:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileFault("unknown_encoding", name=name)


def _separator(text: str) -> str:
    """The separator that occurs on most lines. Raises FileFault where fewer than two have one."""
    lines = text.splitlines()
    counts = [(sum(mark in line for line in lines), mark) for mark in SEPARATORS]
    count, separator = max(counts, key=lambda pair: pair[0])
    if count < 2:
        raise find_refusal(TEXT)
    return separator


def _numbers(rows: Sequence[list[Any]]) -> list[bytes]:
    """Replace texts that are written as numbers by those, and guarded ones by what they guard;
    gives the decimals of each number, by row."""
    decimals = CellNotes()
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            guarded = GUARDED.match(text.strip())
            if guarded:
                cells[column] = guarded[1]
                continue
            number = NUMBER.match(text.strip())
            if number and sum(map(str.isdigit, text)) <= SIGNIFICANT_DIGITS:
                cells[column] = float(text.replace(",", ""))
                decimals.add(row, column, len(number[1] or ""))
    return decimals.by_row()

"""Cells of .xlsx and .xlsm: values by python-calamine, the rest from the parts themselves.

Reading runs no macro, opens no link and writes nothing.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from xlbudget.core.amount import NOT_STATED
from xlbudget.core.sheet import RawSheet
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.number_formats import find_decimals
from xlbudget.workbook.read.sheet import MOST_CELLS, MOST_TEXT, ListedSheet, check_filled, is_wanted
from xlbudget.workbook.read.xlsx.cells import scan_cells
from xlbudget.workbook.read.xlsx.rows_columns import read_attributes
from xlbudget.workbook.read.xlsx.scan import CellScan, decode_text
from xlbudget.workbook.read.zip_limits import read_part

SHEET = re.compile(rb"<(?:\w{1,20}:)?sheet(\s[^<>]*?)/?>")
RELATION = re.compile(rb"<(?:\w{1,20}:)?Relationship(\s[^<>]*?)/?>")
FORMAT = re.compile(rb"<(?:\w{1,20}:)?numFmt(\s[^<>]*?)/?>")
STYLES_BEGIN = re.compile(rb"<(?:\w{1,20}:)?cellXfs[^<>]*>")
STYLES_END = re.compile(rb"</(?:\w{1,20}:)?cellXfs>")
STYLE = re.compile(rb"<(?:\w{1,20}:)?xf(\s[^<>]*?)/?>")
SHARED = re.compile(rb"""\st=(?:"s"|'s')""")
SHARED_TEXT = re.compile(rb"""\st=(?:"s"|'s')[^<>]*>\s*<v>(\d{1,8})</v>""")
TEXT_END = re.compile(rb"</(?:\w{1,20}:)?si>")

MANY = 2_000
"""Rows from which on a sheet is long: there equal texts are worth sharing."""
MOST_KEPT = 10_000
"""Texts that are remembered at a time, so that equal ones are one object."""


def read_sheets(
    content: bytes, package: zipfile.ZipFile, own: Sequence[str]
) -> tuple[list[ListedSheet], list[RawSheet]]:
    """The worksheets that the workbook lists, and those to read. Raises FileFault."""
    book_part = next(n for n in package.namelist() if n.lower().endswith("workbook.xml"))
    sheet_list = _sheet_list(package, book_part)
    chosen = is_wanted(sheet_list, own)
    styles = _style_decimals(package, book_part)
    scans = []
    for sheet in chosen:
        scans.append(scan_cells(sheet.name, read_part(package, sheet.part), styles))
        _check_all(sheet.name, scans)
    _check_texts(package, chosen, sum(scan.texts for scan in scans))
    values = _values(content, [sheet.name for sheet in chosen])
    return sheet_list, [
        RawSheet(
            sheet.name,
            rows,
            scan.decimals,
            frozenset(scan.uncalculated),
            scan.errors,
            sheet.hidden,
            scan.formulas,
            scan.lines,
        )
        for sheet, scan, rows in zip(chosen, scans, values, strict=True)
    ]


def _check_all(name: str, scans: Sequence[CellScan]) -> None:
    spread = sum(scan.size for scan in scans)
    if spread > MOST_CELLS:
        raise FileFault("too_large", "cells", sheet=name, count=str(spread), limit=str(MOST_CELLS))
    check_filled(name, sum(scan.filled for scan in scans))


def _check_texts(package: zipfile.ZipFile, chosen: Sequence[ListedSheet], cells: int) -> None:
    """Refuse too much text; a shared text counts once for each cell that shows it. Raises
    FileFault."""
    for name in package.namelist():
        if name.lower().endswith("sharedstrings.xml"):
            xml = read_part(package, name)
            texts = xml.split(b"</si>") if b"</si>" in xml else TEXT_END.split(xml)
            lengths = list(map(len, texts))
            if max(lengths) * cells <= MOST_TEXT:
                continue
            length = _length(package, chosen, lengths)
            if length > MOST_TEXT:
                raise FileFault(
                    "too_large",
                    "text",
                    count=str(length // 1_000_000),
                    limit=str(MOST_TEXT // 1_000_000),
                )


def _length(package: zipfile.ZipFile, chosen: Sequence[ListedSheet], lengths: Sequence[int]) -> int:
    """The length of all texts in all cells; a cell whose text is missing counts as the longest."""
    longest, total = max(lengths), 0
    for sheet in chosen:
        xml = read_part(package, sheet.part)
        total += longest * (len(SHARED.findall(xml)) - len(SHARED_TEXT.findall(xml)))
        for number in SHARED_TEXT.findall(xml):
            index = int(number)
            total += lengths[index] if index < len(lengths) else longest
    return total


def _sheet_list(package: zipfile.ZipFile, book_part: str) -> list[ListedSheet]:
    """Every worksheet in order."""
    folder, _, file = book_part.rpartition("/")
    targets = _targets(folder, read_part(package, f"{folder}/_rels/{file}.rels".lstrip("/")))
    sheet_list = []
    for tag in SHEET.findall(read_part(package, book_part)):
        attrs = read_attributes(tag)
        part = targets.get(attrs.get(b"id", b""), "")
        if part:
            hidden = attrs.get(b"state", b"visible") != b"visible"
            sheet_list.append(ListedSheet(decode_text(attrs.get(b"name", b"")), hidden, part))
    return sheet_list


def _targets(folder: str, relations: bytes) -> dict[bytes, str]:
    """The parts of the worksheets by the relations' ids."""
    targets = {}
    for tag in RELATION.findall(relations):
        attrs = read_attributes(tag)
        if attrs.get(b"Type", b"").endswith(b"/worksheet"):
            target = decode_text(attrs.get(b"Target", b""))
            part = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            targets[attrs.get(b"Id", b"")] = part.lstrip("/")
    return targets


def _style_decimals(package: zipfile.ZipFile, book_part: str) -> dict[bytes, int]:
    """Decimals that each cell style shows, by style number as digits; none where it shows none."""
    part = f"{book_part.rpartition('/')[0]}/styles.xml".lstrip("/")
    if part not in package.NameToInfo:
        return {}
    styles = read_part(package, part)
    custom: dict[int, str] = {}
    for tag in FORMAT.findall(styles):
        attrs = read_attributes(tag)
        custom[_number(attrs.get(b"numFmtId", b""))] = decode_text(attrs.get(b"formatCode", b""))
    begin = STYLES_BEGIN.search(styles)
    end = STYLES_END.search(styles, begin.end()) if begin else None
    if not begin or not end:
        return {}
    numbers = (
        read_attributes(tag).get(b"numFmtId", b"0")
        for tag in STYLE.findall(styles, begin.end(), end.start())
    )
    decimals = (find_decimals(_number(number), custom) for number in numbers)
    return {b"%d" % style: count for style, count in enumerate(decimals) if count != NOT_STATED}


def _number(digits: bytes) -> int:
    """A format's number, -1 for what is not a number."""
    return int(digits) if digits.isdigit() and len(digits) < 9 else -1


def _values(content: bytes, names: Sequence[str]) -> list[list[list[Any]]]:
    """Values by calamine, from A1 on even where leading rows and columns are empty."""
    import python_calamine

    kept: dict[str, str] = {}
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [_rows(book.get_sheet_by_name(name), kept) for name in names]
    except BaseException as error:
        # calamine's panics derive from BaseException; its messages are no help to anyone.
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise FileFault("damaged") from error


def _rows(sheet: Any, kept: dict[str, str]) -> list[list[Any]]:
    """The rows of a sheet; in a long one, texts that occur often are one object."""
    if sheet.height < MANY:
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
        return rows
    left = [""] * (sheet.start[1] if sheet.start else 0)
    rows, keep = [], kept.setdefault
    for row in sheet.iter_rows():
        if len(kept) > MOST_KEPT:
            kept.clear()
        texts = [keep(v, v) if v.__class__ is str else v for v in row]
        rows.append(left + texts if left else texts)
    return rows

"""CellRuns of .xlsx and .xlsm: values by python-calamine, the rest from the parts themselves.

Reading runs no macro, opens no link and writes nothing.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from xlbudget.core.sheet import RawSheet
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.sheet import (
    MOST_CELLS,
    MOST_TEXT,
    ListedSheet,
    check_filled,
    checks_itself,
    is_wanted,
)
from xlbudget.workbook.read.xlsx.cell_styles import CellStyles, read_cell_styles
from xlbudget.workbook.read.xlsx.cells import scan_cells
from xlbudget.workbook.read.xlsx.elements import decode_text, read_attributes
from xlbudget.workbook.read.xlsx.page_setup import read_print_areas
from xlbudget.workbook.read.xlsx.scan import CellScan
from xlbudget.workbook.read.zip_limits import Untidy, read_part

SHEET = re.compile(rb"<(?:\w{1,20}:)?sheet(\s[^<>]*?)/?>")
RELATION = re.compile(rb"<(?:\w{1,20}:)?Relationship(\s[^<>]*?)/?>")
SHARED = re.compile(rb"""\st=(?:"s"|'s')""")
SHARED_TEXT = re.compile(rb"""\st=(?:"s"|'s')[^<>]*>\s*<v>(\d{1,8})</v>""")
TEXT_END = re.compile(rb"</(?:\w{1,20}:)?si>")

NOT_CALCULATED = re.compile(
    rb"""<(?:\w{1,20}:)?calcPr[^<>]*\s(?:fullCalcOnLoad|forceFullCalc)=["'](?:1|true)"""
)
"""What a workbook says whose formulas are still to be calculated."""

MANY = 2_000
"""Rows from which a sheet is long: what equal texts take is worth looking at them."""
MOST_KEPT = 10_000
"""Texts that are remembered at a time, so that equal ones are one object."""


def read_sheets(
    content: bytes, package: zipfile.ZipFile, own: Sequence[str]
) -> tuple[list[ListedSheet], list[RawSheet]]:
    """The worksheets that the workbook lists, and those to read. Raises FileFault."""
    book_part = next(n for n in package.namelist() if n.lower().endswith("workbook.xml"))
    listed = _listed(package, book_part)
    chosen = is_wanted(listed, own)
    styles = read_cell_styles(package, book_part)
    scans = []
    for sheet in chosen:
        scans.append(scan_cells(sheet.name, read_part(package, sheet.part), styles.shown))
        _check_all(sheet.name, scans)
    _check_texts(package, chosen, sum(scan.texts for scan in scans))
    values = _values(content, [sheet.name for sheet in chosen])
    if NOT_CALCULATED.search(read_part(package, book_part)) and not checks_itself(listed, own):
        _doubt_zeros(scans, values)
    sheets = [
        RawSheet(
            sheet.name,
            rows,
            scan.decimals,
            frozenset(scan.uncalculated),
            scan.errors,
            sheet.hidden,
            scan.formulas,
            scan.lines._replace(printed=sheet.printed),
            styles.formats,
            header=scan.header,
        )
        for sheet, scan, rows in zip(chosen, scans, values, strict=True)
    ]
    if any(scan.formula_texts for scan in scans):
        sheets = _with_formulas(sheets, scans)
    if styles.looks and any(scan.conditional for scan in scans):
        sheets = _veil(sheets, scans, styles)
    return listed, sheets


def _veil(
    sheets: Sequence[RawSheet], scans: Sequence[CellScan], styles: CellStyles
) -> list[RawSheet]:
    """The sheets with what conditional formats hide."""
    from xlbudget.workbook.read.xlsx.conditional_formats import read_veils, veil

    return [
        veil(sheet, read_veils(scan.conditional, styles.looks), styles.unseen)
        for sheet, scan in zip(sheets, scans, strict=True)
    ]


def _with_formulas(sheets: list[RawSheet], scans: Sequence[CellScan]) -> list[RawSheet]:
    """The sheets with what their formulas tell."""
    from xlbudget.workbook.formulas.stored_values import StoredFormula, calculate

    formulas: dict[str, dict[tuple[int, int], StoredFormula]] = {}
    for sheet, scan in zip(sheets, scans, strict=True):
        written: dict[bytes, tuple[tuple[int, int], str]] = {}
        of_sheet = formulas.setdefault(sheet.name, {})
        for at, (text, shared) in scan.formula_texts.items():
            if shared and text:
                written[shared] = (at, text)
            elif shared in written:
                first, text = written[shared]
                of_sheet[at] = StoredFormula(text, at[0] - first[0], at[1] - first[1])
                continue
            of_sheet[at] = StoredFormula(text)
    return calculate(sheets, formulas)


def _doubt_zeros(scans: Sequence[CellScan], values: Sequence[list[list[Any]]]) -> None:
    """Take the formulas for not calculated where each of a workbook that asks to be calculated
    stands as 0: so programs write them that do not calculate."""
    formulas = [
        (scan, rows, at)
        for scan, rows in zip(scans, values, strict=True)
        for at in scan.formulas
        if at not in scan.uncalculated
    ]
    if any(_value_at(rows, at) for _, rows, at in formulas):
        return
    for scan, rows, (row, column) in formulas:
        if _value_at(rows, (row, column)) == 0:
            scan.uncalculated.add((row, column))
            rows[row][column] = ""


def _value_at(rows: Sequence[Sequence[Any]], at: tuple[int, int]) -> Any:
    row, column = at
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _check_all(name: str, scans: Sequence[CellScan]) -> None:
    spread = sum(scan.size for scan in scans)
    if spread > MOST_CELLS:
        raise FileFault("too_large", "cells", sheet=name, count=str(spread), limit=str(MOST_CELLS))
    check_filled(name, sum(scan.filled for scan in scans))


def _check_texts(package: zipfile.ZipFile, chosen: Sequence[ListedSheet], cells: int) -> None:
    """A long text kept once and shown in many cells is as long as it is in all of them."""
    for name in package.namelist():
        if name.lower().endswith("sharedstrings.xml"):
            xml = read_part(package, name)
            texts = xml.split(b"</si>") if b"</si>" in xml else TEXT_END.split(xml)
            lengths = list(map(len, texts))
            if max(lengths) * cells <= MOST_TEXT:
                continue
            shown = _shown(package, chosen, lengths)
            if shown > MOST_TEXT:
                raise FileFault(
                    "too_large",
                    "text",
                    count=str(shown // 1_000_000),
                    limit=str(MOST_TEXT // 1_000_000),
                )


def _shown(package: zipfile.ZipFile, chosen: Sequence[ListedSheet], lengths: Sequence[int]) -> int:
    """The length of all texts in all cells; a cell whose text is not found counts as the
    longest."""
    longest, total = max(lengths), 0
    for sheet in chosen:
        xml = read_part(package, sheet.part)
        total += longest * (len(SHARED.findall(xml)) - len(SHARED_TEXT.findall(xml)))
        for number in SHARED_TEXT.findall(xml):
            place = int(number)
            total += lengths[place] if place < len(lengths) else longest
    return total


def _listed(package: zipfile.ZipFile, book_part: str) -> list[ListedSheet]:
    """Every worksheet in order."""
    folder, _, file = book_part.rpartition("/")
    relations = read_part(package, f"{folder}/_rels/{file}.rels".lstrip("/"))
    if b'"./' in relations:
        raise Untidy
    return list(_listed_in(folder, relations, read_part(package, book_part)))


@lru_cache(maxsize=2)
def _listed_in(folder: str, related: bytes, book: bytes) -> tuple[ListedSheet, ...]:
    """The same from the parts themselves, which are one in all files of a template."""
    relations = {}
    for match in RELATION.findall(related):
        attrs = read_attributes(match)
        if attrs.get(b"Type", b"").endswith(b"/worksheet"):
            target = decode_text(attrs.get(b"Target", b""))
            part = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            relations[attrs.get(b"Id", b"")] = part.lstrip("/")
    listed = []
    printed = read_print_areas(book)
    for place, match in enumerate(SHEET.findall(book)):
        attrs = read_attributes(match)
        part = relations.get(attrs.get(b"id", b""), "")
        if part:
            hidden = attrs.get(b"state", b"visible") != b"visible"
            name = decode_text(attrs.get(b"name", b""))
            listed.append(ListedSheet(name, hidden, part, printed.get(place, ())))
    return tuple(listed)


def _values(content: bytes, names: Sequence[str]) -> list[list[list[Any]]]:
    """Values by calamine, A1-true also where leading rows and columns are empty."""
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
    """The rows of a sheet; of a long one, one by one, each text that stands in it often as one
    object."""
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

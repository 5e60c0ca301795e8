"""A copy of the user's own workbook with figures corrected, and a sheet that records it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from xlbudget.core.key import SheetCell, address

WIDTHS = (16, 18, 18, 80)


class Correction(NamedTuple):
    """One change: the cell, its old text as displayed, its new value (None: blank), why."""

    cell: SheetCell
    old: str
    new: Decimal | None
    why: str


def correct(
    content: bytes,
    corrections: Sequence[Correction],
    forms: Collection[str],
    sheet: str,
    headings: Sequence[str],
) -> bytes:
    """The workbook with the corrections made, formulas of the sheets `forms` that follow from them
    calculated anew, and a last sheet that records the corrections. Raises FileFault where openpyxl
    cannot load it."""
    from xlbudget.workbook.edit.annotate import find_writable, load_for_editing
    from xlbudget.workbook.edit.cached_values import save_with_values

    book = load_for_editing(content)
    changed = []
    for correction in corrections:
        cell = find_writable(book[correction.cell.sheet], correction.cell)
        cell.value = None if correction.new is None else float(correction.new)
        changed.append(SheetCell(correction.cell.sheet, cell.row - 1, cell.column - 1))
    _record(book, corrections, sheet, headings)
    return save_with_values(book, content, changed, forms)


def _record(
    book: Any, corrections: Sequence[Correction], title: str, headings: Sequence[str]
) -> None:
    sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
    if sheet.max_row == 1:
        for column, heading in enumerate(headings, start=1):
            sheet.cell(1, column, heading)
            sheet.column_dimensions["ABCD"[column - 1]].width = WIDTHS[column - 1]
    for row, each in enumerate(corrections, start=sheet.max_row + 1):
        new = "" if each.new is None else float(each.new)
        for column, value in enumerate((address(each.cell), each.old, new, each.why), start=1):
            cell = sheet.cell(row, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"

"""A copy of the user's own workbook with figures put right, and a sheet that records each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any, NamedTuple

from xlbudget.core.key import SheetCell, address

WIDTHS = (16, 18, 18, 80)


class Correction(NamedTuple):
    """One change: where, what stood there as shown, what is written, and why."""

    cell: SheetCell
    old: str
    new: Decimal | None
    why: str


def correct(
    content: bytes, corrections: Sequence[Correction], sheet: str, headings: Sequence[str]
) -> bytes:
    """The workbook with the corrections made, and a last sheet that records them. Raises
    FileFault where openpyxl cannot take it up."""
    from xlbudget.workbook.edit.annotate import find_writable, load_for_editing

    book = load_for_editing(content)
    for one in corrections:
        cell = find_writable(book[one.cell.sheet], one.cell)
        cell.value = None if one.new is None else float(one.new)
    _record(book, corrections, sheet, headings)
    book.calculation.fullCalcOnLoad = True
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _record(
    book: Any, corrections: Sequence[Correction], title: str, headings: Sequence[str]
) -> None:
    sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
    if sheet.max_row == 1:
        for column, heading in enumerate(headings, start=1):
            sheet.cell(1, column, heading)
            sheet.column_dimensions["ABCD"[column - 1]].width = WIDTHS[column - 1]
    for row, one in enumerate(corrections, start=sheet.max_row + 1):
        new = "" if one.new is None else float(one.new)
        for column, value in enumerate((address(one.cell), one.old, new, one.why), start=1):
            cell = sheet.cell(row, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"

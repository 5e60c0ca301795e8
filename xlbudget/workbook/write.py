"""Write the official workbook: a sheet a form, as planned. The same input gives the same bytes."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from xlbudget.core.amount import decimals_of
from xlbudget.core.budget import Budget
from xlbudget.layout.plan import (
    ABOUT,
    AMOUNT,
    HEADING,
    LABELLED,
    NOTE,
    TEXT,
    TITLE,
    UNIT,
    Cell,
    SheetPlan,
    plan,
)
from xlbudget.packs.model import Pack

CREATED = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
"""A fixed date in the package, so that equal workbooks are equal files."""

PAPER_A4 = 9
BASE = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
STYLES: dict[str, dict[str, Any]] = {
    LABELLED: {"font_size": 11},
    TITLE: {"font_name": "黑体", "font_size": 16, "align": "center"},
    ABOUT: {},
    UNIT: {"align": "right"},
    HEADING: {"align": "center", "text_wrap": True, "border": 1, "bold": True},
    TEXT: {"border": 1, "num_format": "@"},
    AMOUNT: {"border": 1, "align": "right"},
    NOTE: {},
}
HEIGHTS = {TITLE: 30, HEADING: 24}

Format = Callable[[Cell], Any]


def workbook_bytes(pack: Pack, budget: Budget) -> bytes:
    """The .xlsx package of the thirteen forms, blank where the budget has nothing."""
    buffer = BytesIO()
    # Strings are written as strings: nothing that comes from data becomes a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"created": CREATED, "title": budget.department})
    formats = _formats(book)
    for form in pack.forms.values():
        _write_sheet(book.add_worksheet(form.sheet), plan(pack, form, budget), formats)
    book.close()
    return buffer.getvalue()


def _formats(book: Any) -> Format:
    """Formats by role, level and decimals, each made once."""
    made: dict[tuple[str, int, int], Any] = {}

    def get(cell: Cell) -> Any:
        decimals = 2
        if isinstance(cell.content, Decimal):
            decimals = max(2, decimals_of(cell.content))
        key = (cell.role, cell.level, decimals)
        if key not in made:
            style = {**BASE, **STYLES[cell.role]}
            if cell.role == AMOUNT:
                style["num_format"] = "#,##0." + "0" * decimals
            if cell.level:
                style["indent"] = cell.level
            made[key] = book.add_format(style)
        return made[key]

    return get


def _write_sheet(sheet: Any, planned: SheetPlan, formats: Format) -> None:
    for column, width in enumerate(planned.widths):
        sheet.set_column(column, column, width)
    for row, height in _heights(planned.cells):
        sheet.set_row(row, height)
    for cell in planned.cells:
        _write_cell(sheet, cell, formats(cell))
    first, last = planned.heading
    sheet.freeze_panes(last + 1, 0)
    sheet.repeat_rows(first, last)
    sheet.set_paper(PAPER_A4)
    if planned.form.paper == "landscape":
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_footer("&C&P / &N")


def _heights(cells: Iterable[Cell]) -> Iterable[tuple[int, int]]:
    return {cell.row: HEIGHTS[cell.role] for cell in cells if cell.role in HEIGHTS}.items()


def _write_cell(sheet: Any, cell: Cell, style: Any) -> None:
    area = (cell.row, cell.column, cell.last_row, cell.last_column)
    if area[:2] != area[2:]:
        sheet.merge_range(*area, "", style)
    if isinstance(cell.content, Decimal):
        sheet.write_number(cell.row, cell.column, float(cell.content), style)
    elif cell.content:
        sheet.write_string(cell.row, cell.column, cell.content, style)
    else:
        sheet.write_blank(cell.row, cell.column, None, style)

"""A budget as a plain workbook, as a department sends it that knows nothing of xlbudget: the
forms alone, values only, with the lines and merged headings that people's files have."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import xlsxwriter

from xlbudget.core.budget import Budget
from xlbudget.layout.plan import ABOUT, AMOUNT, ENTRY, HEADING, TEXT, TITLE, UNIT, PlannedCell, plan
from xlbudget.packs.model import Pack

BOX = {"border": 1, "font_size": 10}
LOOKS: dict[str, dict[str, Any]] = {
    TITLE: {"bold": True, "font_size": 16, "align": "center"},
    ABOUT: {"font_size": 10},
    UNIT: {"font_size": 10, "align": "right"},
    HEADING: {**BOX, "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True},
    TEXT: BOX,
    ENTRY: BOX,
    AMOUNT: {**BOX, "num_format": "#,##0.00"},
}


def workbook(pack: Pack, budget: Budget) -> bytes:
    """The .xlsx package; blank amounts are empty cells with their lines around them."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    formats = {role: book.add_format(look) for role, look in LOOKS.items()}
    for form in pack.forms.values():
        planned = plan(pack, form, budget)
        sheet = book.add_worksheet(form.sheet)
        for column, width in enumerate(planned.widths):
            sheet.set_column(column, column, width)
        for cell in planned.cells:
            _write(sheet, cell, formats.get(cell.role))
    book.close()
    return out.getvalue()


def _write(sheet: Any, cell: PlannedCell, look: Any) -> None:
    if (cell.row, cell.column) != (cell.last_row, cell.last_column):
        sheet.merge_range(*cell[:4], cell.content or "", look)
    elif isinstance(cell.content, Decimal):
        sheet.write_number(cell.row, cell.column, float(cell.content), look)
    elif cell.content:
        sheet.write_string(cell.row, cell.column, cell.content, look)
    else:
        sheet.write_blank(cell.row, cell.column, None, look)

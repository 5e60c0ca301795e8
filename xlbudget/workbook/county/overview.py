"""The sheet 概览: a county at a glance. What was left out and what had errors first, then charts
with their figures beside them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from xlbudget.core.consolidation import Source
from xlbudget.core.overview import Bar, Overview
from xlbudget.layout.plan import AMOUNT, HEADING, TEXT, TITLE
from xlbudget.messages import load_messages
from xlbudget.workbook.county.charts import ChartTable, draw_bars, draw_ring
from xlbudget.workbook.county.overview_lists import write_lists
from xlbudget.workbook.xlsx.formula import stored_number
from xlbudget.workbook.xlsx.package import Book, FormulaSheet
from xlbudget.workbook.xlsx.styles import PAPER_A4, STATE, Formats

GAP, RIGHT, LAST = 6, 7, 12
WIDTHS = (24, 13, 12, 12, 12, 12, 2, 24, 13, 12, 12, 12, 12)
"""One screen: a table and its chart on the left, the same on the right."""
ROW_PIXELS = 19
LEAST_ROWS, SHARES_ROWS = 12, 16
PAGE_ROWS = 44
"""Rows of one page of A4 whose width the columns fill."""
MOST_PARTS = 4
HEADING_HEIGHT = 28
TITLE_ROW, VERDICT_ROW, LISTS_ROW = 0, 1, 3


class OverviewSheet(NamedTuple):
    """What every part of the sheet needs to be written."""

    book: Book
    sheet: FormulaSheet
    words: Any
    formats: Formats
    overview: Overview


def write_overview(
    book: Book,
    sheet: FormulaSheet,
    sources: Sequence[Source],
    overview: Overview,
    formats: Formats,
) -> None:
    """Fill the sheet; `sources` are those of the sheet 来源, in its order."""
    words = load_messages()["overview"]
    view = OverviewSheet(book, sheet, words, formats, overview)
    _lay_out(sheet)
    title = words["title"].format(county=overview.county, year=overview.year)
    sheet.merge_range(TITLE_ROW, 0, TITLE_ROW, LAST, title, formats.cell(TITLE))
    total = f"{overview.total:,.2f}"
    verdict = words["verdict"].format(count=overview.departments, total=total, unit=overview.unit)
    sheet.merge_range(VERDICT_ROW, 0, VERDICT_ROW, LAST, verdict, formats.cell(STATE))
    row = write_lists(sheet, sources, overview, LISTS_ROW, RIGHT, formats)
    end = _write_bands(view, row)
    sheet.print_area(0, 0, end - 1, LAST)


def _write_bands(view: OverviewSheet, row: int) -> int:
    """Write the charts from this row down, none across two pages; gives the row below them."""
    breaks, page = [], 0
    for write in (_shares, _largest, _three_public):
        size = write(view, row)
        if row + size - page > PAGE_ROWS:
            breaks.append(row)
            page = row
        row += size
    view.sheet.set_h_pagebreaks(breaks)
    return row


def _shares(view: OverviewSheet, row: int) -> int:
    """Expenditure by class on the left, income by source on the right; gives the rows used."""
    overview = view.overview
    rows = max(len(overview.classes) + 1, len(overview.income) + 1, SHARES_ROWS)
    left = _table(view, row, 0, "classes", overview.classes)
    _insert(view, left, draw_bars, "classes", (row, 2, rows, GAP))
    right = _table(view, row, RIGHT, "income", overview.income)
    _insert(view, right, draw_ring, "income", (row, RIGHT + 2, rows, LAST + 1))
    return rows + 1


def _largest(view: OverviewSheet, row: int) -> int:
    rows = max(len(view.overview.largest) + 1, LEAST_ROWS)
    table = _table(view, row, 0, "largest", view.overview.largest)
    _insert(view, table, draw_bars, "largest", (row, 2, rows, LAST + 1))
    return rows + 1


def _three_public(view: OverviewSheet, row: int) -> int:
    """A table of several columns with stacked bars; gives the rows used."""
    overview = view.overview
    parts = overview.parts[:MOST_PARTS]
    rows = max(len(overview.three_public) + 1, LEAST_ROWS)
    bar = [Bar(stack.name, stack.total) for stack in overview.three_public]
    table = _table(view, row, 0, "three_public", bar)
    view.sheet.set_row(row, HEADING_HEIGHT)
    for index, part in enumerate(parts):
        view.sheet.write_string(row, 2 + index, part, view.formats.cell(HEADING))
        for line, stack in enumerate(overview.three_public, start=row + 1):
            _amount(view, line, 2 + index, stack.amounts[index])
    columns = range(2, 2 + len(parts))
    _insert(
        view, table._replace(columns=columns), draw_bars, "three_public", (row, 6, rows, LAST + 1)
    )
    return rows + 1


def _table(view: OverviewSheet, row: int, column: int, key: str, bars: Sequence[Bar]) -> ChartTable:
    """Write names and amounts under a heading. No sum: of rounded figures it may be off by cents,
    and the form has its own total."""
    heading, style = view.formats.cell(HEADING), view.formats.cell
    view.sheet.write_string(row, column, view.words["pictures"][key][1], heading)
    amount = view.words["amount"].format(unit=view.overview.unit)
    view.sheet.write_string(row, column + 1, amount, heading)
    for line, bar in enumerate(bars, start=row + 1):
        view.sheet.write_string(line, column, bar.name, style(TEXT))
        _amount(view, line, column + 1, bar.amount)
    longest = max((len(bar.name) for bar in bars), default=0)
    largest = max((stored_number(bar.amount) for bar in bars), default=0)
    return ChartTable(view.words["sheet"], row, column, (column + 1,), len(bars), longest, largest)


def _amount(view: OverviewSheet, row: int, column: int, amount: Decimal) -> None:
    """Write an amount, blank where it is 0."""
    style = view.formats.cell(AMOUNT, 0, 2)
    if amount:
        view.sheet.write_number(row, column, stored_number(amount), style)
    else:
        view.sheet.write_blank(row, column, None, style)


def _insert(
    view: OverviewSheet, table: ChartTable, draw: Any, key: str, area: tuple[int, ...]
) -> None:
    """Draw the table's chart into `area`: row, column, rows, and the column after its last."""
    row, column, rows, end = area
    if not table.size or not table.columns:
        return
    title = view.words["pictures"][key][0].format(unit=view.overview.unit)
    width = sum(WIDTHS[index] * 7 + 5 for index in range(column, end)) - 12
    chart = draw(view.book, table, title, width)
    chart.set_size({"width": width, "height": rows * ROW_PIXELS - 4})
    view.sheet.insert_chart(row, column, chart, {"x_offset": 8, "y_offset": 2})


def _lay_out(sheet: Any) -> None:
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_default_row(ROW_PIXELS * 0.75)
    sheet.set_row(TITLE_ROW, 30)
    sheet.set_row(VERDICT_ROW, 20)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_footer("&C&P / &N")

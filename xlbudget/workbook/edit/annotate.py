"""A copy of the user's own workbook with what is wrong marked in it; the original is not touched.

openpyxl keeps cells, formats, formulas, widths and sheets as they were; what it does not know
(drawn shapes, some charts) it cannot keep. The values of formulas are put back.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, NamedTuple

from xlbudget.core.finding import ERROR
from xlbudget.core.key import SheetCell, address
from xlbudget.workbook.edit.cached_values import save_with_values
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.xlsx.styles import AMBER, RED

COMMENT_WIDTH, COMMENT_HEIGHT = 360, 120
WIDTHS = (8, 14, 90)


class Annotation(NamedTuple):
    """One finding as it is marked: severity, cell (None for what is missing), sentence."""

    severity: str
    cell: SheetCell | None
    text: str


class ResultWords(NamedTuple):
    """Words of the sheet of results: its name, its verdict, its headings, names of severities."""

    sheet: str
    verdict: str
    headings: Sequence[str]
    severities: Any


def annotate(content: bytes, entries: Sequence[Annotation], words: ResultWords) -> bytes:
    """The workbook with the cells coloured, a comment on each, and a first sheet that lists the
    annotations with links. Raises FileFault where openpyxl cannot load it."""
    book = load_for_editing(content)
    for cell, group in _by_cell(entries).items():
        _mark(book[cell.sheet], cell, group)
    _list(book, entries, words)
    return save_with_values(book, content)


def load_for_editing(content: bytes) -> Any:
    """The workbook in openpyxl. Raises FileFault: openpyxl fails on much that other readers take,
    with any kind of error."""
    import openpyxl

    try:
        return openpyxl.load_workbook(BytesIO(content), keep_vba=b"vbaProject.bin" in content)
    except Exception as error:
        raise FileFault("not_changed", "odd") from error


def _by_cell(entries: Sequence[Annotation]) -> dict[SheetCell, list[Annotation]]:
    by_cell: dict[SheetCell, list[Annotation]] = {}
    for entry in entries:
        if entry.cell is not None:
            by_cell.setdefault(entry.cell, []).append(entry)
    return by_cell


def _mark(sheet: Any, position: SheetCell, entries: Sequence[Annotation]) -> None:
    from openpyxl.comments import Comment

    cell = find_writable(sheet, position)
    is_error = any(entry.severity == ERROR for entry in entries)
    cell.fill = _fill(RED if is_error else AMBER)
    text = "\n".join(dict.fromkeys(entry.text for entry in entries))
    if cell.comment is not None:
        text = f"{cell.comment.text}\n{text}"
    cell.comment = Comment(text, "xlbudget", COMMENT_HEIGHT, COMMENT_WIDTH)


def find_writable(sheet: Any, position: SheetCell) -> Any:
    """The cell at `position`, or the first of the merged cells that it belongs to."""
    cell = sheet.cell(position.row + 1, position.column + 1)
    for area in sheet.merged_cells.ranges:
        if cell.coordinate in area:
            return sheet.cell(area.min_row, area.min_col)
    return cell


def _fill(style: dict[str, Any]) -> Any:
    from openpyxl.styles import PatternFill

    return PatternFill("solid", fgColor=style["bg_color"].lstrip("#"))


def _list(book: Any, entries: Sequence[Annotation], words: ResultWords) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.hyperlink import Hyperlink
    from openpyxl.worksheet.properties import PageSetupProperties

    title = words.sheet
    while title in book.sheetnames:
        title += "+"
    sheet = book.create_sheet(title, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    sheet["A1"] = words.verdict
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([])
    sheet.append(list(words.headings))
    for column, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABC"[column]].width = width
        sheet["ABC"[column] + "3"].font = Font(bold=True)
    for row, entry in enumerate(entries, start=4):
        sheet.cell(row, 1, words.severities[entry.severity])
        sheet.cell(row, 1).fill = _fill(RED if entry.severity == ERROR else AMBER)
        if entry.cell is not None:
            link = sheet.cell(row, 2, address(entry.cell))
            link.hyperlink = Hyperlink(link.coordinate, location=address(entry.cell))
            link.font = Font(color="0563C1", underline="single")
        text = sheet.cell(row, 3)
        text.value, text.data_type = entry.text, "s"
        text.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A4"
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0

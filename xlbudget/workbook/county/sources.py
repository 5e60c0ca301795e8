"""The sheet 来源: the departments that were added up, their files and how many errors they had;
and the hidden sheet 溯源: which of their figures each consolidated figure comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from xlbudget.core.consolidation import Consolidation, Source
from xlbudget.layout.plan import AMOUNT, HEADING, TEXT, TITLE
from xlbudget.messages import load_messages
from xlbudget.workbook.county.origins import count_rows, write_origins
from xlbudget.workbook.live.regions import ref_range
from xlbudget.workbook.xlsx.formula import Formula, stored_number
from xlbudget.workbook.xlsx.package import Book, DeferredRows, FormulaSheet, encode_pieces
from xlbudget.workbook.xlsx.row_xml import TEXT as INLINE_TEXT
from xlbudget.workbook.xlsx.row_xml import escape_text, fill_row, make_row_pattern
from xlbudget.workbook.xlsx.styles import CUT, JUMP, PAPER_A4, RED, STATE, TOTAL, WORDS, Formats

TITLE_ROW, HINT_ROW, HEAD_ROW, BODY_ROW = range(4)
NUMBER, CODE, DEPARTMENT, SPENT, FILE, MODIFIED, CHECKSUM, ERRORS = range(8)
WIDTHS = (6, 10, 32, 18, 40, 12, 12, 9)
LONGEST_LINK = 2000
ZERO = Decimal(0)


def write_sources(book: Book, consolidation: Consolidation, formats: Formats) -> None:
    """Add both sheets, the second hidden."""
    words = load_messages()["sources"]
    sheet = book.sheet(words["sheet"])
    unit = consolidation.budget.unit
    _lay_out(sheet, len(consolidation.sources))
    sheet.merge_range(TITLE_ROW, 0, TITLE_ROW, ERRORS, words["title"], formats.cell(TITLE))
    sheet.merge_range(HINT_ROW, 0, HINT_ROW, ERRORS, words["hint"], formats.cell(WORDS))
    for column, heading in enumerate(words["headings"]):
        sheet.write_string(HEAD_ROW, column, heading.format(unit=unit), formats.cell(HEADING))
    for index, source in enumerate(consolidation.sources):
        _write_source(sheet, BODY_ROW + index, index + 1, source, formats)
    _write_total(sheet, words["total"], consolidation.sources, formats)
    _colour(sheet, len(consolidation.sources), formats)
    _write_origins(book.sheet(words["origins"]), consolidation)


def make_link(file: str) -> str:
    """A file's path, relative to the workbook, as XlsxWriter takes it for a link.

    Signs are written as %XX, so that a name never begins a web address (:), an anchor in the file
    (#) or an escape of its own (%); Chinese stays as it is, as Excel itself writes it.
    """
    letters = (quote(c) if c.isascii() else c for c in file.replace("\\", "/"))
    return "external:./" + "".join(letters)


def _write_source(
    sheet: FormulaSheet, row: int, number: int, source: Source, formats: Formats
) -> None:
    sheet.write_number(row, NUMBER, number, formats.cell(STATE))
    sheet.write_string(row, CODE, source.code, formats.cell(TEXT))
    sheet.write_string(row, DEPARTMENT, source.department, formats.cell(TEXT))
    sheet.write_number(row, SPENT, stored_number(source.total), formats.cell(AMOUNT, 0, 2))
    _write_file(sheet, row, source.file, formats)
    sheet.write_string(row, MODIFIED, source.modified, formats.cell(STATE))
    sheet.write_string(row, CHECKSUM, source.checksum, formats.cell(CUT))
    sheet.write_number(row, ERRORS, source.errors, formats.cell(STATE))


def _write_file(sheet: FormulaSheet, row: int, file: str, formats: Formats) -> None:
    link = make_link(file)
    if len(link) > LONGEST_LINK:
        sheet.write_string(row, FILE, file, formats.cell(TEXT, 1))
    else:
        sheet.write_url(row, FILE, link, formats.cell(JUMP, 1), file)


def _write_total(
    sheet: FormulaSheet, label: str, sources: Sequence[Source], formats: Formats
) -> None:
    row = BODY_ROW + len(sources)
    for column in range(ERRORS + 1):
        sheet.write_blank(row, column, None, formats.cell(STATE))
    sheet.write_string(row, DEPARTMENT, label, formats.cell(HEADING))
    style = formats.cell(TOTAL, 0, 2)
    for column, value, look in (
        (SPENT, stored_number(sum((source.total for source in sources), ZERO)), style),
        (ERRORS, sum(source.errors for source in sources), formats.cell(STATE)),
    ):
        cells = ref_range("", BODY_ROW, column, row - 1, column)
        sheet.write_cell_formula(
            row, column, Formula(f"SUM({cells})" if sources else "0", value), look
        )


def _write_origins(sheet: FormulaSheet, consolidation: Consolidation) -> None:
    def lines() -> Iterator[str]:
        for row, texts in enumerate(write_origins(consolidation)):
            cells = [(column, 0, INLINE_TEXT) for column, text in enumerate(texts) if text]
            yield fill_row(
                make_row_pattern(cells), row, tuple(escape_text(text) for text in texts if text)
            )

    sheet.defer_rows(DeferredRows(0, count_rows(consolidation), lambda: encode_pieces(lines())), 2)
    sheet.hide()


def _lay_out(sheet: Any, sources: int) -> None:
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_default_row(18)
    sheet.set_row(TITLE_ROW, 30)
    sheet.set_row(HINT_ROW, 20)
    sheet.set_row(HEAD_ROW, 24)
    sheet.freeze_panes(BODY_ROW, 0)
    sheet.repeat_rows(HEAD_ROW)
    # The total stays outside the filter: it is no department.
    sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + max(sources, 1), ERRORS)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, BODY_ROW + sources, ERRORS)
    sheet.set_footer("&C&P / &N")


def _colour(sheet: Any, sources: int, formats: Formats) -> None:
    errors = "$" + ref_range("", BODY_ROW, ERRORS, BODY_ROW, ERRORS).split(":")[0].replace("$", "")
    sheet.conditional_format(
        *(BODY_ROW, 0, BODY_ROW + max(sources, 1) - 1, ERRORS),
        {"type": "formula", "criteria": f"={errors}>0", "format": formats.colour(RED)},
    )

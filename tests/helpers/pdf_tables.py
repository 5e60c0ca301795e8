"""The tables of a published disclosure (PDF) as a workbook: a sheet a form, as it is printed.

A table that goes on over pages is one sheet with its heading on each page, as exported files have
it. The cells are the document's own; a figure is a number with the decimals that are printed.
"""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pdfplumber

FIGURE = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
TITLE = re.compile(r"^20\d\d年.*表$")
ABOUT = re.compile(r"^(?P<department>\S*(?:部门|单位)：.*?)\s*(?P<unit>单位[:：]\s*\S+)?$")

HEADED = 4
"""Rows of title, lines and headings, at least, before a table has its width."""

Table = list[list[str | None]]


def write_workbook(document: Path, workbook: Path) -> list[str]:
    """Write the workbook; gives the titles of the forms, in order."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    titles: list[str] = []
    for lines, tables in _pages(document):
        title = next((line for line in lines if TITLE.match(line)), "")
        if title:
            titles.append(title)
            sheet = book.create_sheet(f"{len(titles)}")
            sheet.append([title])
            about = next((found for line in lines if (found := ABOUT.match(line))), None)
            if about:
                sheet.append([about["department"], "", "", about["unit"] or ""])
        for table in tables if titles else ():
            sheet = book[book.sheetnames[-1]]
            if not title and not _goes_on(sheet, table):
                sheet = book.create_sheet(f"附{len(book.sheetnames)}")
            _append(sheet, table)
    book.save(workbook)
    return titles


def _pages(document: Path) -> list[tuple[list[str], list[Table]]]:
    """The lines and the tables of every page that has a table."""
    with pdfplumber.open(document) as pdf:
        pages = [
            ((page.extract_text() or "").splitlines()[:4], page.extract_tables())
            for page in pdf.pages
        ]
    return [(lines, tables) for lines, tables in pages if tables]


def _goes_on(sheet: openpyxl.worksheet.worksheet.Worksheet, table: Table) -> bool:
    """Whether a table on a page of its own goes on from the sheet: it repeats the heading, has its
    columns, or is the total alone."""
    heads = {str(cell.value) for row in sheet.iter_rows(min_row=1, max_row=3) for cell in row}
    widths = {len(row) for row in table}
    return table[0][0] in heads or widths == {sheet.max_column} or len(table) == 1


def _append(sheet: openpyxl.worksheet.worksheet.Worksheet, table: Table) -> None:
    for row in table:
        first = sheet.max_row + 1
        missing = sheet.max_column - len(row)
        if missing > 0 and first > HEADED:  # a page with a total alone, its label over columns
            row = [*row[:1], *[None] * missing, *row[1:]]
        for column, text in enumerate(row, start=1):
            if not text:
                continue
            cell = sheet.cell(first, column)
            cell.value = text
            if FIGURE.fullmatch(text) and _is_amount(row, column, text):
                plain = text.replace(",", "")
                decimals = len(plain.partition(".")[2])
                cell.value = float(plain)
                cell.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")


def _is_amount(row: list[str | None], column: int, text: str) -> bool:
    """A code is digits alone, in the first columns."""
    return "." in text or "," in text or column > 3

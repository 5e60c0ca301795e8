"""Sheets cut into tables: the start and end of each, across pages and repeated headings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from xlbudget.core.key import SheetCell
from xlbudget.core.reading import PrintedText
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.about_lines import UNIT
from xlbudget.layout.captions import (
    ABOUT,
    HEADING,
    LABEL,
    NOTE,
    TITLE,
    Caption,
    names_form,
    read_caption,
    title_mark,
)
from xlbudget.layout.headings import (
    text_column_words,
    vocabulary,
)
from xlbudget.layout.normalize import normalize_title
from xlbudget.layout.tables import (
    SheetTables,
    Table,
    has_content,
    has_figures,
    read_normal_texts,
    read_texts,
)
from xlbudget.packs.model import Pack

MOST_ABOVE = 2
"""Rows right above a known heading that may be its upper part."""
FIGURE = re.compile(r"\s*[+-]?\d[\d,，]*\.\d+\s*")


def split_side_by_side(pack: Pack, sheet: RawSheet) -> list[RawSheet]:
    """The sheet, or where one row has several titles, the columns under each as sheets."""
    starts: list[int] = []
    mark = title_mark(pack)
    for row in sheet.rows:
        if has_figures(row):  # it is no caption, as below
            continue
        marked = [c for c, v in enumerate(row) if v.__class__ is str and mark in v]
        if len(marked) > max(len(starts), 1):
            titled = [c for c in marked if names_form(pack, row[c])]
            starts = max(starts, titled, key=len)
    if len(starts) < 2:
        return [sheet]
    empty = [c for c in range(starts[-1]) if all(c >= len(r) or r[c] == "" for r in sheet.rows)]
    cuts = [
        max((c for c in empty if low < c <= high), default=high) for low, high in pairwise(starts)
    ]
    limits = [0, *cuts, 1 << 30]
    return [_columns_between(sheet, low, high) for low, high in pairwise(limits)]


def _columns_between(sheet: RawSheet, low: int, high: int) -> RawSheet:
    rows = [[v if low <= c < high else "" for c, v in enumerate(row)] for row in sheet.rows]
    errors = {at: text for at, text in sheet.errors.items() if low <= at[1] < high}
    uncalculated = frozenset(at for at in sheet.uncalculated if low <= at[1] < high)
    return sheet._replace(rows=rows, uncalculated=uncalculated, errors=errors)


def scan(pack: Pack, sheet: RawSheet) -> SheetTables:
    """Cut a sheet into tables. A table begins with its title, label or other lines, else with its
    heading; it ends where the next begins, or below a note that it has no data."""
    tables: list[Table] = []
    leftover: list[int] = []
    current = Table(sheet)
    passed = -1
    for number, row in enumerate(sheet.rows):
        if number < passed:
            continue
        if has_figures(row) and (current.body or not _right_below(current, number)):
            _body_row(current, number, leftover)  # a row with figures is no caption
            continue
        texts, numbers = _words_and_figures(row)
        if not texts and not numbers:
            continue
        if current.body and not numbers and _is_upper_heading(current, texts):
            continue
        line = read_caption(pack, texts, numbers)
        if line and line.bare and current.heading:
            line = None
        if line and line.kind == HEADING and current.body and _again(current, number):
            continue
        begins = line is not None and line.kind in (TITLE, LABEL, ABOUT, HEADING)
        if begins and current.body and (passed := _next_page(pack, current, number)):
            continue
        if begins and (
            current.body
            or current.notes
            or (current.heading and not _goes_on(line, current, number))
        ):
            leftover.extend(_above_next(current))
            tables.append(current)
            current = Table(sheet)
        if line is None and not numbers and _more_heading(pack, current, number, texts):
            current.heading.append(number)
        elif line is None and numbers and _heading_with_total(pack, current, number, texts):
            current.heading.append(number)
            current.body.append(number)
        elif line is None:
            _body_row(current, number, leftover)
        else:
            _take(current, line, number, texts)
    if current.heading:
        tables.append(current)
    else:
        leftover.extend(_lines_of(current))
    for table in tables:
        _take_unknown_title(pack, table, leftover)
    for text in sheet.header:
        _take_header(pack, tables, text)
    return SheetTables(tables, leftover)


def _take_header(pack: Pack, tables: Sequence[Table], text: str) -> None:
    """Add what the print header of a sheet states of its tables: a unit beside those that they
    state themselves, the rest where they state none; a title where there is one table."""
    line = read_caption(pack, {0: text}, 0)
    if not line:
        return
    for table in tables:
        at = SheetCell(table.sheet.name, 0, 0)
        for kind, (said, _) in line.about.items():
            if kind == UNIT or kind not in table.above:
                table.state(kind, PrintedText(said, at), table.above.get(kind))
        if line.kind == TITLE and not table.titled and len(tables) == 1:
            table.titled, table.above[TITLE] = line.form, PrintedText(text, at)


def _is_upper_heading(table: Table, texts: Mapping[int, str]) -> bool:
    """Whether a row of several words stands right above the table's heading already: a page that
    repeats it, words that are none of the pack's among them."""
    first = table.heading[0] if table.heading else 0
    above = range(max(first - MOST_ABOVE, 0), first)
    return len(texts) > 1 and any(texts == read_texts(table.sheet.rows[row]) for row in above)


def _take_unknown_title(pack: Pack, table: Table, leftover: list[int]) -> None:
    """Move the row that stands where a table's title belongs, and is none of the pack's, from the
    leftover rows to the lines above the table: the one text of the nearest such row."""
    if table.titled:
        return
    rows = table.sheet.rows
    own = {table.heading[0], *(printed.cell.row for printed in table.above.values())}
    for number in range(table.heading[0] - 1, -1, -1):
        texts = read_texts(rows[number])
        if number in own or not has_content(table.sheet, number):
            continue
        if number not in leftover or len(texts) != 1 or has_figures(rows[number]):
            return
        ((column, text),) = texts.items()
        if title_mark(pack) in text and len(normalize_title(text)) >= LEAST_TITLE:
            table.above[TITLE] = PrintedText(text, SheetCell(table.sheet.name, number, column))
            leftover.remove(number)
            return


def _words_and_figures(row: Sequence[Any]) -> tuple[dict[int, str], int]:
    """The words of a row by column, and the number of figures beside them (as text or not)."""
    texts = read_texts(row)
    typed = [c for c, text in texts.items() if "." in text and FIGURE.fullmatch(text)]
    for column in typed:
        del texts[column]
    kinds = list(map(type, row))
    return texts, len(typed) + kinds.count(float) + kinds.count(int)


def _right_below(table: Table, number: int) -> bool:
    """Whether this row is the first below a heading."""
    return not table.body and bool(table.heading) and number == table.heading[-1] + 1


def _goes_on(line: Caption | None, table: Table, number: int) -> bool:
    """Whether this is a heading row right below a heading row, part of the same heading."""
    return line is not None and line.kind == HEADING and number - table.heading[-1] <= 2


def _above_next(table: Table) -> list[int]:
    """Remove and return the rows of single words below a gap at the table's end, which belong
    above the next table (附件, 2025年)."""
    rows: list[int] = []
    while len(table.body) > 1:
        number = table.body[-1]
        values = [v for v in table.sheet.rows[number] if v not in ("", None)]
        if len(values) != 1 or not isinstance(values[0], str):
            break
        rows.append(table.body.pop())
        if number - table.body[-1] > 1:
            return rows
    table.body.extend(reversed(rows))
    return []


def _more_heading(pack: Pack, table: Table, number: int, texts: Mapping[int, str]) -> bool:
    """Whether this is the rest of a heading: right below one, with nothing but heading words, none
    in its first column, where the first row's label would stand."""
    if not _right_below(table, number):
        return False
    first = min(read_texts(table.sheet.rows[table.heading[0]]))
    words = vocabulary(pack)
    return min(texts) > first and all(normalize_title(text) in words for text in texts.values())


def _heading_with_total(pack: Pack, table: Table, number: int, texts: Mapping[int, str]) -> bool:
    """Whether this is the last row of a heading that also holds the total's figures (or the column
    numbers): it names several text columns."""
    if not _right_below(table, number):
        return False
    return len({normalize_title(text) for text in texts.values()} & text_column_words(pack)) > 1


LEAST_TITLE = 4
"""Characters of a title without its year; less is a remark."""

PAGE_LINES = 8
"""Rows within which a page's heading follows its title."""


def _next_page(pack: Pack, table: Table, number: int) -> int:
    """The row below the captions and headings that the table's next printed page repeats; 0 where
    another table begins here, or a copy of this one."""
    rows = table.sheet.rows
    row = number
    while row < min(number + PAGE_LINES, len(rows)):
        texts = read_texts(rows[row])
        line = read_caption(pack, texts, 0) if texts else None
        if line and line.kind == HEADING and _again(table, row):
            while row < len(rows) and _again(table, row):
                row += 1
            return 0 if _copied(table, row) else row
        if texts and not (line and _stands_above(table, line, texts)):
            return 0
        row += 1
    return 0


def _stands_above(table: Table, line: Caption, texts: Mapping[int, str]) -> bool:
    """Whether this line also stands above the table."""
    if line.kind == ABOUT:
        above = {name: table.above[name].text for name in line.about if name in table.above}
        return all(above.get(name) == text for name, (text, _) in line.about.items())
    return bool(line.form) and line.form in (table.titled, table.labelled)


def _copied(table: Table, number: int) -> bool:
    """Whether the rows from here on begin as the table does."""
    first = [table.sheet.rows[row] for row in table.body[:3]]
    return first == table.sheet.rows[number : number + len(first)]


def _again(table: Table, number: int) -> bool:
    """Whether this row repeats a row of the table's heading, as at the top of a printed page."""
    texts = read_normal_texts(table.sheet, number)
    return bool(texts) and any(
        texts == read_normal_texts(table.sheet, row) for row in table.heading
    )


def _body_row(table: Table, number: int, leftover: list[int]) -> None:
    if table.heading and not table.notes:
        table.body.append(number)
    else:
        leftover.append(number)


def _take(table: Table, line: Caption, number: int, texts: Mapping[int, str]) -> None:
    sheet = table.sheet.name
    for name, (text, column) in line.about.items():
        table.state(name, PrintedText(text, SheetCell(sheet, number, column)))
    if line.kind == TITLE:
        table.titled = line.form
        table.above[TITLE] = PrintedText(texts[line.column], SheetCell(sheet, number, line.column))
    elif line.kind == LABEL:
        table.labelled = line.form
        table.above["label"] = PrintedText(
            texts[line.column], SheetCell(sheet, number, line.column)
        )
    elif line.kind == HEADING:
        table.heading.append(number)
    elif line.kind == NOTE and table.heading:
        table.notes.append(PrintedText(texts[line.column], SheetCell(sheet, number, line.column)))


def _lines_of(table: Table) -> list[int]:
    return sorted({printed.cell.row for printed in table.above.values()})

"""Parts of a table not read into its form: reported, so that nobody takes them as counted."""

from __future__ import annotations

from collections.abc import Iterable

from xlbudget.core.budget import Row
from xlbudget.core.finding import Observation
from xlbudget.core.key import CellKey, SheetCell
from xlbudget.layout.headings import FormColumn, Match
from xlbudget.layout.normalize import normalize_text
from xlbudget.layout.recognise.rows.amount_cells import RowAmounts
from xlbudget.layout.recognise.rows.block_reader import BlockReader, ReadResult
from xlbudget.layout.tables import Table, read_texts


def report_unread_row(
    body: BlockReader, number: int, figures: RowAmounts, result: ReadResult
) -> bool:
    """Report a row of the table that is not understood, whose amounts are not counted. False where
    there is nothing to report."""
    odd = {key for key, value in figures.odd if not value.readable}
    filled = [key for key in body.amounts if figures.amounts.get(key) or key in odd]
    text = _words(body, number)
    if body.block.is_single or (not filled and not (text and body.block.fixed)):
        return False
    at = [SheetCell(body.sheet.name, number, body.columns[key]) for key in filled]
    form = body.block.form
    if text:
        first = min(c for key, c in body.columns.items() if key in body.block.text_columns)
        at.insert(0, SheetCell(body.sheet.name, number, first))
        kind = "unknown_row" if filled else "leftover"
        code = _meant_code(body, number) if filled else ""
        facts = {"text": text, "code": code}
        result.observations.append(
            Observation(kind, "code" if code else "", form, tuple(at), facts)
        )
        if code:
            _take_as_meant(body, number, code, filled, result)
    else:
        column = body.block.paths[body.block.text_columns[0]][-1]
        result.observations.append(
            Observation("unnamed_row", "", form, tuple(at), {"column": column})
        )
    return True


def _take_as_meant(
    body: BlockReader, number: int, code: str, filled: Iterable[str], result: ReadResult
) -> None:
    """Take the row as that of the code that is meant, its amounts not known: that it is missing
    would be untrue, and so would a sum without it."""
    name = str(body.cell(number, body.name)).strip()
    body.rows.append(Row(code, {}, code, name))
    body.numbers.append(number)
    body.taken.add(code)
    result.unreadable.update(CellKey(*body.block.id, code, key) for key in filled)


def _meant_code(body: BlockReader, number: int) -> str:
    """The code of the row's name, where its own is none that is understood: the only one of that
    name, or the only one under the code above it; "" otherwise."""
    catalogue = body.codes
    if not catalogue or not body.coded:
        return ""
    codes = catalogue.by_name.get(normalize_text(str(body.cell(number, body.name))), ())
    above = next((row.code for row in reversed(body.rows) if row.code), "")
    over = (above, catalogue.parent(above))
    near = [code for code in codes if len(codes) == 1 or catalogue.parent(code) in over]
    free = [code for code in near if code not in body.taken]
    return free[0] if len(free) == 1 else ""


def _words(body: BlockReader, number: int) -> str:
    """The texts of the row in the block's text columns, joined."""
    values = (body.cell(number, body.columns.get(key, -1)) for key in body.block.text_columns)
    return " ".join(str(text).strip() for text in values if text not in ("", None)).strip()


def report_unread_cells(table: Table, number: int, rest: list[int], result: ReadResult) -> None:
    """Report the cells of a body row that belong to no column: figures as `leftover_amounts`,
    words as `leftover`."""
    row = table.sheet.rows[number]
    unknown = {*table.match.unknown, *table.match.other_years} if table.match else set()
    for column in rest:
        value = row[column]
        figure = isinstance(value, float | int) and not isinstance(value, bool)
        if figure and (column in unknown or not value):
            continue
        at = SheetCell(table.sheet.name, number, column)
        form = table.match.form.key if table.match else ""
        kind = "leftover_amounts" if figure else "leftover"
        result.observations.append(Observation(kind, "", form, (at,), {"text": str(value).strip()}))


def report_columns(
    table: Table, match: Match, bodies: list[BlockReader], number_rows: set[int], result: ReadResult
) -> None:
    """Report columns with figures that are none of the form's or of another year, and columns of
    the form that are missing."""
    unplaced = False
    for column in (*match.unknown, *match.other_years):
        filled = [n for n in table.body if n not in number_rows and _is_figure(table, n, column)]
        if not filled:
            continue
        cells = tuple(SheetCell(table.sheet.name, n, column) for n in filled)
        facts = {"text": _heading(table, column)}
        kind = "unknown_column"
        if column in match.other_years:
            kind, facts["year"] = "other_year_column", str(match.other_years[column])
        else:
            unplaced = True
        result.observations.append(Observation(kind, "", match.form.key, cells, facts))
    for wanted in match.missing:
        body = next(b for b in bodies if b.block.id == wanted.block)
        _report_missing(table, body, wanted, match.form.sheet, unplaced, result)


def _is_figure(table: Table, number: int, column: int) -> bool:
    row = table.sheet.rows[number]
    return column < len(row) and isinstance(row[column], float | int)


def _heading(table: Table, column: int) -> str:
    """The lowest text over a column; "" for none."""
    rows = (read_texts(table.sheet.rows[number]) for number in reversed(table.heading))
    return next((texts[column] for texts in rows if column in texts), "")


def _report_missing(
    table: Table,
    body: BlockReader,
    wanted: FormColumn,
    sheet: str,
    unplaced: bool,
    result: ReadResult,
) -> None:
    at = SheetCell(table.sheet.name, table.heading[-1], 0)
    facts = {"form": sheet, "column": body.block.paths[wanted.key][-1]}
    # A form without unknown figures has none for this column: it was left out as empty.
    empty = wanted.key in body.block.columns and not unplaced
    case = "empty" if empty else ""
    result.observations.append(Observation("missing_column", case, body.block.form, (at,), facts))
    if not empty:
        cells = (CellKey(*wanted.block, row.id, wanted.key) for row in body.rows)
        result.unreadable.update(cells)

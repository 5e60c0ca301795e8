"""What of a file is not seen: hidden sheets, rows and columns, columns too narrow for figures.
It is read like the rest, and reported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from xlbudget.core.amount import format_plain
from xlbudget.core.finding import Observation
from xlbudget.core.key import SheetCell, address, column_letters
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.recognise.placed_amounts import PlacedAmount
from xlbudget.layout.recognise.rows.block_reader import Concealed
from xlbudget.layout.tables import Table, has_content
from xlbudget.messages import load_messages
from xlbudget.packs.model import Pack
from xlbudget.packs.names import name_forms

PADDING = 0.5
"""Characters that a figure may have more than its column and still be printed."""


def find_narrow(sheets: Iterable[RawSheet], amounts: Iterable[PlacedAmount]) -> Iterator[Concealed]:
    """Amounts in columns into which they do not fit, so that #### is printed."""
    widths = {sheet.name: dict(sheet.lines.narrow) for sheet in sheets if sheet.lines.narrow}
    for cell, amount, at in amounts if widths else ():
        width = widths.get(at.sheet, {}).get(at.column)
        if width is not None and len(format_plain(amount)) > width + PADDING:
            yield Concealed(cell, amount, amount)


def report_hidden_sheets(
    pack: Pack, sheets: Iterable[RawSheet], tables: Iterable[Table], filled: Collection[str]
) -> Iterator[Observation]:
    """An observation for each hidden sheet with anything in it: whether it holds a form that is
    read (`tables`) and filled, or nothing that is read."""
    by_sheet: dict[str, list[Table]] = {}
    for table in tables:
        by_sheet.setdefault(table.sheet.name, []).append(table)
    for sheet in sheets:
        if not sheet.hidden or not any(has_content(sheet, row) for row in range(len(sheet.rows))):
            continue
        of_sheet = [t.match.form.key for t in by_sheet.get(sheet.name, ()) if t.match]
        forms = [form for form in of_sheet if form in filled]
        facts = {"sheet": sheet.name, "forms": name_forms(pack, forms)}
        case = "form" if forms else "" if of_sheet else "unread"
        at = SheetCell(sheet.name, 0, 0)
        yield Observation("hidden_sheet", case, forms[0] if forms else "", (at,), facts)


def report_outside_print(
    sheets: Iterable[RawSheet], amounts: Iterable[PlacedAmount]
) -> Iterator[Observation]:
    """An observation for each sheet whose print area leaves out amounts."""
    areas = {sheet.name: sheet.lines.printed for sheet in sheets if sheet.lines.printed}
    outside: dict[str, list[PlacedAmount]] = {}
    for amount in amounts if areas else ():
        _, _, (name, row, column) = amount
        if name in areas and not any(
            top <= row <= bottom and left <= column <= right
            for top, left, bottom, right in areas[name]
        ):
            outside.setdefault(name, []).append(amount)
    for name, each in outside.items():
        facts = {"sheet": name, "count": str(len(each)), "cell": address(each[0].at)}
        facts["value"] = format_plain(each[0].amount)
        yield Observation("hidden_lines", "print_area", "", (each[0].at,), facts)


def report_hidden_lines(
    sheets: Iterable[RawSheet], amounts: Iterable[PlacedAmount]
) -> Iterator[Observation]:
    """An observation for each sheet with hidden rows or columns that are not empty, and with the
    first figure in them where there is one."""
    for sheet in sheets:
        if not (sheet.lines.hidden_rows or sheet.lines.hidden_columns):
            continue
        rows = [row for row in sorted(sheet.lines.hidden_rows) if has_content(sheet, row)]
        columns = [c for c in sorted(sheet.lines.hidden_columns) if _filled_down(sheet, c)]
        words = load_messages()["hidden"]
        parts = []
        if rows:
            parts.append(words["rows"].format(rows=_runs(rows, lambda row: str(row + 1), words)))
        if columns:
            parts.append(words["columns"].format(columns=_runs(columns, column_letters, words)))
        if parts:
            at = SheetCell(sheet.name, rows[0] if rows else 0, columns[0] if columns else 0)
            facts = {"sheet": sheet.name, "lines": words["and"].join(parts)}
            unseen = [a for a in amounts if a.at.sheet == sheet.name and _is_in(sheet, a.at)]
            if unseen:
                facts |= {"count": str(len(unseen)), "cell": address(unseen[0].at)}
                facts["value"] = format_plain(unseen[0].amount)
            yield Observation("hidden_lines", "amounts" if unseen else "", "", (at,), facts)


def _is_in(sheet: RawSheet, at: SheetCell) -> bool:
    return at.row in sheet.lines.hidden_rows or at.column in sheet.lines.hidden_columns


def _filled_down(sheet: RawSheet, column: int) -> bool:
    return any(column < len(row) and row[column] not in ("", None) for row in sheet.rows)


def _runs(numbers: Sequence[int], name: Callable[[int], str], words: Mapping[str, str]) -> str:
    """Numbers as text, runs of them by their ends: 3、5 至 8."""
    breaks = [0, *(n for n, (a, b) in enumerate(pairwise(numbers), 1) if b > a + 1), len(numbers)]
    runs = [numbers[a:b] for a, b in pairwise(breaks)]
    return words["list"].join(
        name(run[0]) + (words["to"] + name(run[-1]) if len(run) > 1 else "") for run in runs
    )

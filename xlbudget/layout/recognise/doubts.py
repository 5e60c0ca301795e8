"""Formulas whose stored value is not relied on: amounts, and the words above tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from xlbudget.core.amount import format_plain
from xlbudget.core.finding import Observation
from xlbudget.core.key import SheetCell, address
from xlbudget.core.sheet import STALE, UNKNOWN, FormulaDoubt, RawSheet
from xlbudget.layout.recognise.placed_amounts import PlacedAmount
from xlbudget.layout.tables import Table
from xlbudget.packs.model import Pack
from xlbudget.packs.names import name_forms

KIND = "value_stale"
CAPTION = "caption"
"""A text around a table that a formula would write otherwise now."""
UNSEEN = "unseen"
"""A text above a table that a formula has not written yet."""


def report_doubts(
    pack: Pack,
    tables: Sequence[Table],
    amounts: Iterable[PlacedAmount],
) -> Iterator[Observation]:
    """One observation for each form and each reason to doubt amounts in it, and one for each text
    above a table that is old or not there."""
    sheets = {table.sheet.name: table.sheet for table in tables}
    if any(sheet.doubts for sheet in sheets.values()):
        yield from _amounts(sheets, amounts)
    for table in tables:
        yield from _captions(pack, table)
    unwritten = {t.match.form.key: _unwritten(t, _begin(t, tables)) for t in tables if t.match}
    forms = [form for form, cells in unwritten.items() if cells]
    if forms:
        cells = tuple(cell for form in forms for cell in unwritten[form])
        yield Observation(KIND, UNSEEN, forms[0], cells, {"forms": name_forms(pack, forms)})


def _amounts(
    sheets: Mapping[str, RawSheet], amounts: Iterable[PlacedAmount]
) -> Iterator[Observation]:
    doubted: dict[tuple[str, str], list[tuple[PlacedAmount, FormulaDoubt]]] = {}
    for placed in amounts:
        doubt = sheets[placed.at.sheet].doubts.get((placed.at.row, placed.at.column))
        if doubt:
            doubted.setdefault((placed.cell.form, doubt.case), []).append((placed, doubt))
    for (form, case), each in doubted.items():
        first, doubt = each[0]
        facts = {"count": str(len(each)), "cell": address(first.at)}
        facts |= {"stored": format_plain(first.amount), "result": doubt.result}
        cells = tuple(placed.cell for placed, _ in each)
        yield Observation(KIND, "" if case == STALE else case, form, cells, facts)


def _captions(pack: Pack, table: Table) -> Iterator[Observation]:
    assert table.match is not None
    form = table.match.form
    for printed in table.above.values():
        doubt = table.sheet.doubts.get((printed.cell.row, printed.cell.column))
        if doubt and doubt.case != UNKNOWN:
            facts = {"form": form.sheet, "text": printed.text, "result": doubt.result}
            yield Observation(KIND, CAPTION, form.key, (printed.cell,), facts)


def _unwritten(table: Table, begin: int) -> list[SheetCell]:
    """The cells from the row `begin` to the table's heading that wait for a formula's text."""
    above = range(begin, table.heading[-1] + 1)
    return [
        SheetCell(table.sheet.name, *at)
        for at in sorted(table.sheet.uncalculated)
        if at[0] in above
    ]


def _begin(table: Table, tables: Iterable[Table]) -> int:
    """The first row below the table that stands above this one on its sheet."""
    above = [
        row
        for other in tables
        if other.sheet.name == table.sheet.name
        for row in other.body[-1:] or other.heading[-1:]
        if row < table.heading[0]
    ]
    return max(above, default=-1) + 1

"""The consolidated workbook: the forms with a county's figures, their review and their sources.

It is not for typing: its rows stay where they are, so that each line of its review is a formula
over the cells themselves, and no hidden sheet is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlbudget.core.budget import Budget, ordinal_of
from xlbudget.core.consolidation import AppendedRows, Consolidation
from xlbudget.core.finding import ERROR, WARNING
from xlbudget.core.key import BlockKey
from xlbudget.core.overview import Overview
from xlbudget.layout.plan import TITLE, SheetPlan, plan
from xlbudget.messages import load_messages
from xlbudget.packs.model import Form, Pack
from xlbudget.rules.outcomes import JudgedConstraint
from xlbudget.workbook.county.form_rows import write_rows
from xlbudget.workbook.county.overview import write_overview
from xlbudget.workbook.county.review import Review, make_review, write_county_review
from xlbudget.workbook.county.sources import write_sources
from xlbudget.workbook.live.contents import Tab, write_contents
from xlbudget.workbook.live.form_sheet import write_printed
from xlbudget.workbook.live.workbook import new_book
from xlbudget.workbook.xlsx.formula import Formula, quote_text
from xlbudget.workbook.xlsx.package import Book, FormulaSheet
from xlbudget.workbook.xlsx.styles import Formats


def make_county_workbook(
    pack: Pack,
    consolidation: Consolidation,
    overview: Overview,
    judged: Sequence[JudgedConstraint],
    count: int,
) -> Book:
    """The forms with the figures as they are, the sheets 来源 and, hidden, 溯源; contents, overview
    and review. `overview` is what `ops.consolidate.overview` makes of the consolidation, `judged`
    of its `count` constraints those to be listed."""
    budget = consolidation.budget
    budget = budget._replace(blocks={key: budget.blocks.get(key, ()) for key in pack.blocks})
    book = new_book(budget)
    formats = Formats(book)
    contents = book.sheet(load_messages()["book"]["sheets"]["contents"])
    first = book.sheet(load_messages()["overview"]["sheet"])
    write_sources(book, consolidation, formats)
    plans = tuple(
        _write_form(book, pack, form, budget, consolidation.appended, formats)
        for form in pack.forms.values()
    )
    write_overview(book, first, consolidation.sources, overview, formats)
    review = make_review(pack, budget, plans, judged, count)
    sheet = book.sheet(load_messages()["book"]["sheets"]["review"])
    write_county_review(sheet, review, formats)
    states = [(form, _state(form, review)) for form in pack.forms.values()]
    hint, tabs = load_messages()["consolidate"]["hint"], _tabs()
    write_contents(contents, pack, budget, states, review.verdict, hint, tabs, formats)
    return book


def _write_form(
    book: Book,
    pack: Pack,
    form: Form,
    budget: Budget,
    appended: Mapping[BlockKey, AppendedRows],
    formats: Formats,
) -> SheetPlan:
    """Write a form as printed; gives its plan without the cells, which are many."""
    planned = plan(pack, form, budget, appended)
    sheet = book.sheet(form.sheet)
    first = _below_merged(planned)
    around = tuple(cell for cell in planned.cells if not first <= cell.row < planned.body[1])
    write_printed(sheet, planned._replace(cells=around), formats, lambda _: None)
    write_rows(sheet, pack, planned, first, appended, formats)
    rows = dict(planned.rows)
    for block in form.blocks:
        if block.id in appended:
            for row in budget.blocks[block.id]:
                ordinal = ordinal_of(row.id)
                if ordinal:
                    rows[block.id, row.id] = planned.free + ordinal - 1
    _lead_to_sources(sheet, planned)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    return planned._replace(cells=(), rows=rows)


def _below_merged(planned: SheetPlan) -> int:
    """The row of the body from which on no cell is merged, down to the note."""
    body, note = planned.body
    above = (cell for cell in planned.cells if cell.row < note)
    merged = (c for c in above if (c.row, c.column) != (c.last_row, c.last_column))
    return max([body, *(cell.last_row + 1 for cell in merged)])


def _tabs() -> Sequence[Tab]:
    words = load_messages()
    beside = [Tab(each["sheet"], each["tab"]) for each in (words["overview"], words["sources"])]
    return [*beside, Tab(words["book"]["sheets"]["review"], words["book"]["review"]["title"])]


def _lead_to_sources(sheet: FormulaSheet, planned: SheetPlan) -> None:
    """Link a form's title to its sources. A cell of its own would be read as content."""
    words = load_messages()["sources"]
    title = next(cell for cell in planned.cells if cell.role == TITLE)
    sheet.link(title.row, title.column, f"internal:'{words['sheet']}'!A1", words["tip"])


def _state(form: Form, review: Review) -> Formula:
    """无数据, 相符, or how many lines of the form are broken or doubtful."""
    words = load_messages()["book"]
    if form.key in review.empty:
        return Formula(quote_text(words["empty"]), words["empty"])
    value, text = words["clean"], quote_text(words["clean"])
    for severity, phrase in ((WARNING, words["doubtful"]), (ERROR, words["broken"])):
        count = review.state_count(form.sheet, words["states"][severity])
        text = f"IF({count.text}>0,{count.text}&{quote_text(' ' + phrase)},{text})"
        value = f"{count.value} {phrase}" if count.value else value
    return Formula(text, value)

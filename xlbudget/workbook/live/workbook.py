"""The official workbook: contents, a sheet a form, the review, and the hidden sheets behind
them. The same input gives the same bytes."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from xlbudget.core.budget import Budget
from xlbudget.core.key import column_letters, sheet_name
from xlbudget.layout.plan import plan
from xlbudget.messages import load_messages
from xlbudget.packs.model import Pack
from xlbudget.rules.bound_rules import bound_rules
from xlbudget.rules.define import compute_totals
from xlbudget.rules.evaluate import evaluate_all
from xlbudget.rules.tree import Trees, build_trees
from xlbudget.workbook.live.cell_weights import write_weights
from xlbudget.workbook.live.code_lists import list_cells, place_catalogues
from xlbudget.workbook.live.contents import Tab, count_form_state, locate_about, write_contents
from xlbudget.workbook.live.figures import YUAN, write_figures
from xlbudget.workbook.live.form_sheet import FormContext, mark_name, write_form
from xlbudget.workbook.live.ledger import (
    COUNTS,
    FORM,
    KEY,
    LINK,
    NAMES,
    RULE,
    SAYS,
    HiddenSheets,
    LedgerLine,
    count_name,
    list_lines,
)
from xlbudget.workbook.live.line_formulas import FormulaWriter, make_writer
from xlbudget.workbook.live.line_values import cell_weights, evaluate_lines, write_formulas
from xlbudget.workbook.live.regions import Grid, build_grid, ref, unit_name
from xlbudget.workbook.live.review import (
    POSITION,
    POSITION_NAME,
    LineValues,
    write_review,
    write_verdict,
)
from xlbudget.workbook.live.totals import TotalFormulas, write_totals
from xlbudget.workbook.xlsx.formula import Formula
from xlbudget.workbook.xlsx.package import Book, FormulaSheet
from xlbudget.workbook.xlsx.styles import Formats

CREATED = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
"""A fixed date in the package, so that equal workbooks are equal files."""

Totals = Callable[[Pack, Budget, Trees, Grid, str], TotalFormulas]


def make_workbook(pack: Pack, budget: Budget) -> bytes:
    """The .xlsx package with the figures as they are, blank where the budget has nothing."""
    return _package(pack, budget, lambda *_: {})


def make_live_workbook(pack: Pack, budget: Budget) -> bytes:
    """The .xlsx package with totals that compute themselves from their parts."""
    there = _all_blocks(pack, budget)
    computed = compute_totals(pack, there, build_trees(pack, there))
    kept = {key: rows for key, rows in computed.blocks.items() if key in budget.blocks}
    return _package(pack, budget._replace(blocks=kept), write_totals)


def _all_blocks(pack: Pack, budget: Budget) -> Budget:
    return budget._replace(blocks={key: budget.blocks.get(key, ()) for key in pack.blocks})


def _package(pack: Pack, budget: Budget, total: Totals) -> bytes:
    book = new_book(budget)
    _write(book, pack, budget, total)
    return book.to_bytes()


def new_book(budget: Budget) -> Book:
    """An empty workbook titled with the department; equal workbooks are equal files."""
    book = Book()
    book.set_properties({"created": CREATED, "title": budget.department})
    return book


def _write(book: Book, pack: Pack, budget: Budget, total: Totals) -> None:
    names = load_messages()["book"]["sheets"]
    sheets = HiddenSheets(names["figures"], names["ledger"], names["marks"])
    plans = [plan(pack, form, budget) for form in pack.forms.values()]
    there = _all_blocks(pack, budget)
    grid = build_grid(pack, there, plans)
    trees = build_trees(pack, there)
    codes = place_catalogues(pack, names["codes"])
    amounts, judged = evaluate_all(pack, there, trees)
    lines = list_lines(pack, grid)
    writer = make_writer(pack, grid, sheets)
    entries = evaluate_lines(pack, there, writer, lines, amounts, judged)
    totals = total(pack, there, trees, grid, sheets.figures)
    behind = FormContext(grid, codes, locate_about(names["contents"]), totals, sheets.figures)
    formats = Formats(book)
    contents = book.sheet(names["contents"])
    tabs = [Tab(names["review"], load_messages()["book"]["review"]["title"])]
    for planned in plans:
        sheet = book.sheet(planned.form.sheet)
        write_form(sheet, planned, pack, budget, behind, formats)
        band = grid[planned.form.blocks[0].id].band
        book.define_name(mark_name(planned.form.key), f"={sheet_name(sheets.marks)}!A{band + 1}")
        book.define_name(unit_name(planned.form.key), "=" + ref(sheets.figures, band, YUAN))
    for field, name in NAMES.items():
        book.define_name(name, "=" + _own_line(sheets.ledger, field))
    for nth in range(max(len(measure.forms) for measure in writer.measures)):
        book.define_name(count_name(nth), "=" + _own_line(sheets.ledger, COUNTS + nth))
    review = book.sheet(names["review"])
    book.define_name(POSITION_NAME, "=" + _own_line(names["review"], POSITION))
    write_review(review, grid, sheets, entries, formats)
    verdict = write_verdict(grid, sheets, entries)
    states = [
        (planned.form, count_form_state(planned, grid, lines, entries, there, names))
        for planned in plans
    ]
    hint = load_messages()["book"]["hint"]
    write_contents(contents, pack, there, states, verdict, hint, tabs, formats)
    behind_all = ("figures", "ledger", "marks", "codes")
    hidden = [book.sheet(names[key]) for key in behind_all]
    for row, column, formula in write_figures(pack, there, trees, grid, codes):
        _write_formula(hidden[0], row, column, formula)
    _write_ledger(hidden[1], pack, writer, lines, entries)
    weights = cell_weights(pack, judged)
    for row, column, formula in write_weights(pack, grid, sheets, lines, weights):
        _write_formula(hidden[2], row, column, formula)
    for row, column, content in list_cells(pack, codes):
        hidden[3].write(row, column, content)
    for sheet in hidden:
        sheet.hide()


def _own_line(sheet: str, field: int) -> str:
    """A name's reference to this field in whatever row it is used."""
    return f"{sheet_name(sheet)}!${column_letters(field)}1"


def _write_ledger(
    sheet: Any,
    pack: Pack,
    writer: FormulaWriter,
    lines: Sequence[LedgerLine],
    entries: Sequence[LineValues],
) -> None:
    """Write a line for each constraint: texts as they are, figures as formulas."""
    every = bound_rules(pack)
    for line, entry in zip(lines, entries, strict=True):
        row = line.number
        sheet.write_string(row, RULE, entry.rule)
        sheet.write_string(row, FORM, entry.form)
        sheet.write_string(row, LINK, entry.link)
        if line.row and not line.open_position:
            sheet.write_string(row, KEY, entry.key)
        if not line.open_position:
            sheet.write_string(row, SAYS, entry.says)
        for field, formula in write_formulas(writer, line, every[line.bound], entry).items():
            _write_formula(sheet, row, field, formula)


def _write_formula(sheet: FormulaSheet, row: int, column: int, formula: Formula) -> None:
    """Write a formula on a hidden sheet, where nothing moves and no reference need be absolute."""
    if formula.text.isdigit():
        sheet.write_number(row, column, int(formula.text))
    else:
        sheet.write_cell_formula(row, column, formula._replace(text=formula.text.replace("$", "")))

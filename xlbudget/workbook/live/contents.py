"""The sheet 目录: department, year and unit typed once; the forms with their states and links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.layout.plan import ENTRY, HEADING, TEXT, TITLE, SheetPlan
from xlbudget.messages import load_messages
from xlbudget.packs.model import Form, Pack
from xlbudget.workbook.live.form_sheet import AboutCells, has_no_amounts
from xlbudget.workbook.live.ledger import WEIGHT, LedgerLine
from xlbudget.workbook.live.regions import Grid, ref, ref_range
from xlbudget.workbook.live.review import LineValues
from xlbudget.workbook.xlsx.formula import ERROR_WEIGHT, WARNING_WEIGHT, Formula, quote_text
from xlbudget.workbook.xlsx.styles import AMBER, LINK, PAPER_A4, RED, STATE, WORDS, Formats

TITLE_ROW, DEPARTMENT_ROW, YEAR_ROW, UNIT_ROW, VERDICT_ROW, HINT_ROW, HEAD_ROW = range(7)
BODY_ROW = HEAD_ROW + 1
NUMBER, FORM, NAME, STATED = range(4)
WIDTHS = (14, 12, 66, 18)


class Tab(NamedTuple):
    """A sheet that is not a form, and its title."""

    sheet: str
    title: str


def locate_about(sheet: str) -> AboutCells:
    """References to the cells of department, year and unit."""
    return AboutCells(*(ref(sheet, row, FORM) for row in (DEPARTMENT_ROW, YEAR_ROW, UNIT_ROW)))


def write_contents(
    sheet: Any,
    pack: Pack,
    budget: Budget,
    states: Sequence[tuple[Form, Formula]],
    verdict: Formula,
    hint: str,
    tabs: Sequence[Tab],
    formats: Formats,
) -> None:
    """Write the sheet: the forms with their states, and below them the `tabs`."""
    words = load_messages()["book"]
    _lay_out(sheet)
    title = words["title"].format(place=pack.place, year=pack.year)
    sheet.merge_range(TITLE_ROW, 0, TITLE_ROW, STATED, title, formats.cell(TITLE))
    _write_about(sheet, pack, budget, formats)
    style = formats.cell(STATE)
    sheet.merge_range(VERDICT_ROW, 0, VERDICT_ROW, STATED, "", style)
    sheet.write_cell_formula(VERDICT_ROW, 0, verdict, style)
    sheet.merge_range(HINT_ROW, 0, HINT_ROW, STATED, hint, formats.cell(WORDS))
    for column, heading in enumerate(words["columns"]):
        sheet.write_string(HEAD_ROW, column, heading, formats.cell(HEADING))
    for row, (form, state) in enumerate(states, start=BODY_ROW):
        sheet.write_number(row, NUMBER, form.number, formats.cell(STATE))
        url = f"internal:'{form.sheet}'!A1"
        sheet.write_url(row, FORM, url, formats.cell(LINK), form.sheet)
        sheet.write_string(row, NAME, form.title, formats.cell(TEXT))
        sheet.write_cell_formula(row, STATED, state, formats.cell(STATE))
    for row, tab in enumerate(tabs, start=BODY_ROW + len(states)):
        sheet.write_blank(row, NUMBER, None, formats.cell(STATE))
        sheet.write_url(row, FORM, f"internal:'{tab.sheet}'!A1", formats.cell(LINK), tab.sheet)
        sheet.write_string(row, NAME, tab.title, formats.cell(TEXT))
        sheet.write_blank(row, STATED, None, formats.cell(STATE))
    _colour(sheet, words, len(states), formats)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _write_about(sheet: Any, pack: Pack, budget: Budget, formats: Formats) -> None:
    words = load_messages()["book"]
    department = ((DEPARTMENT_ROW, words["department"], budget.department),)
    for row, label, value in (*department, (UNIT_ROW, words["unit"], budget.unit)):
        sheet.write_string(row, NUMBER, label, formats.cell(HEADING))
        role = ENTRY if row == DEPARTMENT_ROW else TEXT
        sheet.merge_range(row, FORM, row, STATED, value, formats.cell(role))
    sheet.write_string(YEAR_ROW, NUMBER, words["year"], formats.cell(HEADING))
    style = formats.cell(TEXT)
    sheet.merge_range(YEAR_ROW, FORM, YEAR_ROW, STATED, str(pack.year), style)


def count_form_state(
    planned: SheetPlan,
    grid: Grid,
    lines: Sequence[LedgerLine],
    entries: Sequence[LineValues],
    budget: Budget,
    sheets: Any,
) -> Formula:
    """无数据, 相符, or how many constraints of the form are broken or doubtful."""
    words = load_messages()["book"]
    own = [
        (line, entry)
        for line, entry in zip(lines, entries, strict=True)
        if entry.form == planned.form.sheet
    ]
    blank = not any(
        amount
        for key, rows in budget.blocks.items()
        if key.form == planned.form.key
        for row in rows
        for amount in row.amounts.values()
    )
    none = f"IF({has_no_amounts(planned, grid, sheets['figures'])},{quote_text(words['empty'])},"
    none += f"{quote_text(words['clean'])})"
    if not own:
        return Formula(none, words["empty"] if blank else words["clean"])
    weights = ref_range(sheets["ledger"], own[0][0].number, WEIGHT, own[-1][0].number, WEIGHT)
    errors = f'COUNTIF({weights},">={ERROR_WEIGHT}")'
    doubts = f'COUNTIF({weights},">={WARNING_WEIGHT}")'
    broken = sum(entry.weight >= ERROR_WEIGHT for _, entry in own)
    doubtful = sum(entry.weight >= WARNING_WEIGHT for _, entry in own)
    text = (
        f"IF({errors}>0,{errors}&{quote_text(' ' + words['broken'])},"
        f"IF({doubts}>0,{doubts}&{quote_text(' ' + words['doubtful'])},{none}))"
    )
    if broken:
        return Formula(text, f"{broken} {words['broken']}")
    if doubtful:
        return Formula(text, f"{doubtful} {words['doubtful']}")
    return Formula(text, words["empty"] if blank else words["clean"])


def _lay_out(sheet: Any) -> None:
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_default_row(20)
    sheet.set_row(TITLE_ROW, 34)
    sheet.set_row(HINT_ROW, 36)
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()


def _colour(sheet: Any, words: Any, forms: int, formats: Formats) -> None:
    state = ref("", BODY_ROW, STATED).replace("$", "")
    tests = (
        (f'COUNTIF({state},"*{words["broken"]}")>0', RED),
        (f'COUNTIF({state},"*{words["doubtful"]}")>0', AMBER),
    )
    for test, colour in tests:
        sheet.conditional_format(
            *(BODY_ROW, STATED, BODY_ROW + forms - 1, STATED),
            {"type": "formula", "criteria": "=" + test, "format": formats.colour(colour)},
        )
    verdict = ref("", VERDICT_ROW, 0)
    failed = words["failed"]
    sheet.conditional_format(
        *(VERDICT_ROW, 0, VERDICT_ROW, STATED),
        {
            "type": "formula",
            "criteria": f"=LEFT({verdict},{len(failed)})={quote_text(failed)}",
            "format": formats.colour(RED),
        },
    )

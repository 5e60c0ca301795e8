"""A form's sheet: what is printed, what people type, what computes itself, what marks itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.layout.plan import (
    ABOUT,
    AMOUNT,
    ENTRY,
    HEADING,
    NOTE,
    TITLE,
    UNIT,
    PlannedCell,
    SheetPlan,
)
from xlbudget.messages import load_messages
from xlbudget.packs.model import CODE, NAME, Block, Pack
from xlbudget.workbook.live.code_lists import CodeLists
from xlbudget.workbook.live.regions import Grid, Region, ref, ref_range
from xlbudget.workbook.xlsx.formula import (
    ERROR_WEIGHT,
    NOTE_WEIGHT,
    WARNING_WEIGHT,
    Formula,
    quote_text,
)
from xlbudget.workbook.xlsx.styles import AMBER, GREY, PAPER_A4, RED, TOTAL, Formats

HEIGHTS = {TITLE: 30, HEADING: 26}
BODY_HEIGHT = 18
LARGEST = 10**15
PROTECTION = {"format_columns": True, "format_rows": True, "insert_rows": True}


class AboutCells(NamedTuple):
    """Cells of the contents sheet that every form shows: department, year, unit."""

    department: str
    year: str
    unit: str


class FormContext(NamedTuple):
    """What a form's formulas refer to; `figures` is the name of the sheet of figures."""

    grid: Grid
    codes: CodeLists
    about: AboutCells
    totals: Mapping[tuple[str, int, int], Formula]
    figures: str


def write_form(
    sheet: Any,
    planned: SheetPlan,
    pack: Pack,
    budget: Budget,
    behind: FormContext,
    formats: Formats,
) -> None:
    """Write one form as planned, with its formulas, input messages and colours."""
    write_printed(
        sheet, planned, formats, lambda cell: _formula(planned, cell, pack, budget, behind)
    )
    for block in planned.form.blocks:
        region = behind.grid[block.id]
        if not block.fixed:
            _help(sheet, region, behind, formats)
        _explain(sheet, planned, region)
        _mark(sheet, planned, region, formats)
        _ask_amounts(sheet, region, budget)
    sheet.protect("", PROTECTION)


def write_printed(
    sheet: Any,
    planned: SheetPlan,
    formats: Formats,
    formula_of: Callable[[PlannedCell], Formula | None],
) -> None:
    """Write what is printed and typed, with a formula where `formula_of` gives one."""
    _lay_out(sheet, planned)
    for cell in planned.cells:
        _write_cell(sheet, cell, planned.decimals(cell), formula_of(cell), formats)


def mark_name(form: str) -> str:
    """The defined name by which a form's cells find the marks behind them."""
    return f"mark_{form}"


def _lay_out(sheet: Any, planned: SheetPlan) -> None:
    sheet.set_default_row(BODY_HEIGHT)
    for column, width in enumerate(planned.widths):
        sheet.set_column(column, column, width)
    heights = {cell.row: HEIGHTS[cell.role] for cell in planned.cells if cell.role in HEIGHTS}
    first, last = planned.heading
    if planned.form.numbered:
        heights[last] = BODY_HEIGHT
    for row, height in heights.items():
        sheet.set_row(row, height)
    sheet.freeze_panes(last + 1, 0)
    sheet.repeat_rows(first, last)
    sheet.print_area(0, 0, planned.body[1], len(planned.widths) - 1)
    sheet.set_paper(PAPER_A4)
    if planned.form.paper == "landscape":
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    sheet.center_horizontally()
    sheet.set_footer("&C&P / &N")


def _write_cell(
    sheet: Any, cell: PlannedCell, decimals: int, formula: Formula | None, formats: Formats
) -> None:
    computed = cell.role == AMOUNT and formula is not None
    role = TOTAL if computed else cell.role
    style = formats.cell(role, cell.level, decimals)
    if (cell.row, cell.column) != (cell.last_row, cell.last_column):
        sheet.merge_range(cell.row, cell.column, cell.last_row, cell.last_column, "", style)
    if formula is not None:
        sheet.write_cell_formula(cell.row, cell.column, formula, style)
    elif isinstance(cell.content, Decimal):
        sheet.write_number(cell.row, cell.column, float(cell.content), style)
    elif cell.content:
        sheet.write_string(cell.row, cell.column, cell.content, style)
    else:
        sheet.write_blank(cell.row, cell.column, None, style)


def _formula(
    planned: SheetPlan, cell: PlannedCell, pack: Pack, budget: Budget, behind: FormContext
) -> Formula | None:
    """Titles and lines about the department come from the contents sheet, totals from their
    parts, names of codes still to be typed from the catalogue."""
    printed = pack.words["print"]
    if cell.role == TITLE:
        return _join_pieces(
            planned.form.title.split(str(pack.year)), behind.about.year, str(pack.year)
        )
    if cell.role == ABOUT:
        return _join_pieces(
            printed["department"].split("{department}"), behind.about.department, budget.department
        )
    if cell.role == UNIT and budget.unit_of(planned.form.key) == budget.unit:
        return _join_pieces(printed["unit"].split("{unit}"), behind.about.unit, budget.unit)
    if cell.role == NOTE:
        return _empty_note(planned, cell, pack, behind)
    if cell.role == AMOUNT:
        return behind.totals.get((planned.form.sheet, cell.row, cell.column))
    if cell.role == ENTRY and not cell.content:
        return _name(planned, cell, behind)
    return None


def _join_pieces(pieces: list[str], source: str, value: str) -> Formula | None:
    if len(pieces) == 1:
        return None
    texts = [quote_text(piece) if piece else "" for piece in pieces]
    text = f"&{source}&".join(texts).strip("&")
    return Formula(text, value.join(pieces))


def _empty_note(planned: SheetPlan, cell: PlannedCell, pack: Pack, behind: FormContext) -> Formula:
    """The note that a form has no data, displayed only while that is so."""
    note = pack.words["print"]["empty"]
    return Formula(
        f'IF({has_no_amounts(planned, behind.grid, behind.figures)},{quote_text(note)},"")',
        str(cell.content or ""),
    )


def has_no_amounts(planned: SheetPlan, grid: Grid, figures: str) -> str:
    """The test whether the form has no amount but zeros."""
    regions = [grid[block.id] for block in planned.form.blocks]
    last = max(planned.body[1], *(region.row_at(region.slots) for region in regions))
    band = regions[0].band
    width = len(planned.widths) - 1
    area = ref_range(figures, band + planned.body[0], 0, band + last, width)
    return f"SUMPRODUCT(({area}<>0)*1)=0"


def _name(planned: SheetPlan, cell: PlannedCell, behind: FormContext) -> Formula | None:
    """The name of the code typed beside the cell; None where no code is typed."""
    for block in planned.form.blocks:
        region = behind.grid[block.id]
        if CODE not in region.columns or region.columns[NAME] != cell.column:
            continue
        row, column = cell.row, region.columns[CODE]
        code = ref("", row, column).replace("$", "")
        name = behind.codes.name_of(block.codes, code)
        return Formula(f'IF({code}="","",{name})', "")
    return None


def _help(sheet: Any, region: Region, behind: FormContext, formats: Formats) -> None:
    """Add lists and messages where codes and names are typed."""
    words = load_messages()["book"]
    first, last = region.first, region.first + region.height - 1
    block = region.block
    if CODE in region.columns:
        column = region.columns[CODE]
        cell = ref("", first, column).replace("$", "")
        sheet.data_validation(
            *(first, column, last, column),
            {
                "validate": "custom",
                "value": f"=COUNTIF({behind.codes.codes(block.codes)},{cell})>0",
                "input_title": words["code_title"],
                "input_message": words["code_message"],
                "error_title": words["code_title"],
                "error_message": words["code_error"],
                "error_type": "warning",
            },
        )
    elif block.codes:
        for key, catalogue in _name_lists(block):
            column = region.columns[key]
            sheet.data_validation(
                *(first, column, last, column),
                {
                    "validate": "list",
                    "source": "=" + behind.codes.names(catalogue),
                    "input_title": words["name_title"],
                    "input_message": words["name_message"],
                    "error_title": words["name_title"],
                    "error_message": words["name_error"],
                    "error_type": "warning",
                },
            )


def _explain(sheet: Any, planned: SheetPlan, region: Region) -> None:
    """Add what each column means, displayed when its heading is selected."""
    first, last = planned.heading
    for key, message in region.block.help.items():
        column = region.columns[key]
        prompt = {"input_title": region.block.paths[key][-1], "input_message": message}
        sheet.data_validation(first, column, last, column, {"validate": "any", **prompt})


def _name_lists(block: Block) -> Iterable[tuple[str, str]]:
    yield NAME, block.codes
    if block.government:
        yield "government", block.government


def _ask_amounts(sheet: Any, region: Region, budget: Budget) -> None:
    words = load_messages()["book"]
    message = words["amount_message"].format(unit=budget.unit_of(region.block.form))
    columns = [region.columns[column] for column in region.block.columns]
    for first, last in _rows(region):
        sheet.data_validation(
            *(first, min(columns), last, max(columns)),
            {
                "validate": "decimal",
                "criteria": "between",
                "minimum": -LARGEST,
                "maximum": LARGEST,
                "input_title": words["amount_title"],
                "input_message": message,
                "error_title": words["amount_title"],
                "error_message": words["amount_error"],
            },
        )


def _rows(region: Region) -> Iterable[tuple[int, int]]:
    """First and last row of the block's amounts, fixed rows and open rows."""
    rows = [*region.fixed.values()]
    if region.height:
        rows += [region.first, region.first + region.height - 1]
    yield min(rows), max(rows)


def _mark(sheet: Any, planned: SheetPlan, region: Region, formats: Formats) -> None:
    """Colour cells by their marks, the most severe first."""
    name = mark_name(planned.form.key)
    columns = [region.columns[column] for column in region.block.columns]
    for first, last in _rows(region):
        for weight, colour in (
            (ERROR_WEIGHT, RED),
            (WARNING_WEIGHT, AMBER),
            (NOTE_WEIGHT, GREY),
        ):
            sheet.conditional_format(
                *(first, min(columns), last, max(columns)),
                {
                    "type": "formula",
                    "criteria": f"={name}>={weight}",
                    "format": formats.colour(colour),
                    "stop_if_true": True,
                },
            )

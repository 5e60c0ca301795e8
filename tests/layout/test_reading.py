"""Real files in the shapes that people send read to the same budget, or say what is not read."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import EXAMPLE

from xlbudget.app.check_files import check_file
from xlbudget.core.budget import Budget, Row
from xlbudget.core.finding import NOTE
from xlbudget.core.key import BlockKey
from xlbudget.core.reading import Reading
from xlbudget.ops.check.check import check
from xlbudget.packs.model import Pack
from xlbudget.report.file_result import FileResult
from xlbudget.report.messages import Namer, name_cells

Change = Callable[[Any], None]


def checked(tmp_path: Path, forms_bytes: bytes, change: Change) -> FileResult:
    book = openpyxl.load_workbook(BytesIO(forms_bytes))
    change(book)
    path = tmp_path / "预算.xlsx"
    book.save(path)
    return check_file(path)


def said(result: FileResult) -> list[tuple[str, str, list[str]]]:
    namer = Namer(result.pack, result.reading)
    return [(f.rule, f.severity, name_cells(namer, f)) for f in result.findings if f.rule != "A602"]


def _unmerge(sheet: Any) -> None:
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))


def rename(book: Any) -> None:
    for number, sheet in enumerate(book):
        sheet.title = f"Sheet{number + 1}"


def reverse(book: Any) -> None:
    book._sheets.reverse()


def rows_above(book: Any) -> None:
    for sheet in book:
        _unmerge(sheet)
        sheet.insert_rows(1, 3)


def column_left(book: Any) -> None:
    for sheet in book:
        _unmerge(sheet)
        sheet.insert_cols(1, 2)


def stray_spaces(book: Any) -> None:
    for sheet in book:
        for row in sheet.iter_rows(max_row=6):
            for cell in row:
                if isinstance(cell.value, str) and not cell.value.startswith("部门名称"):
                    middle = len(cell.value) // 2
                    cell.value = f" {cell.value[:middle]}\n{cell.value[middle:]} "


def half_width_brackets(book: Any) -> None:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and not cell.value.startswith("部门名称"):
                    cell.value = cell.value.replace("（", "(").replace("）", ")")


def no_titles(book: Any) -> None:
    for sheet in book:
        _unmerge(sheet)
        sheet["A1"] = sheet["A2"] = None
        sheet.title = sheet.title.replace("表", "t")


def one_sheet(book: Any) -> None:
    target = book.create_sheet("全部")
    for sheet in book.worksheets[:-1]:
        for row in sheet.iter_rows(values_only=True):
            target.append(row)
        target.append([])
        book.remove(sheet)


def codes_as_numbers(book: Any) -> None:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and re.fullmatch(r"2\d{2,6}", cell.value):
                    cell.value = int(cell.value)


def blank_rows_inside(book: Any) -> None:
    for name in ("表一", "表四"):
        _unmerge(book[name])
        book[name].insert_rows(20, 2)


LAYOUTS = [
    rename,
    reverse,
    rows_above,
    column_left,
    stray_spaces,
    half_width_brackets,
    no_titles,
    one_sheet,
    codes_as_numbers,
    blank_rows_inside,
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_other_layouts_read_to_the_same_budget(
    tmp_path: Path, example: Budget, forms_bytes: bytes, layout: Change
) -> None:
    result = checked(tmp_path, forms_bytes, layout)
    assert result.reading is not None
    assert amounts(result.reading.budget) == amounts(example)
    assert {f.severity for f in result.findings} <= {NOTE}


def amounts(budget: Budget) -> dict[Any, Any]:
    return dict(budget.amounts())


def test_the_source_tables_line_by_line(tmp_path: Path, example: Budget) -> None:
    """Each line of the disclosure a row, each tab a column: the same budget, and no alarm."""
    sheet_lines = (EXAMPLE / "disclosure-tables.txt").read_text(encoding="utf-8").split("\n")
    book = openpyxl.Workbook()
    for line in sheet_lines:
        cells = line.split("\t")
        book.active.append([float(c) if re.fullmatch(r"\d+\.\d\d", c) else c for c in cells])
    path = tmp_path / "公开.xlsx"
    book.save(path)
    result = check_file(path)
    assert result.reading is not None
    assert result.reading.budget.blocks == example.blocks
    assert [f.rule for f in result.findings] == ["A602"] * 6


def test_addresses_are_excels_own_where_leading_rows_and_columns_are_empty(
    tmp_path: Path, forms_bytes: bytes
) -> None:
    def change(book: Any) -> None:
        rows_above(book)
        column_left(book)
        book["表十"]["E13"] = "十万"

    result = checked(tmp_path, forms_bytes, change)
    assert ("V207", "error", ["表十!E13"]) in said(result)


CELLS: list[tuple[str, str, Any, tuple[str, str, list[str]]]] = [
    ("number kept as text", "D8", "1,539.97", ("V201", "note", ["表三!D8"])),
    ("full-width digits with their unit", "D8", "５３９.97万元", ("V201", "note", ["表三!D8"])),
    ("another unit behind the number", "D8", "5399700元", ("V201", "warning", ["表三!D8"])),
    ("total never calculated", "D8", "=SUM(D9:D10)", ("V205", "note", ["表三!D8"])),
    ("figure never calculated", "D9", "=500+39.97", ("V205", "error", ["表三!D9"])),
    ("error value", "D8", "#REF!", ("V202", "error", ["表三!D8"])),
    ("hidden cents", "D8", 539.9714, ("V203", "warning", ["表三!D8"])),
    ("negative", "D8", -539.97, ("V204", "warning", ["表三!D8"])),
    ("no amount", "D8", "见附件", ("V207", "error", ["表三!D8"])),
    ("code with too many digits", "A8", "20103010", ("S101", "error", ["表三!A8"])),
    ("unknown code of a known class", "A9", "2010398", ("C301", "warning", ["表三!A9"])),
    ("another name", "B9", "行政运营", ("C302", "error", ["表三!B9"])),
    ("a figure beside the table", "H9", 12.5, ("S107", "warning", ["表三!H9"])),
    ("a stray word rows below", "B40", "啊", ("S106", "note", ["表三!B40"])),
    ("a name still to be filled in", "B9", "待填写", ("D605", "error", ["表三!B9"])),
    ("a year of another budget", "C4", "2024年预算数", ("D605", "error", ["表三!C4"])),
    ("another unit of amount", "D3", "单位：元", ("D603", "error", ["表三!D3"])),
]


@pytest.mark.parametrize(("_", "cell", "value", "finding"), CELLS, ids=[c[0] for c in CELLS])
def test_what_is_wrong_with_a_cell_is_said_at_the_cell(
    tmp_path: Path,
    forms_bytes: bytes,
    _: str,
    cell: str,
    value: Any,
    finding: tuple[str, str, list[str]],
) -> None:
    def change(book: Any) -> None:
        book["表三"][cell] = value

    assert finding in said(checked(tmp_path, forms_bytes, change))


@pytest.mark.parametrize("dash", ["-", "—", "/", "无", 0, "0.00"])
def test_dashes_and_zeros_are_no_amount(tmp_path: Path, forms_bytes: bytes, dash: Any) -> None:
    def change(book: Any) -> None:
        book["表三"]["E9"] = dash

    assert {severity for _, severity, _ in said(checked(tmp_path, forms_bytes, change))} <= {NOTE}


def test_rows_that_a_person_added_are_read(tmp_path: Path, forms_bytes: bytes) -> None:
    def change(book: Any) -> None:
        sheet = book["表三"]
        _unmerge(sheet)
        sheet.insert_rows(11)
        for column, value in enumerate(["2010350", "事业运行", 5.0, 5.0], start=1):
            sheet.cell(11, column, value)

    result = checked(tmp_path, forms_bytes, change)
    assert result.reading is not None
    rows = result.reading.budget.blocks[BlockKey("spending", "rows")]
    assert [row.code for row in rows if row.name == "事业运行"] == ["2010350"]
    assert any(f.rule == "A202" for f in result.findings)


def test_a_row_that_is_not_understood_is_said(tmp_path: Path, forms_bytes: bytes) -> None:
    def change(book: Any) -> None:
        book["表一"]["C20"] = "三十一、人行科目"
        book["表一"]["D20"] = 7.0

    found = said(checked(tmp_path, forms_bytes, change))
    assert ("S102", "error", ["表一!C20", "表一!D20"]) in found


def test_forms_missing_and_twice(tmp_path: Path, forms_bytes: bytes) -> None:
    def change(book: Any) -> None:
        del book["表八"]
        copy = book.copy_worksheet(book["表三"])
        copy.title = "表三副本"

    found = [rule for rule, _, _ in said(checked(tmp_path, forms_bytes, change))]
    assert found.count("D604") == 2


@pytest.mark.parametrize(("small", "said"), [("790.78", True), ("790.81", False)])
def test_yuan_for_ten_thousand_yuan_is_said_only_where_the_figures_agree(
    pack: Pack, small: str, said: bool
) -> None:
    """Ten thousand times another form's largest figure, but for that one's rounding."""
    blocks = {
        BlockKey(form, "rows"): (Row("total", {"total": Decimal(amount)}),)
        for form, amount in (("income", small), ("spending", "7907800.00"))
    }
    budget = Budget(pack.name, pack.year, "万元", "某局", blocks=blocks)
    found = {f.form for f in check(pack, Reading(budget)).findings if f.rule == "V206"}
    assert found == ({"spending"} if said else set())

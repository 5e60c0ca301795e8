"""Budgets of other years than the form set's: 2026's and 2027's are made with the forms of 2025."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import EXAMPLE, Office

from xlbudget.app.check_files import check_file
from xlbudget.core.budget import Budget, Row
from xlbudget.core.key import BlockKey
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.recognise.find_tables import find_tables
from xlbudget.layout.recognise.recognise import recognise
from xlbudget.packs.find import find_form_set, templates_root
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack
from xlbudget.packs.year import apply_year, fill_year
from xlbudget.report.file_result import FileResult
from xlbudget.report.messages import Namer, name_cells
from xlbudget.workbook.live.workbook import make_live_workbook, make_workbook
from xlbudget.workbook.read.open import read_workbook

YEARS = (2026, 2027)
Change = Callable[[Any], None]


def in_year(text: str, year: int) -> str:
    return text.replace("2025", str(year))


def turn(book: Any, year: int) -> None:
    """Every 2025 of a workbook into another year, as people do who copy last year's file."""
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and "2025" in cell.value:
                    cell.value = in_year(cell.value, year)


def checked(tmp_path: Path, forms: bytes, *changes: Change) -> FileResult:
    book = openpyxl.load_workbook(BytesIO(forms))
    for change in changes:
        change(book)
    path = tmp_path / "预算.xlsx"
    book.save(path)
    return check_file(path)


def told(result: FileResult) -> list[tuple[str, str, list[str]]]:
    namer = Namer(result.pack, result.reading)
    return sorted((f.rule, f.severity, name_cells(namer, f)) for f in result.findings)


@pytest.fixture
def budget_file(tmp_path: Path) -> Callable[[int], Path]:
    def write(year: int) -> Path:
        data = json.loads((EXAMPLE / "budget.json").read_text(encoding="utf-8"))
        path = tmp_path / f"{year}.json"
        path.write_text(json.dumps({**data, "year": year}, ensure_ascii=False), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("year", YEARS)
def test_the_example_of_another_year_passes_with_one_note_more(
    tmp_path: Path, forms_bytes: bytes, year: int
) -> None:
    now = told(checked(tmp_path, forms_bytes))
    later = checked(tmp_path, forms_bytes, lambda book: turn(book, year))
    assert told(later) == sorted([*now, ("S118", "note", [])])
    assert (later.reading.budget.year, later.pack.year, later.pack.since) == (year, year, 2025)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("written", [make_workbook, make_live_workbook])
def test_a_workbook_of_another_year_bears_it_everywhere_and_reads_back(
    tmp_path: Path, pack: Pack, example: Budget, year: int, written: Callable[..., bytes]
) -> None:
    budget = example._replace(year=year, department_code="")
    path = tmp_path / "预算.xlsx"
    path.write_bytes(written(apply_year(pack, year), budget))
    book = openpyxl.load_workbook(path, data_only=True)
    forms = [book[form.sheet] for form in pack.forms.values()]
    texts = [str(c.value) for sheet in (*forms, book["目录"]) for row in sheet for c in row]
    assert not [text for text in texts if "2025" in text]
    assert sum(text.startswith(f"{year}年") for text in texts) > len(pack.forms)
    result = check_file(path)
    assert [f.rule for f in result.findings if f.rule == "S118"] == ["S118"]
    assert result.reading.budget.year == year
    if written is make_workbook:  # else totals are computed
        assert result.reading.budget == budget


@pytest.mark.xdist_group("office")
def test_another_year_survives_libreoffice(
    tmp_path: Path, office: Office, pack: Pack, example: Budget
) -> None:
    path, saved = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    path.write_bytes(make_workbook(apply_year(pack, 2027), example._replace(year=2027)))
    office.do(load=str(path), save=str(saved))
    assert check_file(saved).reading.budget == check_file(path).reading.budget


def test_one_form_of_another_year_is_an_error(tmp_path: Path, forms_bytes: bytes) -> None:
    def older(book: Any) -> None:
        book["表八"]["A2"] = in_year(book["表八"]["A2"].value, 2024)

    found = told(checked(tmp_path, forms_bytes, older))
    assert ("S111", "error", ["表八!A2"]) in found
    assert not [rule for rule, _, _ in found if rule == "S118"]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("hidden", [True, False])
def test_a_form_of_last_year_beside_this_years_is_named_and_not_read(
    tmp_path: Path, forms_bytes: bytes, first: bool, hidden: bool
) -> None:
    """Wherever it stands, and whether it is hidden."""

    def beside(book: Any) -> None:
        old = book.copy_worksheet(book["表三"])
        old.title = "上年表三"
        for row in old.iter_rows():
            for cell in row:
                if isinstance(cell.value, float):
                    cell.value = round(cell.value * 0.9, 2)
                elif isinstance(cell.value, str):
                    cell.value = in_year(cell.value, 2024)
        old.sheet_state = "hidden" if hidden else "visible"
        if first:
            book.move_sheet(old, -len(book.sheetnames))

    plain = checked(tmp_path, forms_bytes)
    result = checked(tmp_path, forms_bytes, beside)
    assert result.reading.budget == plain.reading.budget
    more = [entry for entry in told(result) if entry not in told(plain)]
    assert [entry for entry in more if entry[1] != "note"] == [("S120", "warning", ["上年表三!A2"])]


def test_headings_left_from_last_year_are_read_and_told(tmp_path: Path, forms_bytes: bytes) -> None:
    """Titles of 2026 over headings of 2025: the figures are read, D605 names each heading."""

    def titles_only(book: Any) -> None:
        for sheet in book:
            sheet["A2"] = in_year(sheet["A2"].value, 2026)

    result = checked(tmp_path, forms_bytes, titles_only)
    assert {rule for rule, severity, _ in told(result) if severity == "error"} == {"D605"}
    assert dict(result.reading.budget.amounts()) == dict(
        checked(tmp_path, forms_bytes).reading.budget.amounts()
    )


def last_year_beside(left: bool) -> Change:
    """表十一 with a group of columns for the year before beside this year's."""

    def change(book: Any) -> None:
        sheet = book["表十一"]
        for area in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(area))
        width = sheet.max_column
        if left:
            sheet.insert_cols(2, width - 1)
        shift = 2 if left else width + 1
        own = width + 1 if left else 2
        for row in range(4, sheet.max_row):
            for nth in range(width - 1):
                value = sheet.cell(row, own + nth).value
                if isinstance(value, str):
                    sheet.cell(row, shift + nth).value = in_year(value, 2024)
                elif value is not None:
                    sheet.cell(row, shift + nth).value = value + 7

    return change


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("year", [2025, 2027])
def test_last_years_columns_are_never_taken_for_this_years(
    tmp_path: Path, forms_bytes: bytes, left: bool, year: int
) -> None:
    """Beside this year's they are reported, a note, and not asked to be called this year's."""

    def turned(book: Any) -> None:
        turn(book, year)

    plain = checked(tmp_path, forms_bytes, turned)
    result = checked(tmp_path, forms_bytes, last_year_beside(left), turned)
    assert dict(result.reading.budget.amounts()) == dict(plain.reading.budget.amounts())
    more = [entry[:2] for entry in told(result) if entry[0] not in {e[0] for e in told(plain)}]
    # openpyxl, unlike people's programs, does not move the print area with the columns.
    assert set(more) - {("S115", "note")} == {("S119", "note")}


@pytest.mark.parametrize("words", ["2027", "2027年度", "2027 年", "２０２７年"])
def test_a_heading_that_is_only_a_year_is_read_however_it_is_written(
    tmp_path: Path, forms_bytes: bytes, words: str
) -> None:
    def change(book: Any) -> None:
        turn(book, 2027)
        sheet = book["表一"]
        (heading,) = [c for row in sheet.iter_rows(max_row=6) for c in row if c.value == "2027年"]
        heading.value = words

    plain = checked(tmp_path, forms_bytes, lambda book: turn(book, 2027))
    result = checked(tmp_path, forms_bytes, change)
    assert dict(result.reading.budget.amounts()) == dict(plain.reading.budget.amounts())
    assert told(result) == told(plain)


def test_where_no_title_names_a_year_the_headings_do(tmp_path: Path, forms_bytes: bytes) -> None:
    def change(book: Any) -> None:
        turn(book, 2027)
        for sheet in book:
            sheet["A2"] = sheet["A2"].value.replace("2027年", "")

    result = checked(tmp_path, forms_bytes, change)
    assert result.reading.budget.year == 2027
    assert {rule for rule, severity, _ in told(result) if severity == "error"} == set()


@pytest.fixture
def two_years(tmp_path: Path) -> Pack:
    """A form set whose 表十 prints last year's figures beside this year's."""
    copy = tmp_path / "templates"
    shutil.copytree(templates_root(), copy)
    path = copy / "shanxi" / "2025" / "forms" / "three_public.yaml"
    text = path.read_text(encoding="utf-8")
    columns = '      - "{year-1}年预算数":\n          - last: 合计\n      - "{year}年预算数":\n'
    path.write_text(text.replace('      - "{year}年预算数":\n', columns), encoding="utf-8")
    return load_pack("shanxi/2025", copy)


@pytest.mark.parametrize("year", (2025, *YEARS))
def test_two_years_side_by_side_are_two_columns(tmp_path: Path, two_years: Pack, year: int) -> None:
    pack = apply_year(two_years, year)
    key = BlockKey("three_public", "rows")
    row = Row("abroad", {"last": Decimal("9.00"), "total": Decimal("8.00")})
    budget = Budget(pack.name, year, pack.unit, "某局", blocks={key: (row,)})
    path = tmp_path / "a.xlsx"
    path.write_bytes(make_workbook(pack, budget))
    printed = [c.value for r in openpyxl.load_workbook(path)["表十"] for c in r]
    assert f"{year}年预算数" in printed
    assert f"{year - 1}年预算数" in printed
    assert recognise(two_years, read_workbook(path).sheets).budget.blocks[key] == (row,)


@pytest.mark.parametrize(
    ("severity", "code", "name"), [("note", "2010388", "某项"), ("warning", "2990101", "某项")]
)
def test_codes_of_an_older_catalogue_are_weakened(
    tmp_path: Path, forms_bytes: bytes, severity: str, code: str, name: str
) -> None:
    def unknown(book: Any) -> None:
        sheet = book["表三"]
        sheet["A9"], sheet["B9"] = code, name

    def of(*changes: Change) -> list[str]:
        result = checked(tmp_path, forms_bytes, *changes)
        return [f.severity for f in result.findings if f.rule == "C301"]

    graver = {"note": "warning", "warning": "error"}[severity]
    assert of(unknown) == [graver]
    assert of(unknown, lambda book: turn(book, 2026)) == [severity]


def test_json_of_another_year(budget_file: Callable[[int], Path]) -> None:
    result = check_file(budget_file(2027))
    assert [f.severity for f in result.findings if f.rule == "S118"] == ["note"]
    assert result.pack.forms["summary"].title.startswith("2027年")


def test_the_newest_form_set_that_is_not_later_is_in_force(tmp_path: Path) -> None:
    for year in (2025, 2027):
        (tmp_path / "shanxi" / str(year)).mkdir(parents=True)
        (tmp_path / "shanxi" / str(year) / "pack.yaml").touch()
    sets = [
        find_form_set("shanxi/2025", year, (tmp_path,)) for year in (2023, 2025, 2026, 2027, 2031)
    ]
    assert [name[-4:] for name in sets] == ["2025", "2025", "2025", "2027", "2027"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("{year}年", "2027年"),
        ("{year-1}年决算", "2026年决算"),
        ("{year + 1}", "2028"),
        ("年", "年"),
    ],
)
def test_years_in_the_texts_of_a_pack(text: str, printed: str) -> None:
    assert fill_year(text, 2027) == printed


@pytest.mark.parametrize("years", [(2024, 2025), (2025, 2024)])
def test_of_last_years_column_beside_this_years_the_later_is_the_budgets(
    pack: Pack, years: tuple[int, int]
) -> None:
    """Where no title names a year, as when it is a formula that was never calculated."""
    heads = [f"{year}年预算数" for year in years]
    rows = [["支出总表"], ["科目编码", "科目名称", *heads], ["201", "一般公共服务支出", 1.0, 2.0]]
    found = find_tables(pack, [RawSheet("表三", rows)])
    assert found.pack.year == max(years)

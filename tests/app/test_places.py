"""Real disclosures of another place, as published, with no option given: pack, forms, units, codes
and figures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from conftest import ROOT
from helpers import mutants

from xlbudget.app.check_files import check_file
from xlbudget.app.read_files import ReadOptions, read_file
from xlbudget.cli.main import main
from xlbudget.core.budget import Budget
from xlbudget.core.finding import ERROR, NOTE
from xlbudget.core.key import CellKey
from xlbudget.core.reading import Reading
from xlbudget.ops.check.check import check
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack

PLACES = ROOT / "tests" / "places"
"""The tables of each document, row by row as printed; a figure in a list of its own."""

DOCUMENTS = {
    "putuo-finance-2025": ("shanghai/2025", 2025, "上海市普陀区财政局"),
    "putuo-office-2025": ("shanghai-unit/2025", 2025, "上海市普陀区人民政府办公室"),
    "putuo-commerce-2025": ("shanghai-unit/2025", 2025, "上海市普陀区商务委员会"),
    "wanli-2025": ("shanghai/2025", 2025, "上海市普陀区人民政府万里街道办事处"),
    "wanli-2023": ("shanghai/2025", 2023, "上海市普陀区人民政府万里街道办事处"),
    "putuo-justice-2026": ("shanghai/2025", 2026, "上海市普陀区司法局"),
}
FORMS = 9


def tables(name: str) -> list[list[list[Any]]]:
    read: list[list[list[Any]]] = json.loads((PLACES / f"{name}.json").read_text("utf-8"))
    return read


def write(path: Path, sheets: list[list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(str(number))
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                cell = sheet.cell(line, column)
                if isinstance(value, list):
                    decimals = len(value[0].partition(".")[2])
                    cell.value = float(value[0].replace(",", ""))
                    cell.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")
                elif value:
                    cell.value = value
    book.save(path)
    return path


def figures(name: str) -> Iterator[Decimal]:
    for sheet in tables(name):
        for row in sheet:
            for value in row:
                if isinstance(value, list) and Decimal(value[0].replace(",", "")):
                    yield Decimal(value[0].replace(",", "")).normalize()


def filled(budget: Budget) -> dict[CellKey, Decimal]:
    return {cell: amount for cell, amount in budget.amounts() if amount}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_published_budget_is_read_whole_without_an_option(name: str, tmp_path: Path) -> None:
    wanted, year, department = DOCUMENTS[name]
    pack, reading = read_file(write(tmp_path / "甲.xlsx", tables(name)))
    budget = reading.budget
    assert (pack.name, budget.year, budget.department) == (wanted, year, department)
    assert len({printed.form for printed in reading.printed}) == FORMS == len(pack.forms)
    assert {form: budget.unit_of(form) for form in pack.forms} == {
        form: "万元" if form == "three_public" else "元" for form in pack.forms
    }
    read = Counter(amount.normalize() for _, amount in budget.amounts() if amount)
    assert read == Counter(figures(name))
    catalogues = {block.codes for block in pack.blocks.values() if block.codes}
    known = {code for key in catalogues for code in pack.catalogues[key].names}
    codes = {row.code for rows in budget.blocks.values() for row in rows if row.code}
    assert codes and all(code in known or code.isdigit() for code in codes)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_published_agrees(name: str, tmp_path: Path) -> None:
    """No error is reported that is not in the document; these have none in their forms."""
    checked = check_file(write(tmp_path / "甲.xlsx", tables(name)))
    assert [f.rule for f in checked.findings if f.severity == ERROR] == []
    assert checked.outcomes is not None and sum(checked.outcomes.values()) > 400
    assert "S122" in {f.rule for f in checked.findings}


def test_the_pack_can_be_named_and_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "甲.xlsx", tables("putuo-finance-2025"))
    told = CliRunner().invoke(main, ["check", str(path)])
    assert "提示 S122 按上海市 2025 年起的表样（shanghai/2025）检查" in told.stdout
    named = CliRunner().invoke(main, ["check", str(path), "--pack", "shanghai/2025"])
    assert named.exit_code == 0 and "S122" not in named.stdout
    other = CliRunner().invoke(main, ["check", str(path), "--pack", "shanxi/2025"])
    assert other.exit_code == 1


@pytest.mark.parametrize("name", ["putuo-finance-2025", "putuo-office-2025"])
def test_a_workbook_of_the_place_reads_back_and_checks_itself(name: str, tmp_path: Path) -> None:
    source = write(tmp_path / "甲.xlsx", tables(name))
    pack, reading = read_file(source)
    made = tmp_path / "乙.xlsx"
    words = ["new", "-o", str(made), "--from", str(source), "--pack", pack.name]
    assert CliRunner().invoke(main, words).exit_code == 0
    again = read_file(made)[1].budget
    assert filled(again) == filled(reading.budget)
    assert again.units == reading.budget.units
    assert check_file(made).verdict == "passed"


def test_departments_of_a_place_are_added_up(tmp_path: Path) -> None:
    folder = tmp_path / "各部门"
    folder.mkdir()
    for name in ("putuo-finance-2025", "wanli-2025"):
        write(folder / f"{name}.xlsx", tables(name))
    output = tmp_path / "汇总.xlsx"
    told = CliRunner().invoke(main, ["consolidate", str(folder), "-o", str(output), "--jobs", "1"])
    first, second = told.stdout.splitlines()[:2]
    assert (told.exit_code, first) == (0, "通过：2 个文件，汇总了 2 个部门")
    assert second == "按上海市 2025 年起的表样（shanghai/2025）"
    total = read_file(output)[1].budget
    parts = [read_file(path)[1].budget for path in folder.iterdir()]
    cell = next(c for c, _ in total.amounts() if c.row == "grand_total")
    assert dict(total.amounts())[cell] == sum(dict(p.amounts())[cell] for p in parts)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pack, Budget]:
    path = write(tmp_path_factory.mktemp("p") / "甲.xlsx", tables("putuo-finance-2025"))
    pack, reading = read_file(path)
    return load_pack(pack.name), reading.budget


def test_every_slip_in_a_published_budget_is_seen(published: tuple[Pack, Budget]) -> None:
    pack, budget = published
    missed = [
        mutant
        for mutant in list(mutants.of_filled(budget))[:: len(budget.blocks)]
        if dict(budget.amounts())[mutant.cell]
        if all(
            f.severity == NOTE
            for f in check(pack, Reading(mutants.applied(pack, budget, mutant))).findings
        )
    ]
    assert missed == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_place_without_a_pack_is_read_as_far_as_the_common_forms_go(
    name: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "甲.xlsx", tables(name))
    checked = check_file(path, ReadOptions("common/2025"))
    assert [f.rule for f in checked.findings if f.severity == ERROR] == []
    assert checked.reading is not None
    assert len({printed.form for printed in checked.reading.printed}) == FORMS
    assert checked.outcomes is not None and sum(checked.outcomes.values()) > 300


def test_a_workbook_of_no_place_is_read_with_the_common_forms(tmp_path: Path) -> None:
    """And the tables that these do not have are named."""
    sheets = tables("putuo-finance-2025")
    for rows, title in zip(sheets, OTHERS, strict=True):
        rows[0][0] = title
    sheets.append(
        [["2025年政府采购预算表"], ["项目", "一般公共预算", "合计"], ["电脑", ["1.00"], ["1.00"]]]
    )
    checked = check_file(write(tmp_path / "甲.xlsx", sheets))
    assert checked.pack.name == "common/2025"
    told = {f.rule for f in checked.findings}
    assert {"S122", "S123"} <= told
    assert [f.rule for f in checked.findings if f.severity == ERROR] == []


OTHERS = tuple(
    f"2025年{title}情况表"
    for title in (
        *("某市某局收支总体", "某市某局收入总体", "某市某局支出总体", "财政拨款收支总体"),
        *("一般公共预算支出", "政府性基金预算支出", "国有资本经营预算支出"),
        *("一般公共预算基本支出", "“三公”经费支出"),
    )
)


def test_a_final_account_is_refused_by_its_title(tmp_path: Path) -> None:
    sheets = [[["2024年收入支出决算总表"], *rows[1:]] for rows in tables("putuo-finance-2025")[:1]]
    told = CliRunner().invoke(main, ["check", str(write(tmp_path / "甲.xlsx", sheets))])
    assert told.exit_code == 2
    assert "F114 这是别的表，不是预算：“2024年收入支出决算总表”" in told.stdout

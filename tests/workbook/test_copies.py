"""Copies that openpyxl writes keep the values of formulas, and calculate those that change."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers.commands import run

from xlbudget.core.key import SheetCell
from xlbudget.workbook.edit.cached_values import save_with_values
from xlbudget.workbook.edit.correct import Correction, correct

EXAMPLE = Path("examples/qinshui-2025/预算.xlsx")
FORM = "表三"
TOTALS = {
    "C6": "=D6+E6",
    "D6": "=D7+D11+D16",
    "D7": "=SUM(D8)",
    "D8": "=SUM($D$9:D10)",
    "C7": "=SUM(D7:E7)",
    "C8": "=ROUND(SUM(D8:E8),2)",
    "C9": "=表三!D9+(E9-0)*1",
}
"""Formulas as people write them over the example's figures; each gives the figure that stood
there."""


def written(formulas: dict[str, str], figures: dict[str, object]) -> bytes:
    """The example with formulas in place of figures and other figures where they are given, the
    values of the formulas as in the example."""
    content = EXAMPLE.read_bytes()
    book = openpyxl.load_workbook(BytesIO(content))
    for cell, value in (formulas | figures).items():
        book[FORM][cell] = value
    return save_with_values(book, content)


def told(*words: str | Path) -> Any:
    return json.loads(run(*words, "--format", "json").stdout)


def values(content: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(content), data_only=True)


def corrected(content: bytes, cell: str, new: str | None) -> bytes:
    at = openpyxl.Workbook().active[cell]
    where = SheetCell(FORM, at.row - 1, at.column - 1)
    change = Correction(where, "", Decimal(new) if new else None, "")
    return correct(content, [change], [FORM], "更正记录", ["单元格", "原数", "新数", "理由"])


def test_a_copy_keeps_every_value(tmp_path: Path) -> None:
    """Texts of titles, figures of totals, the sheets of 校验: all that was calculated."""
    content = written(TOTALS, {})
    before, after = values(EXAMPLE.read_bytes()), values(content)
    formulas = openpyxl.load_workbook(BytesIO(content))
    kept = 0
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    kept += 1
                    now = after[sheet.title][cell.coordinate].value
                    assert now == before[sheet.title][cell.coordinate].value
    assert kept > 2000
    path = tmp_path / "预算.xlsx"
    path.write_bytes(content)
    assert told("check", path)["verdict"] == "passed"


def test_totals_follow_a_corrected_figure(tmp_path: Path) -> None:
    """A figure is put right that goes through seven formulas: the copy passes as the example."""
    wrong = written(TOTALS, {"D9": 500})
    path = tmp_path / "改.xlsx"
    path.write_bytes(corrected(corrected(wrong, "D9", "1.0"), "D9", "539.97"))
    assert told("check", path)["verdict"] == "passed"
    halfway = values(corrected(wrong, "D9", "39.97"))[FORM]
    assert [halfway[cell].value for cell in TOTALS] == pytest.approx(
        [290.78, 209.36, 39.97, 39.97, 121.39, 121.39, 39.97]
    )


@pytest.mark.parametrize(
    "formula",
    ["=CHOOSE(1,D9)", "=工资", "=[1]表!A1+D9", "=D9+B9", "=D9/E11", "=D8+D9-D8", "=D9+RAND()"],
)
def test_what_cannot_be_calculated_is_left_without_a_value(tmp_path: Path, formula: str) -> None:
    """A function beyond those of forms, a name, another workbook, a text, a division by nothing, a
    circle, chance: the check of the copy then says that the formula was not calculated, and nothing
    stale is read."""
    content = corrected(written({"D8": formula, "D7": "=D8"}, {"D9": 500}), "D9", "539.97")
    after = values(content)[FORM]
    assert [after[cell].value for cell in ("D7", "D8")] == [None, None]
    path = tmp_path / "改.xlsx"
    path.write_bytes(content)
    found = told("check", path)["findings"]
    assert "V205" in {finding["code"] for finding in found}


@pytest.mark.parametrize(
    ("value", "stored"),
    [("文字", "文字"), (True, True), ("#DIV/0!", "#DIV/0!"), ("a<b&c", "a<b&c"), (3, 3)],
)
def test_values_of_every_kind_are_kept(value: object, stored: object) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = value
    before = BytesIO()
    book.save(before)
    book.active["A1"] = "=B1"
    after = values(save_with_values(book, before.getvalue())).active["A1"]
    assert after.value == stored


STALE = {"D12": 90.07, "D11": 90.07, "D6": 683.37}
"""What a sum gives that leaves out the 25.99 of D13, and what follows from it."""
FOLLOWING = {"D12": "=SUM(D13:D15)", "D11": "=D12", "D6": "=D7+D11+D16"}


def with_cached(formulas: dict[str, str], cached: dict[str, float], cell: str, text: str) -> bytes:
    """The example with a text in a cell, and formulas with what they gave because of it."""
    before = openpyxl.load_workbook(EXAMPLE)
    for at, figure in {**cached, cell: text}.items():
        before[FORM][at] = figure
    content = BytesIO()
    before.save(content)
    book = openpyxl.load_workbook(EXAMPLE)
    for at, formula in {**formulas, cell: text}.items():
        book[FORM][at] = formula
    return save_with_values(book, content.getvalue())


def test_a_text_that_a_sum_leaves_out_is_the_cause_and_fix_makes_it_a_number(
    tmp_path: Path,
) -> None:
    """The formula is right: what is wrong is the text below it, and nothing else is changed."""
    path, fixed = tmp_path / "预算.xlsx", tmp_path / "改.xlsx"
    path.write_bytes(with_cached(FOLLOWING, STALE, "D13", "25.99"))
    (cause,) = told("check", path)["causes"]
    assert [(r["cell"], r["slip"]) for r in cause["repairs"]] == [("表三!D13", "text")]
    assert "要改成数值" in cause["repairs"][0]["message"]
    assert run("fix", path, "-o", fixed, "--accept", "all").returncode == 0
    assert told("check", fixed)["verdict"] == "passed"
    sheet = openpyxl.load_workbook(fixed)[FORM]
    assert sheet["D13"].value == 25.99
    assert [sheet[cell].value for cell in FOLLOWING] == list(FOLLOWING.values())


def test_a_formula_that_leaves_out_a_row_is_told_as_a_formula_and_not_overwritten(
    tmp_path: Path,
) -> None:
    path, fixed = tmp_path / "预算.xlsx", tmp_path / "改.xlsx"
    cached = {"D12": 86.04, "D11": 86.04, "D6": 679.34}
    short = {**FOLLOWING, "D12": "=SUM(D13:D14)"}
    path.write_bytes(with_cached(short, cached, "A20", ""))
    (cause,) = told("check", path)["causes"]
    assert [(r["cell"], r["slip"]) for r in cause["repairs"]] == [("表三!D12", "formula")]
    assert "请改公式" in cause["repairs"][0]["message"]
    assert run("fix", path, "-o", fixed, "--accept", "all").returncode == 1
    assert not fixed.exists()


def test_a_marked_copy_says_what_the_original_says(tmp_path: Path) -> None:
    """Formulas keep their values, and the sheet of results is no part of the budget."""
    path, marked = tmp_path / "预算.xlsx", tmp_path / "标出.xlsx"
    path.write_bytes(with_cached(FOLLOWING, STALE, "D13", "25.99"))
    run("check", path, "--annotate", marked)
    before, after = told("check", path), told("check", marked)
    assert [after[each] for each in ("verdict", "findings", "causes")] == [
        before[each] for each in ("verdict", "findings", "causes")
    ]

"""What formulas give, as LibreOffice calculates them; what is not calculated is never guessed."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import Office
from hypothesis import given
from hypothesis import strategies as st

from xlbudget.core.sheet import UNKNOWN, RawSheet
from xlbudget.workbook.formulas.evaluate import Place, Value, evaluate, is_volatile
from xlbudget.workbook.formulas.parse import External, NotUnderstood, parse_formula
from xlbudget.workbook.formulas.stored_values import StoredFormula, calculate

FILLED: dict[str, Any] = {
    "A1": 12.5,
    "A2": 7.25,
    "A3": None,
    "A4": "文字",
    "A5": "3.5",
    "A6": 0,
    "A7": -4,
    "A8": 0.1,
    "B1": "甲",
    "B2": "乙",
    "B3": "甲",
    "B4": ">3",
    "B5": 2010301,
    "B6": "2010301",
    "B7": 100,
    "B8": 0.2,
}
HERE = Path(__file__).parent
FORMULAS = (HERE / "formulas.txt").read_text("utf-8").splitlines()
NOT_KNOWN = [*(HERE / "formulas-unknown.txt").read_text("utf-8").splitlines(), "=" + "(" * 99]


def value_at(cells: dict[str, Any], sheet: str, row: int, column: int) -> Value:
    value = cells.get(f"{'AB'[column]}{row + 1}") if column < 2 else None
    return value if sheet == "表" else 100.0 + row


def place(cells: dict[str, Any], sheets: tuple[str, ...] = ("表", "另一张", "另 一 张")) -> Place:
    def look(sheet: str, row: int, column: int) -> Value:
        if sheet not in sheets:
            raise NotUnderstood
        return value_at(cells, sheet, row, column)

    return Place("表", look, lambda _: 8)


@pytest.mark.xdist_group("office")
def test_they_give_what_libreoffice_gives(office: Office, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "表"
    for name in ("另一张", "另 一 张"):
        other = book.create_sheet(name)
        for row in range(8):
            other.cell(row + 1, 1, 100.0 + row)
    for address, value in FILLED.items():
        sheet[address] = value
        if isinstance(value, str):
            sheet[address].data_type = "s"
    for row, formula in enumerate(FORMULAS, start=1):
        sheet.cell(row, 4, formula)
    path, saved = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    book.save(path)
    office.do(load=str(path), save=str(saved))
    theirs = openpyxl.load_workbook(saved, data_only=True)["表"]
    for row, formula in enumerate(FORMULAS, start=1):
        ours = evaluate(parse_formula(formula), place(FILLED))
        wanted = theirs.cell(row, 4).value
        if isinstance(wanted, str) or isinstance(ours, str):
            assert str(ours or "") == (wanted or ""), formula
        else:
            assert float(ours or 0) == pytest.approx(float(wanted), abs=1e-12), formula


@pytest.mark.parametrize("formula", NOT_KNOWN)
def test_what_is_not_understood_is_not_guessed(formula: str) -> None:
    with pytest.raises(NotUnderstood):
        evaluate(parse_formula(formula), place(FILLED))


@pytest.mark.parametrize(
    "formula", ["=[1]表!A1", "='[预算.xlsx]表 一'!A1+1", "='D:\\预算\\[甲.xls]表'!$A$1"]
)
def test_other_workbooks_are_known_as_such(formula: str) -> None:
    with pytest.raises(External):
        parse_formula(formula)


def test_brackets_in_a_text_are_no_workbook() -> None:
    assert evaluate(parse_formula('="[1]表"&A1'), place(FILLED)) == "[1]表12.5"


@pytest.mark.parametrize(
    "formula", ["=1E999", "=1E308*10", "=SUM(1E999,-1E999)", "=ROUND(1,1E999)", "=INT(1E999)"]
)
def test_what_is_beyond_numbers_is_an_error_as_in_excel(formula: str) -> None:
    with pytest.raises(ArithmeticError):
        evaluate(parse_formula(formula + "+0"), place(FILLED))


@pytest.mark.parametrize("text", ["nan", "inf", "1_000", "٣"])
def test_a_text_that_only_python_takes_for_a_number_is_none(text: str) -> None:
    with pytest.raises(NotUnderstood):
        evaluate(parse_formula("=INT(A1)"), place({"A1": text}))


@pytest.mark.parametrize("formula", ["=SUM(A1:A20000)+{}", "={}" + "+1" * 3000])
def test_many_large_formulas_end_in_time(formula: str) -> None:
    """What goes beyond the work that is allowed is told as not calculated."""
    sheet = RawSheet("表", [[1.0] for _ in range(20_000)])
    formulas = {(row, 0): StoredFormula(formula.format(row)) for row in range(20_000)}
    start = time.process_time()
    (marked,) = calculate([sheet], {"表": formulas})
    assert time.process_time() - start < 30
    assert Counter(doubt.case for doubt in marked.doubts.values())[UNKNOWN] > 15_000


@pytest.mark.parametrize("formula", ["=NOW()", "=IF(YEAR(TODAY())=2026,A1,0)", "=A1+RAND()*0"])
def test_what_changes_by_itself_is_known(formula: str) -> None:
    assert is_volatile(parse_formula(formula))
    assert not is_volatile(parse_formula('=A1&"NOW()"'))


@given(
    st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 2)), min_size=1, max_size=8),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_a_shared_formula_moves_with_its_cell(figures: list[float], down: int, right: int) -> None:
    """Written once for many cells, it takes from as far below and right as it stands."""
    grid = {(row + down, right): figure for row, figure in enumerate(figures)}
    moved = Place("表", lambda _, *at: grid.get(at), lambda _: 99, down, right)
    text = f"=SUM(A1:A{len(figures)})"
    still = Place("表", lambda _, row, column: grid.get((row + down, column + right)), lambda _: 99)
    assert evaluate(parse_formula(text), moved) == evaluate(parse_formula(text), still)
    fixed = parse_formula(text.replace("A", "$A$"))
    assert evaluate(fixed, moved) == evaluate(fixed, moved._replace(down=0, right=0))


@given(st.text("=A1+-*/^&()\"<>,:!$%.'B2SUMIF [];{}#表\n", max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    with contextlib.suppress(NotUnderstood, ArithmeticError):
        evaluate(parse_formula(text), place(FILLED))

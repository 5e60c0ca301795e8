"""Cells as people, programs and converters write them: amounts, codes, names, column numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from helpers import layouts

from xlbudget.core.budget import Budget
from xlbudget.core.cause import RowRepair
from xlbudget.core.finding import ERROR, NOTE
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.normalize import normalize_text
from xlbudget.layout.parse_amount import parse_amount
from xlbudget.layout.parse_code import parse_code
from xlbudget.layout.recognise.recognise import recognise
from xlbudget.ops.check.check import check
from xlbudget.packs.model import CODE, GOVERNMENT, NAME, Pack

AMOUNTS: dict[str, str | None] = {
    "539.97": "539.97",
    "５３９．９７": "539.97",
    "5，39.97": "539.97",
    "1,234.50": "1234.50",
    "1\u00a0234.50": "1234.50",
    "539.97\u200e": "539.97",
    "\u202d539.97\u202c": "539.97",
    "539.97万元": "539.97",
    "－5.00": "-5.00",
    "\u22125.00": "-5.00",
    "(5.00)": "-5.00",
    "（５．００）": "-5.00",
    "-": "",
    "–": "",
    "——": "",
    "─": "",
    "\u2012": "",
    "／": "",
    "无": "",
    "\u3000": "",
    "\u200b": "",
    "500\n39.97": None,
    "500 39.97": None,
    "500\t39.97": None,
    "500\u300039.97": None,
    "待定": None,
    "5.3.9": None,
    "\u202e539.97": None,
}


@pytest.mark.parametrize("text", AMOUNTS)
def test_an_amount_typed_as_text(pack: Pack, text: str) -> None:
    read = parse_amount(pack, text, 2, "万元")
    wanted = AMOUNTS[text]
    assert read.readable is (wanted is not None)
    assert ("" if read.amount is None else str(read.amount)) == (wanted or "")


CODES: dict[Any, tuple[str, str]] = {
    "2010301": ("2010301", ""),
    2010301.0: ("2010301", ""),
    "2010301.0": ("2010301", ""),
    "2.010301E+06": ("2010301", ""),
    "2.010301E6": ("2010301", ""),
    "201.03.01": ("2010301", ""),
    "201-03-01": ("2010301", ""),
    "201/03/01": ("2010301", ""),
    "201 03 01": ("2010301", ""),
    '="2010301"': ("2010301", ""),
    "'2010301": ("2010301", ""),
    "２０１０３０１": ("2010301", ""),
    "2010301\u200e": ("2010301", ""),
    "[201]一般公共服务支出": ("201", "一般公共服务支出"),
    "【201】一般公共服务支出": ("201", "一般公共服务支出"),
    "(201)外交": ("201", "外交"),
    "201：外交": ("201", "外交"),
    "201、外交": ("201", "外交"),
    "201_外交": ("201", "外交"),
    "201外交": ("201", "外交"),
    "30101-基本工资": ("30101", "基本工资"),
    "30101—基本工资": ("30101", "基本工资"),
    "2080502  事业单位离退休": ("2080502", "事业单位离退休"),
    "21303“三西”建设": ("21303", "“三西”建设"),
    "基本工资": ("", "基本工资"),
    "2025年预算": ("", "2025年预算"),
    "201O301": ("", "201O301"),
    "1、工资": ("", "1、工资"),
    "12": ("", "12"),
    "201.1": ("", "201.1"),
}


@pytest.mark.parametrize("raw", CODES)
def test_a_code_as_it_is_written(raw: Any) -> None:
    assert tuple(parse_code(raw)) == CODES[raw]


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        ("⾏政运⾏", "行政运行"),
        ("行\u200b政\u2060运\u00ad行", "行政运行"),
        ("其他（一般）", "其他（一般）"),
        ("其他(一般)", "其他（一般）"),
        ("“三公”经费", "三公经费"),
        ("①公务用车", "①公务用车"),
        ("㈠其他", "（一）其他"),
        ("甲—乙", "甲-乙"),
        ("甲―乙", "甲-乙"),
        ("豈能", "豈能"),
        ("行政\ufe0f运行", "行政运行"),
        ("ﾊﾝ", "ハン"),
    ],
)
def test_one_form_of_each_character(written: str, usual: str) -> None:
    assert normalize_text(written) == usual
    assert normalize_text(usual) == usual


def clean(pack: Pack, example: Budget, forms: list[layouts.Drawn]) -> None:
    """The forms read to the example, and nothing is found but notes."""
    reading = recognise(pack, layouts.sheets(forms))
    assert reading.budget.blocks == example.blocks
    assert [f for f in check(pack, reading).findings if f.severity != NOTE] == []


NUMBERED = {
    "sums": ["1", "2", "3=4+5", "4", "5"],
    "a word before": ["栏次", "1", "2", "3", "4"],
    "letters of words": ["甲", "乙", "1", "2", "3"],
    "brackets": ["（1）", "（2）", "(3)", "（4）", "（5）"],
    "circles": ["①", "②", "③", "④", "⑤"],
    "numerals": ["一", "二", "三", "四", "五"],
    "sums in brackets": ["甲", "乙", "（1）=（2）+（3）", "（2）", "（3）"],
    "full width": ["１", "２", "３＝４＋５", "４", "５"],
    "numbers": [1.0, 2.0, 3.0, 4.0, 5.0],
    "with their word": ["1栏", "2栏", "3栏", "4栏", "5栏"],
    "units": ["", "", "万元", "万元", "万元"],
    "units in brackets": ["", "", "（万元）", "（万元）", "（万元）"],
}


@pytest.mark.parametrize("row", NUMBERED)
def test_rows_that_number_the_columns_are_no_figures(pack: Pack, example: Budget, row: str) -> None:
    forms = layouts.drawn(pack, example)
    forms[2].body.insert(0, list(NUMBERED[row]))
    forms[2].rows.insert(0, {})
    clean(pack, example, forms)


def test_a_unit_below_the_heading_that_contradicts_the_line_is_an_error(
    pack: Pack, example: Budget
) -> None:
    forms = layouts.drawn(pack, example)
    forms[2].body.insert(0, ["", "", "元", "元", "元"])
    forms[2].rows.insert(0, {})
    reading = recognise(pack, layouts.sheets(forms))
    assert [o.case for o in reading.observations if o.kind == "unit_line"] == ["contradicting"]


def test_names_and_government_items_with_their_codes(pack: Pack, example: Budget) -> None:
    """表六 prints no codes: its names and government items may bear them."""
    forms = layouts.drawn(pack, example)
    one = forms[5]
    (block,) = one.blocks()
    name, item = one.columns[block.id, NAME], one.columns[block.id, GOVERNMENT]
    rows = {row.id: row for row in example.blocks[block.id]}
    for number, line in enumerate(one.rows):
        row = rows.get(line.get(block.id, ""))
        if row and row.code:
            one.body[number][name] = f"{row.code}-{row.name}"
            if row.government:
                one.body[number][item] = float(row.government)
    clean(pack, example, forms)


@pytest.mark.parametrize("written", ["{0}.0", "{0:.6E}", "[{0}]"])
def test_codes_in_other_writings(pack: Pack, example: Budget, written: str) -> None:
    forms = layouts.drawn(pack, example)
    for one in forms:
        for (_, key), column in one.columns.items():
            for row in one.body if key == CODE else ():
                if str(row[column]).isdigit():
                    code = row[column]
                    row[column] = written.format(float(code) if "E" in written else code)
    clean(pack, example, forms)


def test_a_list_of_codes_is_no_figure_left_over(pack: Pack, example: Budget) -> None:
    rows: list[list[Any]] = [
        [201.0, "一般公共服务支出", 1.0],
        ["20103", "政府办公厅（室）及相关机构事务", 2.0],
        [202.0, "外交支出", 1.0],
    ]
    sheets = [*layouts.sheets(layouts.drawn(pack, example)), RawSheet("字典", rows)]
    headed = RawSheet("字典", [["编码", "名称", "级次"], *rows])
    for listed in (sheets, [*sheets[:-1], headed]):
        assert {o.kind for o in recognise(pack, listed).observations} <= {"leftover"}
    rows.append(["合计", "", 5.5])
    told = recognise(pack, [*sheets[:-1], RawSheet("字典", rows)]).observations
    assert [o.kind for o in told if o.kind == "leftover_amounts"]


@pytest.mark.parametrize(
    "written", ["2O10301", "201-0301", "20103O1", "行政", "2010-03-01", datetime(2010, 3, 1)]
)
def test_a_code_that_is_none_is_told_with_how_it_should_read(
    pack: Pack, example: Budget, written: Any
) -> None:
    """And no cause says that the row is missing, nor is a sum without it broken."""
    forms = layouts.drawn(pack, example)
    one = forms[2]
    (block,) = one.blocks()
    column = one.columns[block.id, CODE]
    row = next(line for line in one.body if line[column] == "2010301")
    row[column] = written
    result = check(pack, recognise(pack, layouts.sheets(forms)))
    (told,) = [f for f in result.findings if f.rule == "S102"]
    assert (told.case, told.facts["code"]) == ("code", "2010301")
    assert result.causes == ()
    assert [f.rule for f in result.findings if f.severity == ERROR] == ["S102"]


def test_a_row_of_which_nothing_is_understood_is_not_said_to_be_missing(
    pack: Pack, example: Budget
) -> None:
    forms = layouts.drawn(pack, example)
    one = forms[2]
    (block,) = one.blocks()
    row = next(line for line in one.body if line[one.columns[block.id, CODE]] == "2010301")
    row[one.columns[block.id, CODE]], row[one.columns[block.id, NAME]] = "行", "某某运行"
    result = check(pack, recognise(pack, layouts.sheets(forms)))
    (cause,) = result.causes
    (repair,) = cause.repairs
    assert isinstance(repair, RowRepair)
    assert (repair.slip, repair.row) == ("unread", "2010301")

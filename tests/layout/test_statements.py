"""What lines above a table say: department, unit, date, in any usual words and places."""

from __future__ import annotations

import pytest
from helpers import layouts

from xlbudget.core.budget import Budget
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.about_lines import CODE, DATE, DEPARTMENT, UNIT, read_statements, read_unit
from xlbudget.layout.recognise.recognise import recognise
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack

WORDS = load_pack(default_pack()).words["lines"]

STATED: dict[str, list[tuple[str, str]]] = {
    "单位：元": [(UNIT, "元")],
    "单位:元 ": [(UNIT, "元")],
    "（单位：元）": [(UNIT, "元")],
    "单位（元）": [(UNIT, "元")],
    "金额单位(元)": [(UNIT, "元")],
    "金额单位万元": [(UNIT, "万元")],
    "单位 万元": [(UNIT, "万元")],
    "单　位：元": [(UNIT, "元")],
    "货币单位：人民币元": [(UNIT, "元")],
    "单位：元 （人民币）": [(UNIT, "元")],
    "单位：万元（保留两位小数）": [(UNIT, "万元")],
    "单位：万": [(UNIT, "万元")],
    "（万元）": [(UNIT, "万元")],
    "单位：百万元": [(UNIT, "")],
    "单位：元（万）": [(UNIT, "")],
    "单位：萬元": [(UNIT, "万元")],
    "金额：元": [(UNIT, "元")],
    "以元为单位": [(UNIT, "元")],
    "以上金额均以万元为单位": [(UNIT, "万元")],
    "部门名称：某局  金额单位为元": [(UNIT, "元"), (DEPARTMENT, "某局")],
    "单位：美元": [(UNIT, "")],
    "单位：USD": [(UNIT, "")],
    "单位：人": [(UNIT, "")],
    "部门名称：某局 币种：人民币 单位：万元": [
        (DEPARTMENT, "某局"),
        (DATE, "人民币"),
        (UNIT, "万元"),
    ],
    "单位：元/万元": [(UNIT, "")],
    "部门名称：示例县示例局      单位：元": [(DEPARTMENT, "示例县示例局"), (UNIT, "元")],
    "单位：元      部门名称：示例县示例局": [(UNIT, "元"), (DEPARTMENT, "示例县示例局")],
    "部门名称：示例县教育局单位：万元": [(DEPARTMENT, "示例县教育局"), (UNIT, "万元")],
    "公开部门：示例县教育局（万元）": [(UNIT, "万元"), (DEPARTMENT, "示例县教育局")],
    "编制单位：示例县教育局": [(DEPARTMENT, "示例县教育局")],
    "填报单位示例县教育局": [(DEPARTMENT, "示例县教育局")],
    "编制单位 013示例县教育局": [(CODE, "013"), (DEPARTMENT, "示例县教育局")],
    "部门名称：（013）示例局": [(CODE, "013"), (DEPARTMENT, "示例局")],
    "部门/单位：[013]示例县教育局（盖章）": [(CODE, "013"), (DEPARTMENT, "示例县教育局")],
    "部门名称：110指挥中心": [(DEPARTMENT, "110指挥中心")],
    "部门(单位)：示例县教育局  2025年2月1日": [(DEPARTMENT, "示例县教育局")],
    "部门名称：示例县教育局\u200e": [(DEPARTMENT, "示例县教育局")],
    "部 门 名 称：某局": [(DEPARTMENT, "某局")],
    "部门名称：某办公室(本级)": [(DEPARTMENT, "某办公室(本级)")],
    "单位：示例县教育局": [(DEPARTMENT, "示例县教育局")],
    "2025年1月20日  单位：万元": [(UNIT, "万元")],
    "编制日期：2025-01-20 金额单位：元": [(DATE, "2025-01-20"), (UNIT, "元")],
    "部门名称：": [(DEPARTMENT, "")],
    "单位名称": [(DEPARTMENT, "")],
    "单位资金": [],
    "部门预算": [],
    "公开01表": [],
    "单位负责人：张三  财务负责人：李四": [],
    "行政单位医疗": [],
}


@pytest.mark.parametrize("text", STATED)
def test_a_cell_states_each_thing_once(pack: Pack, text: str) -> None:
    said = [
        (kind, read_unit(pack, value) if kind == UNIT else value)
        for kind, value, _ in read_statements(pack, text)
    ]
    assert said == STATED[text]


def above(forms: list[layouts.Drawn], lines: list[list[str]]) -> list[RawSheet]:
    """The forms with these lines in place of what stands between title and heading."""
    for one in forms:
        one.title += ["|"]
        one.about = [("", ""), ("", "")]
    drawn = layouts.sheets(forms)
    for sheet in drawn:
        at = next(n for n, row in enumerate(sheet.rows) if row[0] == "|")
        width = len(sheet.rows[0])
        sheet.rows[at : at + 2] = [
            [*line, *[""] * width][: max(width, len(line))] for line in lines
        ]
    return drawn


PLACES = {
    "a line each": lambda d, u: [[d], ["", u]],
    "one cell": lambda d, u: [[f"{d}      {u}"]],
    "unit first": lambda d, u: [[f"{u}   {d}"]],
    "with a date": lambda d, u: [[d, "2025年2月1日", u]],
    "in brackets": lambda d, u: [[d, "", f"（{u}）"]],
    "its value in the next cell": lambda d, u: [[*d.split("："), *u.split("：")]],
    "a colon, and its value in the next cell": lambda d, u: [
        [
            text
            for part in (d, u)
            for text in (f"{part.partition('：')[0]}：", part.partition("：")[2])
        ]
    ],
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("word", WORDS["department"])
def test_every_word_for_the_department_in_every_place(
    pack: Pack, example: Budget, word: str, place: str
) -> None:
    lines = PLACES[place](f"{word}：示例县教育局", "单位：万元")
    reading = recognise(pack, above(layouts.drawn(pack, example)[4:6], lines))
    assert (reading.budget.department, reading.budget.unit) == ("示例县教育局", "万元")
    assert not [o for o in reading.observations if o.kind == "unit_line"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("word", WORDS["unit"])
@pytest.mark.parametrize("unit", ["元", "人民币元", "千元", "万元"])
def test_every_word_for_the_unit_in_every_place(
    pack: Pack, example: Budget, word: str, unit: str, place: str
) -> None:
    lines = PLACES[place]("部门名称：示例县教育局", f"{word}：{unit}")
    reading = recognise(pack, above(layouts.drawn(pack, example)[4:6], lines))
    assert (reading.budget.department, reading.budget.unit) == (
        "示例县教育局",
        unit.removeprefix("人民币"),
    )
    assert not [o for o in reading.observations if o.kind == "unit_line"]


TITLES = {
    "{title}（草案）": 2025,
    "{title}（公开表）": 2025,
    "{title}1": 2025,
    "{title}。": 2025,
    "附件3：{title}": 2025,
    "{title}（单位：万元）": 2025,
    "{bare}": 2025,
    "2026年度{bare}": 2026,
    "26年{bare}": 2026,
    "二〇二六年{bare}": 2026,
    "二○二六年度{bare}": 2026,
    "示例县教育局２０２６年{bare}": 2026,
}


@pytest.mark.parametrize("written", TITLES)
def test_titles_with_what_is_added_are_titles(pack: Pack, example: Budget, written: str) -> None:
    forms = layouts.drawn(pack, example)
    for one in forms:
        title = one.form.title
        one.title[1] = written.format(title=title, bare=title.replace("2025年", ""))
        one.sheet = f"第{one.form.number}页"
    reading = recognise(pack, layouts.sheets(forms))
    assert reading.budget.blocks == example.blocks
    assert reading.budget.year == TITLES[written]
    assert not [o for o in reading.observations if o.kind == "untitled_table"]


UNKNOWN = ["示例县2025年支出情况总览表", "部门全年支出一览表（征求意见稿）", "2024年部门支出决算表"]


@pytest.mark.parametrize("written", UNKNOWN)
@pytest.mark.parametrize("nth", range(13))
def test_a_title_of_no_form_is_quoted(pack: Pack, example: Budget, nth: int, written: str) -> None:
    """It stands in one finding, and is neither called missing nor left over; another year's is told
    by the rule of years."""
    forms = layouts.drawn(pack, example)
    forms[nth].title[1] = written
    reading = recognise(pack, layouts.sheets(forms))
    assert reading.budget.blocks == example.blocks
    assert reading.budget.year == example.year
    (told,) = [o for o in reading.observations if "printed" in o.facts]
    assert (told.kind, told.case, told.form) == ("untitled_table", "unknown", forms[nth].form.key)
    assert told.facts["printed"] == written
    assert not [o for o in reading.observations if o.kind == "leftover"]
    assert [p.title.text for p in reading.printed if p.form == told.form and p.title] == [written]

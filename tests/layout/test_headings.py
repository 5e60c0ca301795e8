"""Headings that are only like the printed ones: by how much one must be liker than the next."""

from __future__ import annotations

import pytest

from xlbudget.core.key import BlockKey
from xlbudget.layout.headings import match, match_fuzzy, read_columns
from xlbudget.layout.normalize import normalize_heading
from xlbudget.packs.model import Pack

OTHERS = ["科目编码", "科目名称", "合计", "政府性基金预算", "国有资本经营预算"]
OTHERS += ["财政专户管理资金", "单位资金", "上年结转"]


@pytest.mark.parametrize(
    ("headings", "taken"),
    [
        (["一般公共预"], 0),  # 90 of 100 alike, and nothing else to choose
        (["一般公共预", "一般公共"], 0),  # 90 against 80: ten apart is enough
        (["一般公共预", "一般公共预X"], None),  # 90 against 83: too near to choose
        (["一般公共", "一般公共预"], 1),
        (["一般公"], None),  # 66: too little
        (["一般XY公共预"], 0),  # 76
        (["一般XYZW公共预"], None),  # 66
        (["公共预算拨"], 0),  # 72, the least
        (["公共预算拨XY"], None),  # 61
    ],
)
def test_a_near_heading_is_taken_by_a_clear_margin_only(
    pack: Pack, headings: list[str], taken: int | None
) -> None:
    """表二's 一般公共预算 is missing, these stand in its place."""
    row = dict(enumerate([*OTHERS, *headings]))
    columns = read_columns([row])
    found = match_fuzzy(pack, match(pack, "income", columns), columns)
    placed = found.columns[BlockKey("income", "rows")].get("general")
    assert placed == (None if taken is None else len(OTHERS) + taken)


@pytest.mark.parametrize(
    ("printed", "normal"),
    [
        ("2025年预算数", "预算数"),
        ("本年预算数", "预算数"),
        ("本年度预算", "预算"),
        ("2024年预算数", "〈-1〉预算数"),
        ("上年预算数", "〈-1〉预算数"),
        ("上一年度执行数", "〈-1〉执行数"),
        ("去年决算数", "〈-1〉决算数"),
        ("本年收入", "本年收入"),
        ("上年结转", "上年结转"),
        ("上年预算数与2024年相比", "〈-1〉上年预算数与相比"),
    ],
)
def test_a_heading_keeps_its_distance_to_the_budgets_year(printed: str, normal: str) -> None:
    assert normalize_heading(printed, 2025) == normal

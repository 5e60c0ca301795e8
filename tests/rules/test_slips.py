"""What an author of rules writes by mistake, and what `xlbudget pack check` says of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from xlbudget.packs.errors import Fault, PackError
from xlbudget.packs.find import templates_root
from xlbudget.packs.load import load_pack
from xlbudget.rules.lint import lint

FILE = "rules/z-tried.yaml"
RULE = {
    "id": "Z001",
    "on": "general_spending",
    "each": "row",
    "holds": "total == basic + project",
    "says": "试",
    "why": "试",
    "source": "试",
    "common_mistake": "试",
    "fix": "试",
}
SLIPS: dict[str, tuple[dict[str, Any], str, str]] = {
    "sign of mathematics": ({"holds": "total ≤ basic"}, "holds", "'≤' cannot be read; write '<='"),
    "wide sign": ({"holds": "total ＝ basic"}, "holds", "'＝' cannot be read; write '=='"),
    "wide bracket": ({"holds": "total == sum（tops）"}, "holds", "'（' cannot be read; write '('"),
    "one equals sign": ({"holds": "total = basic"}, "holds", "'=' cannot be read; write '=='"),
    "number before a name": ({"holds": "total == 2 basic"}, "holds", "takes '*': 2 * total"),
    "number at a name": ({"holds": "total == 2basic"}, "holds", "takes '*': 2 * total"),
    "no sign": ({"holds": "total == basic project"}, "holds", "a sign is missing"),
    "open bracket": ({"holds": "total == sum(tops"}, "holds", "cannot be read: '(' was never"),
    "no comparison": ({"holds": "total"}, "holds", "must be one comparison"),
    "two comparisons": ({"holds": "0 <= basic <= total"}, "holds", "must be one comparison"),
    "fraction": ({"holds": "total == 0.5 * basic"}, "holds", "not linear: 0.5 * basic"),
    "printed name": ({"holds": "合计 == basic"}, "holds", "no column '合计'; there are total"),
    "near column": ({"holds": "totl == basic"}, "holds", "'totl' (did you mean 'total'?)"),
    "near form": ({"on": "spendin"}, "holds", "no form 'spendin' (did you mean 'spending'?)"),
    "near block": (
        {"on": "general_spending.row"},
        "holds",
        "(did you mean 'general_spending.rows'?)",
    ),
    "near function": ({"holds": "total == summ(tops)"}, "holds", "only sum(name) can be called"),
    "near word of each": ({"each": "rows"}, "holds", "no word 'rows' (did you mean 'row'?)"),
    "two rows": ({"each": ["row", "code"]}, "holds", "row and code: one word for rows at most"),
    "children of no parent": (
        {"each": "column", "holds": "total == sum(children)"},
        "holds",
        "it needs each: parent",
    ),
    "classes of no codes": (
        {"on": "projects", "each": "class", "holds": "projects[class, total] == 0"},
        "holds",
        "each: class needs a block of codes",
    ),
    "no column said": (
        {"each": "class", "holds": "general_spending[class] == 0"},
        "holds",
        "of which column",
    ),
    "defines what is not left": ({"defines": "basic"}, "defines", "left of =="),
    "defines no name": ({"defines": "totl"}, "defines", "'totl' must be all that stands left"),
    "defines in a circle": (
        {"holds": "basic == total - project", "defines": "basic"},
        "defines",
        "a total that needs itself",
    ),
    "word that nothing fills": ({"says": "{rwo}的合计"}, "says", "nothing fills in {rwo}"),
    "near severity": ({"severity": "eror"}, "severity", "(did you mean 'error'?)"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(templates_root(), tmp_path / "templates")) / "shanxi" / "2025"


def find_faults(folder: Path) -> list[Fault]:
    root = folder.parent.parent
    try:
        return lint(load_pack("shanxi/2025", root), root)
    except PackError as error:
        return error.faults


def test_the_rule_itself_is_sound(copy: Path) -> None:
    (copy / FILE).write_text(yaml.safe_dump([RULE], sort_keys=False), encoding="utf-8")
    assert find_faults(copy) == []


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_rule_is_told_with_what_was_meant(copy: Path, slip: str) -> None:
    change, word, message = SLIPS[slip]
    text = yaml.safe_dump([RULE | change], sort_keys=False, allow_unicode=True)
    (copy / FILE).write_text(text, encoding="utf-8")
    words = [written.strip("- ").partition(":")[0] for written in text.splitlines()]
    told = [(fault.file, fault.line) for fault in find_faults(copy) if message in fault.message]
    assert told == [(str(copy / FILE), words.index(word) + 1)], find_faults(copy)


CHANGES = {
    "heading twice": ("gov_fund: 政府性基金", "gov_fund: 一般公共预算", 9, "2 times"),
    "near catalogue": ("codes: function", "codes: functoin", 24, "'function'?"),
    "other name than its file": ("form: income", "form: f22", 1, "stands in income.yaml"),
    "brace without quotes": ('"{year}年预算收入总表"', "{year}年预", 5, "takes quotes"),
}


@pytest.mark.parametrize("slip", CHANGES)
def test_a_slip_in_a_form_is_told_where_it_is(copy: Path, slip: str) -> None:
    file = "forms/income.yaml"
    before, after, line, message = CHANGES[slip]
    text = (copy / file).read_text(encoding="utf-8")
    assert text.count(before) == 1
    (copy / file).write_text(text.replace(before, after), encoding="utf-8")
    told = [(fault.file, fault.line) for fault in find_faults(copy) if message in fault.message]
    assert told == [(str(copy / file), line)], find_faults(copy)


def test_a_pack_without_forms_says_so_first(copy: Path) -> None:
    shutil.rmtree(copy / "forms")
    assert [fault.message for fault in find_faults(copy)] == ["no forms: forms/*.yaml"]


@pytest.mark.parametrize("stray", ["forms/summary.txt", "rules/a-within.yaml~"])
def test_a_file_that_would_not_be_read_is_told(copy: Path, stray: str) -> None:
    (copy / stray).write_text("form: summary", encoding="utf-8")
    assert [fault.file for fault in find_faults(copy)] == [str(copy / stray)]


def test_a_kind_that_compares_forms_needs_two(copy: Path) -> None:
    rules = copy / "rules" / "x-between.yaml"
    text = rules.read_text(encoding="utf-8")
    assert text.count("blocks: [income, spending]") == 1
    rules.write_text(
        text.replace("blocks: [income, spending]", "blocks: [income]"), encoding="utf-8"
    )
    assert any("names two forms or more" in fault.message for fault in find_faults(copy))

"""The pages of the rules: each is complete, and its example is really broken by it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT

from xlbudget.app.check_files import check_file
from xlbudget.cli.rule import rule as command
from xlbudget.core.budget import Budget
from xlbudget.core.constraint import AT_MOST, Constraint
from xlbudget.core.key import CellKey
from xlbudget.core.tolerance import BROKEN, HELD
from xlbudget.ops.check.budget_json import to_json
from xlbudget.ops.check.rule_example import make_example
from xlbudget.packs.errors import PackError
from xlbudget.packs.find import default_pack, templates_root
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack
from xlbudget.rules.evaluate import evaluate_all
from xlbudget.rules.lint import lint
from xlbudget.rules.tree import build_trees

GOLDEN = ROOT / "tests" / "golden"
RULES = tuple(load_pack(default_pack()).rules)
BETWEEN = tuple(
    rule.id
    for rule in load_pack(default_pack()).rules.values()
    if any(part.holds for part in rule.parts)
)


def page(rule: str) -> str:
    result = CliRunner().invoke(command, [rule])
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize("rule", RULES)
def test_every_page_is_complete(rule: str) -> None:
    text = page(rule)
    lines = dict(line.split("：", 1) for line in text.splitlines() if line[0] not in " " + rule[0])
    assert {"级别", "为什么", "例子", "常见错法", "怎么办"} <= lines.keys()
    assert all(len(said) >= 2 for said in lines.values())
    assert "{" not in text


def test_no_two_rules_are_broken_in_the_same_words(pack: Pack) -> None:
    """A sentence that would do for any rule says nothing about its own."""
    usual = [rule.common_mistake for rule in pack.rules.values()]
    assert len(set(usual)) == len(usual)
    assert all(len(said) > 10 and said.endswith("。") for said in usual)


@pytest.mark.parametrize("rule", ["A602", "C302"])
def test_pages_as_recorded(rule: str) -> None:
    assert page(rule) == (GOLDEN / f"rule-{rule}.txt").read_text(encoding="utf-8")


def by_hand(constraint: Constraint, budget: Budget) -> bool:
    """Does it hold, to the cent?"""
    amounts = dict(budget.amounts())
    rest = sum(a * amounts.get(cell, Decimal(0)) for a, cell in constraint.terms())
    return rest <= 0 if constraint.relation == AT_MOST else rest == 0


def put_right(budget: Budget, cell: CellKey, amount: Decimal) -> Budget:
    blocks = {
        key: tuple(
            row._replace(amounts={**row.amounts, cell.column: amount})
            if (*key, row.id) == cell[:3]
            else row
            for row in rows
        )
        for key, rows in budget.blocks.items()
    }
    return budget._replace(blocks=blocks)


@pytest.mark.parametrize("rule", BETWEEN)
def test_the_example_is_broken_by_its_rule_and_by_one_slip_only(pack: Pack, rule: str) -> None:
    """Counted by hand too; and with one figure put right the same constraint holds."""
    example = make_example(pack, pack.rules[rule])
    assert example is not None
    budget, constraint = example.reading.budget, example.finding.constraint
    assert constraint is not None and constraint.rule == rule
    assert example.finding.figures is not None
    assert example.finding.figures.outcome == BROKEN
    assert not by_hand(constraint, budget)
    residual = example.finding.figures.residual
    amounts = dict(budget.amounts())

    def held(cell: CellKey, amount: Decimal) -> bool:
        mended = put_right(budget, cell, amount)
        judged = evaluate_all(pack, mended, build_trees(pack, mended))[1]
        return any(one.constraint == constraint and one.verdict.outcome == HELD for one in judged)

    assert any(held(c, amounts[c] - d) for c in amounts for d in (residual, -residual))


@pytest.mark.parametrize("rule", BETWEEN)
def test_the_check_of_a_file_says_what_the_example_says(
    pack: Pack, rule: str, tmp_path: Path
) -> None:
    example = make_example(pack, pack.rules[rule])
    assert example is not None
    path = tmp_path / "例.json"
    path.write_text(to_json(pack, example.reading.budget), encoding="utf-8")
    found = [f for f in check_file(path).findings if f.constraint == example.finding.constraint]
    assert found == [example.finding]


def _fault(tmp_path: Path, old: str, new: str) -> str:
    import shutil

    copy = Path(shutil.copytree(templates_root(), tmp_path / "templates"))
    path = next(p for p in copy.rglob("rules/*.yaml") if old in p.read_text(encoding="utf-8"))
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    try:
        (fault,) = lint(load_pack(default_pack(), copy), copy)
    except PackError as error:
        (fault,) = error.faults
    return str(fault)


def test_a_rule_without_usual_slip_or_example_is_a_fault_of_the_pack(
    pack: Pack, tmp_path: Path
) -> None:
    usual, example = pack.rules["A102"].common_mistake, pack.rules["C302"].example
    assert "'common_mistake' is missing" in _fault(
        tmp_path / "1", f"  common_mistake: {usual}\n", ""
    )
    assert "no example" in _fault(tmp_path / "2", f"  example: {example}\n", "")
    doubled = f"  example: 写了一个。\n  common_mistake: {usual}\n"
    assert "is made" in _fault(tmp_path / "3", f"  common_mistake: {usual}\n", doubled)

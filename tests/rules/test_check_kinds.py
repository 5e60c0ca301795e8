"""What kinds of checks say beside the cell: the level reached, the form that lacks a code, the
unit it may be in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbudget.core.budget import Budget, make_unique
from xlbudget.core.finding import Finding
from xlbudget.core.key import BlockKey
from xlbudget.core.reading import Reading
from xlbudget.ops.check.check import check
from xlbudget.packs.model import Pack

FIFTH = BlockKey("general_spending", "rows")


def told(pack: Pack, budget: Budget, rule: str) -> list[Finding]:
    return [f for f in check(pack, Reading(budget)).findings if f.rule == rule]


@pytest.mark.parametrize(("digits", "level"), [(3, "类"), (5, "款")])
def test_codes_that_stop_too_early_name_the_level_they_reach(
    pack: Pack, example: Budget, digits: int, level: str
) -> None:
    rows = tuple(row for row in example.blocks[FIFTH] if len(row.code) <= digits)
    short = example._replace(blocks={**example.blocks, FIFTH: rows})
    (finding,) = told(pack, short, "D602")
    assert (finding.facts["found"], finding.facts["level"]) == (level, "项")


def test_a_code_of_one_side_names_the_form_that_lacks_it(pack: Pack, example: Budget) -> None:
    third = BlockKey("spending", "rows")
    rows = example.blocks[third]
    empty = rows[-1]._replace(id="2299999", code="2299999", name="其他支出", amounts={})
    more = example._replace(blocks={**example.blocks, third: (*rows, empty)})
    (finding,) = [f for f in told(pack, more, "X0203") if f.case == "one_side"]
    assert finding.facts["form"] == "表二"


def test_figures_ten_thousand_times_as_large_name_the_smaller_unit(
    pack: Pack, example: Budget
) -> None:
    rows = tuple(
        row._replace(amounts={key: amount * 10000 for key, amount in row.amounts.items()})
        for row in example.blocks[FIFTH]
    )
    large = example._replace(blocks={**example.blocks, FIFTH: rows})
    findings = told(pack, large, "V206")
    assert {f.facts["found"] for f in findings} == {"元"}
    assert {f.form for f in findings} == {"general_spending"}


@pytest.mark.parametrize(("unit", "doubted"), [("元", True), ("千元", False), ("万元", False)])
def test_a_budget_too_small_for_its_unit_is_doubted(
    pack: Pack, example: Budget, unit: str, doubted: bool
) -> None:
    """An office of 790.78 元 a year is none."""
    findings = told(pack, example._replace(unit=unit), "V209")
    assert [f.case for f in findings] == (["small"] if doubted else [])


@given(st.integers(2, 70), st.sets(st.integers(2, 70)))
def test_row_ids_of_one_code_are_numbered_without_gaps(count: int, others: set[int]) -> None:
    taken: set[str] = {f"other#{n}" for n in others}
    ids = [make_unique("2010301", taken) for _ in range(count)]
    assert ids == ["2010301", *(f"2010301#{n}" for n in range(2, count + 1))]

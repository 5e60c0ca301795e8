"""Whatever shape a clean budget is sent in, it reads to the same figures, and nothing is alarmed.

Variations (helpers/layouts.py) are combined at random: 2 000 combinations over the example and
synthetic departments straight into the recogniser, some through real files.
"""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest
from helpers import layouts
from helpers.departments import department
from helpers.soak import number_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from xlbudget.app.check_files import check_file
from xlbudget.core.budget import Budget
from xlbudget.core.finding import NOTE
from xlbudget.core.key import CellKey
from xlbudget.core.reading import Reading
from xlbudget.layout.recognise.recognise import recognise
from xlbudget.ops.check.check import check, make_finding
from xlbudget.packs.model import Pack
from xlbudget.rules.checks.context import Context
from xlbudget.rules.checks.registry import KINDS, run_checks
from xlbudget.rules.tree import build_trees


@st.composite
def combinations(draw: st.DrawFn) -> tuple[list[layouts.Variation], int]:
    """How codes are written, habits, an arrangement; and a seed for what each leaves to chance."""
    chosen = draw(st.sets(st.sampled_from(range(len(layouts.VARIATIONS))), max_size=9))
    variations = [
        *draw(st.lists(st.sampled_from(layouts.SHAPES), max_size=1)),
        *(layouts.VARIATIONS[place] for place in sorted(chosen)),
        *draw(st.lists(st.sampled_from(layouts.ARRANGEMENTS), max_size=1)),
    ]
    return variations, draw(st.integers(0, 10**6))


def varied(
    pack: Pack, budget: Budget, variations: list[layouts.Variation], seed: int
) -> list[layouts.Drawn]:
    forms, rng = layouts.drawn(pack, budget), random.Random(seed)
    for variation in variations:
        variation(pack, forms, rng)
    return forms


def in_yuan(pack: Pack, budget: Budget) -> dict[CellKey, Decimal]:
    """Every amount that is something, in 元."""
    return {
        cell: amount * pack.yuan(budget.unit_of(cell.form))
        for cell, amount in budget.amounts()
        if amount
    }


def alarms(pack: Pack, reading: Reading, variations: list[layouts.Variation]) -> list[str]:
    """Rules with errors or warnings. Where a form says that it is in 元, rounding to 万元 breaks
    those between figures; there the others are asked."""
    if layouts.in_yuan in variations:
        noticed = run_checks(Context(pack, reading, build_trees(pack, reading.budget)), KINDS)
        found = [make_finding(pack, remark) for remark in (*reading.observations, *noticed)]
    else:
        found = list(check(pack, reading).findings)
    return sorted({f.rule for f in found if f.severity != NOTE})


@pytest.mark.parametrize("which", range(8))
@settings(
    max_examples=number_of(250, 5),
    phases=[Phase.explicit, Phase.generate],  # shrinking budgets takes minutes
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(combination=combinations())
def test_every_combination_reads_to_the_same_budget(
    pack: Pack,
    example: Budget,
    which: int,
    combination: tuple[list[layouts.Variation], int],
) -> None:
    budget = department(pack, which) if which else example
    variations, seed = combination
    reading = recognise(pack, layouts.sheets(varied(pack, budget, variations, seed)))
    assert in_yuan(pack, reading.budget) == in_yuan(pack, budget)
    assert alarms(pack, reading, variations) == []


@pytest.mark.parametrize("variation", [*layouts.VARIATIONS, *layouts.SHAPES, *layouts.ARRANGEMENTS])
def test_each_habit_in_a_real_file(
    pack: Pack, example: Budget, tmp_path: Path, variation: layouts.Variation
) -> None:
    path = tmp_path / "预算.xlsx"
    path.write_bytes(layouts.book_bytes(varied(pack, example, [variation], 1)))
    reading = check_file(path).reading
    assert reading is not None
    assert in_yuan(pack, reading.budget) == in_yuan(pack, example)
    assert alarms(pack, reading, [variation]) == []


def test_a_class_that_the_form_lacks_is_said_where_it_has_an_amount(
    pack: Pack, example: Budget
) -> None:
    forms = varied(pack, example, [layouts.another_class], 1)
    one = forms[3]
    line = next(row for row in one.body if "三十一、人行科目" in row)
    line[line.index("三十一、人行科目") + 1] = 7.0
    findings = check(pack, recognise(pack, layouts.sheets(forms))).findings
    assert [f.rule for f in findings if f.severity != NOTE] == ["S102"]


def test_a_heading_only_like_the_printed_one_is_said(pack: Pack, example: Budget) -> None:
    forms = layouts.drawn(pack, example)
    head = forms[4].head[-1]
    head[head.index("基本支出")] = "基本支出小计"
    findings = check(pack, recognise(pack, layouts.sheets(forms))).findings
    (said,) = [f for f in findings if f.rule == "S114"]
    assert (said.severity, said.facts["text"], said.facts["column"]) == (
        "note",
        "基本支出小计",
        "基本支出",
    )


def test_a_heading_like_none_is_never_guessed(pack: Pack, example: Budget) -> None:
    """Its figures are said as not read, and the column as missing."""
    forms = layouts.drawn(pack, example)
    head = forms[4].head[-1]
    head[head.index("基本支出")] = "其他资金"
    findings = check(pack, recognise(pack, layouts.sheets(forms))).findings
    assert {"S104", "S105"} <= {f.rule for f in findings if f.severity == "error"}


def test_hidden_rows_and_columns_are_said(pack: Pack, example: Budget, tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "预算.xlsx"
    path.write_bytes(layouts.book_bytes(layouts.drawn(pack, example)))
    book = openpyxl.load_workbook(path)
    for row in (7, 8, 9, 12):
        book["表三"].row_dimensions[row].hidden = True
    book["表三"].column_dimensions["D"].hidden = True
    book["表三"].row_dimensions[60].hidden = True  # nothing stands there
    book.save(path)
    findings = check_file(path).findings
    (said,) = [f for f in findings if f.rule == "S115"]
    assert (said.severity, said.facts["lines"]) == ("note", "第 7 至 9、12 行和 D 列")


@pytest.mark.parametrize("form", ["0%", "0.00%"])
def test_a_percentage_is_no_amount(pack: Pack, example: Budget, tmp_path: Path, form: str) -> None:
    import openpyxl

    path = tmp_path / "预算.xlsx"
    path.write_bytes(layouts.book_bytes(layouts.drawn(pack, example)))
    book = openpyxl.load_workbook(path)
    cell = next(c for row in book["表三"] for c in row if c.value == 539.97)
    cell.value, cell.number_format = 0.6828, form
    book.save(path)
    findings = check_file(path).findings
    said = [f for f in findings if f.rule == "V207"]
    assert [f.facts["text"] for f in said] == ["68.28%"]


def test_a_merged_item_is_that_of_each_of_its_rows(
    pack: Pack, example: Budget, tmp_path: Path
) -> None:
    path = tmp_path / "预算.xlsx"
    path.write_bytes(layouts.book_bytes(varied(pack, example, [layouts.merged_items], 1)))
    reading = check_file(path).reading
    assert reading is not None
    key = next(block for block in pack.blocks.values() if block.government).id
    assert [(row.code, row.government) for row in reading.budget.blocks[key]] == [
        (row.code, row.government) for row in example.blocks[key]
    ]


def test_a_form_that_stands_twice_is_not_taken_for_its_next_page(
    pack: Pack, example: Budget
) -> None:
    forms = layouts.drawn(pack, example)
    for one in forms:
        one.sheet = "全部"
    reading = recognise(pack, layouts.sheets([*forms[:3], forms[2], *forms[3:]]))
    said = [r for r in reading.observations if r.kind == "forms_present"]
    assert [(r.case, r.facts["form"]) for r in said] == [("copy", forms[2].form.sheet)]


@pytest.mark.parametrize(
    "figures", [(2.0, 2.0, ""), (1.0, 1.0, ""), (3.0, 1.0, 2.0), (65.0, 65.0, "")]
)
def test_a_total_of_small_whole_numbers_is_no_row_of_column_numbers(
    pack: Pack, example: Budget, figures: tuple[float | str, ...]
) -> None:
    forms = layouts.drawn(pack, example)
    one = forms[4]
    assert one.body[0][0] == "合计"
    one.body = [["合计", "", *figures], ["201", "一般公共服务支出", *figures]]
    one.rows = [{}, {}]
    reading = recognise(pack, layouts.sheets(forms))
    rows = reading.budget.blocks[one.blocks()[0].id]
    assert [row.id for row in rows] == ["total", "201"]
    assert [float(a) for a in rows[0].amounts.values()] == [f for f in figures if f != ""]

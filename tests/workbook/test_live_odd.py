"""The workbook and the check say the same of rules and units that no place happens to have."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import Office
from helpers.odd_pack import (
    UNITS,
    in_other_decimals,
    in_units,
    off_by_units,
    one_form_higher,
    total_off,
    with_odd_rules,
)
from openpyxl.cell import MergedCell

from xlbudget.app.check_files import check_file
from xlbudget.core.budget import Budget
from xlbudget.core.consolidation import Source
from xlbudget.core.key import BlockKey
from xlbudget.core.reading import Reading, SheetRow
from xlbudget.core.tolerance import HELD
from xlbudget.messages import load_messages
from xlbudget.ops.check.check import check, check_sum, evaluate_sum
from xlbudget.ops.consolidate.merge import make_part, merge
from xlbudget.ops.consolidate.overview import compute_overview
from xlbudget.packs.model import Pack
from xlbudget.report.messages import Namer, describe_finding
from xlbudget.rules.evaluate import evaluate_all
from xlbudget.rules.outcomes import JudgedConstraint, decide_severity
from xlbudget.rules.scaled_amounts import scaled_amounts
from xlbudget.rules.tree import build_trees
from xlbudget.workbook.county.review import LINES
from xlbudget.workbook.county.workbook import make_county_workbook
from xlbudget.workbook.live.review import BODY_ROW, GOES_TO
from xlbudget.workbook.live.workbook import make_live_workbook, make_workbook

pytestmark = pytest.mark.xdist_group("office")

Stated = Counter[tuple[str, str, Decimal, str]]
MICRO = Decimal("0.000001")
HIDDEN = ("figures", "ledger", "marks")


@pytest.fixture(scope="module")
def odd() -> Pack:
    return with_odd_rules()


def judged_all(pack: Pack, budget: Budget) -> list[JudgedConstraint]:
    there = budget._replace(blocks={key: budget.blocks.get(key, ()) for key in pack.blocks})
    return evaluate_all(pack, there, build_trees(pack, there))[1]


def by_check(pack: Pack, budget: Budget, judged: Sequence[JudgedConstraint]) -> Stated:
    """(form, rule, difference in the form's unit, state) of every constraint."""
    per_yuan = scaled_amounts(pack, budget).per_yuan
    states = load_messages()["book"]["states"]
    stated: Stated = Counter()
    for _, constraint, verdict in judged:
        form = constraint.cells()[0].form
        apart = verdict.residual / (per_yuan * pack.yuan(budget.unit_of(form)))
        state = states[decide_severity(pack, constraint, verdict)]
        stated[pack.forms[form].sheet, constraint.rule, apart.quantize(MICRO), state] += 1
    return stated


def by_workbook(rows: list[list[Any]]) -> Stated:
    """The same of every row of 校验."""
    return Counter(
        (row[1], row[2], Decimal(str(row[6])).quantize(MICRO), row[7]) for row in rows if row[0]
    )


@pytest.fixture(scope="module")
def budgets(odd: Pack) -> dict[str, Budget]:
    """By what is odd about them."""
    mixed = {form: UNITS[n % 3] for n, form in enumerate(odd.forms)}
    rng = random.Random(7)
    higher = one_form_higher(in_units(odd, 19, {}, codes=14), "general_spending")
    return {
        "odd rules": off_by_units(in_units(odd, 1, {}), rng),
        "a little off": total_off(higher, "spending", Decimal("0.06")),
        "all in 元": off_by_units(in_units(odd, 2, dict.fromkeys(odd.forms, "元")), rng),
        "units mixed": in_units(odd, 4, mixed),
        "units mixed, off": off_by_units(in_units(odd, 5, mixed), rng),
        "decimals mixed": in_other_decimals(in_units(odd, 6, {}), rng),
        "both mixed": in_other_decimals(off_by_units(in_units(odd, 7, mixed), rng), rng),
    }


KINDS = (
    "odd rules",
    "a little off",
    "all in 元",
    "units mixed",
    "units mixed, off",
    "decimals mixed",
    "both mixed",
)


def recalculated(pack: Pack, office: Office, path: Path) -> list[list[Any]]:
    """The rows of 校验 after LibreOffice's recalculation. What stood behind the forms before is
    what the formulas give: a program that does not calculate shows the same."""
    book = openpyxl.load_workbook(path, data_only=True)
    sheets = load_messages()["book"]["sheets"]
    hidden = [book[sheets[key]] for key in HIDDEN]
    areas = [[sheet.title, 0, sheet.max_column] for sheet in hidden]
    review = [sheets["review"], BODY_ROW, GOES_TO]
    *computed, shown = office.do(load=str(path), show=[*areas, review])
    for sheet, rows in zip(hidden, computed, strict=True):
        stated = sheet.iter_rows(values_only=True)
        for row, (before, after) in enumerate(zip(stated, rows, strict=True), start=1):
            for column, pair in enumerate(zip(before, after, strict=True), start=1):
                assert same(*pair), (sheet.title, row, column, *pair)
    return list(shown)


def same(before: Any, after: Any) -> bool:
    if isinstance(after, float):
        return isinstance(before, int | float) and abs(before - after) < 1e-7
    return (before or "") == after


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_says_what_the_check_says(
    kind: str, odd: Pack, budgets: dict[str, Budget], office: Office, tmp_path: Path
) -> None:
    budget = budgets[kind]
    path = tmp_path / "预算.xlsx"
    path.write_bytes(make_workbook(odd, budget))
    assert by_workbook(recalculated(odd, office, path)) == by_check(
        odd, budget, judged_all(odd, budget)
    )


@pytest.mark.parametrize("kind", ["units mixed", "both mixed"])
def test_totals_that_compute_themselves_say_the_same(
    kind: str, odd: Pack, budgets: dict[str, Budget], office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "预算.xlsx"
    path.write_bytes(make_live_workbook(odd, budgets[kind]))
    recalculated(odd, office, path)


@pytest.mark.parametrize(("before", "after"), [("万元", "mixed"), ("mixed", "万元")])
def test_a_unit_that_is_changed_by_hand_is_seen(
    before: str, after: str, pack: Pack, office: Office, tmp_path: Path
) -> None:
    """Unit lines and figures typed over in a workbook that was written in other units; figures are
    shown with their decimals, since what a format hides no formula sees."""
    mixed = {form: UNITS[n % 3] for n, form in enumerate(pack.forms)}
    wanted = {
        stated: off_by_units(in_units(pack, 4, units), random.Random(3))
        for stated, units in {"万元": {}, "mixed": mixed}.items()
    }
    path, typed = tmp_path / "预算.xlsx", tmp_path / "改.xlsx"
    path.write_bytes(make_workbook(pack, wanted[before]))
    typed.write_bytes(make_workbook(pack, wanted[after]))
    book, other = openpyxl.load_workbook(path), openpyxl.load_workbook(typed)
    for form in pack.forms.values():
        for row in other[form.sheet].iter_rows():
            for cell in row:
                if not isinstance(cell, MergedCell):
                    book[form.sheet][cell.coordinate].value = cell.value
                    if after == "万元":  # formats of whole 元 would hide the decimals
                        book[form.sheet][cell.coordinate].number_format = cell.number_format
    book.save(path)
    reading = check_file(path).reading
    assert reading is not None
    budget = reading.budget
    assert {budget.unit_of(form) for form in pack.forms} == {
        wanted[after].unit_of(form) for form in pack.forms
    }
    review = load_messages()["book"]["sheets"]["review"]
    (rows,) = office.do(load=str(path), show=[[review, BODY_ROW, GOES_TO]])
    assert by_workbook(rows) == by_check(pack, budget, judged_all(pack, budget))


@pytest.mark.parametrize("units", [("万元",), UNITS], ids=["万元", "units mixed"])
def test_of_a_county_every_line_says_what_the_check_says(
    units: tuple[str, ...], odd: Pack, office: Office, tmp_path: Path
) -> None:
    """Of sums whose forms are stated in several units, some of their figures off."""
    stated = {form: units[n % len(units)] for n, form in enumerate(odd.forms)}
    rng = random.Random(11)
    parts = [
        make_part(
            odd,
            Source(f"{seed}.xlsx", f"第{seed}局", f"{seed}", Decimal(0), "2025-02-03", "0" * 64, 0),
            read_as(odd, off_by_units(in_units(odd, seed, stated, codes=2), rng)),
        )
        for seed in range(2, 5)
    ]
    county = merge(odd, parts, "某县")
    confrontation = check_sum(odd, Reading(county.budget))
    judged = evaluate_sum(odd, county.budget, confrontation, LINES)
    shown = compute_overview(odd, county)
    book = make_county_workbook(odd, county, shown, judged, confrontation.decided)
    path = tmp_path / "汇总.xlsx"
    book.write_to(path)
    review = load_messages()["book"]["sheets"]["review"]
    before = [
        [value if value is not None else "" for value in row[:GOES_TO]]
        for row in openpyxl.load_workbook(path, data_only=True)[review].iter_rows(
            min_row=BODY_ROW + 1, values_only=True
        )
    ]
    (after,) = office.do(load=str(path), show=[[review, BODY_ROW, GOES_TO]])
    assert by_workbook(before) == by_workbook(after) == by_check(odd, county.budget, judged)


def read_as(pack: Pack, budget: Budget) -> Reading:
    """The budget as if read from sheets, every row in a line of its own."""
    rows = {
        (key, row.id): SheetRow(
            pack.forms[key.form].sheet, line, {c: n for n, c in enumerate(pack.blocks[key].columns)}
        )
        for key, listed in budget.blocks.items()
        for line, row in enumerate(listed)
    }
    return Reading(budget, rows)


def test_the_budgets_break_rules_in_every_way(odd: Pack, budgets: dict[str, Budget]) -> None:
    """What is held against each other is not all of one kind."""
    outcomes: Counter[str] = Counter()
    for budget in budgets.values():
        outcomes.update(one.verdict.outcome for one in judged_all(odd, budget))
    assert outcomes.keys() >= {HELD, "rounding", "suspicious", "broken", "one_unit"}, outcomes


def test_a_rule_without_terms_on_one_side_is_said_in_words(odd: Pack) -> None:
    """`project >= 0` with an amount below nothing: found, explained, and its cause looked for."""
    budget = in_units(odd, 2, {})
    key = BlockKey("general_spending", "rows")
    last = budget.blocks[key][-1]
    below = last._replace(amounts={**last.amounts, "project": Decimal("-1.00")})
    blocks = {**budget.blocks, key: (*budget.blocks[key][:-1], below)}
    reading = read_as(odd, budget._replace(blocks=blocks))
    namer = Namer(odd, reading)
    found = [f for f in check(odd, reading).findings if f.constraint and not f.constraint.left]
    assert [finding.constraint.right[0].cell.row for finding in found if finding.constraint] == [
        last.id
    ]
    assert "试一试" in describe_finding(namer, found[0])


def test_a_form_in_yuan_beside_others_passes_in_the_workbook_as_in_the_check(
    pack: Pack, example: Budget, office: Office, tmp_path: Path
) -> None:
    """The example with 表三 in 元: that it is (D603) is all that is wrong with it."""
    blocks = {
        key: tuple(
            row._replace(
                amounts={c: (a * 10000).quantize(Decimal(1)) for c, a in row.amounts.items()}
            )
            if key.form == "spending"
            else row
            for row in rows
        )
        for key, rows in example.blocks.items()
    }
    budget = example._replace(blocks=blocks, units={"spending": "元"}, department_code="")
    path, saved = tmp_path / "预算.xlsx", tmp_path / "另存.xlsx"
    path.write_bytes(make_workbook(pack, budget))
    review = load_messages()["book"]["sheets"]["review"]
    (rows,) = office.do(load=str(path), show=[[review, BODY_ROW, GOES_TO]], save=str(saved))
    assert by_workbook(rows) == by_check(pack, budget, judged_all(pack, budget))
    assert not [row for row in rows if row[7] == load_messages()["book"]["states"]["error"]]
    for each in (path, saved):
        result = check_file(each)
        assert result.reading is not None and result.reading.budget == budget
        assert [f.rule for f in result.findings if f.severity == "error"] == ["D603"]

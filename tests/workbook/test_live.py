"""The workbook checks itself: LibreOffice's figures on sheet 校验 against `xlbudget check`."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import Office
from helpers import mutants
from helpers.mutants import Mutant, applied
from helpers.soak import part_of

from xlbudget.app.check_files import check_file
from xlbudget.core.budget import Budget
from xlbudget.core.key import BlockKey
from xlbudget.layout.plan import plan
from xlbudget.messages import load_messages
from xlbudget.packs.model import Pack
from xlbudget.rules.bound_rules import bound_rules
from xlbudget.rules.evaluate import evaluate_all
from xlbudget.rules.outcomes import JudgedConstraint, decide_severity
from xlbudget.rules.tree import build_trees
from xlbudget.workbook.live.review import BODY_ROW, GOES_TO
from xlbudget.workbook.live.workbook import make_live_workbook, make_workbook

pytestmark = pytest.mark.xdist_group("office")

Said = Counter[tuple[str, str, Decimal, str]]


def cents(amount: Any) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def by_workbook(pack: Pack, rows: list[list[Any]]) -> Said:
    """(form, rule, difference, state) of every row of 校验."""
    return Counter((row[1], row[2], cents(row[6]), row[7]) for row in rows if row[0] != "")


def by_check(pack: Pack, judged: list[JudgedConstraint], unit: Decimal) -> Said:
    states = load_messages()["book"]["states"]
    every = bound_rules(pack)
    return Counter(
        (
            pack.forms[every[instance.bound].left[0].block.form].sheet,
            constraint.rule,
            cents(Decimal(verdict.residual) / unit),
            states[decide_severity(pack, constraint, verdict)],
        )
        for instance, constraint, verdict in judged
    )


def checked(pack: Pack, budget: Budget) -> Said:
    full = budget._replace(blocks={key: budget.blocks.get(key, ()) for key in pack.blocks})
    return by_check(pack, evaluate_all(pack, full, build_trees(pack, full))[1], Decimal(100))


def review(pack: Pack) -> list[Any]:
    return [load_messages()["book"]["sheets"]["review"], BODY_ROW, GOES_TO]


def place_of(pack: Pack, budget: Budget, mutant: Mutant) -> tuple[str, int, int]:
    """Where the example's workbook has this cell."""
    planned = plan(pack, pack.forms[mutant.cell.form], budget)
    key = BlockKey(mutant.cell.form, mutant.cell.block)
    row = planned.rows[key, mutant.cell.row]
    return planned.form.sheet, row, planned.columns[key, mutant.cell.column]


def test_example_and_mutants(pack: Pack, example: Budget, office: Office, tmp_path: Path) -> None:
    """Every constraint's difference to the cent and its state, on the example as it is and with
    each of its mutants (in a soak; else with one in seven)."""
    path = tmp_path / "预算.xlsx"
    path.write_bytes(make_workbook(pack, example))
    (rows,) = office.do(load=str(path), show=[review(pack)])
    assert by_workbook(pack, rows) == checked(pack, example)
    assert sum(by_workbook(pack, rows).values()) == 642
    every = [*mutants.of_filled(example), *mutants.of_blanks(pack, example)]
    for mutant in part_of(every, 7):
        amount = None if mutant.amount is None else float(mutant.amount)
        typed = [[*place_of(pack, example, mutant), amount]]
        (rows,) = office.do(type=typed, show=[review(pack)])
        assert by_workbook(pack, rows) == checked(pack, applied(pack, example, mutant)), mutant


def test_blank_and_all_blanks(pack: Pack, example: Budget, office: Office, tmp_path: Path) -> None:
    nothing = Budget(pack.name, pack.year, pack.unit, "")
    emptied = {
        key: tuple(row._replace(amounts={}) for row in rows if not pack.blocks[key].fixed)
        for key, rows in example.blocks.items()
    }
    for budget in (nothing, example._replace(blocks=emptied)):
        path = tmp_path / "空白.xlsx"
        path.write_bytes(make_live_workbook(pack, budget))
        (rows,) = office.do(load=str(path), show=[review(pack)])
        assert by_workbook(pack, rows) == checked(pack, budget)


ADDED: list[tuple[str, int, list[tuple[int, str | float]]]] = [
    # A new class with 款 and 项 in the middle of 表三, one 项 inserted under its parent's others.
    ("表三", 9, [(0, "2010302"), (1, "一般行政管理事务"), (2, 3.0), (4, 3.0)]),
    ("表三", 12, [(0, "206"), (1, "科学技术支出"), (2, 8.25), (3, 8.25)]),
    ("表三", 13, [(0, "20601"), (1, "科学技术管理事务"), (2, 8.25), (3, 8.25)]),
    ("表三", 14, [(0, "2060101"), (1, "行政运行"), (2, 8.0), (3, 8.0)]),
    ("表六", 10, [(0, "奖金"), (2, 1.5), (3, 1.5)]),
    ("表十二", 8, [(0, "新项目"), (1, 2.0), (2, 2.0)]),
]


def test_added_codes_and_inserted_rows(
    pack: Pack, example: Budget, office: Office, tmp_path: Path
) -> None:
    """Rows that people insert and fill in are seen, in the workbook as by the check."""
    path, saved = tmp_path / "预算.xlsx", tmp_path / "改过.xlsx"
    path.write_bytes(make_workbook(pack, example))
    office.do(load=str(path))
    for sheet, row, cells in ADDED:
        typed = [[sheet, row, column, value] for column, value in cells]
        office.do(insert=[sheet, row], type=typed, keep=True)
    (rows,) = office.do(show=[review(pack)], save=str(saved))
    result = check_file(saved)
    assert result.reading is not None
    budget = result.reading.budget
    assert len(budget.blocks[BlockKey("spending", "rows")]) == 4 + len(
        example.blocks[BlockKey("spending", "rows")]
    )
    assert by_workbook(pack, rows) == checked(pack, budget)
    assert any(state == "不符" for _, _, _, state in by_workbook(pack, rows))


def test_rows_beyond_the_reach_of_the_checks_are_said(
    pack: Pack, example: Budget, office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "预算.xlsx"
    path.write_bytes(make_workbook(pack, example))
    office.do(load=str(path))
    for nth in range(9):
        typed = [["表三", 9, 0, f"20103{10 + nth}"], ["表三", 9, 1, f"第{nth}项"]]
        office.do(insert=["表三", 9], type=typed, keep=True)
    sheets = load_messages()["book"]["sheets"]
    (rows,) = office.do(show=[[sheets["review"], 0, 1]])
    # Nine rows more than the thirteen there were: one spare row, and five more are looked at.
    assert "还有 3 行超出校验范围" in rows[1][0]


def test_saved_by_others_it_reads_the_same(
    pack: Pack, example: Budget, office: Office, tmp_path: Path
) -> None:
    """Recalculated and saved by LibreOffice; saved by openpyxl, which drops what was computed."""
    for written in (make_workbook, make_live_workbook):
        path, saved = tmp_path / "预算.xlsx", tmp_path / "另存.xlsx"
        path.write_bytes(written(pack, example))
        before = check_file(path)
        office.do(load=str(path), save=str(saved))
        after = check_file(saved)
        openpyxl.load_workbook(BytesIO(path.read_bytes())).save(saved)
        dropped = check_file(saved)
        assert before.reading and after.reading and dropped.reading
        assert after.reading.budget == before.reading.budget == dropped.reading.budget
        assert after.findings == before.findings
        kept = [f for f in dropped.findings if f.rule != "V205"]
        assert kept == list(before.findings)
        assert {f.severity for f in dropped.findings if f.rule == "V205"} <= {"note"}

"""Which cell is wrong: named with the figure that puts everything right, and nothing made up."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from helpers import mutants
from helpers.departments import department
from helpers.soak import part_of

from xlbudget.app.check_files import check_file
from xlbudget.core.budget import Budget
from xlbudget.core.cause import Cause
from xlbudget.core.finding import NOTE
from xlbudget.core.key import CellKey
from xlbudget.core.reading import Reading
from xlbudget.ops.check.budget_json import to_json
from xlbudget.ops.check.check import check
from xlbudget.ops.locate import search
from xlbudget.ops.locate.typing_errors import find_slip
from xlbudget.packs.model import Pack
from xlbudget.rules.define import compute_totals
from xlbudget.rules.tree import build_trees
from xlbudget.workbook.live.workbook import make_live_workbook

SLIPS = [
    ("539.79", "539.97", "transposed"),
    ("5399.70", "539.97", "shifted"),
    ("54.00", "539.97", "shifted"),
    ("-539.97", "539.97", "sign"),
    ("5399700", "539.97", "unit"),
    ("549.97", "539.97", "digit"),
    ("39.97", "539.97", "digit"),
    ("0", "539.97", "omitted"),
    ("5.00", "0", "added"),
    ("100.00", "539.97", ""),
]


@pytest.fixture(autouse=True)
def unhurried(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found shall not depend on how fast a machine is, but where that is tested."""
    if "partial" not in request.node.name:
        monkeypatch.setattr(search, "PATIENCE", 10 * search.PATIENCE)
        monkeypatch.setattr(search, "PAIRS_PATIENCE", 10 * search.PAIRS_PATIENCE)


@pytest.mark.parametrize(("typed", "right", "slip"), SLIPS)
def test_slips(typed: str, right: str, slip: str) -> None:
    assert find_slip(Decimal(typed), Decimal(right)) == slip


def causes(pack: Pack, budget: Budget) -> tuple[Cause, ...]:
    return check(pack, Reading(budget)).causes


def test_one_wrong_cell_is_named_alone_with_its_figure(pack: Pack, example: Budget) -> None:
    """99 of 100 single errors, every one among the candidates (all measured by bench-search)."""
    right = dict(example.amounts())
    every = part_of([*mutants.of_filled(example), *mutants.of_blanks(pack, example)], 5)
    exact = 0
    for mutant in every:
        told = causes(pack, mutants.applied(pack, example, mutant))
        ways = [repairs for cause in told for repairs in (cause.repairs, *cause.alternatives)]
        assert any(mutant.cell in {r.cell for r in repairs} for repairs in ways), mutant
        says = {(r.cell, r.new) for repairs in ways for r in repairs}
        exact += says == {(mutant.cell, right.get(mutant.cell))}
    assert exact >= 0.99 * len(every)


def test_two_wrong_cells_are_both_named(pack: Pack, example: Budget) -> None:
    rng = random.Random(11)
    every = list(mutants.of_filled(example))
    both = 0
    for _ in range(60):
        one, other = rng.sample(every, 2)
        if one.cell == other.cell:
            continue
        spoilt = mutants.applied(pack, mutants.applied(pack, example, one), other)
        named = {r.cell for cause in causes(pack, spoilt) for r in cause.repairs}
        assert named & {one.cell, other.cell}
        both += named == {one.cell, other.cell}
    assert both >= 57


def test_what_is_done_to_whole_rows_is_said_as_such(pack: Pack, example: Budget) -> None:
    """Left out, entered twice, code mistyped, figures one row or column away: one cause each."""
    chosen = random.Random(17).sample(list(mutants.of_rows(pack, example, random.Random(5))), 120)
    named = sum(
        any(mutants.named(pack, mutant, cause.repairs) for cause in causes(pack, mutant.budget))
        for mutant in chosen
    )
    assert named >= 0.95 * len(chosen)


def test_ten_wrong_cells_are_named(pack: Pack, example: Budget) -> None:
    """Tangles go to the solver; in eight draws of ten slips each nine tenths are named, and
    hardly any cell that is right."""
    rng = random.Random(10)
    every = [*mutants.of_filled(example), *mutants.of_blanks(pack, example)]
    found = named = wanted = 0
    for _ in range(8):
        chosen = {mutant.cell: mutant for mutant in rng.sample(every, 10)}
        spoilt = example
        for mutant in chosen.values():
            spoilt = mutants.applied(pack, spoilt, mutant)
        told = {repair.cell for cause in causes(pack, spoilt) for repair in cause.repairs}
        found += len(told & chosen.keys())
        named += len(told)
        wanted += len(chosen)
    assert found >= 0.9 * wanted
    assert found >= 0.95 * named


def test_the_solver_does_not_speak_in_a_report(pack: Pack, example: Budget, tmp_path: Path) -> None:
    """Its banner would make JSON unreadable; one error does not load it at all."""
    rng = random.Random(1)
    spoilt = example
    for mutant in rng.sample(list(mutants.of_filled(example)), 12):
        spoilt = mutants.applied(pack, spoilt, mutant)
    file = tmp_path / "预算.json"
    file.write_text(to_json(pack, spoilt), encoding="utf-8")
    start = "from xlbudget.cli.main import main; main()"
    command = [sys.executable, "-X", "importtime", "-c", start, "check", str(file)]
    done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True)
    assert json.loads(done.stdout)["causes"]
    assert "highspy" in done.stderr
    one = mutants.applied(pack, example, mutants.Mutant(*next(mutants.of_filled(example))))
    file.write_text(to_json(pack, one), encoding="utf-8")
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "highspy" not in done.stderr


def test_totals_that_compute_themselves_follow_the_wrong_figure(
    pack: Pack, example: Budget, tmp_path: Path
) -> None:
    """In a workbook with live totals a typed slip moves them too: it is named, they are not."""
    cell = CellKey("general_spending", "rows", "2080501", "basic")
    wrong = mutants.applied(pack, example, mutants.Mutant(cell, "shifted", Decimal("259.90")))
    file = tmp_path / "预算.xlsx"
    trees = build_trees(pack, wrong)
    file.write_bytes(make_live_workbook(pack, compute_totals(pack, wrong, trees)))
    checked = check_file(file)
    told = {repair.cell for cause in checked.causes for repair in cause.repairs}
    assert cell in told
    assert not {one.row for one in told} & {"total", "208", "20805"}


@pytest.mark.parametrize("seed", range(24))
def test_rounded_departments_are_clean_and_get_no_suggestion(pack: Pack, seed: int) -> None:
    """Thousands of figures rounded one by one: notes, no false alarm, nothing to repair."""
    outcome = check(pack, Reading(department(pack, seed)))
    assert {finding.severity for finding in outcome.findings} <= {NOTE}
    assert outcome.causes == ()


def test_a_tangle_of_wrong_cells_ends_with_a_partial_answer(pack: Pack, example: Budget) -> None:
    rng = random.Random(3)
    spoilt = example
    for cell in rng.sample([cell for cell, _ in example.amounts()], 180):
        change = mutants.Mutant(cell, "random", Decimal(rng.randint(1, 99999)).scaleb(-2))
        spoilt = mutants.applied(pack, spoilt, change)
    assert any(not cause.repairs for cause in causes(pack, spoilt))


def test_a_figure_that_picks_constraints_is_a_candidate_too(pack: Pack, example: Budget) -> None:
    """A stray carryover turns equations into inequalities; it is named all the same."""
    cell = CellKey("summary", "income", "carryover", "amount")
    stray = mutants.applied(pack, example, mutants.Mutant(cell, "added", Decimal("5.00")))
    (cause,) = causes(pack, stray)
    assert [(r.cell, r.new, r.slip) for r in cause.repairs] == [(cell, None, "added")]

"""Every wrong figure is seen, nothing right is reported: all single-cell mutants of the example."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from helpers.mutants import Mutant, applied, of_blanks, of_filled, slips

from xlbudget.core.budget import Budget
from xlbudget.core.finding import ERROR, NOTE
from xlbudget.core.reading import Reading
from xlbudget.ops.check.check import CheckResult, check
from xlbudget.packs.model import Pack

ROOT = Path(__file__).parent.parent.parent
FIXED = {"0.05": 5, "0.01": 1}


@pytest.fixture(scope="module")
def confronted(pack: Pack, example: Budget) -> list[tuple[Mutant, CheckResult]]:
    mutants = [*of_filled(example), *of_blanks(pack, example)]
    return [(m, check(pack, Reading(applied(pack, example, m)))) for m in mutants]


def test_a_figure_with_an_exponent_is_mistyped_by_its_digits() -> None:
    """`1.16E+4` came out of `Decimal.normalize`; its digits are 11600."""
    assert list(slips(Decimal("1.16E+4"))) == list(slips(Decimal("11600")))


def test_every_mutant_gives_an_error_that_names_its_cell(
    confronted: list[tuple[Mutant, CheckResult]],
) -> None:
    assert len(confronted) > 1300
    missed = [m for m, outcome in confronted if not _errors_naming(m, outcome)]
    assert missed == []


def _errors_naming(mutant: Mutant, outcome: CheckResult) -> list[str]:
    return [
        f.rule
        for f in outcome.findings
        if f.severity == ERROR and f.constraint and mutant.cell in f.cells
    ]


def test_the_example_has_only_the_six_known_roundings(pack: Pack, example: Budget) -> None:
    findings = check(pack, Reading(example)).findings
    cells = [(f.rule, f.severity, f.cells[0].row, f.cells[0].column) for f in findings]
    rows = [("301", "total"), ("301", "personnel"), ("302", "total"), ("302", "operating")]
    rows += [("total", "total"), ("total", "personnel")]
    assert cells == [("A602", NOTE, *row) for row in rows]


def test_the_table_of_tolerances_in_the_readme(
    pack: Pack, example: Budget, confronted: list[tuple[Mutant, CheckResult]]
) -> None:
    """What a fixed tolerance would miss, and what exact equality would report falsely."""
    clean = check(pack, Reading(example))
    missed: Counter[str] = Counter()
    for mutant, outcome in confronted:
        sizes = [
            verdict.residual if constraint.relation == "<=" else abs(verdict.residual)
            for _, constraint, verdict in outcome.judged
            if mutant.cell in constraint.cells()
        ]
        for name, most in FIXED.items():
            missed[name] += not any(size > most for size in sizes)
        missed["exact"] += not any(size > 0 for size in sizes)
        missed["interval"] += not _errors_naming(mutant, outcome)
    off = [v.residual if c.relation == "<=" else abs(v.residual) for _, c, v in clean.judged]
    wrongly = {name: sum(size > most for size in off) for name, most in FIXED.items()}
    exact = sum(size > 0 for size in off)
    alarms = sum(f.severity != NOTE for f in clean.findings)
    total, constraints = len(confronted), sum(clean.counts.values())
    table = [
        f"| intervals (xlbudget) | {missed['interval']} of {total} | {alarms} of {constraints} |",
        f"| fixed 0.05 万元 | {missed['0.05']} of {total} | {wrongly['0.05']} of {constraints} |",
        f"| fixed 0.01 万元 | {missed['0.01']} of {total} | {wrongly['0.01']} of {constraints} |",
        f"| exact equality | {missed['exact']} of {total} | {exact} of {constraints} |",
    ]
    print(*table, sep="\n")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\n".join(table) in readme


@pytest.mark.parametrize("amount", ["1.16E+4", "0", "-0.05", "7", "300.00", "1E+20"])
def test_every_figure_has_slips_however_it_is_written(amount: str) -> None:
    found = dict(slips(Decimal(amount)))
    assert {"×10", "÷10", "one digit", "blank", "sign"} <= found.keys()
    assert found["one digit"] != Decimal(amount)

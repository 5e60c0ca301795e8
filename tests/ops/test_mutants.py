"""Every wrong figure is seen, nothing right is reported: all single-cell mutants of the example."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from helpers.mutants import Mutant, applied, of_blanks, of_filled

from xlbudget.core.budget import Budget
from xlbudget.core.finding import ERROR, NOTE
from xlbudget.core.reading import Reading
from xlbudget.ops.check.check import Confrontation, check
from xlbudget.packs.model import Pack

ROOT = Path(__file__).parent.parent.parent
FIXED = {"0.05": 5, "0.01": 1}


@pytest.fixture(scope="module")
def confronted(pack: Pack, example: Budget) -> list[tuple[Mutant, Confrontation]]:
    mutants = [*of_filled(example), *of_blanks(pack, example)]
    return [(m, check(pack, Reading(applied(pack, example, m)))) for m in mutants]


def test_every_mutant_gives_an_error_that_names_its_cell(
    confronted: list[tuple[Mutant, Confrontation]],
) -> None:
    assert len(confronted) > 1300
    missed = [m for m, outcome in confronted if not _errors_naming(m, outcome)]
    assert missed == []


def _errors_naming(mutant: Mutant, outcome: Confrontation) -> list[str]:
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
    pack: Pack, example: Budget, confronted: list[tuple[Mutant, Confrontation]]
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

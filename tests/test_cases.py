"""Rules by their cases: small filled forms, and the findings of that rule that they must give."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from xlbudget.core.key import CellKey
from xlbudget.core.reading import Reading
from xlbudget.ops.check import check
from xlbudget.ops.interchange import from_data
from xlbudget.packs.model import Pack

CASES = Path(__file__).parent / "cases"


class Exact(yaml.SafeLoader):
    """Amounts keep their decimals."""


Exact.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(node.value))


def listed() -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}")
        for path in sorted(CASES.rglob("*.yaml"))
        for case in yaml.load(path.read_text(encoding="utf-8"), Loader=Exact)
    ]


@pytest.mark.parametrize(("rule", "case"), listed())
def test_case(pack: Pack, rule: str, case: dict[str, Any]) -> None:
    data = {"pack": pack.name, "year": pack.year, "unit": pack.unit}
    budget = from_data(pack, {**data, "department": {"name": "某局"}, "forms": case["forms"]})
    findings = [f for f in check(pack, Reading(budget)).findings if f.rule == rule]
    cells = [f.cells[0] for f in findings]
    said = [
        f"{f.severity} {'.'.join(cell)}" if isinstance(cell, CellKey) else f.severity
        for f, cell in zip(findings, cells, strict=True)
    ]
    assert said == case["gives"]


def test_every_case_file_is_of_a_rule_and_breaks_it_once_at_least(pack: Pack) -> None:
    for path in sorted(CASES.rglob("*.yaml")):
        gives = [c["gives"] for c in yaml.load(path.read_text(encoding="utf-8"), Loader=Exact)]
        assert path.stem in pack.rules
        assert [] in gives and any(gives)

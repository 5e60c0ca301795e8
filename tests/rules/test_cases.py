"""Rules by their cases: small filled forms, and the findings of that rule that they must give.

A case gives `figures` by the cells' keys, or `forms` as budget JSON has them; forms that it does
not name stand there blank. With `cells` (what a person typed where; `formats` of such cells) or
`without` (sheets thrown away) the budget goes through a real workbook, and its findings name
addresses.
"""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from conftest import forms_only

from xlbudget.app.check_files import check_file
from xlbudget.core.budget import Budget
from xlbudget.core.finding import Finding
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.reading import Reading
from xlbudget.ops.check.budget_json import build_budget
from xlbudget.ops.check.check import check
from xlbudget.packs.model import CODE, NAME, TOTAL, Pack
from xlbudget.report.messages import Namer, name_cells
from xlbudget.rules.evaluate import evaluate_all
from xlbudget.rules.tree import build_trees
from xlbudget.workbook.live.workbook import make_workbook

CASES = Path(__file__).parent.parent / "cases"


class Exact(yaml.SafeLoader):
    """Amounts keep their decimals."""


Exact.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(node.value))


def cases_of(path: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=Exact)
    return cases


FILES = sorted(CASES.rglob("*.yaml"))


def listed() -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}")
        for path in FILES
        for case in cases_of(path)
    ]


def budget_of(pack: Pack, case: dict[str, Any]) -> Budget:
    """The case's budget, all forms of the pack in it."""
    forms: dict[str, Any] = {
        form.key: {block.key: [] for block in form.blocks} for form in pack.forms.values()
    }
    for path, amount in case.get("figures", {}).items():
        form, block, row, column = path.split(".")
        rows = forms[form][block]
        identity = identity_of(pack, BlockKey(form, block), row)
        same = next((r for r in rows if identity.items() <= r.items()), None)
        if same is None:
            rows.append(same := identity)
        same[column] = amount
    for form, blocks in case.get("forms", {}).items():
        forms[form] |= blocks
    data = {"pack": pack.name, "year": pack.year, "unit": pack.unit}
    return build_budget(pack, {**data, "department": {"name": "某局"}, "forms": forms})


def identity_of(pack: Pack, key: BlockKey, row: str) -> dict[str, Any]:
    """What budget JSON says of a row with this id besides its amounts."""
    block = pack.blocks[key]
    if row in block.row_keys or row == TOTAL:
        return {"row": row}
    if block.levels:
        place = int(row.removeprefix("@"))
        return {"level": block.levels[min(place, len(block.levels)) - 1], NAME: f"第{place}行"}
    return {CODE: row, NAME: pack.catalogues[block.codes].names[row]}


def findings_of(pack: Pack, case: dict[str, Any], folder: Path) -> list[str]:
    """Severity and first place of every finding, its rule in front."""
    budget = budget_of(pack, case)
    if "cells" not in case:
        return [said(f, "") for f in check(pack, Reading(budget)).findings]
    book = openpyxl.load_workbook(BytesIO(forms_only(pack, make_workbook(pack, budget))))
    for place, value in case["cells"].items():
        sheet, cell = place.split("!")
        book[sheet][cell] = value
    for place, code in case.get("formats", {}).items():
        sheet, cell = place.split("!")
        book[sheet][cell].number_format = code
    for sheet in case.get("without", ()):
        del book[sheet]
    path = folder / "预算.xlsx"
    book.save(path)
    checked = check_file(path)
    namer = Namer(checked.pack, checked.reading)
    return [said(f, (name_cells(namer, f) or [""])[0]) for f in checked.findings]


def said(finding: Finding, place: str) -> str:
    cell = finding.cells[0] if finding.cells else None
    where = place or (".".join(cell) if isinstance(cell, CellKey) else finding.form)
    return f"{finding.rule}: {finding.severity} {where}".strip()


@pytest.mark.parametrize(("rule", "case"), listed())
def test_case(pack: Pack, rule: str, case: dict[str, Any], tmp_path: Path) -> None:
    found = [f for f in findings_of(pack, case, tmp_path) if f.startswith(f"{rule}: ")]
    assert [f.removeprefix(f"{rule}: ") for f in found] == case["gives"]


def test_every_rule_has_a_case_that_passes_and_one_that_fails(pack: Pack) -> None:
    there = {path.stem: [case["gives"] for case in cases_of(path)] for path in FILES}
    assert there.keys() <= pack.rules.keys()
    by_reading = {rule for rule in pack.rules if rule[0] in "FS"}  # tests of files and layouts
    lacking = [
        rule
        for rule in pack.rules.keys() - by_reading
        if [] not in there.get(rule, []) or not any(there.get(rule, []))
    ]
    assert not lacking


def test_every_equation_has_a_case_at_the_edge_of_rounding(pack: Pack) -> None:
    """One last decimal apart: whether that still agrees must be told by a case."""

    def at_the_edge(rule: str, case: dict[str, Any]) -> bool:
        budget = budget_of(pack, case)
        judged = evaluate_all(pack, budget, build_trees(pack, budget))[1]
        return any(c.rule == rule and 0 < abs(v.residual) == v.width for _, c, v in judged)

    lacking = [
        path.stem
        for path in FILES
        if any(part.holds for part in pack.rules[path.stem].parts)
        and not any(at_the_edge(path.stem, case) for case in cases_of(path))
    ]
    assert not lacking

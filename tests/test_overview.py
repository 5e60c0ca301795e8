"""A county's workbook and page: the sheets 概览, 来源 and 溯源, and the same figures as a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from departments import department

from xlbudget.cli.checking import read_file
from xlbudget.core.budget import Budget, Row
from xlbudget.core.consolidation import Consolidation, Origin, Source
from xlbudget.core.key import BlockKey, CellKey, Place
from xlbudget.ops.overview import overview
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.workbook.write import consolidated_workbook_bytes

NAMES = ("预算.xlsx", "第 2 局/预算 #1.xlsx", "50%局.xlsx", "a&b'c（定）.xlsx", "=1+1.xlsx")


def consolidated(pack: Pack, departments: Sequence[Budget]) -> Consolidation:
    """Departments added up by cell key; of outlines, whose rows have no codes, only the total."""
    origins: dict[CellKey, list[Origin]] = defaultdict(list)
    rows: dict[BlockKey, dict[str, Row]] = defaultdict(dict)
    for number, budget in enumerate(departments):
        for key, listed in budget.blocks.items():
            for row in listed:
                if not pack.blocks[key].levels or row.id == TOTAL:
                    rows[key].setdefault(row.id, row)
                    for column, amount in row.amounts.items():
                        place = Place(pack.forms[key.form].sheet, len(rows[key]), 2)
                        origins[CellKey(*key, row.id, column)].append(Origin(number, place, amount))
    sums = {cell: sum((o.amount for o in of), Decimal(0)) for cell, of in origins.items()}
    blocks = {}
    for key, block in pack.blocks.items():
        order = {row: place for place, row in enumerate(block.row_keys)}
        ids = sorted(rows[key], key=lambda row: (order.get(row, 99), row))
        blocks[key] = tuple(_summed(key, rows[key][row], sums) for row in ids)
    county = departments[0]._replace(department="某县", department_code="", blocks=blocks)
    sources = tuple(_source(pack, n, budget) for n, budget in enumerate(departments))
    return Consolidation(county, sources, {cell: tuple(of) for cell, of in origins.items()})


def _summed(key: BlockKey, row: Row, sums: dict[CellKey, Decimal]) -> Row:
    amounts = {c.column: amount for c, amount in sums.items() if c[:3] == (*key, row.id)}
    return row._replace(amounts=amounts)


def _source(pack: Pack, number: int, budget: Budget) -> Source:
    file = NAMES[number] if number < len(NAMES) else f"第{number}局/预算.xlsx"
    rows = {row.id: row.amounts for row in budget.blocks[BlockKey("f01", "expenditure")]}
    total = rows["grand_total"]["total"]
    code = f"{101 + number}"
    errors = number % 3 // 2 * (number + 1)
    checksum = f"{number:064x}"
    return Source(file, budget.department, code, total, "2025-02-03", checksum, errors)


@pytest.fixture(scope="module")
def departments(pack: Pack) -> list[Budget]:
    return [department(pack, seed) for seed in range(1, 6)]


@pytest.fixture(scope="module")
def county(pack: Pack, departments: list[Budget]) -> Consolidation:
    return consolidated(pack, departments)


@pytest.fixture(scope="module")
def county_bytes(pack: Pack, county: Consolidation, departments: list[Budget]) -> bytes:
    return consolidated_workbook_bytes(pack, county, overview(pack, county, departments))


def test_read_back(pack: Pack, county: Consolidation, county_bytes: bytes, tmp_path: Path) -> None:
    """The workbook is read as the county's budget; of the added sheets nothing is said."""
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(county_bytes)
    _, reading = read_file(path)
    filled = {cell: amount for cell, amount in county.budget.amounts() if amount}
    assert {cell: amount for cell, amount in reading.budget.amounts() if amount} == filled
    assert reading.budget.department == "某县"
    assert reading.remarks == ()

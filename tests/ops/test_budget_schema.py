"""S101 is all that a workbook's budget can have against the schema of budget JSON: whatever was
read, written as JSON, is valid but for the codes that S101 names."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from xlbudget.core.budget import Budget
from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.reading import Reading
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.recognise.recognise import recognise
from xlbudget.ops.check.budget_json import convert_to_floats, parse_json, to_json
from xlbudget.ops.check.budget_schema import find_violations
from xlbudget.packs.model import CODE, Pack
from xlbudget.rules.checks.context import Context
from xlbudget.rules.checks.registry import KINDS
from xlbudget.rules.tree import build_trees
from xlbudget.workbook.read.open import read_workbook

SEED = Path(__file__).parent.parent / "corpus" / "seed.xlsx"
WORKBOOKS = 60
"""Mutated workbooks a batch."""
WRITTEN: tuple[Any, ...] = (
    "", None, True, 0.0, 2.5, 201.0, 20103.0, "201-03-01", "20103010", "2010301\n", "201 03",
    "1", "2010", "٢٠١", "201²", "０２０１", "1030101", "30101", "类", "款", "项", "合计",
    "科目编码", "科目名称", "行政运行", "不在目录里", "2010399 其他", "20103无名", "单位一",
    "项目甲", "2026年", "-",
)  # fmt: skip

Rows = list[list[Any]]


def _write(chance: random.Random, rows: Rows, row: int, column: int) -> None:
    rows[row][column] = chance.choice(WRITTEN)


def _copy(chance: random.Random, rows: Rows, row: int, column: int) -> None:
    other = chance.choice(rows)
    rows[row][column] = other[column] if column < len(other) else ""


def _empty_below(chance: random.Random, rows: Rows, row: int, column: int) -> None:
    for cells in rows[row:]:
        if column < len(cells):
            cells[column] = ""


def _drop_row(chance: random.Random, rows: Rows, row: int, column: int) -> None:
    del rows[row]


def _drop_column(chance: random.Random, rows: Rows, row: int, column: int) -> None:
    for cells in rows:
        del cells[column : column + 1]


Mutation = Callable[[random.Random, Rows, int, int], None]
MUTATIONS: Sequence[Mutation] = (*[_write] * 6, _copy, _empty_below, _drop_row, _drop_column)


def mutated(chance: random.Random, sheets: Sequence[RawSheet]) -> list[RawSheet]:
    """The sheets with a few changes, most of them on the left, where codes and names stand; some
    cells have formulas that were never calculated."""
    copies = [sheet._replace(rows=[list(row) for row in sheet.rows]) for sheet in sheets]
    for _ in range(chance.choice((1, 4, 20, 80))):
        rows = chance.choice(copies).rows
        row = chance.randrange(len(rows))
        if rows[row]:
            width = len(rows[row])
            column = min(chance.choice((0, 0, 0, 1, 1, chance.randrange(width))), width - 1)
            chance.choice(MUTATIONS)(chance, rows, row, column)
    places = [(chance.randrange(40), chance.randrange(4)) for _ in range(chance.choice((0, 0, 9)))]
    return [sheet._replace(uncalculated=frozenset(places)) for sheet in copies]


def against_schema(pack: Pack, reading: Reading) -> set[tuple[Any, ...]]:
    data = convert_to_floats(parse_json(to_json(pack, reading.budget)))
    return {violation.steps for violation in find_violations(pack, data)}


def said_by_s101(pack: Pack, reading: Reading) -> set[tuple[Any, ...]]:
    """The codes at fault by S101, as paths in budget JSON."""
    (part,) = pack.rules["S101"].parts
    context = Context(pack, reading, build_trees(pack, reading.budget))
    return {_path(reading.budget, remark) for remark in KINDS[part.kind](context, part)}


def _path(budget: Budget, remark: Observation) -> tuple[Any, ...]:
    (cell,) = remark.cells
    assert isinstance(cell, CellKey)
    rows = budget.blocks[BlockKey(cell.form, cell.block)]
    number = next(place for place, row in enumerate(rows) if row.id == cell.row)
    return "forms", cell.form, cell.block, number, CODE


@pytest.mark.parametrize("batch", range(4))
def test_the_schema_and_s101_object_to_the_same_codes(pack: Pack, batch: int) -> None:
    sheets = read_workbook(SEED).sheets
    objections = 0
    for seed in range(batch * WORKBOOKS, (batch + 1) * WORKBOOKS):
        reading = recognise(pack, mutated(random.Random(seed), sheets))
        against = against_schema(pack, reading)
        assert said_by_s101(pack, reading) == against, seed
        objections += len(against)
    assert objections

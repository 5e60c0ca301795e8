"""Causes that are about a whole form: told once, not as forty broken sums."""

from __future__ import annotations

import pytest

from xlbudget.core.budget import Budget, Row
from xlbudget.core.cause import BlockRepair, Cause, RowRepair
from xlbudget.core.key import BlockKey
from xlbudget.core.reading import Reading
from xlbudget.ops.check.check import check
from xlbudget.packs.model import TOTAL, Pack

FORMS = ["spending", "general_spending"]
ALL_AROUND = [("right", 0, 1), ("left", 0, -1), ("down", 1, 0), ("up", -1, 0)]


def shifted(pack: Pack, budget: Budget, key: BlockKey, rows: int, columns: int) -> Budget:
    """The budget with the figures of a block so many rows and columns further; what falls over the
    edge is lost."""
    names, there = pack.blocks[key].columns, budget.blocks[key]
    moved: list[Row] = []
    for place, row in enumerate(there):
        source = place - rows
        amounts = there[source].amounts if 0 <= source < len(there) else {}
        further = {names.index(column) + columns: amount for column, amount in amounts.items()}
        kept = {names[at]: amount for at, amount in further.items() if 0 <= at < len(names)}
        moved.append(row._replace(amounts=kept))
    return budget._replace(blocks={**budget.blocks, key: tuple(moved)})


def causes(pack: Pack, budget: Budget) -> tuple[Cause, ...]:
    return check(pack, Reading(budget)).causes


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("way", "rows", "columns"), ALL_AROUND)
def test_a_form_one_row_or_column_off_is_one_cause(
    pack: Pack, example: Budget, form: str, way: str, rows: int, columns: int
) -> None:
    """What fell over the edge (the last row, a column) is not made up."""
    key = next(key for key in pack.blocks if key.form == form)
    first, *others = causes(pack, shifted(pack, example, key, rows, columns))
    assert isinstance(first.repairs[0], BlockRepair)
    assert (first.repairs[0].slip, first.repairs[0].cell.form) == (way, form)
    assert not others


@pytest.mark.parametrize("form", ["income", "spending", "general_spending", "general_basic"])
def test_a_total_row_left_out_is_one_cause(pack: Pack, example: Budget, form: str) -> None:
    key = next(key for key in pack.blocks if key.form == form)
    rows = tuple(row for row in example.blocks[key] if row.id != TOTAL)
    total = next(row for row in example.blocks[key] if row.id == TOTAL)
    (cause,) = causes(pack, example._replace(blocks={**example.blocks, key: rows}))
    (repair,) = cause.repairs
    assert isinstance(repair, RowRepair) and repair.row == TOTAL and not cause.alternatives
    told = dict(repair.amounts)
    assert told.keys() == total.amounts.keys()
    assert all(abs(told[c] - amount) < 1 for c, amount in total.amounts.items())


def test_a_few_wrong_figures_are_no_shift(pack: Pack, example: Budget) -> None:
    key = next(key for key in pack.blocks if key.form == "spending")
    rows = list(example.blocks[key])
    rows[1] = rows[1]._replace(amounts={c: a + 1 for c, a in rows[1].amounts.items()})
    rows[3] = rows[3]._replace(amounts={c: a * 10 for c, a in rows[3].amounts.items()})
    told = causes(pack, example._replace(blocks={**example.blocks, key: tuple(rows)}))
    assert told
    assert not any(isinstance(repair, BlockRepair) for cause in told for repair in cause.repairs)

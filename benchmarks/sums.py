"""Is a consolidated workbook the sum of the budgets behind it? Figure by figure, in 元."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from xlbudget.app.read_files import read_file
from xlbudget.core.budget import Budget
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.packs.model import Pack


def differences(pack: Pack, output: Path, budgets: Iterable[Budget]) -> tuple[int, int]:
    """How many figures are not the sum of the budgets' printed ones, and how many there are.

    Rows without a code (units, projects) are left out: what becomes of them is no sum.
    """
    wanted: dict[CellKey, Decimal] = defaultdict(Decimal)
    for budget in budgets:
        for cell, yuan in _amounts(pack, budget):
            wanted[cell] += yuan
    got = dict(_amounts(pack, read_file(output, pack.name)[1].budget))
    every = wanted.keys() | got.keys()
    return sum(wanted.get(cell, 0) != got.get(cell, 0) for cell in every), len(every)


def _amounts(pack: Pack, budget: Budget) -> Iterator[tuple[CellKey, Decimal]]:
    for cell, amount in budget.amounts():
        block = pack.blocks[BlockKey(cell.form, cell.block)]
        if amount and (block.fixed or block.codes):
            yield cell, amount * pack.yuan(budget.unit_of(cell.form))

"""What people do wrong to one figure: the mutants of a budget, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.amount import shown_with
from xlbudget.core.budget import Budget, Row
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.packs.model import Pack


class Mutant(NamedTuple):
    """One changed cell: what was done to it, and its new amount (None: blank)."""

    cell: CellKey
    slip: str
    amount: Decimal | None


def slips(amount: Decimal) -> Iterator[tuple[str, Decimal | None]]:
    """Transposed digits, ×10, ÷10, one digit, blank, sign: each that gives another figure."""
    digits = str(amount)
    for place in range(len(digits) - 1):
        one, other = digits[place : place + 2]
        if one.isdigit() and other.isdigit() and one != other:
            yield "transposed", Decimal(digits[:place] + other + one + digits[place + 2 :])
            break
    yield "×10", shown_with(amount * 10, 2)
    yield "÷10", shown_with(amount / 10, 2)
    place = sum(map(ord, digits)) % len(digits)
    place = place if digits[place].isdigit() else place - 1
    digit = str((int(digits[place]) + 1) % 10)
    yield "one digit", Decimal(digits[:place] + digit + digits[place + 1 :])
    yield "blank", None
    yield "sign", -amount


def of_filled(budget: Budget) -> Iterator[Mutant]:
    """Every slip of every filled cell."""
    for cell, amount in budget.amounts():
        for slip, changed in slips(amount):
            if changed != amount:
                yield Mutant(cell, slip, changed)


def blanks(pack: Pack, budget: Budget) -> Iterator[CellKey]:
    """Every blank amount cell of the forms as printed: fixed rows, totals and rows there are."""
    filled = {cell for cell, _ in budget.amounts()}
    for key, block in pack.blocks.items():
        ids = dict.fromkeys([*block.row_keys, *(row.id for row in budget.blocks.get(key, ()))])
        for identity in ids:
            for column in block.columns:
                cell = CellKey(*key, identity, column)
                if cell not in filled:
                    yield cell


def of_blanks(pack: Pack, budget: Budget) -> Iterator[Mutant]:
    """5.00 in every blank cell."""
    for cell in blanks(pack, budget):
        yield Mutant(cell, "blank → 5.00", Decimal("5.00"))


def applied(pack: Pack, budget: Budget, mutant: Mutant) -> Budget:
    """The budget with that one cell changed."""
    key = BlockKey(mutant.cell.form, mutant.cell.block)
    rows = list(budget.blocks[key])
    place = next((n for n, row in enumerate(rows) if row.id == mutant.cell.row), None)
    if place is None:
        order = list(pack.blocks[key].row_keys)
        rank = order.index(mutant.cell.row)
        place = sum(row.id in order and order.index(row.id) < rank for row in rows)
        rows.insert(place, Row(mutant.cell.row, {}))
    amounts = dict(rows[place].amounts)
    if mutant.amount is None:
        del amounts[mutant.cell.column]
    else:
        amounts[mutant.cell.column] = mutant.amount
    rows[place] = rows[place]._replace(amounts=amounts)
    return budget._replace(blocks={**budget.blocks, key: tuple(rows)})

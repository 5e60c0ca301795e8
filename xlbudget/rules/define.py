"""The constraint that computes each total: of the first rule, in the pack's order, that `defines`
it."""

from __future__ import annotations

from decimal import Decimal

from xlbudget.core.budget import Budget, Row
from xlbudget.core.constraint import Constraint
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.packs.model import Pack
from xlbudget.rules.bound_rules import bound_rules
from xlbudget.rules.instantiate import Instance, instantiate
from xlbudget.rules.tree import Trees


def find_definitions(pack: Pack, trees: Trees) -> dict[CellKey, tuple[Instance, Constraint]]:
    """Total cell → the constraint, with its instance, whose left side it is and whose right side
    computes it."""
    every = bound_rules(pack)
    defined: dict[CellKey, tuple[Instance, Constraint]] = {}
    for instance, constraint in instantiate(pack, trees):
        if every[instance.bound].part.defines and len(constraint.left) == 1:
            defined.setdefault(constraint.left[0].cell, (instance, constraint))
    return defined


def compute_totals(
    pack: Pack, budget: Budget, trees: Trees, wanted: set[CellKey] | None = None
) -> Budget:
    """The budget with its totals (or only the `wanted` ones) computed from their parts.

    A total whose parts sum to zero is blank. Other amounts stay as they are.
    """
    defined = find_definitions(pack, trees)
    amounts = dict(budget.amounts())
    done: dict[CellKey, Decimal] = {}

    def figure(cell: CellKey) -> Decimal:
        if cell in done:
            return done[cell]
        if cell not in defined or (wanted is not None and cell not in wanted):
            return amounts.get(cell, Decimal(0))
        done[cell] = Decimal(0)
        terms = defined[cell][1].right
        done[cell] = sum((a * figure(part) for a, part in terms), Decimal(0))
        return done[cell]

    for cell in defined:
        if wanted is None or cell in wanted:
            figure(cell)
    return _with(pack, budget, done)


def _with(pack: Pack, budget: Budget, amounts: dict[CellKey, Decimal]) -> Budget:
    changed: dict[BlockKey, dict[str, dict[str, Decimal]]] = {}
    for cell, amount in amounts.items():
        block = changed.setdefault(BlockKey(cell.form, cell.block), {})
        block.setdefault(cell.row, {})[cell.column] = amount
    blocks = dict(budget.blocks)
    for key, rows in changed.items():
        if key in blocks:
            blocks[key] = _rows(pack, key, blocks[key], rows)
    return budget._replace(blocks=blocks)


def _rows(
    pack: Pack, key: BlockKey, rows: tuple[Row, ...], changed: dict[str, dict[str, Decimal]]
) -> tuple[Row, ...]:
    order = pack.blocks[key].row_keys
    there = {row.id: row for row in rows}
    ids = [*order, *(row.id for row in rows if row.id not in order)]
    completed = []
    for identity in ids:
        row = there.get(identity, Row(identity, {}))
        amounts = {**row.amounts, **changed.get(identity, {})}
        kept = {
            column: amounts[column]
            for column in pack.blocks[key].columns
            if column in amounts and (amounts[column] or column not in changed.get(identity, {}))
        }
        if identity in there or kept:
            completed.append(row._replace(amounts=kept))
    return tuple(completed)

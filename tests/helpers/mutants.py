"""What people do wrong to one figure or one row: the mutants of a budget."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from xlbudget.core.amount import format_plain, round_as_displayed
from xlbudget.core.budget import Budget, Row, make_unique
from xlbudget.core.cause import RepairSet, RowRepair
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.layout.recognise.rows.block_reader import ReadResult
from xlbudget.layout.recognise.rows.outlines import fill_levels
from xlbudget.ops.locate.typing_errors import CODE, DOUBLED, MISSING
from xlbudget.packs.model import CODE as CODE_COLUMN
from xlbudget.packs.model import TOTAL, Catalogue, Pack


class Mutant(NamedTuple):
    """One changed cell: what was done to it, and its new amount (None: blank)."""

    cell: CellKey
    slip: str
    amount: Decimal | None


def slips(amount: Decimal) -> Iterator[tuple[str, Decimal | None]]:
    """Transposed digits, ×10, ÷10, one digit, blank, sign: each that gives another figure."""
    digits = format_plain(amount)
    for place in range(len(digits) - 1):
        one, other = digits[place : place + 2]
        if one.isdigit() and other.isdigit() and one != other:
            yield "transposed", Decimal(digits[:place] + other + one + digits[place + 2 :])
            break
    yield "×10", round_as_displayed(amount * 10, 2)
    yield "÷10", round_as_displayed(amount / 10, 2)
    place = sum(map(ord, digits)) % len(digits)
    if not digits[place].isdigit():  # the point, or the sign
        place = place - 1 if place else 1
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


def of_outlines(pack: Pack, budget: Budget) -> Iterator[Mutant]:
    """Every slip of a cell of the outlines of projects."""
    for mutant in (*of_filled(budget), *of_blanks(pack, budget)):
        if len(pack.blocks[BlockKey(mutant.cell.form, mutant.cell.block)].levels) > 1:
            yield mutant


def read_levels(pack: Pack, budget: Budget) -> Budget:
    """The budget with the levels that its outlines would have if they were read from a table, which
    prints none."""
    bare = {
        key: tuple(row._replace(level="") for row in rows)
        if len(pack.blocks[key].levels) > 1
        else rows
        for key, rows in budget.blocks.items()
    }
    return budget._replace(blocks=fill_levels(pack, bare, ReadResult(), {}))


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


ROW_SLIPS = ("dropped", "doubled", "mistyped", "column", "row", "whole row")

ROUNDING = Decimal("0.05")


class RowMutant(NamedTuple):
    """What was done to a row, the row as it was, and where it stands now (or stood)."""

    slip: str
    block: BlockKey
    row: Row
    now: str
    cells: frozenset[CellKey]
    budget: Budget


def of_rows(pack: Pack, budget: Budget, rng: random.Random) -> Iterator[RowMutant]:
    """What people do wrong to every open row that has amounts: left out, entered twice, code
    mistyped; figures put into the neighbouring column or row."""
    for key, block in pack.blocks.items():
        rows = budget.blocks.get(key, ())
        for place, row in enumerate(rows if not block.fixed else ()):
            if row.id == TOTAL or not row.amounts:
                continue
            rest = (*rows[:place], *rows[place + 1 :])
            yield _row("dropped", budget, key, row, "", rest)
            twin = row._replace(id=f"{row.id}#2")
            twice = (*rows[: place + 1], twin, *rows[place + 1 :])
            yield _row("doubled", budget, key, row, twin.id, twice)
            if row.code and CODE_COLUMN in block.paths:
                yield _mistyped(pack.catalogues[block.codes], budget, key, row, rng)
        yield from _shifted(pack, budget, key)


def _row(
    slip: str, budget: Budget, key: BlockKey, row: Row, now: str, rows: tuple[Row, ...]
) -> RowMutant:
    changed = budget._replace(blocks={**budget.blocks, key: rows})
    return RowMutant(slip, key, row, now, frozenset(), changed)


def _mistyped(
    catalogue: Catalogue, budget: Budget, key: BlockKey, row: Row, rng: random.Random
) -> RowMutant:
    """Two digits turned round, or one digit wrong: often another code of the catalogue, or one
    under another parent."""
    rows = budget.blocks[key]
    turned = [
        row.code[:n] + row.code[n + 1] + row.code[n] + row.code[n + 2 :]
        for n in range(len(row.code) - 1)
    ]
    wrong = [
        row.code[:n] + d + row.code[n + 1 :] for n in range(len(row.code)) for d in "0123456789"
    ]
    codes = [code for code in (*turned, *wrong) if code != row.code]
    listed = [code for code in codes if code in catalogue.names]
    code = rng.choice(listed if listed and rng.random() < 0.5 else codes)
    taken = {other.id for other in rows}
    changed = row._replace(code=code, id=make_unique(code, taken))
    listed_rows = tuple(changed if other is row else other for other in rows)
    return _row("mistyped", budget, key, row, changed.id, listed_rows)


def _shifted(pack: Pack, budget: Budget, key: BlockKey) -> Iterator[RowMutant]:
    """A figure in the next column or row, and all figures of a row in the next, where blank."""
    block = pack.blocks[key]
    rows = {row.id: row for row in budget.blocks.get(key, ())}
    ids = [*block.row_keys, *(identity for identity in rows if identity not in block.row_keys)]
    for row in rows.values():
        for one, other in pairwise(block.columns):
            for source, target in ((one, other), (other, one)):
                if source in row.amounts and target not in row.amounts:
                    moved = {(row.id, source): (row.id, target)}
                    yield _moved("column", pack, budget, key, row, moved)
    for above, below in pairwise(ids):
        for source, target in ((above, below), (below, above)):
            row, there = rows.get(source), rows.get(target)
            blank = [c for c in (row.amounts if row else ()) if not there or c not in there.amounts]
            for column in blank if row else ():
                moved = {(source, column): (target, column)}
                yield _moved("row", pack, budget, key, row, moved)
            if row and len(row.amounts) > 1 and len(blank) == len(row.amounts):
                every = {(source, column): (target, column) for column in row.amounts}
                yield _moved("whole row", pack, budget, key, row, every)


def _moved(
    slip: str,
    pack: Pack,
    budget: Budget,
    key: BlockKey,
    row: Row,
    moved: Mapping[tuple[str, str], tuple[str, str]],
) -> RowMutant:
    amounts = dict(row.amounts)
    changed = budget
    cells = []
    for (identity, column), (other, into) in moved.items():
        here, there = CellKey(*key, identity, column), CellKey(*key, other, into)
        changed = applied(pack, changed, Mutant(here, slip, None))
        changed = applied(pack, changed, Mutant(there, slip, amounts[column]))
        cells += [here, there]
    return RowMutant(slip, key, row, row.id, frozenset(cells), changed)


def named(pack: Pack, mutant: RowMutant, way: RepairSet) -> bool:
    """Does this explanation say what was done?"""
    if mutant.cells:
        return {one.cell for one in way} == mutant.cells
    if len(way) != 1 or not isinstance(way[0], RowRepair):
        return False
    (one,) = way
    if one.cell[:2] != mutant.block:
        return False
    if mutant.slip == "mistyped":
        return one.slip == CODE and one.cell.row == mutant.now and one.row == mutant.row.code
    if mutant.slip == "doubled":
        return one.slip == DOUBLED and one.cell.row in (mutant.now, mutant.row.id)
    known = one.row == mutant.row.code if one.row and mutant.row.code else True
    return one.slip == MISSING and known and _alike(dict(one.amounts), mutant.row.amounts)


def _alike(told: Mapping[str, Decimal], right: Mapping[str, Decimal]) -> bool:
    """The same figures, but for the rounding of a total that they were derived from."""
    return told.keys() == right.keys() and all(
        abs(told[column] - amount) <= ROUNDING for column, amount in right.items()
    )

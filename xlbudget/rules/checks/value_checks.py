"""Kinds that check single amounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import chain

from xlbudget.core.amount import format_plain
from xlbudget.core.budget import Budget, Row
from xlbudget.core.finding import Observation
from xlbudget.core.key import CellKey
from xlbudget.packs.model import RuleClause
from xlbudget.rules.checks.context import Context


def value_negative(context: Context, part: RuleClause) -> Iterator[Observation]:
    """Negative amounts."""
    for key, rows in context.reading.budget.blocks.items():
        if min(_amounts(rows), default=0) >= 0:
            continue
        for row in rows:
            for column, amount in row.amounts.items():
                if amount < 0:
                    cell = CellKey(*key, row.id, column)
                    yield Observation(
                        part.kind, "", key.form, (cell,), {"value": format_plain(amount)}
                    )


def anything_filled(context: Context, part: RuleClause) -> Iterator[Observation]:
    """A budget without any amount."""
    amounts = (amount for _, amount in context.reading.budget.amounts())
    if not any(amounts) and not context.reading.unreadable:
        yield Observation(part.kind)


def value_size(context: Context, part: RuleClause) -> Iterator[Observation]:
    """A budget whose largest figure cannot be of its unit: larger than the pack's bound for any
    figure, or than that for whole ones where none has a fraction; or smaller than a department's
    can be. Sums of many are as large."""
    reading = context.reading
    budget = reading.budget
    largest = max(_largest(budget).values(), key=lambda found: found[0], default=None)
    if largest is None or reading.sources:
        return
    amount, cell = largest
    unit = budget.unit_of(cell.form)
    whole = all(amount == amount.to_integral_value() for _, amount in budget.amounts())
    bounds = context.pack.words["largest"].get(unit)
    if bounds is None:
        return
    facts = {"value": format_plain(amount), "unit": unit}
    if amount >= bounds["whole" if whole else "any"]:
        yield Observation(part.kind, "whole" if whole else "", cell.form, (cell,), facts)
    elif amount < bounds["least"]:
        yield Observation(part.kind, "small", cell.form, (cell,), facts)


def _amounts(rows: tuple[Row, ...]) -> Iterator[Decimal]:
    return chain.from_iterable(row.amounts.values() for row in rows)


def _largest(budget: Budget) -> Mapping[str, tuple[Decimal, CellKey]]:
    """Form → its largest absolute figure, and the first cell with it."""
    largest: dict[str, tuple[Decimal, CellKey]] = {}
    for key, rows in budget.blocks.items():
        amounts = list(_amounts(rows)) or [Decimal(0)]
        most = max(abs(max(amounts)), abs(min(amounts)))
        if most > (largest[key.form][0] if key.form in largest else 0):
            largest[key.form] = next(
                (abs(amount), CellKey(*key, row.id, column))
                for row in rows
                for column, amount in row.amounts.items()
                if abs(amount) == most
            )
    return largest

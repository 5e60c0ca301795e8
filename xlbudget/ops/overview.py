"""The tables of a county's overview, from its consolidation and the departments' own budgets.

Sheet and page both show what is computed here; what each picture is about, the pack says.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlbudget.core.budget import Budget
from xlbudget.core.consolidation import Consolidation, Source
from xlbudget.core.key import BlockKey
from xlbudget.core.overview import Bar, LeftOut, Overview, Stack
from xlbudget.packs.model import Pack, Picture

CLASSES = 11
"""Bars of the picture of classes: the largest, and one for all others together."""
DEPARTMENTS = 20
"""Bars of a picture of departments: more are too thin to read on one screen."""
NOTHING = Decimal(0)


def overview(
    pack: Pack,
    consolidation: Consolidation,
    departments: Sequence[Budget],
    left_out: Sequence[LeftOut] = (),
) -> Overview:
    """The tables, in the unit of the consolidated budget; `departments` stand in the order of the
    sources. A picture that the pack does not name is empty."""
    county, sources = consolidation.budget, consolidation.sources
    other = pack.words["overview"]["other"]
    parts = pack.pictures.get("three_public")
    return Overview(
        county.department,
        county.year,
        county.unit,
        len(sources),
        sum((source.total for source in sources), NOTHING),
        _few(_by_size(_bars(pack, "classes", county)), CLASSES, other),
        tuple(_bars(pack, "income", county)),
        tuple(parts.rows.values()) if parts else (),
        _stacks(pack, parts, county.unit, sources, departments) if parts else (),
        _by_size([Bar(each.department, each.total) for each in sources])[:DEPARTMENTS],
        tuple(sorted((s for s in sources if s.errors), key=lambda source: -source.errors)),
        tuple(left_out),
    )


def amounts_of(pack: Pack, picture: Picture, budget: Budget, unit: str) -> dict[str, Decimal]:
    """Row id → the budget's amount in `unit`, for the picture's rows that are filled."""
    rows = budget.blocks.get(BlockKey(picture.form, picture.block), ())
    # Units are powers of ten of each other: scaling is exact.
    shift = len(str(pack.yuan(budget.unit_of(picture.form)))) - len(str(pack.yuan(unit)))
    return {
        row.id: row.amounts[picture.column].scaleb(shift)
        for row in rows
        if row.id in picture.rows and picture.column in row.amounts
    }


def _bars(pack: Pack, name: str, budget: Budget) -> list[Bar]:
    picture = pack.pictures.get(name)
    if picture is None:
        return []
    amounts = amounts_of(pack, picture, budget, budget.unit)
    return [Bar(words, amounts[row]) for row, words in picture.rows.items() if amounts.get(row)]


def _by_size(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    return tuple(sorted(bars, key=lambda bar: -bar.amount))


def _few(bars: tuple[Bar, ...], most: int, other: str) -> tuple[Bar, ...]:
    """The largest bars, and the small ones together where there are too many."""
    if len(bars) <= most:
        return bars
    rest = sum((bar.amount for bar in bars[most - 1 :]), NOTHING)
    return (*bars[: most - 1], Bar(other, rest))


def _stacks(
    pack: Pack, picture: Picture, unit: str, sources: Sequence[Source], budgets: Sequence[Budget]
) -> tuple[Stack, ...]:
    stacks = []
    for source, budget in zip(sources, budgets, strict=True):
        amounts = amounts_of(pack, picture, budget, unit)
        each = tuple(amounts.get(row, NOTHING) for row in picture.rows)
        if any(each):
            stacks.append(Stack(source.department, each, sum(each, NOTHING)))
    return tuple(sorted(stacks, key=lambda stack: -stack.total)[:DEPARTMENTS])

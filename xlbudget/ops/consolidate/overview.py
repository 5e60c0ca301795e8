"""The tables of a county's overview, from its consolidation and the figures behind it.

Sheet and page both show what is computed here; the pack defines what each chart shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlbudget.core.budget import Budget
from xlbudget.core.consolidation import Consolidation
from xlbudget.core.key import BlockKey
from xlbudget.core.overview import Bar, LeftOut, Overview, Stack
from xlbudget.messages import load_messages
from xlbudget.ops.consolidate.merge import BY_DEPARTMENT
from xlbudget.packs.model import ChartSpec, Pack

CLASSES = 11
"""Bars of the chart of classes: the largest, and one for all others together."""
DEPARTMENTS = 20
"""Bars of a chart of departments: more would be too thin to read on one screen."""
NOTHING = Decimal(0)


def compute_overview(
    pack: Pack,
    consolidation: Consolidation,
    left_out: Sequence[LeftOut] = (),
) -> Overview:
    """The tables, in the unit of the consolidated budget. A chart that the pack does not define is
    empty."""
    county, sources = consolidation.budget, consolidation.sources
    other = load_messages()["overview"]["other"]
    parts = pack.charts.get(BY_DEPARTMENT)
    return Overview(
        county.department,
        county.year,
        county.unit,
        len(sources),
        sum((source.total for source in sources), NOTHING),
        _few(_by_size(_bars(pack, "classes", county)), CLASSES, other),
        tuple(_bars(pack, "income", county)),
        tuple(parts.rows.values()) if parts else (),
        _stacks(pack, parts, consolidation) if parts else (),
        _by_size([Bar(each.department, each.total) for each in sources])[:DEPARTMENTS],
        tuple(sorted((s for s in sources if s.errors), key=lambda source: -source.errors)),
        tuple(left_out),
    )


def collect_amounts(pack: Pack, chart: ChartSpec, budget: Budget) -> dict[str, Decimal]:
    """Row id → the amount in the budget's unit, for the chart's rows that are filled."""
    rows = budget.blocks.get(BlockKey(chart.form, chart.block), ())
    shift = _shift(pack, budget, chart.form)
    return {
        row.id: row.amounts[chart.column].scaleb(shift)
        for row in rows
        if row.id in chart.rows and chart.column in row.amounts
    }


def _bars(pack: Pack, name: str, budget: Budget) -> list[Bar]:
    chart = pack.charts.get(name)
    if chart is None:
        return []
    amounts = collect_amounts(pack, chart, budget)
    return [Bar(words, amounts[row]) for row, words in chart.rows.items() if amounts.get(row)]


def _by_size(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    return tuple(sorted(bars, key=lambda bar: (-bar.amount, bar.name)))


def _few(bars: tuple[Bar, ...], most: int, other: str) -> tuple[Bar, ...]:
    """The largest bars, the rest combined into one where there are too many."""
    if len(bars) <= most:
        return bars
    rest = sum((bar.amount for bar in bars[most - 1 :]), NOTHING)
    return (*bars[: most - 1], Bar(other, rest))


def _stacks(pack: Pack, chart: ChartSpec, consolidation: Consolidation) -> tuple[Stack, ...]:
    """Each department's amounts in the chart's rows: the figures behind the county's own."""
    amounts: dict[int, dict[str, Decimal]] = {}
    shift = _shift(pack, consolidation.budget, chart.form)
    for cell, by_source in consolidation.drawn.items():
        for source, amount in by_source.items():
            amounts.setdefault(source, {})[cell.row] = amount.scaleb(shift)
    stacks = []
    for source, by_row in amounts.items():
        each = tuple(by_row.get(row, NOTHING) for row in chart.rows)
        if any(each):
            department = consolidation.parts[source].source.department
            stacks.append(Stack(department, each, sum(each, NOTHING)))
    return tuple(sorted(stacks, key=lambda stack: (-stack.total, stack.name))[:DEPARTMENTS])


def _shift(pack: Pack, budget: Budget, form: str) -> int:
    """The power of ten that brings a form's amounts into the budget's unit: exact, since units
    are powers of ten of each other."""
    return len(str(pack.yuan(budget.unit_of(form)))) - len(str(pack.yuan(budget.unit)))


def total_amount(pack: Pack, chart: ChartSpec, budget: Budget) -> Decimal:
    """The sum of a budget's amounts in a chart's rows, in the budget's unit."""
    return sum(collect_amounts(pack, chart, budget).values(), NOTHING)

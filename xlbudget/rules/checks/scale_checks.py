"""Forms whose figures are of another size than those of the others: 元 for 万元, or the reverse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from xlbudget.core.budget import Budget
from xlbudget.core.finding import Observation
from xlbudget.core.key import CellKey
from xlbudget.packs.model import Pack

SCALE = 10_000
"""The ratio of 万元 to 元."""
GRAIN = 100
"""The 元 in the last usual decimal of 万元: figures are compared as whole numbers of them."""

KIND = "value_scale"

Sizes = frozenset[int]


def find_scales(pack: Pack, budget: Budget) -> Iterator[Observation]:
    """Forms whose figures are those of most other forms, ten thousand times as large or small.

    Forms with a largest figure in common belong together; those outside of the largest such group
    are told where their figures stand in it once they are scaled."""
    figures = _figures(pack, budget)
    group = _largest_group(figures)
    known = frozenset().union(*(_sizes(figures[form]) for form in group))
    for form in figures:
        if form in group:
            continue
        case = _case(figures[form], known)
        if case is not None:
            cell, _ = max(figures[form].items(), key=lambda item: item[1])
            facts = _facts(pack, budget, form, case)
            yield Observation(KIND, case, form, (cell,), facts)


def _figures(pack: Pack, budget: Budget) -> Mapping[str, Mapping[CellKey, Decimal]]:
    """Form → its figures that are something, in 元."""
    figures: dict[str, dict[CellKey, Decimal]] = {}
    for cell, amount in budget.amounts():
        if amount:
            unit = pack.yuan(budget.unit_of(cell.form))
            figures.setdefault(cell.form, {})[cell] = abs(amount) * unit
    return figures


def _size(amount: Decimal) -> int:
    return int((amount / GRAIN).to_integral_value(ROUND_HALF_UP))


def _sizes(figures: Mapping[CellKey, Decimal], factor: Decimal = Decimal(1)) -> Sizes:
    """The figures multiplied by the factor, as whole numbers, without what becomes nothing."""
    return frozenset(_size(amount * factor) for amount in figures.values()) - {0}


def _largest_group(figures: Mapping[str, Mapping[CellKey, Decimal]]) -> frozenset[str]:
    """The forms that belong together, of several groups the one with the most forms."""
    largest = {form: _size(max(amounts.values())) for form, amounts in figures.items()}
    sizes = {form: _sizes(amounts) for form, amounts in figures.items()}
    groups: list[set[str]] = []
    for form in figures:
        near = [
            group
            for group in groups
            if any(largest[form] in sizes[o] or largest[o] in sizes[form] for o in group)
        ]
        groups = [group for group in groups if group not in near]
        groups.append({form}.union(*near))
    largest_first = sorted(groups, key=lambda group: -len(group))
    return frozenset(largest_first[0]) if groups else frozenset()


def _case(figures: Mapping[CellKey, Decimal], known: Sizes) -> str | None:
    """ "" for figures that are too large, "small" for too small ones; None for neither."""
    as_they_are = len(_sizes(figures) & known)
    for case, factor in (("", Decimal(1) / SCALE), ("small", Decimal(SCALE))):
        scaled = _sizes(figures, factor)
        largest = _size(max(figures.values()) * factor)
        hits = len(scaled & known)
        if hits > as_they_are and (largest in known or 2 * hits >= len(scaled)):
            return case
    return None


def _facts(pack: Pack, budget: Budget, form: str, case: str) -> dict[str, str]:
    unit = budget.unit_of(form)
    own = pack.yuan(unit)
    wanted = own * SCALE if case else own // SCALE
    found = next((u for u, yuan in pack.words["units"].items() if yuan == wanted), "")
    return {
        "form": pack.forms[form].sheet,
        "times": str(SCALE),
        "unit": unit,
        "found": found or pack.words["another_unit"],
    }

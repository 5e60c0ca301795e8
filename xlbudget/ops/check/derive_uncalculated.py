"""Figures of formulas that were never calculated: derived where a rule determines them.

A program that writes a workbook without calculating it leaves totals without values. Where the
parts were read, the total is computed from them by the pack's rule, and that is reported.
"""

from __future__ import annotations

from collections.abc import Iterable

from xlbudget.core.amount import format_plain, round_as_displayed
from xlbudget.core.finding import Observation
from xlbudget.core.key import CellKey, SheetCell, address
from xlbudget.core.reading import Reading
from xlbudget.packs.model import Pack
from xlbudget.rules.define import compute_totals, find_definitions
from xlbudget.rules.tree import build_trees

KIND, UNKNOWN, DERIVED = "value_uncalculated", "unknown", "derived"


def derive_uncalculated(pack: Pack, reading: Reading) -> Reading:
    """The reading with such totals filled in, and one observation per form on what was derived."""
    blanks = {r.cells[0] for r in reading.observations if r.kind == KIND and r.case == UNKNOWN}
    open_cells = {cell for cell in reading.unreadable if reading.locate(cell) in blanks}
    if not open_cells:
        return reading
    trees = build_trees(pack, reading.budget)
    defined = {
        cell: {t.cell for t in c.right} for cell, (_, c) in find_definitions(pack, trees).items()
    }
    known = _determined(open_cells, defined, reading.unreadable)
    budget = compute_totals(pack, reading.budget, trees, known)
    amounts = dict(budget.amounts())
    derived: dict[str, list[CellKey]] = {}
    for cell in (c for c, _ in budget.amounts() if c in known):
        derived.setdefault(cell.form, []).append(cell)
    gone = {reading.locate(cell) for cell in known}
    observations = [r for r in reading.observations if not (r.kind == KIND and r.cells[0] in gone)]
    for form, cells in derived.items():
        displayed = round_as_displayed(amounts[cells[0]], pack.least_decimals(budget.unit_of(form)))
        first = reading.locate(cells[0])
        facts = {"count": str(len(cells)), "value": format_plain(displayed)}
        facts["cell"] = address(first) if isinstance(first, SheetCell) else ""
        observations.append(Observation(KIND, DERIVED, form, tuple(cells), facts))
    return reading._replace(
        budget=budget, observations=tuple(observations), unreadable=reading.unreadable - known
    )


def _determined(
    open_cells: Iterable[CellKey],
    defined: dict[CellKey, set[CellKey]],
    unreadable: frozenset[CellKey],
) -> set[CellKey]:
    """The open cells whose parts are all known, or determined themselves."""
    known = {cell for cell in open_cells if cell in defined}
    while True:
        lost = {
            cell for cell in known if any(p in unreadable and p not in known for p in defined[cell])
        }
        if not lost:
            return known
        known -= lost

"""Figures stored as text, which a formula that adds up leaves out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from xlbudget.core.cause import AnyRepair, Repair, RepairSet
from xlbudget.core.constraint import Term
from xlbudget.core.key import CellKey
from xlbudget.ops.locate.trial import Trial
from xlbudget.ops.locate.typing_errors import TEXT
from xlbudget.rules.define import find_definitions

NONE = Decimal(0)


def name_left_out(trial: Trial, way: RepairSet, texts: Collection[CellKey]) -> RepairSet:
    """The repairs with each total that computes itself replaced by the texts that make the
    difference: it is right once they are numbers."""
    if not texts or not any(repair.cell in trial.formulas for repair in way):
        return way
    defined = find_definitions(trial.pack, trial.trees)

    def named(repair: AnyRepair) -> Iterator[AnyRepair]:
        found: tuple[Repair, ...] = ()
        if isinstance(repair, Repair) and repair.cell in trial.formulas and repair.cell in defined:
            terms = [term for term in defined[repair.cell][1].right if term.cell in texts]
            found = _left_out(trial, repair, terms)
        yield from found or (repair,)

    return tuple(dict.fromkeys(each for repair in way for each in named(repair)))


def _left_out(trial: Trial, repair: Repair, terms: list[Term]) -> tuple[Repair, ...]:
    """The texts of a total as repairs, if they are what it lacks."""
    amounts = {term.cell: trial.printed_amount(term.cell) for term in terms}
    lacks = sum((term.coefficient * amounts[term.cell] for term in terms), NONE)
    if not terms or (repair.new or NONE) - (repair.old or NONE) != lacks:
        return ()
    return tuple(Repair(cell, amount, amount, TEXT) for cell, amount in amounts.items() if amount)

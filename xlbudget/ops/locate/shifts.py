"""Figures one column or one row away from where they belong, or two that were swapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from xlbudget.core.constraint import Constraint
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.ops.locate.trial import Change, Trial, identify_constraint
from xlbudget.ops.locate.typing_errors import COLUMN, ROW

NO_COST = (0, 1, 0, 0)


def search_shifts(trial: Trial) -> Iterator[tuple[tuple[Change, ...], list[Constraint]]]:
    """Shifts after which every constraint of the cells holds, each with those that it repairs.

    A figure (or two that were swapped) in neighbouring cells of one row or one column, or all
    figures of a row in the row above or below.
    """
    for cells, slip in _neighbours(trial):
        if trial.timed_out:
            return
        touched = [c for pair in cells for cell in pair for c in trial.constraints(cell)]
        before = [c for c in dict.fromkeys(touched) if identify_constraint(c) in trial.broken]
        figures_before = dict(trial.figures)
        for first, second in cells:
            here, there = trial.current_value(first), trial.current_value(second)
            trial.set(first, there)
            trial.set(second, here)
        clean = not any(map(trial.is_broken, touched))
        changed = (cell for pair in cells for cell in pair)
        changes = tuple(Change(cell, trial.current_value(cell), NO_COST, slip) for cell in changed)
        trial.figures = figures_before
        if before and clean:
            yield changes, before


def _neighbours(trial: Trial) -> Iterator[tuple[Sequence[tuple[CellKey, CellKey]], str]]:
    """Neighbouring cells whose figures could have been swapped, where a constraint is broken."""
    suspect = {cell for constraint in trial.broken.values() for cell in constraint.cells()}
    for key, block in trial.pack.blocks.items():
        ids = _ids(trial, key)
        for row in ids:
            for first, second in pairwise(CellKey(*key, row, column) for column in block.columns):
                if {first, second} & suspect and _differ(trial, first, second):
                    yield [(first, second)], COLUMN
        for row, below in pairwise(ids):
            pairs = [
                (CellKey(*key, row, column), CellKey(*key, below, column))
                for column in block.columns
            ]
            pairs = [pair for pair in pairs if _differ(trial, *pair)]
            for pair in pairs:
                if suspect.intersection(pair):
                    yield [pair], ROW
            if len(pairs) > 1 and any(suspect.intersection(pair) for pair in pairs):
                yield pairs, ROW


def _ids(trial: Trial, key: BlockKey) -> list[str]:
    """The ids of the block's rows from the top down, including those that the form always
    prints."""
    fixed = trial.pack.blocks[key].row_keys
    return [*fixed, *(r.id for r in trial.budget.blocks.get(key, ()) if r.id not in fixed)]


def _differ(trial: Trial, first: CellKey, second: CellKey) -> bool:
    return trial.current_value(first) != trial.current_value(second)

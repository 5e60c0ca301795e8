"""Figures that stand one column or one row from where they belong, or two that changed places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from xlbudget.core.constraint import Constraint
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.ops.locate.trial import Change, Trial, identify_constraint
from xlbudget.ops.locate.typing_errors import COLUMN, ROW

NO_COST = (0, 1, 0, 0)


def search_shifts(trial: Trial) -> Iterator[tuple[tuple[Change, ...], list[Constraint]]]:
    """Shifts after which everything holds that the cells are in, each with what it mends.

    A figure (or two that changed places) in neighbouring cells of one row or one column, or all
    figures of a row in the row above or below.
    """
    for cells, slip in _neighbours(trial):
        if trial.timed_out:
            return
        touched = [c for pair in cells for cell in pair for c in trial.constraints(cell)]
        before = [c for c in dict.fromkeys(touched) if identify_constraint(c) in trial.broken]
        kept = dict(trial.figures)
        for one, other in cells:
            here, there = trial.current_value(one), trial.current_value(other)
            trial.set(one, there)
            trial.set(other, here)
        clean = not any(map(trial.is_broken, touched))
        changed = (cell for pair in cells for cell in pair)
        changes = tuple(Change(cell, trial.current_value(cell), NO_COST, slip) for cell in changed)
        trial.figures = kept
        if before and clean:
            yield changes, before


def _neighbours(trial: Trial) -> Iterator[tuple[Sequence[tuple[CellKey, CellKey]], str]]:
    """Cells whose figures could have changed places, of rows and columns where something is
    broken."""
    suspect = {cell for constraint in trial.broken.values() for cell in constraint.cells()}
    for key, block in trial.pack.blocks.items():
        ids = _ids(trial, key)
        for row in ids:
            for one, other in pairwise(CellKey(*key, row, column) for column in block.columns):
                if {one, other} & suspect and _differ(trial, one, other):
                    yield [(one, other)], COLUMN
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
    """The block's rows from the top down, those included that the form always prints."""
    fixed = trial.pack.blocks[key].row_keys
    return [*fixed, *(r.id for r in trial.budget.blocks.get(key, ()) if r.id not in fixed)]


def _differ(trial: Trial, one: CellKey, other: CellKey) -> bool:
    return trial.current_value(one) != trial.current_value(other)

"""Hold figures against constraints: a verdict for each, and how grave it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.constraint import Constraint
from xlbudget.core.finding import ERROR, NOTE, WARNING
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.tolerance import (
    BROKEN,
    HELD,
    ROUNDING,
    SUSPICIOUS,
    UNDECIDED,
    Figure,
    Scale,
    Verdict,
    judge,
)
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.compile import (
    Instance,
    Trees,
    applies,
    condition_of,
    instances,
    laid_at,
    rows_of,
)
from xlbudget.rules.shapes import Shape, shapes_of
from xlbudget.rules.wholes import figures_of, wholes_of

ONE_UNIT = "one_unit"
"""A class total that differs by one last unit between two forms which each balance."""

OUTCOMES = {ROUNDING: NOTE, SUSPICIOUS: WARNING, ONE_UNIT: WARNING, BROKEN: ERROR}


class Judged(NamedTuple):
    """One constraint, where it comes from, and what became of it."""

    instance: Instance
    constraint: Constraint
    verdict: Verdict


def confront(
    pack: Pack, budget: Budget, trees: Trees, unreadable: Collection[CellKey] = ()
) -> tuple[Scale, list[Judged]]:
    """Every constraint of the pack on this budget with its verdict. Constraints over blocks that
    the budget lacks, or over cells that could not be read, stay undecided."""
    wholes = wholes_of(pack, budget)
    figures = figures_of(wholes, (cell for cell, _ in budget.amounts()))
    found = instances(pack, trees, figures)
    missing = pack.blocks.keys() - budget.blocks.keys()
    judged = list(judged_of(found, figures, missing, unreadable))
    return Scale(wholes.per_yuan, figures), excused(pack, judged)


def nearest(
    pack: Pack, budget: Budget, trees: Trees, most: int, beside: Collection[Instance]
) -> Iterator[Judged]:
    """So many constraints, but for those `beside`: first those of totals and fixed rows, then of
    codes, the short ones first. Of a county's ten thousand only these are laid out."""
    wholes, shapes = wholes_of(pack, budget), shapes_of(pack)
    places = [
        (_depth(pack, shape, row), Instance(place, row, column))
        for place, shape in enumerate(shapes)
        if applies(shape, trees, wholes.value)
        for row in rows_of(shape, pack, trees)
        for column in shape.columns
    ]
    places.sort(key=lambda one: one[0])
    for _, instance in places:
        if most > 0 and instance not in beside:
            shape = shapes[instance.shape]
            constraint = laid_at(shape, trees, *instance[1:], condition_of(shape, trees))
            cells = constraint.cells()
            if cells:
                yield Judged(instance, constraint, judge(constraint, figures_of(wholes, cells)))
                most -= 1


def _depth(pack: Pack, shape: Shape, row: str) -> int:
    first = pack.blocks[(*shape.left, *shape.right)[0].block]
    return 0 if first.fixed or row == TOTAL else len(row)


def judged_of(
    found: Iterable[tuple[Instance, Constraint]],
    figures: Mapping[CellKey, Figure],
    missing: Collection[BlockKey],
    unreadable: Collection[CellKey],
) -> Iterator[Judged]:
    """Constraints with their verdicts."""
    if missing or unreadable:
        for i, c in found:
            undecided = _open(c, missing, unreadable)
            yield Judged(i, c, _undecided() if undecided else judge(c, figures))
    else:
        yield from (Judged(i, c, judge(c, figures)) for i, c in found)


def severity_of(pack: Pack, constraint: Constraint, verdict: Verdict) -> str:
    """Note, warning or error; nothing where the constraint holds or stays undecided."""
    severity = OUTCOMES.get(verdict.outcome, "")
    if severity != ERROR:
        return severity
    rule = pack.rules[constraint.rule]
    return rule.parts[constraint.part].severity or rule.severity_of("")


def _open(
    constraint: Constraint, missing: Collection[BlockKey], unreadable: Collection[CellKey]
) -> bool:
    """Can this constraint not be decided: a form is not there, or a cell holds no amount?"""
    return any(
        BlockKey(cell.form, cell.block) in missing or cell in unreadable
        for cell in (*constraint.cells(), *constraint.condition)
    )


def _undecided() -> Verdict:
    return Verdict(UNDECIDED, 0, 0, 0, 0, 0, 0)


def excused(pack: Pack, judged: list[Judged]) -> list[Judged]:
    """Excuse class totals between forms that differ by exactly one last unit, where every
    constraint within either form that names the cells holds (RULES.md, Tolerance)."""
    wanted = {
        cell
        for _, constraint, verdict in judged
        if verdict.outcome == BROKEN and _may_be_excused(pack, constraint, verdict)
        for cell in constraint.cells()
    }
    if not wanted:
        return judged
    unsound = {
        cell
        for _, constraint, verdict in judged
        if verdict.outcome not in (HELD, ROUNDING)
        and len({c.form for c in constraint.cells()}) == 1
        for cell in constraint.cells()
    }
    return [
        Judged(i, c, v._replace(outcome=ONE_UNIT))
        if v.outcome == BROKEN and _may_be_excused(pack, c, v) and unsound.isdisjoint(c.cells())
        else Judged(i, c, v)
        for i, c, v in judged
    ]


def _may_be_excused(pack: Pack, constraint: Constraint, verdict: Verdict) -> bool:
    part = pack.rules[constraint.rule].parts[constraint.part]
    if part.between != "classes" or abs(verdict.residual) != verdict.width:
        return False
    tops = {code for c in pack.catalogues.values() for code in c.tops}
    return any(word in ("class", "code") and row in tops for word, row in constraint.about)

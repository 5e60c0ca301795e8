"""Hold a budget against every rule of its pack: what held, what broke, what stays undecided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.constraint import Constraint
from xlbudget.core.finding import ERROR, NOTE, WARNING, Figures, Finding, Remark
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.reading import Reading
from xlbudget.core.tolerance import (
    BROKEN,
    HELD,
    ROUNDING,
    SUSPICIOUS,
    UNDECIDED,
    Scale,
    Verdict,
    judge,
    scaled,
)
from xlbudget.packs.model import Pack
from xlbudget.rules.compile import compile_constraints, trees_of
from xlbudget.rules.kinds import Context, notice

ONE_UNIT = "one_unit"
"""A class total that differs by one last unit between two forms which each balance."""

OUTCOMES = {ROUNDING: NOTE, SUSPICIOUS: WARNING, ONE_UNIT: WARNING, BROKEN: ERROR}


class Confrontation(NamedTuple):
    """The outcome of a check: every constraint with its verdict, and the findings."""

    judged: tuple[tuple[Constraint, Verdict], ...]
    findings: tuple[Finding, ...]

    def counts(self) -> Mapping[str, int]:
        """How many constraints came to each outcome."""
        return Counter(verdict.outcome for _, verdict in self.judged)


def check(pack: Pack, reading: Reading) -> Confrontation:
    """Everything that the pack's rules say about a budget. Raises nothing about its content."""
    budget = reading.budget
    scale = scaled(figures_of(pack, budget))
    trees = trees_of(pack, budget)
    constraints = compile_constraints(pack, trees, scale.figures)
    judged = _judged(pack, constraints, scale, reading)
    context = Context(pack, reading, trees)
    remarks = (*reading.remarks, *notice(context))
    findings = [
        *(finding_of(pack, remark) for remark in remarks),
        *_between_figures(pack, budget, judged, scale),
    ]
    return Confrontation(tuple(judged), tuple(findings))


def figures_of(pack: Pack, budget: Budget) -> Iterable[tuple[CellKey, Decimal, int, int]]:
    """Every amount with the 元 of its form's unit and the decimals assumed for that unit."""
    facts = {}
    for form in pack.forms:
        unit = budget.unit_of(form)
        facts[form] = (pack.yuan(unit), pack.least_decimals(unit))
    for cell, amount in budget.amounts():
        yield cell, amount, *facts[cell.form]


def finding_of(pack: Pack, remark: Remark) -> Finding:
    """A remark with the id and severity that the pack gives to its kind."""
    rule = pack.by_kind[remark.kind]
    return Finding(
        rule.id,
        rule.severity_of(remark.case),
        remark.case,
        remark.form,
        remark.cells,
        remark.facts,
    )


def _judged(
    pack: Pack, constraints: list[Constraint], scale: Scale, reading: Reading
) -> list[tuple[Constraint, Verdict]]:
    missing = pack.blocks.keys() - reading.budget.blocks.keys()
    figures = scale.figures
    if not missing and not reading.unreadable:
        judged = [(constraint, judge(constraint, figures)) for constraint in constraints]
    else:
        judged = [
            (c, _undecided() if _open(c, missing, reading) else judge(c, figures))
            for c in constraints
        ]
    return _one_unit_excused(pack, judged)


def _open(constraint: Constraint, missing: Iterable[BlockKey], reading: Reading) -> bool:
    """Can this constraint not be decided: a form is not there, or a cell holds no amount?"""
    return any(
        BlockKey(cell.form, cell.block) in missing or cell in reading.unreadable
        for cell in (*constraint.cells(), *constraint.condition)
    )


def _undecided() -> Verdict:
    return Verdict(UNDECIDED, 0, 0, 0, 0, 0, 0)


def _one_unit_excused(
    pack: Pack, judged: list[tuple[Constraint, Verdict]]
) -> list[tuple[Constraint, Verdict]]:
    """Excuse class totals between forms that differ by exactly one last unit, where every
    constraint within either form that names the cells holds (RULES.md, Tolerance)."""
    wanted = {
        cell
        for constraint, verdict in judged
        if verdict.outcome == BROKEN and _may_be_excused(pack, constraint, verdict)
        for cell in constraint.cells()
    }
    if not wanted:
        return judged
    unsound = {
        cell
        for constraint, verdict in judged
        if verdict.outcome not in (HELD, ROUNDING)
        and len({c.form for c in constraint.cells()}) == 1
        for cell in constraint.cells()
    }
    return [
        (c, v._replace(outcome=ONE_UNIT))
        if v.outcome == BROKEN and _may_be_excused(pack, c, v) and unsound.isdisjoint(c.cells())
        else (c, v)
        for c, v in judged
    ]


def _may_be_excused(pack: Pack, constraint: Constraint, verdict: Verdict) -> bool:
    part = pack.rules[constraint.rule].parts[constraint.part]
    if part.between != "classes" or abs(verdict.residual) != verdict.width:
        return False
    tops = {code for c in pack.catalogues.values() for code in c.tops}
    return any(word in ("class", "code") and row in tops for word, row in constraint.about)


def _between_figures(
    pack: Pack, budget: Budget, judged: list[tuple[Constraint, Verdict]], scale: Scale
) -> Iterable[Finding]:
    for constraint, verdict in judged:
        if verdict.outcome not in OUTCOMES:
            continue
        rule = pack.rules[constraint.rule]
        severity = OUTCOMES[verdict.outcome]
        if severity == ERROR:
            severity = rule.parts[constraint.part].severity or rule.severity_of("")
        cells = tuple(constraint.cells())
        form = cells[0].form
        # Scaled units in one unit of amount of the form that is named first.
        unit = scale.per_yuan * pack.yuan(budget.unit_of(form))
        yield Finding(
            rule.id,
            severity,
            verdict.outcome,
            form,
            cells,
            dict(constraint.about),
            constraint,
            Figures(
                Decimal(verdict.left) / unit,
                Decimal(verdict.right) / unit,
                Decimal(abs(verdict.residual)) / unit,
                Decimal(verdict.bound) / unit / 2,
                verdict.filled,
                verdict.outcome,
            ),
        )

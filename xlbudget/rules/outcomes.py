"""The outcome of a constraint: its severity, and the one outcome that is excused."""

from __future__ import annotations

from typing import NamedTuple

from xlbudget.core.constraint import Constraint
from xlbudget.core.finding import ERROR, NOTE, WARNING
from xlbudget.core.tolerance import BROKEN, HELD, ROUNDING, SUSPICIOUS, Verdict
from xlbudget.packs.model import Pack
from xlbudget.rules.instantiate import Instance

ONE_UNIT = "one_unit"
"""A class total that differs by one last unit between two forms that each balance."""

OUTCOMES = {ROUNDING: NOTE, SUSPICIOUS: WARNING, ONE_UNIT: WARNING, BROKEN: ERROR}


class JudgedConstraint(NamedTuple):
    """One constraint with its instance and verdict."""

    instance: Instance
    constraint: Constraint
    verdict: Verdict


def decide_severity(pack: Pack, constraint: Constraint, verdict: Verdict) -> str:
    """Note, warning or error; "" where the constraint holds or stays undecided."""
    severity = OUTCOMES.get(verdict.outcome, "")
    if severity != ERROR:
        return severity
    rule = pack.rules[constraint.rule]
    return rule.parts[constraint.part].severity or rule.severity_of("")


def apply_exemption(pack: Pack, judged: list[JudgedConstraint]) -> list[JudgedConstraint]:
    """The same, with the outcome ONE_UNIT for class totals between forms that differ by exactly one
    last unit, where every constraint within either form that names the cells holds (RULES.md,
    Tolerance)."""
    candidates = {each.instance for each in judged if _may_be_excused(pack, each)}
    if not candidates:
        return judged
    unsound = {
        cell
        for _, constraint, verdict in judged
        if verdict.outcome not in (HELD, ROUNDING)
        and len({c.form for c in constraint.cells()}) == 1
        for cell in constraint.cells()
    }
    return [
        each._replace(verdict=each.verdict._replace(outcome=ONE_UNIT))
        if each.instance in candidates and unsound.isdisjoint(each.constraint.cells())
        else each
        for each in judged
    ]


def _may_be_excused(pack: Pack, judged: JudgedConstraint) -> bool:
    _, constraint, verdict = judged
    if verdict.outcome != BROKEN or abs(verdict.residual) != verdict.width:
        return False
    if pack.rules[constraint.rule].parts[constraint.part].between != "classes":
        return False
    tops = {code for c in pack.catalogues.values() for code in c.tops}
    return any(word in ("class", "code") and row in tops for word, row in constraint.about)

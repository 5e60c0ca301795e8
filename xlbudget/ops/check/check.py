"""Hold a budget against every rule of its pack: what held, what broke, what stays undecided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.cause import Cause
from xlbudget.core.finding import ERROR, NOTE, Figures, Finding, Remark
from xlbudget.core.reading import Reading
from xlbudget.core.tolerance import HELD, ROUNDING, UNDECIDED
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.compare import compared
from xlbudget.rules.compile import Trees, trees_of
from xlbudget.rules.confront import Judged, nearest, severity_of
from xlbudget.rules.context import Context
from xlbudget.rules.registry import ROW_KINDS, notice
from xlbudget.rules.tree import Tree

FAULTLESS = (HELD, ROUNDING)
"""Outcomes that are neither errors nor warnings."""


class Confrontation(NamedTuple):
    """The outcome of a check: how many constraints came to each outcome, those that do not simply
    hold with their verdicts, the findings, and the likely causes of what is broken."""

    counts: Mapping[str, int]
    judged: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    causes: tuple[Cause, ...] = ()

    @property
    def decided(self) -> int:
        """How many constraints could be decided."""
        return sum(self.counts.values()) - self.counts.get(UNDECIDED, 0)


def check(pack: Pack, reading: Reading) -> Confrontation:
    """Everything that the pack's rules say about a budget, with the likely causes of what is
    broken. Raises nothing about its content."""
    trees = trees_of(pack, reading.budget)
    found = _found(pack, reading, trees)
    causes: tuple[Cause, ...] = ()
    if any(_searched(pack, finding) for finding in found.findings):
        from xlbudget.ops.locate.search import causes_of

        causes = causes_of(pack, reading, trees, found.findings)
    return found._replace(causes=causes)


def faults_in(pack: Pack, reading: Reading) -> list[Finding]:
    """The errors and warnings alone, without a search for causes."""
    trees = trees_of(pack, reading.budget)
    findings = _found(pack, reading, trees, FAULTLESS).findings
    return [finding for finding in findings if finding.severity != NOTE]


def found_in_sum(pack: Pack, reading: Reading) -> Confrontation:
    """The same of a consolidated budget: its listed rows stand as they were checked in their own
    files, so that of them only the sums are checked."""
    budget = _adding_up(pack, reading.budget)
    return _found(pack, reading._replace(budget=budget), _trees_of_sum(pack, budget))


def judged_in_sum(pack: Pack, budget: Budget, found: Confrontation, most: int) -> list[Judged]:
    """What `found_in_sum` found not simply to hold, and of what holds so many, nearest to the
    totals."""
    budget = _adding_up(pack, budget)
    beside = {one.instance for one in found.judged}
    trees = _trees_of_sum(pack, budget)
    return [*found.judged, *nearest(pack, budget, trees, most, beside)]


def _trees_of_sum(pack: Pack, budget: Budget) -> Trees:
    return {
        key: tree if not pack.blocks[key].levels else _listed_as_checked(tree)
        for key, tree in trees_of(pack, budget).items()
    }


def _adding_up(pack: Pack, budget: Budget) -> Budget:
    """The budget with the rows that add up: of listed ones those of the highest level."""
    blocks = {}
    for key, rows in budget.blocks.items():
        top = pack.blocks[key].levels[:1]
        blocks[key] = tuple(r for r in rows if not top or r.id == TOTAL or r.level == top[0])
    return budget._replace(blocks=blocks)


def _listed_as_checked(tree: Tree) -> Tree:
    return tree._replace(
        ids=tuple(row for row in tree.ids if row == TOTAL),
        children={row: found for row, found in tree.children.items() if row == TOTAL},
        childless=(),
    )


def _found(
    pack: Pack, reading: Reading, trees: Trees, counted: Collection[str] = (HELD,)
) -> Confrontation:
    budget = reading.budget
    counts, judged, per_yuan = compared(pack, budget, trees, reading.unreadable, counted)
    remarks = (*reading.remarks, *notice(Context(pack, reading, trees)))
    findings = (
        *(finding_of(pack, remark) for remark in remarks),
        *between_figures(pack, budget, judged, per_yuan),
    )
    return Confrontation(counts, judged, findings)


def _searched(pack: Pack, finding: Finding) -> bool:
    """Is it an error whose cause is looked for: between figures, or of rows and codes?"""
    if finding.severity != ERROR:
        return False
    return bool(finding.constraint) or any(
        p.kind in ROW_KINDS for p in pack.rules[finding.rule].parts
    )


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


def between_figures(
    pack: Pack, budget: Budget, judged: Iterable[Judged], per_yuan: Decimal
) -> Iterable[Finding]:
    """A finding for every constraint that does not simply hold, its figures in its form's unit;
    `per_yuan` scaled units of the verdicts make one 元."""
    units: dict[str, Decimal] = {}
    for _, constraint, verdict in judged:
        severity = severity_of(pack, constraint, verdict)
        if not severity:
            continue
        cells = tuple(constraint.cells())
        form = cells[0].form
        if form not in units:
            # Scaled units in one unit of amount of the form that is named first.
            units[form] = per_yuan * pack.yuan(budget.unit_of(form))
        unit = units[form]
        yield Finding(
            constraint.rule,
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

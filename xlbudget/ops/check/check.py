"""A budget checked against every rule of its pack: what held, what broke, what is undecided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.cause import Cause
from xlbudget.core.finding import ERROR, NOTE, Comparison, Finding, Observation
from xlbudget.core.reading import Reading
from xlbudget.core.tolerance import ROUNDING, UNDECIDED
from xlbudget.ops.check.set_aside import (
    concerns_unfilled,
    find_unfilled,
    find_wrong_units,
    observe_unfilled,
    without_forms,
)
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.checks.context import Context
from xlbudget.rules.checks.registry import JSON_KINDS, KINDS, ROW_KINDS, run_checks
from xlbudget.rules.checks.scale_checks import find_scales
from xlbudget.rules.evaluate import Evaluation, evaluate, sample_near_totals
from xlbudget.rules.outcomes import JudgedConstraint, decide_severity
from xlbudget.rules.tree import Tree, Trees, build_trees


class CheckResult(NamedTuple):
    """The outcome of a check: how many constraints came to each outcome, those that do not simply
    hold with their verdicts, the findings, and the likely causes of what is broken."""

    counts: Mapping[str, int]
    judged: tuple[JudgedConstraint, ...]
    findings: tuple[Finding, ...]
    causes: tuple[Cause, ...] = ()

    @property
    def decided(self) -> int:
        """How many constraints could be decided."""
        return sum(self.counts.values()) - self.counts.get(UNDECIDED, 0)


def check(pack: Pack, reading: Reading) -> CheckResult:
    """The result of every rule of the pack on a budget, with the likely causes of what is broken.
    Never raises because of the budget's content."""
    trees = build_trees(pack, reading.budget)
    result = _evaluate_and_report(pack, reading, trees)
    scales = _find_scales(pack, reading.budget, result.findings)
    result = result._replace(findings=(*scales, *result.findings))
    unfilled = find_unfilled(pack, reading, result.findings)
    aside = find_wrong_units(pack, result.findings) | unfilled
    if aside:
        result, reading = _set_aside(pack, reading, result, aside, unfilled)
        trees = build_trees(pack, reading.budget)
    causes: tuple[Cause, ...] = ()
    if any(_searched(pack, finding) for finding in result.findings):
        from xlbudget.ops.locate.search import find_causes

        causes = find_causes(pack, reading, trees, result.findings)
    return result._replace(causes=causes)


def _find_scales(pack: Pack, budget: Budget, findings: Iterable[Finding]) -> list[Finding]:
    """The findings on forms of another size than the others, looked for where sums between forms
    do not hold."""
    if not any(f.constraint and len({c.form for c in f.constraint.cells()}) > 1 for f in findings):
        return []
    return [make_finding(pack, observation) for observation in find_scales(pack, budget)]


def _set_aside(
    pack: Pack,
    reading: Reading,
    whole: CheckResult,
    aside: frozenset[str],
    unfilled: frozenset[str],
) -> tuple[CheckResult, Reading]:
    """The check of the `whole` budget without what forms that are no evidence break between forms,
    and the reading in which causes are searched for: these forms are missing there, and those in a
    wrong unit are checked alone."""
    findings = [
        f
        for f in whole.findings
        if f.constraint is None and not concerns_unfilled(pack, f, unfilled)
    ]
    if unfilled:
        findings.insert(0, make_finding(pack, observe_unfilled(pack, unfilled)))
    rest = without_forms(reading.budget, aside)
    alone = [without_forms(reading.budget, pack.forms.keys() - {f}) for f in aside - unfilled]
    counts: Counter[str] = Counter()
    judged: list[JudgedConstraint] = []
    for budget in (rest, *alone):
        part = evaluate(pack, budget, build_trees(pack, budget), reading.unreadable)
        findings += make_figure_findings(pack, budget, part.judged, part.per_yuan)
        judged += part.judged
        counts.update({o: n for o, n in part.counts.items() if o != UNDECIDED})
    counts[UNDECIDED] = sum(whole.counts.values()) - counts.total()
    result = CheckResult(counts, tuple(judged), tuple(findings))
    return result, reading._replace(budget=rest)


def find_faults(pack: Pack, reading: Reading) -> list[Finding]:
    """The errors and warnings alone, without a search for causes."""
    trees = build_trees(pack, reading.budget)
    counts, judged, per_yuan = evaluate(pack, reading.budget, trees, reading.unreadable)
    faulty = tuple(judgement for judgement in judged if judgement.verdict.outcome != ROUNDING)
    findings = _findings(pack, reading, trees, Evaluation(counts, faulty, per_yuan))
    found = (*_find_scales(pack, reading.budget, findings), *findings)
    return [finding for finding in found if finding.severity != NOTE]


def check_reading(pack: Pack, reading: Reading) -> tuple[Finding, ...]:
    """Findings on how a file was read and on what budget JSON may not hold, without the check of
    the figures, codes and words that were understood."""
    context = Context(pack, reading, build_trees(pack, reading.budget))
    observations = (*reading.observations, *run_checks(context, JSON_KINDS))
    return tuple(_make_findings(pack, observations))


def check_sum(pack: Pack, reading: Reading) -> CheckResult:
    """The check of a consolidated budget: its listed rows were checked in their own files, so only
    their sums are checked here."""
    budget = _adding_up(pack, reading.budget)
    return _evaluate_and_report(pack, reading._replace(budget=budget), _trees_of_sum(pack, budget))


def evaluate_sum(
    pack: Pack, budget: Budget, result: CheckResult, most: int
) -> list[JudgedConstraint]:
    """The constraints that `check_sum` did not find simply to hold, and up to `most` of those that
    hold, nearest to the totals first."""
    budget = _adding_up(pack, budget)
    instances = {judgement.instance for judgement in result.judged}
    trees = _trees_of_sum(pack, budget)
    return [*result.judged, *sample_near_totals(pack, budget, trees, most, instances)]


def _trees_of_sum(pack: Pack, budget: Budget) -> Trees:
    return {
        key: tree if not pack.blocks[key].levels else _listed_as_checked(tree)
        for key, tree in build_trees(pack, budget).items()
    }


def _adding_up(pack: Pack, budget: Budget) -> Budget:
    """The budget with the rows that add up: of listed rows only those of the highest level."""
    blocks = {}
    for key, rows in budget.blocks.items():
        top = pack.blocks[key].levels[:1]
        blocks[key] = tuple(r for r in rows if not top or r.id == TOTAL or r.level == top[0])
    return budget._replace(blocks=blocks)


def _listed_as_checked(tree: Tree) -> Tree:
    return tree._replace(
        ids=tuple(row for row in tree.ids if row == TOTAL),
        children={row: children for row, children in tree.children.items() if row == TOTAL},
        childless=(),
    )


def _evaluate_and_report(pack: Pack, reading: Reading, trees: Trees) -> CheckResult:
    evaluation = evaluate(pack, reading.budget, trees, reading.unreadable)
    findings = _findings(pack, reading, trees, evaluation)
    return CheckResult(evaluation.counts, evaluation.judged, findings)


def _findings(
    pack: Pack, reading: Reading, trees: Trees, evaluation: Evaluation
) -> tuple[Finding, ...]:
    observations = (*reading.observations, *run_checks(Context(pack, reading, trees), KINDS))
    return (
        *_make_findings(pack, observations),
        *make_figure_findings(pack, reading.budget, evaluation.judged, evaluation.per_yuan),
    )


def _searched(pack: Pack, finding: Finding) -> bool:
    """Whether a finding is an error whose cause is searched for: between figures, or of rows and
    codes."""
    if finding.severity != ERROR:
        return False
    return bool(finding.constraint) or any(
        p.kind in ROW_KINDS for p in pack.rules[finding.rule].parts
    )


def _make_findings(pack: Pack, observations: Iterable[Observation]) -> Iterator[Finding]:
    """The findings for observations; of a kind whose rule the pack removes there are none."""
    return (make_finding(pack, each) for each in observations if each.kind in pack.by_kind)


def make_finding(pack: Pack, observation: Observation) -> Finding:
    """The finding for an observation, with the id and severity that the pack gives to its kind."""
    rule = pack.by_kind[observation.kind]
    return Finding(
        rule.id,
        pack.severity_of(rule, observation.case),
        observation.case,
        observation.form,
        observation.cells,
        observation.facts,
    )


def make_figure_findings(
    pack: Pack, budget: Budget, judged: Iterable[JudgedConstraint], per_yuan: Decimal
) -> Iterable[Finding]:
    """A finding for every constraint that does not simply hold, its figures in its form's unit;
    `per_yuan` scaled units of the verdicts make one 元."""
    units: dict[str, Decimal] = {}
    for _, constraint, verdict in judged:
        severity = decide_severity(pack, constraint, verdict)
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
            Comparison(
                Decimal(verdict.left) / unit,
                Decimal(verdict.right) / unit,
                Decimal(abs(verdict.residual)) / unit,
                Decimal(verdict.bound) / unit / 2,
                verdict.filled,
                verdict.outcome,
            ),
        )

"""Which cells are wrong: the fewest, least trusted ones whose change satisfies every rule.

Error localisation after Fellegi and Holt (1976), with the very tolerance of the check: a change
counts as a repair if every constraint holds after it, perhaps within rounding, judged with the
figures as they would be then. What people do wrong to whole rows (miss one, enter it twice, type
its code wrongly, put figures one row or column away) is one cause, not as many as there are
cells. Broken constraints that share no cell are causes apart.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from xlbudget.core.budget import Budget, Row
from xlbudget.core.cause import Cause, RepairSet
from xlbudget.core.constraint import Constraint
from xlbudget.core.finding import ERROR, Finding, Observation
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.reading import Reading
from xlbudget.ops.locate.cells import choose_repairs, search_pairs, search_single_cells
from xlbudget.ops.locate.row_errors import constraints_repaired, propose_hypotheses
from xlbudget.ops.locate.shifts import search_shifts
from xlbudget.ops.locate.trial import Change, Trial, identify_constraint
from xlbudget.packs.model import Pack
from xlbudget.rules.context import Context
from xlbudget.rules.evaluate import evaluate_all
from xlbudget.rules.registry import KINDS, ROW_KINDS
from xlbudget.rules.tree import Trees, build_trees

PATIENCE = 2.5
"""Seconds after which the search stops, with what it has."""

PAIRS_PATIENCE = 0.5
"""Seconds for pairs of cells in one tangle; beyond it the solver has more use of the time."""

MOST_EXPLANATIONS = 12
"""More rows and shifted figures than these are not looked for in one file."""


MOST_BROKEN = 2_000
"""With more broken constraints no cause is looked for: the file is wrong as a whole."""


class Explanation(NamedTuple):
    """A row slip or a shift as an explanation, with the budget as it would be."""

    repairs: RepairSet
    explains: tuple[Finding, ...]
    rank: tuple[int, ...]
    budget: Budget


def find_causes(
    pack: Pack,
    reading: Reading,
    trees: Trees,
    findings: Sequence[Finding],
) -> tuple[Cause, ...]:
    """The likely causes of all errors between figures and of rows and codes that are wrong."""
    deadline = time.monotonic() + PATIENCE
    told = _Told(pack, findings)
    formulas = _formulas(reading)
    trial = _trial(pack, reading, reading.budget, trees, formulas, deadline)
    if len(trial.broken) > MOST_BROKEN:
        return (Cause((), told.about(trial.broken.values()), (), True),)
    causes: list[Cause] = []
    groups = _groups(trial)
    first = [list(search_single_cells(trial, group)) for group in groups]
    if told.rows or len(groups) > 1 or not all(first):
        while len(causes) < MOST_EXPLANATIONS and time.monotonic() < deadline:
            found = _wholes(trial, reading, told, deadline)
            if not found:
                break
            causes.append(_cause(found))
            told = told.without(found[0].explains)
            budget = found[0].budget
            trial = _trial(pack, reading, budget, build_trees(pack, budget), formulas, deadline)
        groups = _groups(trial)
    for group in groups:
        causes.append(_cells(trial, group, told, deadline))
    return tuple(sorted(causes, key=lambda cause: -len(cause.explains)))


class _Told:
    """What the findings say: of constraints, and of rows and codes."""

    def __init__(self, pack: Pack, findings: Iterable[Finding]) -> None:
        kinds = {pack.by_kind[kind].id: kind for kind in ROW_KINDS if kind in pack.by_kind}
        self.pack = pack
        self.findings = tuple(findings)
        self.constraints = {
            identify_constraint(f.constraint): f for f in self.findings if f.constraint is not None
        }
        self.rows = {
            _said(f.case, f.form, f.facts, kinds[f.rule]): f
            for f in self.findings
            if f.rule in kinds
        }

    def without(self, explained: Iterable[Finding]) -> _Told:
        gone = {id(finding) for finding in explained}
        return _Told(self.pack, (f for f in self.findings if id(f) not in gone))

    def about(self, constraints: Iterable[Constraint]) -> tuple[Finding, ...]:
        names = map(identify_constraint, constraints)
        return tuple(self.constraints[name] for name in names if name in self.constraints)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(
            value
            for f in self.rows.values()
            for word, value in f.facts.items()
            if word in ("code", "parent")
        )


def _said(case: str, form: str, facts: Mapping[str, str], kind: str) -> tuple[object, ...]:
    return kind, case, form, *sorted(facts.items())


def _groups(trial: Trial) -> list[list[Constraint]]:
    """Broken constraints that hang together by cells that change them."""
    groups: list[tuple[set[CellKey], list[Constraint]]] = []
    for constraint in trial.broken.values():
        cells = {*trial.cells_moving(constraint), *constraint.condition}
        joined = [constraint]
        apart = []
        for group in groups:
            if group[0].isdisjoint(cells):
                apart.append(group)
            else:
                cells |= group[0]
                joined = group[1] + joined
        groups = [*apart, (cells, joined)]
    return [constraints for _, constraints in groups]


def _cells(trial: Trial, group: list[Constraint], told: _Told, deadline: float) -> Cause:
    """The best explanation of one group by cells: one, else two, else as few as a solver finds."""
    found: list[tuple[Change, ...]] = [*search_single_cells(trial, group)]
    if not found:
        found = [*search_pairs(trial, group, min(deadline, time.monotonic() + PAIRS_PATIENCE))]
    complete = True
    if not found:
        from xlbudget.ops.locate.mip import search_many_cells

        found, complete = search_many_cells(trial, group, _share(deadline))
    ways = choose_repairs(trial, found)
    return Cause(ways[0] if ways else (), told.about(group), tuple(ways[1:]), not complete)


def _share(deadline: float) -> float:
    """Half of the time left: the other tangles want theirs."""
    now = time.monotonic()
    return now + (deadline - now) / 2


def _cause(found: list[Explanation]) -> Cause:
    best = found[0]
    ways = dict.fromkeys(one.repairs for one in found if one.rank == best.rank)
    return Cause(best.repairs, best.explains, tuple(way for way in ways if way != best.repairs))


def _wholes(trial: Trial, reading: Reading, told: _Told, deadline: float) -> list[Explanation]:
    """Row slips and shifts that explain more than one cell could, best first."""
    found = []
    for changes, constraints in search_shifts(trial):
        if _more_than_a_cell(trial, constraints):
            budget = _with_figures(trial, {change.cell: change.value for change in changes})
            way = tuple(map(trial.make_repair, changes))
            explains, new = _explained(reading, told, budget, constraints)
            found.append(
                Explanation(way, explains, (-len(explains), 1 + 2 * new, len(way)), budget)
            )
    for one in propose_hypotheses(trial, told.codes):
        if time.monotonic() > deadline:
            break
        mends = constraints_repaired(trial, one)
        if mends is None:
            continue
        budget = trial.budget._replace(blocks={**trial.budget.blocks, one.block: one.rows})
        explains, new = _explained(reading, told, budget, mends)
        if _rows_told(explains) or _more_than_a_cell(trial, mends):
            # A missing row of which only the figures are known bears no code of its own.
            cost = one.cost + (2 * new if one.repair.row else 0)
            found.append(Explanation((one.repair,), explains, (-len(explains), cost, 1), budget))
    return sorted(found, key=lambda whole: whole.rank)


def _rows_told(explains: Iterable[Finding]) -> bool:
    """Is there an error about a row or a code among them, which no figure could explain?"""
    return any(f.constraint is None and f.severity == ERROR for f in explains)


def _more_than_a_cell(trial: Trial, constraints: Sequence[Constraint]) -> bool:
    """Would no single cell explain all of these?"""
    return bool(constraints) and not any(search_single_cells(trial, constraints))


def _explained(
    reading: Reading, told: _Told, budget: Budget, constraints: Iterable[Constraint]
) -> tuple[tuple[Finding, ...], int]:
    """The findings that are gone in this budget, and how many errors about rows are new."""
    after = _rows_said(told.pack, reading, budget)
    gone = [f for said, f in told.rows.items() if said not in after]
    new = sum(severity == ERROR for said, severity in after.items() if said not in told.rows)
    return (*told.about(constraints), *gone), new


def _rows_said(pack: Pack, reading: Reading, budget: Budget) -> dict[tuple[object, ...], str]:
    """What the rules about rows and codes say of a budget, with how grave it is."""
    context = Context(pack, reading._replace(budget=budget), build_trees(pack, budget))
    said = {}
    for kind in ROW_KINDS & pack.by_kind.keys():
        rule = pack.by_kind[kind]
        for part in rule.parts:
            for remark in KINDS[kind](context, part):
                said[_of(remark)] = pack.severity_of(rule, remark.case)
    return said


def _of(remark: Observation) -> tuple[object, ...]:
    return _said(remark.case, remark.form, remark.facts, remark.kind)


def _with_figures(trial: Trial, values: Mapping[CellKey, int]) -> Budget:
    """The budget with these cells changed (scaled units; 0: blank)."""
    blocks = dict(trial.budget.blocks)
    for cell, value in values.items():
        key = BlockKey(cell.form, cell.block)
        rows = list(blocks.get(key, ()))
        place = next((n for n, row in enumerate(rows) if row.id == cell.row), None)
        if place is None:
            rows.append(Row(cell.row, {}))
            place = len(rows) - 1
        amounts = {c: a for c, a in rows[place].amounts.items() if c != cell.column}
        if value:
            amounts[cell.column] = trial.to_form_unit(cell, value)
        rows[place] = rows[place]._replace(amounts=amounts)
        blocks[key] = tuple(rows)
    return trial.budget._replace(blocks=blocks)


def _trial(
    pack: Pack,
    reading: Reading,
    budget: Budget,
    trees: Trees,
    formulas: frozenset[CellKey],
    deadline: float,
) -> Trial:
    amounts, judged = evaluate_all(pack, budget, trees, reading.unreadable)
    return Trial(pack, budget, trees, amounts, judged, formulas, deadline)


def _formulas(reading: Reading) -> frozenset[CellKey]:
    """The amounts that compute themselves."""
    if not reading.formulas:
        return frozenset()
    cells = (cell for cell, _ in reading.budget.amounts())
    return frozenset(cell for cell in cells if reading.locate(cell) in reading.formulas)

"""Which cells are wrong: the fewest, least trusted ones whose change satisfies every rule.

Error localisation after Fellegi and Holt (1976), with the same tolerance as the check: a change
counts as a repair if every constraint holds after it, perhaps within rounding, judged with the
figures as they would be then. An error in a whole row (missing, entered twice, wrong code, figures
one row or column away) is one cause, not one per cell. Broken constraints that share no cell are
separate causes.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from xlbudget.core.budget import Budget, Row
from xlbudget.core.cause import Cause, RepairSet
from xlbudget.core.constraint import Constraint
from xlbudget.core.finding import ERROR, Finding, Observation
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.reading import Reading
from xlbudget.ops.locate.block_shifts import propose_block_shifts
from xlbudget.ops.locate.cells import choose_repairs, search_pairs, search_single_cells
from xlbudget.ops.locate.left_out import name_left_out
from xlbudget.ops.locate.row_errors import constraints_repaired, propose_hypotheses
from xlbudget.ops.locate.shifts import search_shifts
from xlbudget.ops.locate.trial import Change, Trial, identify_constraint
from xlbudget.ops.locate.typing_errors import MISSING, UNREAD
from xlbudget.packs.model import Pack
from xlbudget.rules.checks.context import Context
from xlbudget.rules.checks.registry import KINDS, ROW_KINDS
from xlbudget.rules.evaluate import evaluate_all
from xlbudget.rules.tree import Trees, build_trees

PATIENCE = 2.5
"""Seconds after which the search stops, with what it has."""

PAIRS_PATIENCE = 0.5
"""Seconds for pairs of cells in one group; after that the solver makes better use of the time."""

MOST_EXPLANATIONS = 12
"""The most row slips and shifts that are searched for in one file."""


LEFT_OVER = 4
"""Of so many broken constraints one may be left when a whole block is moved back."""

TEXT_KIND = "value_text"
UNKNOWN_ROW = "unknown_row"

MOST_BROKEN = 2_000
"""With more broken constraints no cause is searched for: the file is wrong as a whole."""


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
    index = _FindingIndex(pack, findings)
    formulas, texts = _formulas(reading), _texts(reading)
    trial = _trial(pack, reading, reading.budget, trees, formulas, deadline)
    if len(trial.broken) > MOST_BROKEN:
        return (Cause((), index.about(trial.broken.values()), (), True),)
    causes: list[Cause] = []
    while found := _find_block_shift(trial, reading, index, formulas, deadline):
        cause, reading, trial = found
        causes.append(cause)
        index = index.without(cause.explains)
    groups = _groups(trial)
    first = [list(search_single_cells(trial, group)) for group in groups]
    if index.rows or len(groups) > 1 or not all(first):
        while len(causes) < MOST_EXPLANATIONS and time.monotonic() < deadline:
            explanations = _wholes(trial, reading, index, deadline)
            if not explanations:
                break
            causes.append(_cause(explanations))
            index = index.without(explanations[0].explains)
            budget = explanations[0].budget
            trial = _trial(pack, reading, budget, build_trees(pack, budget), formulas, deadline)
        groups = _groups(trial)
    for group in groups:
        causes.append(_cells(trial, group, index, texts, deadline))
    told = (cause for cause in causes if cause.explains)
    return tuple(sorted(told, key=lambda cause: -len(cause.explains)))


def _find_block_shift(
    trial: Trial,
    reading: Reading,
    index: _FindingIndex,
    formulas: frozenset[CellKey],
    deadline: float,
) -> tuple[Cause, Reading, Trial] | None:
    """The block whose figures all stand one column or row off and whose move back repairs the most,
    nearly all of its broken constraints; with the reading and the trial after it."""
    best: tuple[Cause, Reading, Trial] | None = None
    for shift in propose_block_shifts(trial, reading):
        moved = reading._replace(budget=shift.budget, unreadable=reading.unreadable | shift.vacated)
        trees = build_trees(trial.pack, shift.budget)
        after = _trial(trial.pack, moved, shift.budget, trees, formulas, deadline)
        block = shift.repair.cell[:2]
        about = [c for c in trial.broken.values() if any(cell[:2] == block for cell in c.cells())]
        left = sum(any(cell[:2] == block for cell in c.cells()) for c in after.broken.values())
        gone = [c for c in about if identify_constraint(c) not in after.broken]
        if LEFT_OVER * left <= len(about) and (not best or len(gone) > len(best[0].explains)):
            best = Cause((shift.repair,), index.about(gone)), moved, after
    return best


class _FindingIndex:
    """Findings by what they are about: constraints, and rows and codes."""

    def __init__(self, pack: Pack, findings: Iterable[Finding]) -> None:
        kinds = {pack.by_kind[kind].id: kind for kind in ROW_KINDS if kind in pack.by_kind}
        self.pack = pack
        self.findings = tuple(findings)
        self.constraints = {
            identify_constraint(f.constraint): f for f in self.findings if f.constraint is not None
        }
        self.rows = {
            _identify(f.case, f.form, f.facts, kinds[f.rule]): f
            for f in self.findings
            if f.rule in kinds
        }

    def without(self, explained: Iterable[Finding]) -> _FindingIndex:
        gone = {id(finding) for finding in explained}
        return _FindingIndex(self.pack, (f for f in self.findings if id(f) not in gone))

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


def _identify(case: str, form: str, facts: Mapping[str, str], kind: str) -> tuple[object, ...]:
    return kind, case, form, *sorted(facts.items())


def _groups(trial: Trial) -> list[list[Constraint]]:
    """Broken constraints grouped by the cells that they share."""
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


def _cells(
    trial: Trial,
    group: list[Constraint],
    index: _FindingIndex,
    texts: frozenset[CellKey],
    deadline: float,
) -> Cause:
    """The best explanation of one group by cells: one, else two, else as few as a solver finds.
    `texts` are amounts stored as text."""
    changes: list[tuple[Change, ...]] = [*search_single_cells(trial, group)]
    if not changes:
        changes = [*search_pairs(trial, group, min(deadline, time.monotonic() + PAIRS_PATIENCE))]
    complete = True
    if not changes:
        from xlbudget.ops.locate.mip import search_many_cells

        changes, complete = search_many_cells(trial, group, _half_of_time_left(deadline))
    ways = [name_left_out(trial, way, texts) for way in choose_repairs(trial, changes)]
    return Cause(ways[0] if ways else (), index.about(group), tuple(ways[1:]), not complete)


def _half_of_time_left(deadline: float) -> float:
    """The deadline after half of the time left: the other groups need the rest."""
    now = time.monotonic()
    return now + (deadline - now) / 2


def _cause(explanations: list[Explanation]) -> Cause:
    best = explanations[0]
    ways = dict.fromkeys(e.repairs for e in explanations if e.rank == best.rank)
    return Cause(best.repairs, best.explains, tuple(way for way in ways if way != best.repairs))


def _wholes(
    trial: Trial, reading: Reading, index: _FindingIndex, deadline: float
) -> list[Explanation]:
    """Row slips and shifts that explain more than one cell could, best first."""
    wholes = []
    for changes, constraints in search_shifts(trial):
        if _more_than_a_cell(trial, constraints):
            budget = _with_figures(trial, {change.cell: change.value for change in changes})
            way = tuple(map(trial.make_repair, changes))
            explains, new = _explained(reading, index, budget, constraints)
            wholes.append(
                Explanation(way, explains, (-len(explains), 1 + 2 * new, len(way)), budget)
            )
    not_read = {o.form for o in reading.observations if o.kind == UNKNOWN_ROW}
    for slip in propose_hypotheses(trial, index.codes):
        if time.monotonic() > deadline:
            break
        repair = slip.repair
        if repair.slip == MISSING and repair.cell.form in not_read:
            repair = repair._replace(slip=UNREAD)
        mends = constraints_repaired(trial, slip)
        if mends is None:
            continue
        budget = trial.budget._replace(blocks={**trial.budget.blocks, slip.block: slip.rows})
        explains, new = _explained(reading, index, budget, mends)
        if _any_row_error(explains) or _more_than_a_cell(trial, mends):
            # A missing row of which only the figures are known bears no code of its own.
            cost = slip.cost + (2 * new if repair.row else 0)
            wholes.append(Explanation((repair,), explains, (-len(explains), cost, 1), budget))
    return sorted(wholes, key=lambda whole: whole.rank)


def _any_row_error(explains: Iterable[Finding]) -> bool:
    """Whether an error about a row or a code is among them, which no figure could explain."""
    return any(f.constraint is None and f.severity == ERROR for f in explains)


def _more_than_a_cell(trial: Trial, constraints: Sequence[Constraint]) -> bool:
    """Whether there are constraints and no single cell explains all of them."""
    return bool(constraints) and not any(search_single_cells(trial, constraints))


def _explained(
    reading: Reading, index: _FindingIndex, budget: Budget, constraints: Iterable[Constraint]
) -> tuple[tuple[Finding, ...], int]:
    """The findings that disappear with this budget, and how many errors about rows are new."""
    after = _row_severities(index.pack, reading, budget)
    gone = [f for name, f in index.rows.items() if name not in after]
    new = sum(severity == ERROR for name, severity in after.items() if name not in index.rows)
    return (*index.about(constraints), *gone), new


def _row_severities(pack: Pack, reading: Reading, budget: Budget) -> dict[tuple[object, ...], str]:
    """Identity → severity of every observation of the rules about rows and codes on a budget."""
    context = Context(pack, reading._replace(budget=budget), build_trees(pack, budget))
    severities = {}
    for kind in ROW_KINDS & pack.by_kind.keys():
        rule = pack.by_kind[kind]
        for part in rule.parts:
            for o in KINDS[kind](context, part):
                severities[_identify_observation(o)] = pack.severity_of(rule, o.case)
    return severities


def _identify_observation(observation: Observation) -> tuple[object, ...]:
    return _identify(observation.case, observation.form, observation.facts, observation.kind)


def _with_figures(trial: Trial, values: Mapping[CellKey, int]) -> Budget:
    """The budget with these cells changed (scaled units; 0: blank)."""
    blocks = dict(trial.budget.blocks)
    for cell, value in values.items():
        key = BlockKey(cell.form, cell.block)
        rows = list(blocks.get(key, ()))
        index = next((n for n, row in enumerate(rows) if row.id == cell.row), None)
        if index is None:
            rows.append(Row(cell.row, {}))
            index = len(rows) - 1
        amounts = {c: a for c, a in rows[index].amounts.items() if c != cell.column}
        if value:
            amounts[cell.column] = trial.to_form_unit(cell, value)
        rows[index] = rows[index]._replace(amounts=amounts)
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
    return _amounts_at(reading, reading.formulas)


def _texts(reading: Reading) -> frozenset[CellKey]:
    """The amounts that are stored as text."""
    said = (o.cells for o in reading.observations if o.kind == TEXT_KIND)
    return _amounts_at(reading, {cell for cells in said for cell in cells})


def _amounts_at(reading: Reading, places: Collection[object]) -> frozenset[CellKey]:
    if not places:
        return frozenset()
    cells = (cell for cell, _ in reading.budget.amounts())
    return frozenset(cell for cell in cells if reading.locate(cell) in places)

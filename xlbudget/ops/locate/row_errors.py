"""Whole rows that are wrong: missing, entered twice, under a wrong code or a wrong heading.

Each hypothesis is the block's rows as they would be; whether it repairs anything is decided by
applying the pack's rules to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from xlbudget.core.budget import Row
from xlbudget.core.cause import RowRepair
from xlbudget.core.constraint import Constraint
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.tolerance import Figure, judge
from xlbudget.layout.normalize import is_same_name, normalize_text
from xlbudget.ops.locate.trial import (
    ConstraintIdentity,
    Trial,
    identify_constraint,
    net_coefficients,
)
from xlbudget.ops.locate.typing_errors import BRANCH, CODE, DOUBLED, MISSING, is_near_code
from xlbudget.packs.model import TOTAL, Block, Catalogue
from xlbudget.rules.bound_rules import bound_rules, rules_in_block
from xlbudget.rules.instantiate import instantiate
from xlbudget.rules.tree import build_tree

MOST_NAMESAKES = 12
NEW = "+"
"""Row id of a row that is not in the file."""

Figures = Mapping[CellKey, Figure]


class Hypothesis(NamedTuple):
    """The rows of a block as they would be, with the figures of all blocks, and the cost of
    believing it."""

    repair: RowRepair
    block: BlockKey
    rows: tuple[Row, ...]
    figures: Figures
    cost: int


def propose_hypotheses(trial: Trial, codes: frozenset[str]) -> Iterator[Hypothesis]:
    """Row slips worth trying. `codes` are the codes that findings name."""
    suspects = {cell for c in trial.broken.values() for cell in c.cells()}
    for key, block in trial.pack.blocks.items():
        rows = trial.budget.blocks.get(key, ())
        parts = _parts(trial, key)
        about = {i: c for i, c in trial.broken.items() if i[:2] in parts}
        if not rows or block.fixed or not (about or codes & {row.code for row in rows}):
            continue
        named = codes | {value for i in about for word, value in i[2] if word in ("class", "code")}
        touched = {cell.row for cell in suspects if cell[:2] == key}
        yield from _doubled(trial, block, rows)
        if block.codes:
            catalogue = trial.pack.catalogues[block.codes]
            absent = sorted(named - {row.code for row in rows} - {TOTAL})
            yield from _miscoded(trial, block, rows, catalogue, touched, frozenset(named))
            for code in absent:
                if _level(catalogue, code):
                    yield from _missing_code(trial, block, rows, catalogue, code)
        else:
            yield from _misplaced(trial, block, rows, touched)
        yield from _missing_under(trial, block, rows, about)
        if block.total is not None and not any(row.id == TOTAL for row in rows):
            cell = first_text_cell(block, TOTAL)
            repair = RowRepair(MISSING, cell, TOTAL)
            yield from _filled(trial, block, rows, 0, Row(TOTAL, {}), repair, 1)


def constraints_repaired(trial: Trial, hypothesis: Hypothesis) -> list[Constraint] | None:
    """The broken constraints that a hypothesis puts right; None where it breaks another."""
    parts = _parts(trial, hypothesis.block)
    before = {i: c for i, c in trial.broken.items() if i[:2] in parts}
    after = _broken(trial, hypothesis.block, hypothesis.rows, hypothesis.figures)
    if not after.keys() <= before.keys():
        return None
    return [c for i, c in before.items() if i not in after]


def _parts(trial: Trial, key: BlockKey) -> set[tuple[str, int]]:
    every = bound_rules(trial.pack)
    named = (every[index] for index in rules_in_block(trial.pack, key))
    return {(bound.rule.id, bound.number) for bound in named}


def _laid(
    trial: Trial, key: BlockKey, rows: tuple[Row, ...], figures: Figures
) -> Iterator[Constraint]:
    """The constraints that name a block, instantiated with these rows."""
    block = trial.pack.blocks[key]
    tree = build_tree(block, rows, trial.pack.catalogues.get(block.codes))

    def value(cell: CellKey) -> int:
        return figures[cell].value if cell in figures else 0

    constraints = instantiate(trial.pack, {**trial.trees, key: tree}, value, key)
    return (c for _, c in constraints if identify_constraint(c) not in trial.undecided)


def _broken(
    trial: Trial, key: BlockKey, rows: tuple[Row, ...], figures: Figures
) -> dict[ConstraintIdentity, Constraint]:
    figures_before, trial.figures = trial.figures, dict(figures)
    broken = {
        identify_constraint(c): c for c in _laid(trial, key, rows, figures) if trial.is_broken(c)
    }
    trial.figures = figures_before
    return broken


def first_text_cell(block: Block, row: str) -> CellKey:
    """The row's first text cell."""
    return CellKey(*block.id, row, block.text_columns[0])


def _doubled(trial: Trial, block: Block, rows: tuple[Row, ...]) -> Iterator[Hypothesis]:
    above: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if trial.timed_out:
            return
        alike = above.setdefault((row.code, "" if row.code else normalize_text(row.name)), [])
        for before in alike:
            same = before.amounts == row.amounts and is_same_name(before.name, row.name)
            if row.code and before.code == row.code:
                chosen = (row,) if same else (row, before)
            elif same and row.amounts and not row.code and before.level == row.level:
                chosen = (row,)
            else:
                continue
            for extra in chosen:
                yield _without(trial, block, rows, extra, 1 if same else 2)
        alike.append(row)


def _without(trial: Trial, block: Block, rows: tuple[Row, ...], row: Row, cost: int) -> Hypothesis:
    gone = {CellKey(*block.id, row.id, column) for column in row.amounts}
    figures = {cell: figure for cell, figure in trial.figures.items() if cell not in gone}
    repair = RowRepair(DOUBLED, first_text_cell(block, row.id), row.code or row.level)
    return Hypothesis(repair, block.id, tuple(r for r in rows if r is not row), figures, cost)


def _miscoded(
    trial: Trial,
    block: Block,
    rows: tuple[Row, ...],
    catalogue: Catalogue,
    touched: set[str],
    named: frozenset[str],
) -> Iterator[Hypothesis]:
    """Rows that would be right under another code: the one of their name, or one that other forms
    have and that differs by a slip."""
    there = {row.code for row in rows}
    for index, row in enumerate(rows):
        if not row.code or not (row.id in touched or row.code in named):
            continue
        namesakes = frozenset(catalogue.by_name.get(normalize_text(row.name), ()))
        meant = {code for code in named if is_near_code(row.code, code) or code in namesakes}
        near = {code for code in namesakes if is_near_code(row.code, code)}
        if len(namesakes) <= MOST_NAMESAKES:
            meant |= namesakes
        for code in sorted((meant | near) - there):
            if _level(catalogue, code):
                changed = (*rows[:index], row._replace(code=code), *rows[index + 1 :])
                cost = 1 + (not is_near_code(row.code, code)) + (code not in namesakes)
                repair = RowRepair(CODE, first_text_cell(block, row.id), code)
                yield Hypothesis(repair, block.id, changed, trial.figures, cost)


def _level(catalogue: Catalogue, code: str) -> bool:
    return len(code) in catalogue.lengths


def _misplaced(
    trial: Trial, block: Block, rows: tuple[Row, ...], touched: set[str]
) -> Iterator[Hypothesis]:
    """Rows of the lowest level moved under another heading, where one of their figures equals what
    is missing or in excess somewhere."""
    apart = {abs(judge(c, trial.figures).residual) for c in trial.broken.values()}
    lowest = block.levels[-1]
    heads = [index for index, row in enumerate(rows) if row.level and row.level != lowest]
    for index, row in enumerate(rows):
        sizes = {
            abs(trial.current_value(CellKey(*block.id, row.id, column))) for column in row.amounts
        }
        if row.level != lowest or row.id not in touched or not sizes & apart:
            continue
        for head in heads:
            if block.levels.index(rows[head].level) == len(block.levels) - 2:
                rest = [*rows[:index], *rows[index + 1 :]]
                end = _end(rest, rest.index(rows[head]), block)
                moved = (*rest[:end], row, *rest[end:])
                cell = first_text_cell(block, row.id)
                repair = RowRepair(BRANCH, cell, row.level, under=rows[head].id)
                yield Hypothesis(repair, block.id, moved, trial.figures, 1)


def _end(rows: list[Row] | tuple[Row, ...], head: int, block: Block) -> int:
    """The index after the last row under a heading."""
    depth = block.levels.index(rows[head].level)
    for index in range(head + 1, len(rows)):
        if rows[index].level in block.levels[: depth + 1]:
            return index
    return len(rows)


def _missing_code(
    trial: Trial, block: Block, rows: tuple[Row, ...], catalogue: Catalogue, code: str
) -> Iterator[Hypothesis]:
    """A row with this code, where it belongs."""
    index = next((n for n, row in enumerate(rows) if row.code > code), len(rows))
    row = Row(code, {}, code, catalogue.names.get(code, ""))
    above = _under(rows, catalogue, code) or (rows[index - 1].id if index else TOTAL)
    repair = RowRepair(MISSING, first_text_cell(block, above), code, under=above)
    yield from _filled(trial, block, rows, index, row, repair, 2)


def _under(rows: tuple[Row, ...], catalogue: Catalogue, code: str) -> str:
    parent = catalogue.parent(code)
    return next((row.id for row in rows if parent and row.code == parent), "")


def _missing_under(
    trial: Trial,
    block: Block,
    rows: tuple[Row, ...],
    about: Mapping[ConstraintIdentity, Constraint],
) -> Iterator[Hypothesis]:
    """A row that no other form names, below a heading whose parts do not add up to it."""
    ids = {row.id for row in rows}
    parents = dict.fromkeys(
        value
        for i, c in about.items()
        for word, value in i[2]
        if word in ("parent", "childless") and value in ids and c.cells()[0][:2] == block.id
    )
    total = CellKey(*block.id, TOTAL, "")
    whole = any(not i[2] or i[2][0][0] == "column" for i in about) and any(
        cell[:3] == total[:3] for c in about.values() for cell in c.cells()
    )
    if block.codes:
        for parent in [*parents, *([TOTAL] if whole else [])]:
            yield from _missing_child(trial, block, rows, parent)
        return
    for parent in parents:
        head = next(n for n, row in enumerate(rows) if row.id == parent)
        depth = block.levels.index(rows[head].level)
        end = _end(rows, head, block)
        yield from _missing_level(trial, block, rows, end, depth + 1, parent)
        for index in range(head + 2, end):
            if rows[index].level == block.levels[-1]:
                yield from _missing_level(trial, block, rows, index, depth, rows[index - 1].id)
    if whole and block.total is not None:
        yield from _missing_level(trial, block, rows, len(rows), 0, TOTAL)
    if not any(row.level == block.levels[0] for row in rows):
        yield from _missing_level(trial, block, rows, 0, 0, rows[0].id)


def _missing_child(
    trial: Trial, block: Block, rows: tuple[Row, ...], parent: str
) -> Iterator[Hypothesis]:
    catalogue = trial.pack.catalogues[block.codes]
    code = next((row.code for row in rows if row.id == parent), "")
    deeper = [length for length in catalogue.lengths if length > len(code)]
    there = {row.code for row in rows}
    free = (
        other
        for other in catalogue.names
        if deeper and len(other) == deeper[0] and other.startswith(code) and other not in there
    )
    for other in islice(free, 1):
        row = Row(NEW, {}, other)
        index = next((n for n, r in enumerate(rows) if r.code > other), len(rows))
        repair = RowRepair(MISSING, first_text_cell(block, parent), under=parent)
        yield from _filled(trial, block, rows, index, row, repair, 3)


def _missing_level(
    trial: Trial, block: Block, rows: tuple[Row, ...], index: int, depth: int, under: str
) -> Iterator[Hypothesis]:
    if depth < len(block.levels):
        level = block.levels[depth]
        row = Row(NEW, {}, level=level)
        repair = RowRepair(MISSING, first_text_cell(block, under), level, under=under)
        yield from _filled(trial, block, rows, index, row, repair, 3)


def _filled(
    trial: Trial,
    block: Block,
    rows: tuple[Row, ...],
    index: int,
    row: Row,
    repair: RowRepair,
    cost: int,
) -> Iterator[Hypothesis]:
    """The row with the figures that the broken constraints require; nothing where they require
    none, or a negative one."""
    changed = (*rows[:index], row, *rows[index:])
    mine = [CellKey(*block.id, row.id, column) for column in block.columns]
    figures_before, trial.figures = trial.figures, dict(trial.figures)
    _ask(trial, list(_laid(trial, block.id, changed, trial.figures)), mine)
    figures, trial.figures = trial.figures, figures_before
    new = {cell.column: figures[cell].value for cell in mine if cell in figures}
    if new and all(value > 0 for value in new.values()):
        amounts = {
            cell.column: trial.to_form_unit(cell, new[cell.column])
            for cell in mine
            if cell.column in new
        }
        changed = (*rows[:index], row._replace(amounts=amounts), *rows[index:])
        filled_repair = repair._replace(amounts=tuple(amounts.items()))
        yield Hypothesis(filled_repair, block.id, changed, figures, cost)


def _ask(trial: Trial, constraints: Sequence[Constraint], mine: Sequence[CellKey]) -> None:
    """Set the cells of a new row to what the broken constraints require of each alone, the one with
    the fewest terms first, since fewer figures mean less rounding; then make the row consistent in
    itself."""
    about = sorted(
        ((terms, c) for c in constraints if set(mine) & (terms := net_coefficients(c)).keys()),
        key=lambda pair: len(pair[0]),
    )
    for cell in mine:
        alone = (pair for pair in about if set(mine) & pair[0].keys() == {cell} and pair[0][cell])
        _exact(trial, cell, next((pair for pair in alone if trial.is_broken(pair[1])), None))
    for terms, constraint in about:
        inside = [cell for cell in mine if terms.get(cell)]
        if len(inside) > 1 and trial.is_broken(constraint):
            _exact(trial, _best(trial, about, inside, (terms, constraint)), (terms, constraint))


About = tuple[Mapping[CellKey, int], Constraint]


def _exact(trial: Trial, cell: CellKey, about: About | None) -> None:
    """Set the cell so that this constraint holds exactly."""
    if about:
        terms, constraint = about
        residual = judge(constraint, trial.figures).residual
        trial.set(cell, trial.current_value(cell) - residual // terms[cell])


def _best(trial: Trial, about: Sequence[About], inside: Sequence[CellKey], aim: About) -> CellKey:
    """The cell whose change for this constraint leaves the fewest others broken."""

    def left(cell: CellKey) -> int:
        figures_before = {cell: trial.figures.get(cell)}
        _exact(trial, cell, aim)
        count = sum(trial.is_broken(constraint) for _, constraint in about)
        trial.restore(figures_before)
        return count

    return min(inside, key=left)

"""What each line of the ledger says now: the values that its formulas would give."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from xlbudget.core.budget import Budget, Row
from xlbudget.core.constraint import AT_MOST
from xlbudget.core.finding import ERROR, NOTE, WARNING
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.tolerance import factor
from xlbudget.packs.model import Pack
from xlbudget.rules.bound_rules import BoundRule, bound_rules
from xlbudget.rules.instantiate import Instance
from xlbudget.rules.outcomes import JudgedConstraint, decide_severity
from xlbudget.workbook.live.ledger import (
    APPLIES,
    COUNT,
    KEY,
    LEFT,
    NAMES,
    OPEN_ROW,
    RIGHT,
    SAYS,
    UNITS,
    WEIGHT,
    FormulaWriter,
    LedgerLine,
)
from xlbudget.workbook.live.regions import Grid
from xlbudget.workbook.live.review import LineValues
from xlbudget.workbook.xlsx.formula import (
    ERROR_WEIGHT,
    NOTE_WEIGHT,
    WARNING_WEIGHT,
    Formula,
    stored_number,
)

WEIGHTS = {"": 0, NOTE: NOTE_WEIGHT, WARNING: WARNING_WEIGHT, ERROR: ERROR_WEIGHT}


def evaluate_lines(
    pack: Pack,
    budget: Budget,
    writer: FormulaWriter,
    lines: Sequence[LedgerLine],
    per_yuan: Decimal,
    judged: Sequence[JudgedConstraint],
) -> list[LineValues]:
    """An entry for each line, in order."""
    found = {one.instance: one for one in judged}
    rows = _rows(budget, writer.grid)
    there = {CellKey(*key, row.id, "") for key, some in budget.blocks.items() for row in some}
    shapes = bound_rules(pack)
    entries = []
    for line in lines:
        row = rows.get((line.on, line.open_position)) if line.on else None
        one = found.get(_instance(line, row))
        if (
            one is not None
            and line.row
            and line.open_position
            and not _first(line, row, one, there)
        ):
            one = None
        entries.append(_entry(pack, writer, line, shapes[line.shape], row, one, per_yuan))
    return entries


def _rows(budget: Budget, grid: Grid) -> Mapping[tuple[BlockKey, int], Row]:
    """(block, place) → the row that stands there."""
    found = {}
    for key, region in grid.items():
        by_id = {row.id: row for row in budget.blocks.get(key, ())}
        for place, identity in enumerate(region.ids, start=1):
            if identity:
                found[key, place] = by_id[identity]
    return found


def _instance(line: LedgerLine, row: Row | None) -> Instance:
    if not line.open_position:
        return Instance(line.shape, line.row, line.column)
    if row is None:
        return Instance(-1, "", "")
    return Instance(line.shape, row.code if line.row else row.id, line.column)


def _first(
    line: LedgerLine, row: Row | None, one: JudgedConstraint, there: Collection[CellKey]
) -> bool:
    """Is this the row by which the ledger tells a code: its first in the first block that has
    it?"""
    for cell in one.constraint.cells():
        if cell._replace(column="") in there:
            return row is not None and cell[:3] == (*(line.on or ()), row.id)
    return False


def _entry(
    pack: Pack,
    writer: FormulaWriter,
    line: LedgerLine,
    shape: BoundRule,
    row: Row | None,
    one: JudgedConstraint | None,
    per_yuan: Decimal,
) -> LineValues:
    form = pack.forms[shape.first.block.form].sheet
    key = (row.code if row else "") if line.row and line.open_position else line.row
    link = writer.link_target(line, shape)
    says = _said(writer, line, shape, row) if one or not line.open_position else ""
    if one is None:
        return LineValues(shape.rule.id, form, key, False, 0, 0, 0, 0, 0, link, says)
    verdict = one.verdict
    measure = writer.measure(shape)
    unit, last = per_yuan * measure.yuan, per_yuan / factor(1, measure.last)
    apart = abs(verdict.residual) / last
    if shape.relation == AT_MOST and verdict.residual < 0:
        apart = Decimal(0)
    return LineValues(
        rule=shape.rule.id,
        form=form,
        key=key,
        applies=True,
        left=stored_number(Decimal(verdict.left) / unit),
        right=stored_number(Decimal(verdict.right) / unit),
        bound=stored_number(verdict.bound / last),
        units=round(apart),
        weight=WEIGHTS[decide_severity(pack, one.constraint, verdict)],
        link=link,
        says=says,
    )


def write_formulas(
    writer: FormulaWriter, line: LedgerLine, shape: BoundRule, entry: LineValues
) -> dict[int, Formula]:
    """The formulas of a line by field, with what they give now."""

    applies = writer.applies(line, shape)

    def gated(text: str) -> str:
        always = applies.isdigit() or text.isdigit()
        return text if always else f"IF({NAMES[APPLIES]}=0,0,{text})"

    measure = writer.measure(shape)
    found = {
        APPLIES: Formula(applies, int(entry.applies)),
        LEFT: Formula(gated(writer.side(line, shape.left, measure.yuan)), entry.left),
        RIGHT: Formula(gated(writer.side(line, shape.right, measure.yuan)), entry.right),
        COUNT: Formula(gated(writer.bound(line, shape)), entry.bound),
        UNITS: Formula(writer.units(shape), entry.units),
        WEIGHT: Formula(writer.weight(line, shape), entry.weight),
    }
    if line.open_position:
        found[SAYS] = Formula(writer.sentence_formula(line, shape), entry.says)
        if line.row:
            found[KEY] = Formula(writer.key(line), entry.key)
    return found


def _said(writer: FormulaWriter, line: LedgerLine, shape: BoundRule, row: Row | None) -> str:
    name = row.name if row else ""
    if line.row and line.open_position:
        name = f"{row.code if row else ''} {name}"
    return writer.sentence(line, shape).replace(OPEN_ROW, name)


def cell_weights(pack: Pack, judged: Sequence[JudgedConstraint]) -> dict[CellKey, tuple[int, int]]:
    """Each cell's weights: of the constraints of its own form alone, and of all."""
    shapes = bound_rules(pack)
    found: dict[CellKey, tuple[int, int]] = {}
    for instance, constraint, verdict in judged:
        weight = WEIGHTS[decide_severity(pack, constraint, verdict)]
        if not weight:
            continue
        within = shapes[instance.bound].within
        for cell in constraint.cells():
            own, every = found.get(cell, (0, 0))
            found[cell] = (own + weight * within, every + weight)
    return found

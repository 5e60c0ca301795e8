"""The values of each line of the ledger now: those that its formulas give."""

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
from xlbudget.rules.scaled_amounts import ScaledAmounts
from xlbudget.workbook.live.ledger import (
    APPLIES,
    COUNT,
    COUNTS,
    KEY,
    LEFT,
    NAMES,
    OPEN_ROW,
    RIGHT,
    SAYS,
    UNITS,
    WEIGHT,
    LedgerLine,
)
from xlbudget.workbook.live.line_formulas import FormulaWriter
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
    amounts: ScaledAmounts,
    judged: Sequence[JudgedConstraint],
) -> list[LineValues]:
    """The values of each line, in order."""
    by_instance = {judgement.instance: judgement for judgement in judged}
    rows = _rows(budget, writer.grid)
    there = {CellKey(*key, row.id, "") for key, some in budget.blocks.items() for row in some}
    every = bound_rules(pack)
    entries = []
    for line in lines:
        row = rows.get((line.on, line.open_position)) if line.on else None
        judgement = by_instance.get(_instance(line, row))
        if (
            judgement is not None
            and line.row
            and line.open_position
            and not _first(line, row, judgement, there)
        ):
            judgement = None
        entries.append(_entry(pack, writer, line, every[line.bound], row, judgement, amounts))
    return entries


def _rows(budget: Budget, grid: Grid) -> Mapping[tuple[BlockKey, int], Row]:
    """(block, position among its open rows) → row."""
    rows = {}
    for key, region in grid.items():
        by_id = {row.id: row for row in budget.blocks.get(key, ())}
        for nth, identity in enumerate(region.ids, start=1):
            if identity:
                rows[key, nth] = by_id[identity]
    return rows


def _instance(line: LedgerLine, row: Row | None) -> Instance:
    if not line.open_position:
        return Instance(line.bound, line.row, line.column)
    if row is None:
        return Instance(-1, "", "")
    return Instance(line.bound, row.code if line.row else row.id, line.column)


def _first(
    line: LedgerLine, row: Row | None, judgement: JudgedConstraint, there: Collection[CellKey]
) -> bool:
    """Whether the ledger lists a code by this row: its first in the first block that has it."""
    for cell in judgement.constraint.cells():
        if cell._replace(column="") in there:
            return row is not None and cell[:3] == (*(line.on or ()), row.id)
    return False


def _entry(
    pack: Pack,
    writer: FormulaWriter,
    line: LedgerLine,
    bound: BoundRule,
    row: Row | None,
    judgement: JudgedConstraint | None,
    amounts: ScaledAmounts,
) -> LineValues:
    form = pack.forms[bound.first.block.form].sheet
    key = (row.code if row else "") if line.row and line.open_position else line.row
    link = writer.link_target(line, bound)
    says = _sentence(writer, line, bound, row) if judgement or not line.open_position else ""
    if judgement is None:
        return LineValues(bound.rule.id, form, key, False, 0, 0, 0, (), 0, 0, link, says)
    verdict = judgement.verdict
    measure = writer.measures[line.bound]
    unit, last = amounts.per_yuan * measure.yuan, amounts.per_yuan / factor(1, measure.last)
    apart = abs(verdict.residual) / last
    if bound.relation == AT_MOST and verdict.residual < 0:
        apart = Decimal(0)
    return LineValues(
        rule=bound.rule.id,
        form=form,
        key=key,
        applies=True,
        left=stored_number(Decimal(verdict.left) / unit),
        right=stored_number(Decimal(verdict.right) / unit),
        bound=stored_number(verdict.bound / last),
        counts=tuple(_count_figures(judgement, form, amounts) for form in measure.forms),
        units=round(apart),
        weight=WEIGHTS[decide_severity(pack, judgement.constraint, verdict)],
        link=link,
        says=says,
    )


def _count_figures(judgement: JudgedConstraint, form: str, amounts: ScaledAmounts) -> int:
    """How many figures of a form are not 0, weighted by their coefficients."""
    terms = judgement.constraint.terms()
    return sum(abs(a) for a, cell in terms if cell.form == form and amounts.value(cell))


def write_formulas(
    writer: FormulaWriter, line: LedgerLine, bound: BoundRule, entry: LineValues
) -> dict[int, Formula]:
    """The formulas of a line by field, with their values now."""

    applies = writer.applies(line, bound)

    def gated(text: str) -> str:
        always = applies.isdigit() or text.isdigit()
        return text if always else f"IF({NAMES[APPLIES]}=0,0,{text})"

    first = bound.first.block
    formulas = {
        APPLIES: Formula(applies, int(entry.applies)),
        LEFT: Formula(gated(writer.side(line, bound.left, first)), entry.left),
        RIGHT: Formula(gated(writer.side(line, bound.right, first)), entry.right),
        **{
            COUNTS + nth: Formula(gated(count), entry.counts[nth] if entry.counts else 0)
            for nth, count in enumerate(writer.counts(line, bound))
        },
        COUNT: Formula(gated(writer.width_sum(line, bound)), entry.bound),
        UNITS: Formula(writer.units(line, bound), entry.units),
        WEIGHT: Formula(writer.weight(line, bound), entry.weight),
    }
    if line.open_position:
        formulas[SAYS] = Formula(writer.sentence_formula(line, bound), entry.says)
        if line.row:
            formulas[KEY] = Formula(writer.cells.key(line), entry.key)
    return formulas


def _sentence(writer: FormulaWriter, line: LedgerLine, bound: BoundRule, row: Row | None) -> str:
    name = row.name if row else ""
    if line.row and line.open_position:
        name = f"{row.code if row else ''} {name}"
    return writer.sentence(line, bound).replace(OPEN_ROW, name)


def cell_weights(pack: Pack, judged: Sequence[JudgedConstraint]) -> dict[CellKey, tuple[int, int]]:
    """Each cell's weights: of the constraints of its own form alone, and of all."""
    every = bound_rules(pack)
    weights: dict[CellKey, tuple[int, int]] = {}
    for instance, constraint, verdict in judged:
        weight = WEIGHTS[decide_severity(pack, constraint, verdict)]
        if not weight:
            continue
        within = every[instance.bound].within
        for cell in constraint.cells():
            own, total = weights.get(cell, (0, 0))
            weights[cell] = (own + weight * within, total + weight)
    return weights

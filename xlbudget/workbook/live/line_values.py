"""What each line of the ledger says now: the values that its formulas would give."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from xlbudget.core.budget import Budget, Row
from xlbudget.core.constraint import AT_MOST
from xlbudget.core.finding import ERROR, NOTE, WARNING
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.tolerance import Scale
from xlbudget.packs.model import Pack
from xlbudget.rules.compile import Instance
from xlbudget.rules.confront import Judged, severity_of
from xlbudget.rules.shapes import Shape, shapes_of
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
    Line,
    Writer,
)
from xlbudget.workbook.live.regions import Grid
from xlbudget.workbook.live.review import Entry
from xlbudget.workbook.xlsx.formula import (
    ERROR_WEIGHT,
    NOTE_WEIGHT,
    WARNING_WEIGHT,
    Formula,
    number,
)

WEIGHTS = {"": 0, NOTE: NOTE_WEIGHT, WARNING: WARNING_WEIGHT, ERROR: ERROR_WEIGHT}


def entries_of(
    pack: Pack,
    budget: Budget,
    writer: Writer,
    lines: Sequence[Line],
    scale: Scale,
    judged: Sequence[Judged],
) -> list[Entry]:
    """An entry for each line, in order."""
    found = {one.instance: one for one in judged}
    rows = _rows(budget, writer.grid)
    there = {CellKey(*key, row.id, "") for key, some in budget.blocks.items() for row in some}
    shapes = shapes_of(pack)
    unit = scale.per_yuan * pack.yuan(budget.unit)
    entries = []
    for line in lines:
        row = rows.get((line.on, line.place)) if line.on else None
        one = found.get(_instance(line, row))
        if one is not None and line.row and line.place and not _first(line, row, one, there):
            one = None
        entries.append(_entry(pack, writer, line, shapes[line.shape], row, one, unit))
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


def _instance(line: Line, row: Row | None) -> Instance:
    if not line.place:
        return Instance(line.shape, line.row, line.column)
    if row is None:
        return Instance(-1, "", "")
    return Instance(line.shape, row.code if line.row else row.id, line.column)


def _first(line: Line, row: Row | None, one: Judged, there: Collection[CellKey]) -> bool:
    """Is this the row by which the ledger tells a code: its first in the first block that has
    it?"""
    for cell in one.constraint.cells():
        if cell._replace(column="") in there:
            return row is not None and cell[:3] == (*(line.on or ()), row.id)
    return False


def _entry(
    pack: Pack,
    writer: Writer,
    line: Line,
    shape: Shape,
    row: Row | None,
    one: Judged | None,
    unit: Decimal,
) -> Entry:
    form = pack.forms[shape.left[0].block.form].sheet
    key = (row.code if row else "") if line.row and line.place else line.row
    link = writer.goes_to(line, shape)
    says = _said(writer, line, shape, row) if one or not line.place else ""
    if one is None:
        return Entry(shape.rule.id, form, key, False, 0, 0, 0, 0, 0, link, says)
    verdict = one.verdict
    apart = Decimal(abs(verdict.residual)) / unit * 100
    if shape.relation == AT_MOST and verdict.residual < 0:
        apart = Decimal(0)
    return Entry(
        rule=shape.rule.id,
        form=form,
        key=key,
        applies=True,
        left=number(Decimal(verdict.left) / unit),
        right=number(Decimal(verdict.right) / unit),
        filled=verdict.filled,
        units=round(apart),
        weight=WEIGHTS[severity_of(pack, one.constraint, verdict)],
        link=link,
        says=says,
    )


def formulas_of(writer: Writer, line: Line, shape: Shape, entry: Entry) -> dict[int, Formula]:
    """The formulas of a line by field, with what they give now."""

    applies = writer.applies(line, shape)

    def gated(text: str) -> str:
        always = applies.isdigit() or text.isdigit()
        return text if always else f"IF({NAMES[APPLIES]}=0,0,{text})"

    filled = gated(writer.filled(line, (*shape.left, *shape.right)))
    found = {
        APPLIES: Formula(applies, int(entry.applies)),
        LEFT: Formula(gated(writer.side(line, shape.left)), entry.left),
        RIGHT: Formula(gated(writer.side(line, shape.right)), entry.right),
        COUNT: Formula(filled, entry.filled),
        UNITS: Formula(writer.units(shape), entry.units),
        WEIGHT: Formula(writer.weight(line, shape), entry.weight),
    }
    if line.place:
        found[SAYS] = Formula(writer.says(line, shape), entry.says)
        if line.row:
            found[KEY] = Formula(writer.key(line), entry.key)
    return found


def _said(writer: Writer, line: Line, shape: Shape, row: Row | None) -> str:
    name = row.name if row else ""
    if line.row and line.place:
        name = f"{row.code if row else ''} {name}"
    return writer.sentence(line, shape).replace(OPEN_ROW, name)


def cell_weights(pack: Pack, judged: Sequence[Judged]) -> dict[CellKey, tuple[int, int]]:
    """Each cell's weights: of the constraints of its own form alone, and of all."""
    shapes = shapes_of(pack)
    found: dict[CellKey, tuple[int, int]] = {}
    for instance, constraint, verdict in judged:
        weight = WEIGHTS[severity_of(pack, constraint, verdict)]
        if not weight:
            continue
        within = shapes[instance.shape].within
        for cell in constraint.cells():
            own, every = found.get(cell, (0, 0))
            found[cell] = (own + weight * within, every + weight)
    return found

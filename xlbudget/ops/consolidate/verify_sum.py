"""A consolidated workbook as it was read, verified against its own record of the files behind
it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from xlbudget.core.amount import format_plain
from xlbudget.core.budget import Row
from xlbudget.core.consolidation import Consolidation, Contribution, Source
from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, CellKey, address
from xlbudget.core.reading import Reading
from xlbudget.ops.consolidate.merge import make_part_in_memory, merge
from xlbudget.packs.model import TOTAL, Pack

UNCLEAR = "unclear_level"
NOT_THE_SUM = "not_the_sum"
NOTHING = Decimal(0)


def verify_sum(
    pack: Pack, reading: Reading, sources: tuple[Source, ...], contributions: Sequence[Contribution]
) -> Reading:
    """The reading with its sources, the levels of its listed rows, the roundings behind its sums,
    and an observation on every form whose figures are not those sums. Raises ValueError,
    LookupError, TypeError or ArithmeticError for contributions that were changed by hand."""
    parts = list(map(make_part_in_memory, sources, contributions))
    county = merge(pack, parts, reading.budget.department)
    listed_rows = {key: list(appended.rows()) for key, appended in county.appended.items()}
    levels = {(key, row.id): row.level for key, rows in listed_rows.items() for row in rows}
    blocks = {
        key: tuple(row._replace(level=levels.get((key, row.id), row.level)) for row in rows)
        for key, rows in reading.budget.blocks.items()
    }
    known = (o for o in reading.observations if o.kind != UNCLEAR or not levels)
    changed = _changed(pack, reading, county, listed_rows)
    return reading._replace(
        budget=reading.budget._replace(blocks=blocks, roundings=county.budget.roundings),
        observations=(*known, *changed),
        sources=sources,
        contributions=tuple(contributions),
    )


def _changed(
    pack: Pack, reading: Reading, county: Consolidation, listed_rows: Mapping[BlockKey, list[Row]]
) -> Iterator[Observation]:
    """One observation per form on figures that are not the sum of the figures behind them."""
    by_form: dict[str, list[tuple[CellKey, Decimal, Decimal]]] = {}
    for key in reading.budget.blocks:
        added = county.budget.blocks.get(key, ())
        if key in listed_rows:
            added = (*(row for row in added if row.id == TOTAL), *listed_rows[key])
        by_form.setdefault(key.form, []).extend(_apart(reading, key, added))
    for form, changed in by_form.items():
        if changed:
            cell, printed, total = changed[0]
            sheet_cell = reading.locate(cell)
            facts = {"form": pack.forms[form].sheet, "count": str(len(changed))}
            facts["cell"] = address(sheet_cell) if sheet_cell else f"{cell.row}·{cell.column}"
            facts |= {"printed": format_plain(printed), "total": format_plain(total)}
            yield Observation(NOT_THE_SUM, "", form, tuple(cell for cell, _, _ in changed), facts)


def _apart(
    reading: Reading, key: BlockKey, added: Sequence[Row]
) -> Iterator[tuple[CellKey, Decimal, Decimal]]:
    """Cells of a block whose printed amount differs from the sum of the sources, with both
    amounts."""
    sums = {row.id: row.amounts for row in added}
    printed = {row.id: row.amounts for row in reading.budget.blocks[key]}
    for row in dict.fromkeys((*printed, *sums)):
        in_file, in_sum = printed.get(row, {}), sums.get(row, {})
        if in_file == in_sum:
            continue
        for column in dict.fromkeys((*in_file, *in_sum)):
            stands, should = (
                in_file.get(column, NOTHING),
                in_sum.get(column, NOTHING),
            )
            cell = CellKey(*key, row, column)
            if stands != should and cell not in reading.unreadable:
                yield cell, stands, should

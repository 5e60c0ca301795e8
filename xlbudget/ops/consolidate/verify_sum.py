"""A consolidated workbook as it was read, held against what it says of the files behind it."""

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
    pack: Pack, reading: Reading, sources: tuple[Source, ...], shares: Sequence[Contribution]
) -> Reading:
    """The reading with its sources, the levels of its listed rows, the roundings behind its sums,
    and a remark on every form whose figures are not those sums. Raises ValueError, LookupError,
    TypeError or ArithmeticError for shares that were changed by hand."""
    parts = list(map(make_part_in_memory, sources, shares))
    county = merge(pack, parts, reading.budget.department)
    listed = {key: list(found.rows()) for key, found in county.appended.items()}
    levels = {(key, row.id): row.level for key, rows in listed.items() for row in rows}
    blocks = {
        key: tuple(row._replace(level=levels.get((key, row.id), row.level)) for row in rows)
        for key, rows in reading.budget.blocks.items()
    }
    known = (one for one in reading.observations if one.kind != UNCLEAR or not levels)
    changed = _changed(pack, reading, county, listed)
    return reading._replace(
        budget=reading.budget._replace(blocks=blocks, roundings=county.budget.roundings),
        observations=(*known, *changed),
        sources=sources,
        contributions=tuple(shares),
    )


def _changed(
    pack: Pack, reading: Reading, county: Consolidation, listed: Mapping[BlockKey, list[Row]]
) -> Iterator[Observation]:
    """One remark a form on figures that are not the sum of what is behind them."""
    by_form: dict[str, list[tuple[CellKey, Decimal, Decimal]]] = {}
    for key in reading.budget.blocks:
        added = county.budget.blocks.get(key, ())
        if key in listed:
            added = (*(row for row in added if row.id == TOTAL), *listed[key])
        by_form.setdefault(key.form, []).extend(_apart(reading, key, added))
    for form, found in by_form.items():
        if found:
            cell, printed, total = found[0]
            place = reading.locate(cell)
            facts = {"form": pack.forms[form].sheet, "count": str(len(found))}
            facts["cell"] = address(place) if place else f"{cell.row}·{cell.column}"
            facts |= {"printed": format_plain(printed), "total": format_plain(total)}
            yield Observation(NOT_THE_SUM, "", form, tuple(cell for cell, _, _ in found), facts)


def _apart(
    reading: Reading, key: BlockKey, added: Sequence[Row]
) -> Iterator[tuple[CellKey, Decimal, Decimal]]:
    """Cells of a block with what is printed and what the sources add up to, where these differ."""
    sums = {row.id: row.amounts for row in added}
    printed = {row.id: row.amounts for row in reading.budget.blocks[key]}
    for row in dict.fromkeys((*printed, *sums)):
        one, other = printed.get(row, {}), sums.get(row, {})
        if one == other:
            continue
        for column in dict.fromkeys((*one, *other)):
            stands, should = one.get(column, NOTHING), other.get(column, NOTHING)
            cell = CellKey(*key, row, column)
            if stands != should and cell not in reading.unreadable:
                yield cell, stands, should

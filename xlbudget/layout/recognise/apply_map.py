"""Tables that people described in a map: cut out as they say, nothing recognised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlbudget.core.finding import Remark
from xlbudget.core.key import BlockKey, Place
from xlbudget.core.reading import Said
from xlbudget.layout.captions import ABOUT, FOOTER, NOTE, TITLE, Line, read_line
from xlbudget.layout.headings import Match, wanted_columns
from xlbudget.layout.tables import Scan, Sheet, Table, filled, texts_of
from xlbudget.layout.user_map import MappedTable
from xlbudget.packs.model import Pack

MAP = "map"
"""Evidence of a table that a map describes."""


def mapped_scan(pack: Pack, sheet: Sheet, mapped: Sequence[MappedTable]) -> Scan:
    """The sheet cut into the tables that are described, and the rows that belong to none."""
    ordered = sorted(mapped, key=lambda one: one.heading.start)
    ends = [one.heading.start for one in ordered[1:]] + [len(sheet.rows)]
    tables = []
    above = 0
    for one, end in zip(ordered, ends, strict=True):
        rows = one.rows or range(one.heading.stop, end)
        tables.append(_table(pack, sheet, one, rows, above))
        above = rows.stop
    used = {row for table in tables for row in (*table.heading, *table.body, *table.footers)}
    used |= {said.place.row for t in tables for said in (*t.above.values(), *t.notes)}
    left = [row for row in range(len(sheet.rows)) if row not in used and filled(sheet, row)]
    return Scan(tables, left)


def _table(pack: Pack, sheet: Sheet, one: MappedTable, rows: range, above: int) -> Table:
    table = Table(sheet, titled=one.form, evidence=MAP, unit=one.unit)
    table.heading = [row for row in one.heading if row < len(sheet.rows)]
    for row in range(above, one.heading.start):
        _take_above(pack, table, row)
    for row in rows:
        if filled(sheet, row):
            _take(pack, table, row)
    table.match = _match(pack, table, one)
    return table


def _match(pack: Pack, table: Table, one: MappedTable) -> Match:
    form = pack.forms[one.form]
    placed: dict[BlockKey, dict[str, int]] = {block.id: {} for block in form.blocks}
    for column, (block, key) in one.columns.items():
        placed[block][key] = column
    missing = [w for w in wanted_columns(pack, one.form) if w.key not in placed[w.block]]
    figures = {
        column
        for row in table.body
        for column, value in enumerate(table.sheet.rows[row])
        if isinstance(value, float | int) and not isinstance(value, bool)
    }
    unknown = tuple(sorted(figures - one.columns.keys() - one.ignored))
    return Match(form, placed, tuple(missing), unknown, tuple(sorted(one.ignored)))


def _line(pack: Pack, sheet: Sheet, row: int) -> Line | None:
    cells = sheet.rows[row] if row < len(sheet.rows) else []
    figures = sum(isinstance(v, float | int) for v in cells)
    return read_line(pack, texts_of(cells), figures) if texts_of(cells) else None


def _take_above(pack: Pack, table: Table, row: int) -> None:
    line = _line(pack, table.sheet, row)
    if line and line.kind == ABOUT:
        for name, (said, column) in line.about.items():
            table.above[name] = Said(said, Place(table.sheet.name, row, column))
    elif line and line.kind == TITLE:
        text = texts_of(table.sheet.rows[row])[line.column]
        table.above[TITLE] = Said(text, Place(table.sheet.name, row, line.column))


def _take(pack: Pack, table: Table, row: int) -> None:
    line = _line(pack, table.sheet, row)
    if line and line.kind == NOTE:
        text = texts_of(table.sheet.rows[row])[line.column]
        table.notes.append(Said(text, Place(table.sheet.name, row, line.column)))
    elif line and line.kind == FOOTER:
        table.footers.append(row)
    else:
        table.body.append(row)


def unused(pack: Pack, mapped: Iterable[MappedTable], sheets: Sequence[Sheet]) -> Iterator[Remark]:
    """A remark for each described table whose sheet the workbook has not."""
    for one in mapped:
        if not any(one.fits(sheet) for sheet in sheets):
            facts = {"sheet": one.sheet, "form": pack.forms[one.form].sheet}
            yield Remark("unused_map", "", one.form, (), facts)

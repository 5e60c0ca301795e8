"""Tables that people described in a map: cut out as they say, nothing recognised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, SheetCell
from xlbudget.core.reading import PrintedText
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.captions import ABOUT, FOOTER, NOTE, TITLE, Caption, read_caption
from xlbudget.layout.headings import Match, form_columns
from xlbudget.layout.tables import SheetTables, Table, has_content, read_texts
from xlbudget.layout.user_map import MappedTable
from xlbudget.packs.model import Pack

MAP = "map"
"""Evidence of a table that a map describes."""


def scan_mapped(pack: Pack, sheet: RawSheet, mapped: Sequence[MappedTable]) -> SheetTables:
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
    used |= {said.cell.row for t in tables for said in (*t.above.values(), *t.notes)}
    left = [row for row in range(len(sheet.rows)) if row not in used and has_content(sheet, row)]
    return SheetTables(tables, left)


def _table(pack: Pack, sheet: RawSheet, one: MappedTable, rows: range, above: int) -> Table:
    table = Table(sheet, titled=one.form, evidence=MAP, unit=one.unit)
    table.heading = [row for row in one.heading if row < len(sheet.rows)]
    for row in range(above, one.heading.start):
        _take_above(pack, table, row)
    for row in rows:
        if has_content(sheet, row):
            _take(pack, table, row)
    table.match = _match(pack, table, one)
    return table


def _match(pack: Pack, table: Table, one: MappedTable) -> Match:
    form = pack.forms[one.form]
    placed: dict[BlockKey, dict[str, int]] = {block.id: {} for block in form.blocks}
    for column, (block, key) in one.columns.items():
        placed[block][key] = column
    missing = [w for w in form_columns(pack, one.form) if w.key not in placed[w.block]]
    figures = {
        column
        for row in table.body
        for column, value in enumerate(table.sheet.rows[row])
        if isinstance(value, float | int) and not isinstance(value, bool)
    }
    unknown = tuple(sorted(figures - one.columns.keys() - one.ignored))
    return Match(form, placed, tuple(missing), unknown, tuple(sorted(one.ignored)))


def _line(pack: Pack, sheet: RawSheet, row: int) -> Caption | None:
    cells = sheet.rows[row] if row < len(sheet.rows) else []
    figures = sum(isinstance(v, float | int) for v in cells)
    return read_caption(pack, read_texts(cells), figures) if read_texts(cells) else None


def _take_above(pack: Pack, table: Table, row: int) -> None:
    line = _line(pack, table.sheet, row)
    if line and line.kind == ABOUT:
        for name, (said, column) in line.about.items():
            table.above[name] = PrintedText(said, SheetCell(table.sheet.name, row, column))
    elif line and line.kind == TITLE:
        text = read_texts(table.sheet.rows[row])[line.column]
        table.above[TITLE] = PrintedText(text, SheetCell(table.sheet.name, row, line.column))


def _take(pack: Pack, table: Table, row: int) -> None:
    line = _line(pack, table.sheet, row)
    if line and line.kind == NOTE:
        text = read_texts(table.sheet.rows[row])[line.column]
        table.notes.append(PrintedText(text, SheetCell(table.sheet.name, row, line.column)))
    elif line and line.kind == FOOTER:
        table.footers.append(row)
    else:
        table.body.append(row)


def unmatched_maps(
    pack: Pack, mapped: Iterable[MappedTable], sheets: Sequence[RawSheet]
) -> Iterator[Observation]:
    """A remark for each described table whose sheet the workbook has not."""
    for one in mapped:
        if not any(one.fits(sheet) for sheet in sheets):
            facts = {"sheet": one.sheet, "form": pack.forms[one.form].sheet}
            yield Observation("unused_map", "", one.form, (), facts)

"""Tables that the user described in a map: cut out as described, nothing recognised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, SheetCell
from xlbudget.core.reading import PrintedText
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.captions import FOOTER, NOTE, TITLE, Caption, read_caption
from xlbudget.layout.headings import Match, form_columns
from xlbudget.layout.tables import SheetTables, Table, has_content, read_texts
from xlbudget.layout.user_map import MappedTable
from xlbudget.packs.model import Pack

MAP = "map"
"""Evidence of a table that a map describes."""


def scan_mapped(pack: Pack, sheet: RawSheet, mapped: Sequence[MappedTable]) -> SheetTables:
    """The sheet cut into the tables that are described, and the filled rows that belong to none."""
    ordered = sorted(mapped, key=lambda spec: spec.heading.start)
    ends = [spec.heading.start for spec in ordered[1:]] + [len(sheet.rows)]
    tables = []
    above = 0
    for spec, end in zip(ordered, ends, strict=True):
        rows = spec.rows or range(spec.heading.stop, end)
        tables.append(_table(pack, sheet, spec, rows, above))
        above = rows.stop
    used = {row for table in tables for row in (*table.heading, *table.body, *table.footers)}
    used |= {text.cell.row for t in tables for text in (*t.above.values(), *t.notes)}
    left = [row for row in range(len(sheet.rows)) if row not in used and has_content(sheet, row)]
    return SheetTables(tables, left)


def _table(pack: Pack, sheet: RawSheet, spec: MappedTable, rows: range, above: int) -> Table:
    table = Table(sheet, titled=spec.form, evidence=MAP, unit=spec.unit)
    table.heading = list(spec.heading)
    for row in range(above, spec.heading.start):
        _take_above(pack, table, row)
    for row in rows:
        if has_content(sheet, row):
            _take(pack, table, row)
    table.match = _match(pack, table, spec)
    return table


def _match(pack: Pack, table: Table, spec: MappedTable) -> Match:
    form = pack.forms[spec.form]
    placed: dict[BlockKey, dict[str, int]] = {block.id: {} for block in form.blocks}
    for column, (block, key) in spec.columns.items():
        placed[block][key] = column
    missing = [w for w in form_columns(pack, spec.form) if w.key not in placed[w.block]]
    figures = {
        column
        for row in table.body
        for column, value in enumerate(table.sheet.rows[row])
        if isinstance(value, float | int) and not isinstance(value, bool)
    }
    unknown = tuple(sorted(figures - spec.columns.keys() - spec.ignored))
    return Match(form, placed, tuple(missing), unknown, tuple(sorted(spec.ignored)))


def _line(pack: Pack, sheet: RawSheet, row: int) -> Caption | None:
    cells = sheet.rows[row]
    figures = sum(isinstance(v, float | int) for v in cells)
    return read_caption(pack, read_texts(cells), figures) if read_texts(cells) else None


def _take_above(pack: Pack, table: Table, row: int) -> None:
    line = _line(pack, table.sheet, row)
    if line:
        for name, (text, column) in line.about.items():
            table.state(name, PrintedText(text, SheetCell(table.sheet.name, row, column)))
    if line and line.kind == TITLE:
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
    """An observation for each described table whose sheet is not in the workbook."""
    for spec in mapped:
        if not any(spec.fits(sheet) for sheet in sheets):
            facts = {"sheet": spec.sheet, "form": pack.forms[spec.form].sheet}
            yield Observation("unused_map", "", spec.form, (), facts)

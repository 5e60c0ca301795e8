"""What was recognised in a file and by which evidence: table by table, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xlbudget.core.sheet import RawSheet
from xlbudget.layout.headings import Match, form_columns, read_columns
from xlbudget.layout.recognise.apply_map import MAP
from xlbudget.layout.recognise.find_tables import find_tables
from xlbudget.layout.tables import Table, read_texts
from xlbudget.layout.user_map import BETWEEN, MappedTable
from xlbudget.packs.model import Pack

EXACT, SYNONYM, NEAR, PARTS, COUNTING, UNUSED = (
    *("exact", "synonym", "near", "parts"),
    *("counting", "unused"),
)
"""How a sheet column was matched: by the printed heading, by a synonym, by a similar heading, as
part of a code, as one that only numbers the rows, or not at all."""


LIKELY = 15
"""Leading rows searched for a likely heading where none was recognised."""


class ExplainedColumn(NamedTuple):
    """A sheet column (from 0), the text printed over it, its column of the form (as printed
    headings from the top down), how it was matched, and the likeness in per cent."""

    column: int
    text: str
    meaning: str
    how: str
    likeness: int = 100


class ExplainedTable(NamedTuple):
    """A table: its form's key (empty where it is not known), the sheet, the first heading row,
    the last row, the heading's first and last row, the evidence, its columns, and the form's
    columns that were not found. Rows are counted from 0."""

    form: str
    sheet: str
    first: int
    last: int
    heading: tuple[int, int]
    evidence: str
    columns: tuple[ExplainedColumn, ...]
    missing: tuple[str, ...]


def explain(
    pack: Pack, sheets: Sequence[RawSheet], mapped: Sequence[MappedTable] = ()
) -> tuple[Pack, list[ExplainedTable]]:
    """Every table of the sheets, known or not, in the order of the file, and the pack as printed
    for their year."""
    located = find_tables(pack, sheets, mapped)
    pack = located.pack
    order = {sheet.name: index for index, sheet in enumerate(sheets)}
    seen = [_table(pack, table) for table in (*located.known, *located.unknown)]
    with_tables = {table.sheet for table in seen}
    seen += [_bare(sheet) for sheet in sheets if sheet.name not in with_tables and any(sheet.rows)]
    return pack, sorted(seen, key=lambda table: (order[table.sheet], table.first))


def _bare(sheet: RawSheet) -> ExplainedTable:
    """A sheet on which no heading was found; the row with the most texts is taken as one."""
    words = [read_texts(row) for row in sheet.rows[:LIKELY]]
    row = max(range(len(words)), key=lambda number: len(words[number]))
    columns = (ExplainedColumn(c, text.strip(), "", UNUSED) for c, text in words[row].items())
    last = len(sheet.rows) - 1
    return ExplainedTable("", sheet.name, 0, last, (row, row), "", tuple(columns), ())


def _table(pack: Pack, table: Table) -> ExplainedTable:
    heads = {column.column: column.path for column in read_columns(_printed(table))}
    match = table.match
    columns = (
        _columns(pack, table, match, heads)
        if match
        else (ExplainedColumn(c, BETWEEN.join(path), "", UNUSED) for c, path in heads.items())
    )
    return ExplainedTable(
        match.form.key if match else "",
        table.sheet.name,
        table.heading[0],
        max(table.body, default=table.heading[-1]),
        (table.heading[0], table.heading[-1]),
        table.evidence,
        tuple(sorted(columns)),
        tuple(BETWEEN.join(pack.blocks[w.block].paths[w.key]) for w in match.missing)
        if match
        else (),
    )


def _printed(table: Table) -> list[dict[int, str]]:
    return [
        {column: text.strip() for column, text in read_texts(table.sheet.rows[row]).items()}
        for row in table.heading
    ]


def _columns(
    pack: Pack, table: Table, match: Match, heads: dict[int, tuple[str, ...]]
) -> Iterator[ExplainedColumn]:
    near = {fuzzy.column: fuzzy.likeness for fuzzy in match.fuzzy}
    leaves = {(w.block, w.key): w.leaves[0] for w in form_columns(pack, match.form.key)}
    normals = {c.column: c.path for c in read_columns(table.headings(pack))}
    parts = {column for columns in match.parts.values() for column in columns}
    for block, placed in match.columns.items():
        for key, column in placed.items():
            how = _how(column, leaves[block, key], normals, near, parts, table)
            meaning = BETWEEN.join(pack.blocks[block].paths[key])
            text = BETWEEN.join(heads.get(column, ()))
            yield ExplainedColumn(column, text, meaning, how, near.get(column, 100))
    known = {column for placed in match.columns.values() for column in placed.values()}
    for how, columns in (
        (PARTS, parts - known),
        (COUNTING, match.counting),
        (UNUSED, (*match.unknown, *match.other_years)),
    ):
        for column in columns:
            yield ExplainedColumn(column, BETWEEN.join(heads.get(column, ())), "", how)


def _how(
    column: int,
    leaf: str,
    normals: dict[int, tuple[str, ...]],
    near: dict[int, int],
    parts: set[int],
    table: Table,
) -> str:
    if table.evidence == MAP:
        return MAP
    if column in near:
        return NEAR
    if column in parts:
        return PARTS
    path = normals.get(column, ())
    return EXACT if path and path[-1] == leaf else SYNONYM

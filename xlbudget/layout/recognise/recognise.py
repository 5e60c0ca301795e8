"""Raw sheets → a reading: which table is which form, every amount with its place, and findings.

Nothing is taken by its address: tables are known by titles, headings and row labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.core.amount import format_plain
from xlbudget.core.budget import Budget, Row
from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, CellKey, SheetCell, address
from xlbudget.core.reading import Printed, Reading
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.normalize import normalize_text
from xlbudget.layout.recognise.block_reader import ReadResult
from xlbudget.layout.recognise.find_tables import find_tables
from xlbudget.layout.recognise.row_levels import infer_levels
from xlbudget.layout.recognise.table_reader import read_table
from xlbudget.layout.tables import Table, collect_printed, read_texts
from xlbudget.messages import load_messages
from xlbudget.packs.model import NAME, TOTAL, Pack

if TYPE_CHECKING:
    from xlbudget.layout.user_map import MappedTable


class NothingRecognised(Exception):
    """No sheet holds a table of the pack."""


class ContentsWords(NamedTuple):
    """What a contents sheet says for all forms; a form's own lines come first."""

    department: str = ""
    unit: str = ""


def recognise(
    pack: Pack,
    sheets: Sequence[RawSheet],
    contents: RawSheet | None = None,
    mapped: Sequence[MappedTable] = (),
) -> Reading:
    """Read the pack's forms from raw sheets; `mapped` are tables that people described. The
    budget's year is the one that most titles name, else the pack's.

    Raises NothingRecognised where there is none.
    """
    located = find_tables(pack, sheets, mapped)
    if not located.known:
        raise NothingRecognised
    pack = located.pack
    found = ReadResult()
    about = _about(contents) if contents else ContentsWords()
    found.observations.extend(located.observations)
    firsts = _once(pack, located.known, found)
    units = {form: _unit(pack, table, about) for form, table in firsts.items()}
    for form, table in firsts.items():
        read_table(pack, table, units[form], found)
    printed = tuple(collect_printed(table) for table in firsts.values())
    blocks = _ordered(pack, found, firsts)
    _say_hidden_decimals(pack, found)
    budget = _budget(pack, blocks, units, printed, about)
    return Reading(
        budget,
        found.rows,
        printed,
        (*found.observations, *located.leftover),
        frozenset(found.unreadable),
        _formulas(firsts.values()),
    )


def _formulas(tables: Iterable[Table]) -> frozenset[SheetCell]:
    sheets = {table.sheet.name: table.sheet for table in tables}.values()
    return frozenset(SheetCell(sheet.name, *at) for sheet in sheets for at in sheet.formulas)


def _once(pack: Pack, tables: Sequence[Table], found: ReadResult) -> dict[str, Table]:
    """The first table of each form; a second one is said and not read."""
    firsts: dict[str, Table] = {}
    again: dict[str, list[SheetCell]] = {}
    for table in tables:
        assert table.match is not None
        form = table.match.form.key
        if form in firsts:
            again.setdefault(form, []).append(SheetCell(table.sheet.name, table.heading[0], 0))
        else:
            firsts[form] = table
    for form, places in again.items():
        spec = pack.forms[form]
        facts = {"form": spec.sheet, "title": spec.title, "count": str(len(places) + 1)}
        found.observations.append(Observation("forms_present", "twice", form, tuple(places), facts))
    return {form: firsts[form] for form in pack.forms if form in firsts}


def _about(contents: RawSheet) -> ContentsWords:
    """The words right of their labels on the contents sheet."""
    words = load_messages()["book"]
    said = {}
    for row in contents.rows:
        texts = list(read_texts(row).values())
        said.update(dict(pairwise(texts[:2])))
    return ContentsWords(said.get(words["department"], ""), said.get(words["unit"], ""))


def _unit(pack: Pack, table: Table, about: ContentsWords) -> str:
    said = table.above.get("unit")
    unit = table.unit or (normalize_text(said.text) if said else about.unit)
    return unit if unit in pack.words["units"] else pack.unit


def _ordered(
    pack: Pack, found: ReadResult, tables: Mapping[str, Table]
) -> dict[BlockKey, tuple[Row, ...]]:
    """Blocks in the pack's order, fixed rows in printed order, rows that say nothing left out,
    outline levels filled in."""
    blocks = {}
    known_units: set[str] = set()
    for key, block in pack.blocks.items():
        if key.form not in tables:
            continue
        rows = found.blocks.get(key, [])
        if block.fixed:
            order = {row.key: place for place, row in enumerate(block.fixed)}
            rows = sorted((row for row in rows if row.amounts), key=lambda row: order[row.id])
        else:
            totals = [row for row in rows if row.id == TOTAL and row.amounts]
            rows = totals + [row for row in rows if row.id != TOTAL]
        if len(block.levels) == 1:
            known_units |= {row.name for row in rows if row.id != TOTAL}
        if len(block.levels) > 1:
            rows = _with_levels(pack, key, rows, known_units, found)
        blocks[key] = tuple(rows)
    return blocks


def _with_levels(
    pack: Pack, key: BlockKey, rows: list[Row], units: set[str], found: ReadResult
) -> list[Row]:
    block = pack.blocks[key]
    first = {rows[0].name} if rows else set()
    levels, unclear = infer_levels(rows, block.levels, units | first, block.columns[0])
    words = pack.words["levels"]
    for place in unclear:
        cell = CellKey(*key, rows[place].id, NAME)
        facts = {"name": rows[place].name, "level": words[levels[place]]}
        found.observations.append(Observation("unclear_level", "", key.form, (cell,), facts))
    return [row._replace(level=level) for row, level in zip(rows, levels, strict=True)]


def _say_hidden_decimals(pack: Pack, found: ReadResult) -> None:
    """One remark a form: forty cells of one habit are one thing to say."""
    by_form: dict[str, list[int]] = {}
    for place, (cell, _, _) in enumerate(found.hidden):
        by_form.setdefault(cell.form, []).append(place)
    for form, places in by_form.items():
        cells = tuple(found.hidden[place][0] for place in places)
        first, shown, exact = found.hidden[places[0]]
        row = found.rows[(BlockKey(first.form, first.block), first.row)]
        at = address(SheetCell(row.sheet, row.row, row.columns[first.column]))
        facts = {"count": str(len(places)), "cell": at, "shown": format_plain(shown)}
        facts["value"] = format_plain(exact)
        found.observations.append(Observation("value_hidden_decimals", "", form, cells, facts))


def _budget(
    pack: Pack,
    blocks: Mapping[BlockKey, tuple[Row, ...]],
    units: Mapping[str, str],
    printed: Sequence[Printed],
    about: ContentsWords,
) -> Budget:
    names = Counter(p.department.text.strip() for p in printed if p.department)
    common = Counter(units.values()).most_common(1)[0][0]
    return Budget(
        pack=pack.name,
        year=pack.year,
        unit=common,
        department=names.most_common(1)[0][0] if names else about.department,
        blocks=blocks,
        units={form: unit for form, unit in units.items() if unit != common},
    )

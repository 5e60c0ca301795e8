"""Raw sheets → a reading: the form of each table, every amount with its cell, and observations.

Nothing is identified by its address: tables are known by titles, headings and row labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.core.amount import format_plain
from xlbudget.core.budget import Budget, Row
from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, SheetCell, address
from xlbudget.core.reading import Printed, PrintedText, Reading
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.about_lines import CODE
from xlbudget.layout.recognise.choose_tables import choose_tables
from xlbudget.layout.recognise.doubts import report_doubts
from xlbudget.layout.recognise.find_tables import find_tables
from xlbudget.layout.recognise.hidden import (
    find_narrow,
    report_hidden_lines,
    report_hidden_sheets,
    report_outside_print,
)
from xlbudget.layout.recognise.placed_amounts import place_amounts
from xlbudget.layout.recognise.rows.block_reader import Concealed, ReadResult
from xlbudget.layout.recognise.rows.outlines import fill_levels
from xlbudget.layout.recognise.rows.table_reader import read_table
from xlbudget.layout.recognise.units import find_units
from xlbudget.layout.tables import Table, collect_printed, read_texts
from xlbudget.messages import load_messages
from xlbudget.packs.model import TOTAL, Pack

if TYPE_CHECKING:
    from xlbudget.layout.user_map import MappedTable


class NothingRecognised(Exception):
    """No sheet holds a table of the pack."""


class ContentsWords(NamedTuple):
    """What a contents sheet states for all forms; a form's own lines take precedence."""

    department: str = ""
    unit: str = ""


def recognise(
    pack: Pack,
    sheets: Sequence[RawSheet],
    contents: RawSheet | None = None,
    mapped: Sequence[MappedTable] = (),
) -> Reading:
    """Read the pack's forms from raw sheets; `mapped` are tables that the user described. The
    budget's year is the one that most titles name, else the pack's.

    Raises NothingRecognised where there are none.
    """
    located = find_tables(pack, sheets, mapped)
    if not located.known:
        raise NothingRecognised
    pack = located.pack
    result = ReadResult()
    about = _about(contents) if contents else ContentsWords()
    result.observations.extend(located.observations)
    firsts, continued, about_tables = choose_tables(pack, located.known)
    result.observations.extend(about_tables)
    units, unit_observations = find_units(pack, firsts, about.unit)
    result.observations.extend(unit_observations)
    for form, table in firsts.items():
        for part in (table, *continued.get(form, ())):
            read_table(pack, part, units[form], result)
    printed = tuple(collect_printed(table) for table in firsts.values())
    by_name = {
        form: {part.sheet.name: part.sheet for part in (table, *continued.get(form, ()))}
        for form, table in firsts.items()
    }
    blocks = fill_levels(pack, _ordered(pack, result, firsts), result, by_name)
    amounts = place_amounts(blocks, result.rows)
    result.unshown.extend(find_narrow(sheets, amounts))
    _report_by_form(result, units, "value_hidden_decimals", result.hidden)
    _report_by_form(result, units, "value_unshown", result.unshown)
    _report_by_form(result, units, "value_scaled", result.scaled)
    parts = [part for form, table in firsts.items() for part in (table, *continued.get(form, ()))]
    filled = {placed.cell.form for placed in amounts}
    result.observations.extend(report_doubts(pack, parts, amounts))
    result.observations.extend(report_hidden_sheets(pack, sheets, parts, filled))
    result.observations.extend(report_hidden_lines(sheets, amounts))
    result.observations.extend(report_outside_print(sheets, amounts))
    budget = _budget(pack, blocks, units, firsts.values(), printed, about)
    return Reading(
        budget,
        result.rows,
        printed,
        (*result.observations, *located.leftover),
        frozenset(result.unreadable),
        _formulas(firsts.values()),
        powers=result.powers,
        beside=(*located.beside, *_remarks(result)),
    )


def _remarks(result: ReadResult) -> Iterator[PrintedText]:
    """The texts that stand in tables and belong to no row of them."""
    for each in result.observations:
        if each.kind == "leftover" and isinstance(each.cells[0], SheetCell):
            yield PrintedText(each.facts["text"], each.cells[0])


def _formulas(tables: Iterable[Table]) -> frozenset[SheetCell]:
    sheets = {table.sheet.name: table.sheet for table in tables}.values()
    return frozenset(SheetCell(sheet.name, *at) for sheet in sheets for at in sheet.formulas)


def _about(contents: RawSheet) -> ContentsWords:
    """The department and unit right of their labels on the contents sheet."""
    words = load_messages()["book"]
    values = {}
    for row in contents.rows:
        texts = list(read_texts(row).values())
        values.update(dict(pairwise(texts[:2])))
    return ContentsWords(values.get(words["department"], ""), values.get(words["unit"], ""))


def _ordered(
    pack: Pack, result: ReadResult, tables: Mapping[str, Table]
) -> dict[BlockKey, tuple[Row, ...]]:
    """Blocks in the pack's order, fixed rows in printed order, fixed rows and totals without
    amounts left out."""
    blocks = {}
    for key, block in pack.blocks.items():
        if key.form not in tables:
            continue
        rows = result.blocks.get(key, [])
        if block.fixed:
            order = {row.key: index for index, row in enumerate(block.fixed)}
            rows = sorted((row for row in rows if row.amounts), key=lambda row: order[row.id])
        else:
            totals = [row for row in rows if row.id == TOTAL and row.amounts]
            rows = totals + [row for row in rows if row.id != TOTAL]
        blocks[key] = tuple(rows)
    return blocks


def _report_by_form(
    result: ReadResult, units: Mapping[str, str], kind: str, concealed: Sequence[Concealed]
) -> None:
    """Add one observation of this kind for each form, however many its cells."""
    by_form: dict[str, list[Concealed]] = {}
    for each in concealed:
        by_form.setdefault(each.cell.form, []).append(each)
    for form, each_of_form in by_form.items():
        first, shown, value = each_of_form[0]
        row = result.rows[(BlockKey(first.form, first.block), first.row)]
        at = address(SheetCell(row.sheet, row.row, row.columns[first.column]))
        facts = {"count": str(len(each_of_form)), "cell": at, "shown": format_plain(shown)}
        facts |= {"value": format_plain(value), "unit": units[form]}
        cells = tuple(each.cell for each in each_of_form)
        result.observations.append(Observation(kind, "", form, cells, facts))


def _budget(
    pack: Pack,
    blocks: Mapping[BlockKey, tuple[Row, ...]],
    units: Mapping[str, str],
    tables: Collection[Table],
    printed: Sequence[Printed],
    about: ContentsWords,
) -> Budget:
    names = Counter(p.department.text for p in printed if p.department and p.department.text)
    codes = {table.above[CODE].text for table in tables if CODE in table.above}
    common = Counter(units.values()).most_common(1)[0][0]
    return Budget(
        pack=pack.name,
        year=pack.year,
        unit=common,
        department=names.most_common(1)[0][0] if names else about.department,
        department_code=codes.pop() if len(codes) == 1 else "",
        blocks=blocks,
        units={form: unit for form, unit in units.items() if unit != common},
    )

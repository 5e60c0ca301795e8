"""Raw sheets → a reading: the form of each table, every amount with its cell, and observations.

Nothing is identified by its address: tables are known by titles, headings and row labels.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.core.amount import format_plain
from xlbudget.core.budget import Budget, Row
from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, CellKey, SheetCell, address
from xlbudget.core.reading import Printed, Reading
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.about_lines import CODE
from xlbudget.layout.captions import TITLE
from xlbudget.layout.normalize import find_years, normalize_text
from xlbudget.layout.recognise.block_reader import Concealed, ReadResult
from xlbudget.layout.recognise.find_tables import find_tables
from xlbudget.layout.recognise.row_levels import infer_levels
from xlbudget.layout.recognise.table_reader import read_table
from xlbudget.layout.recognise.units import find_units
from xlbudget.layout.tables import Table, collect_printed, has_figures, read_texts
from xlbudget.messages import load_messages
from xlbudget.packs.model import NAME, TOTAL, Pack

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
    firsts, continued = _once(pack, located.known, result)
    units, unit_observations = find_units(pack, firsts, about.unit)
    result.observations.extend(unit_observations)
    for form, table in firsts.items():
        for part in (table, *continued.get(form, ())):
            read_table(pack, part, units[form], result)
    printed = tuple(collect_printed(table) for table in firsts.values())
    blocks = _ordered(pack, result, firsts)
    _report_by_form(result, "value_hidden_decimals", result.hidden)
    _report_by_form(result, "value_unshown", result.unshown)
    budget = _budget(pack, blocks, units, firsts.values(), printed, about)
    return Reading(
        budget,
        result.rows,
        printed,
        (*result.observations, *located.leftover),
        frozenset(result.unreadable),
        _formulas(firsts.values()),
        powers=result.powers,
    )


def _formulas(tables: Iterable[Table]) -> frozenset[SheetCell]:
    sheets = {table.sheet.name: table.sheet for table in tables}.values()
    return frozenset(SheetCell(sheet.name, *at) for sheet in sheets for at in sheet.formulas)


def _once(
    pack: Pack, tables: Sequence[Table], result: ReadResult
) -> tuple[dict[str, Table], dict[str, list[Table]]]:
    """The table of each form, in the pack's order, and those that continue it on another sheet: of
    several the first of the budget's own year that is visible and filled, else visible, else the
    first. The others are reported and not read."""
    by_form: dict[str, list[Table]] = {}
    for table in tables:
        assert table.match is not None
        by_form.setdefault(table.match.form.key, []).append(table)
    chosen: dict[str, Table] = {}
    continued: dict[str, list[Table]] = {}
    for form in (pack.forms[key] for key in pack.forms if key in by_form):
        parts = [t for t in by_form[form.key] if _continues(pack, t)]
        several = [t for t in by_form[form.key] if not _continues(pack, t)] or parts
        continued[form.key] = [t for t in parts if several is not parts]
        chosen[form.key] = max(several, key=lambda table: _worth(pack, table))
        others = [table for table in several if table is not chosen[form.key]]
        older = [table for table in others if _other_year(pack, table)]
        for table in older:
            facts = {"form": form.sheet, "year": _other_year(pack, table)}
            observation = Observation("other_year_table", "", form.key, (_head(table),), facts)
            result.observations.append(observation)
        same = [table for table in others if not _other_year(pack, table)]
        for case, these in (
            ("twice", [t for t in same if _worth(pack, t) == _worth(pack, chosen[form.key])]),
            ("spare", [t for t in same if _worth(pack, t) != _worth(pack, chosen[form.key])]),
        ):
            if these:
                facts = {"form": form.sheet, "title": form.title, "count": str(len(these) + 1)}
                cells = tuple(map(_head, these))
                result.observations.append(
                    Observation("forms_present", case, form.key, cells, facts)
                )
    return chosen, continued


def _worth(pack: Pack, table: Table) -> tuple[bool, bool, bool]:
    """What speaks for a table where a form has several: its year, that it is visible, and filled.
    Of equal ones `max` takes the first."""
    filled = any(has_figures(table.sheet.rows[row]) for row in table.body)
    return not _other_year(pack, table), not table.sheet.hidden, filled


def _continues(pack: Pack, table: Table) -> bool:
    """Whether the table's title or sheet says that it goes on from another sheet (表二续)."""
    title = table.above.get(TITLE)
    texts = (title.text if title else "", table.sheet.name)
    pattern = "|".join(map(re.escape, pack.words["lines"]["continues"]))
    return any(re.search(rf"(?:{pattern})[）)]?\d*$", normalize_text(text)) for text in texts)


def _other_year(pack: Pack, table: Table) -> str:
    """The year that the table's title names, if it is not the budget's."""
    title = table.above.get(TITLE)
    named = find_years(title.text)[:1] if title else []
    return str(named[0]) if named not in ([], [pack.year]) else ""


def _head(table: Table) -> SheetCell:
    """The cell of the table's title, else the first of its heading."""
    title = table.above.get(TITLE)
    return title.cell if title else SheetCell(table.sheet.name, table.heading[0], 0)


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
    amounts left out, outline levels filled in."""
    blocks = {}
    known_units: set[str] = set()
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
        if len(block.levels) == 1:
            known_units |= {row.name for row in rows if row.id != TOTAL}
        if len(block.levels) > 1:
            rows = _with_levels(pack, key, rows, known_units, result)
        blocks[key] = tuple(rows)
    return blocks


def _with_levels(
    pack: Pack, key: BlockKey, rows: list[Row], units: set[str], result: ReadResult
) -> list[Row]:
    block = pack.blocks[key]
    first = {rows[0].name} if rows else set()
    levels, unclear = infer_levels(rows, block.levels, units | first, block.columns[0])
    words = pack.words["levels"]
    for index in unclear:
        cell = CellKey(*key, rows[index].id, NAME)
        facts = {"name": rows[index].name, "level": words[levels[index]]}
        result.observations.append(Observation("unclear_level", "", key.form, (cell,), facts))
    return [row._replace(level=level) for row, level in zip(rows, levels, strict=True)]


def _report_by_form(result: ReadResult, kind: str, concealed: Sequence[Concealed]) -> None:
    """Add one observation of this kind for each form, however many its cells."""
    by_form: dict[str, list[Concealed]] = {}
    for each in concealed:
        by_form.setdefault(each.cell.form, []).append(each)
    for form, each_of_form in by_form.items():
        first, shown, value = each_of_form[0]
        row = result.rows[(BlockKey(first.form, first.block), first.row)]
        at = address(SheetCell(row.sheet, row.row, row.columns[first.column]))
        facts = {"count": str(len(each_of_form)), "cell": at, "shown": format_plain(shown)}
        facts["value"] = format_plain(value)
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

"""The outlines of a budget (departments, units, projects): the level of each row, from what the
forms say of one another's names."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping

from xlbudget.core.budget import Row
from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.normalize import mark_level, normalize_text
from xlbudget.layout.recognise.rows.block_reader import ReadResult
from xlbudget.layout.recognise.rows.row_levels import RowLevels, infer_levels
from xlbudget.packs.model import NAME, TOTAL, Pack

Blocks = Mapping[BlockKey, tuple[Row, ...]]


def fill_levels(
    pack: Pack, blocks: Blocks, result: ReadResult, sheets: Mapping[str, Mapping[str, RawSheet]]
) -> dict[BlockKey, tuple[Row, ...]]:
    """The blocks with the levels of their outlines filled in; one observation for each outline
    says what is unclear there. `sheets` are those read, by
    form and name."""
    outlines = [key for key, rows in blocks.items() if rows and len(pack.blocks[key].levels) > 1]
    listed = {
        row.name
        for key, rows in blocks.items()
        if len(pack.blocks[key].levels) == 1
        for row in rows
        if row.id != TOTAL
    }
    marks = {
        key: _mark_rows(blocks[key], key, result, sheets.get(key.form, {})) for key in outlines
    }
    told = {key: _infer(pack, key, blocks[key], listed, marks[key]) for key in outlines}
    if len(outlines) > 1:
        units = {key: _find_units(pack, key, blocks[key], told[key]) for key in outlines}
        for key in outlines:
            others = set().union(*(units[other] for other in outlines if other != key))
            if others > listed:
                told[key] = _infer(pack, key, blocks[key], listed | others, marks[key])
    for key in outlines:
        result.observations += _observe_unclear(pack, key, blocks[key], told[key])
    filled = dict(blocks)
    for key, found in told.items():
        leveled = zip(blocks[key], found.levels, strict=True)
        filled[key] = tuple(row._replace(level=level) for row, level in leveled)
    return filled


def _mark_rows(
    rows: tuple[Row, ...], key: BlockKey, result: ReadResult, sheets: Mapping[str, RawSheet]
) -> list[Hashable]:
    """What marks each row's level where its name stands."""
    marks: list[Hashable] = []
    for row in rows:
        at = result.rows.get((key, row.id))
        name = sheets[at.sheet].rows[at.row][at.columns[NAME]] if at else row.name
        marks.append(mark_level(str(name)))
    return marks


def _infer(
    pack: Pack,
    key: BlockKey,
    rows: tuple[Row, ...],
    units: Collection[str],
    marks: list[Hashable],
) -> RowLevels:
    words = tuple(pack.words["lines"]["of_which"])
    details = [n for n, row in enumerate(rows) if normalize_text(row.name).startswith(words)]
    return infer_levels(rows, pack.blocks[key].levels, {*units, rows[0].name}, marks, details)


def _find_units(pack: Pack, key: BlockKey, rows: tuple[Row, ...], told: RowLevels) -> set[str]:
    """The names of the rows that are clearly units."""
    middle = pack.blocks[key].levels[1]
    return {
        row.name
        for n, (row, level) in enumerate(zip(rows, told.levels, strict=True))
        if level == middle and n not in told.unclear
    }


def _observe_unclear(
    pack: Pack, key: BlockKey, rows: tuple[Row, ...], told: RowLevels
) -> list[Observation]:
    if not told.unclear:
        return []
    names = dict.fromkeys(rows[n].name for n in told.unclear)
    levels = pack.words["levels"]
    facts = {
        "name": "”“".join(names),
        "level": levels[told.levels[told.unclear[0]]],
    }
    cells = tuple(CellKey(*key, rows[n].id, NAME) for n in told.unclear)
    return [Observation("unclear_level", "", key.form, cells, facts)]

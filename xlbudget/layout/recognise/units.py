"""The unit of amount of each table: by the line above it, its headings, its number formats.

What is stated and understood is used; what is not understood or contradicts itself is an error;
where nothing is stated the unit of the other tables, else the pack's, is assumed, and to be
confirmed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xlbudget.core.finding import Observation
from xlbudget.core.key import SheetCell
from xlbudget.core.number_format import SHAPED
from xlbudget.core.reading import PrintedText
from xlbudget.layout.about_lines import UNIT, find_unit_in_words, read_unit
from xlbudget.layout.normalize import find_unit_behind
from xlbudget.layout.tables import Table, read_texts
from xlbudget.packs.model import Pack
from xlbudget.packs.names import name_forms

KIND = "unit_line"
BELOW = 3
"""Rows below a heading among which one may repeat the unit."""


class UnitSign(NamedTuple):
    """Something that tells a table's unit: as printed, as understood ("" for not), and its cell."""

    text: str
    unit: str
    cell: SheetCell


class Units(NamedTuple):
    """The unit of each form, and what there is to report about them."""

    by_form: Mapping[str, str]
    observations: tuple[Observation, ...]


def find_units(pack: Pack, tables: Mapping[str, Table], of_all: str) -> Units:
    """The unit of every table (form → table); `of_all` is what the workbook's contents say for
    all."""
    stated: dict[str, str] = {}
    observations: list[Observation] = []
    for form, table in tables.items():
        if table.unit:  # the user's map says it
            stated[form] = table.unit
            continue
        signs = list(_signs(pack, table))
        unit = _agreed(signs)
        if unit:
            stated[form] = unit
            if UNIT in table.above:
                table.above[UNIT] = PrintedText(unit, table.above[UNIT].cell)
        elif signs:
            observations.append(_contradiction(pack, form, signs))
        elif read_unit(pack, of_all):
            stated[form] = read_unit(pack, of_all)
    usual = Counter(stated.values()).most_common(1)
    assumed = usual[0][0] if usual else pack.unit
    told = {observation.form for observation in observations}
    guessed = {form: pack.forms[form].unit or assumed for form in tables}
    silent = [form for form in tables if form not in stated and form not in told]
    for unit in dict.fromkeys(guessed[form] for form in silent):
        forms = [form for form in silent if guessed[form] == unit]
        facts = {"forms": name_forms(pack, forms), "unit": unit}
        cells = tuple(_head(tables[form]) for form in forms)
        observations.append(Observation(KIND, "absent", forms[0], cells, facts))
    return Units({**guessed, **stated}, tuple(observations))


def _agreed(signs: list[UnitSign]) -> str:
    """The unit that all signs tell; "" where there is none, or not one."""
    units = {sign.unit for sign in signs}
    return units.pop() if len(units) == 1 else ""


def _contradiction(pack: Pack, form: str, signs: list[UnitSign]) -> Observation:
    sheet = pack.forms[form].sheet
    unclear = [sign for sign in signs if not sign.unit]
    if unclear:
        facts = {"form": sheet, "text": unclear[0].text, "units": "、".join(pack.words["units"])}
        return Observation(KIND, "unknown", form, (unclear[0].cell,), facts)
    other = next(sign for sign in signs if sign.unit != signs[0].unit)
    facts = {"form": sheet, "text": signs[0].text, "other": other.text}
    return Observation(KIND, "contradicting", form, (other.cell, signs[0].cell), facts)


def _signs(pack: Pack, table: Table) -> Iterator[UnitSign]:
    """What tells the unit, the lines above first."""
    for line in table.units:
        if line.text:
            yield UnitSign(line.text, read_unit(pack, line.text), line.cell)
    for note in table.notes:
        text = find_unit_in_words(note.text)
        if text:
            yield UnitSign(text, read_unit(pack, text), note.cell)
    for row in (*table.heading, *_unit_rows(pack, table)):
        for column, text in read_texts(table.sheet.rows[row]).items():
            behind = find_unit_behind(text) or (text.strip() if row in table.body else "")
            if behind and (row not in table.body or read_unit(pack, behind)):
                cell = SheetCell(table.sheet.name, row, column)
                yield UnitSign(text.strip(), read_unit(pack, behind), cell)
    yield from _printed_by_formats(pack, table)


def _unit_rows(pack: Pack, table: Table) -> list[int]:
    """Rows right below the heading that repeat the unit in several columns."""
    rows = []
    for row in table.body[:BELOW]:
        texts = read_texts(table.sheet.rows[row])
        if len(texts) > 1 and all(read_unit(pack, text) for text in texts.values()):
            rows.append(row)
    return rows


def _printed_by_formats(pack: Pack, table: Table) -> Iterator[UnitSign]:
    """The units that the formats of the table's figures print."""
    sheet = table.sheet
    telling = {
        SHAPED + place: section.shown.unit
        for place, format_ in enumerate(sheet.formats)
        for section in format_.sections
        if section.shown.unit
    }
    if not telling:
        return
    seen = set()
    for row in table.body:
        line = sheet.decimals[row] if row < len(sheet.decimals) else b""
        for column, byte in enumerate(line[: len(sheet.rows[row])]):
            value = sheet.rows[row][column]
            if byte in telling and byte not in seen and isinstance(value, float | int) and value:
                seen.add(byte)
                cell = SheetCell(sheet.name, row, column)
                yield UnitSign(telling[byte], read_unit(pack, telling[byte]), cell)


def _head(table: Table) -> SheetCell:
    return SheetCell(table.sheet.name, table.heading[0], 0)

"""The rows below a heading: which row of the form each is, and what its cells hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

from xlbudget.core.budget import Row, numbered
from xlbudget.core.finding import Remark
from xlbudget.core.key import BlockKey, CellKey, Place
from xlbudget.core.reading import RowPlace
from xlbudget.layout.heads import amount_columns
from xlbudget.layout.labels import tidy, without_ordinal
from xlbudget.layout.tables import Table, texts_of
from xlbudget.layout.values import Value, read_value
from xlbudget.packs.model import CODE, GOVERNMENT, LABEL, NAME, TOTAL, Block, Catalogue, Pack

COUNTED = re.compile(r"(?:[^\s\d]{2,3} )?(?:[甲乙丙丁] )*(?:(?:\d{1,2}|[A-Z])(?: |$)){2,}")
NUMBERED = re.compile(r"\d{1,2}|[A-Z]").fullmatch
CODE_AND_NAME = re.compile(r"^(\d{3,11})\s*[-－—_]?\s*(\D.*)$", re.DOTALL)


@dataclass
class Body:
    """What was read of one block, growing row by row."""

    block: Block
    columns: Mapping[str, int]
    amounts: Mapping[str, int]
    rows: list[Row] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    last: int = -1
    top: str = ""
    parts: tuple[int, ...] = ()
    digits: tuple[int, ...] = ()
    stems: list[str] = field(default_factory=list)
    merged: Mapping[int, int] = field(default_factory=dict)


@dataclass
class Found:
    """What reading tables adds up to."""

    blocks: dict[BlockKey, list[Row]] = field(default_factory=dict)
    rows: dict[tuple[BlockKey, str], RowPlace] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    unreadable: set[CellKey] = field(default_factory=set)
    hidden: list[tuple[CellKey, Decimal, Decimal]] = field(default_factory=list)


def read_body(pack: Pack, table: Table, unit: str, found: Found) -> None:
    """Read every body row of a table into its form's blocks."""
    assert table.match is not None
    form = table.match.form
    bodies = [
        Body(
            block,
            table.match.columns[block.id],
            amount_columns(table.match, block.id),
            parts=table.match.parts.get(block.id, ()),
            digits=_digits(pack, block),
            merged=_merged(table, table.match.columns[block.id].get(GOVERNMENT)),
        )
        for block in form.blocks
    ]
    number_rows = _column_numbers(pack, table)
    known = {column for body in bodies for column in (*body.columns.values(), *body.parts)}
    counting = table.match.counting
    previous = table.heading[-1]
    for number in table.body:
        if number in number_rows:
            continue
        raw = table.sheet.rows[number]
        used = _read_row(pack, table, bodies, number, number - previous > 1, unit, found)
        previous = number
        rest = [
            c
            for c, v in enumerate(raw)
            if v not in ("", None) and c not in counting and (c not in known or not used)
        ]
        _say_rest(table, number, rest, found)
    for body in bodies:
        found.blocks.setdefault(body.block.id, []).extend(body.rows)
        columns = body.columns
        for identity, line in body.places.items():
            key = (body.block.id, identity)
            found.rows.setdefault(key, RowPlace(table.sheet.name, line, columns))
    _say_columns(table, bodies, number_rows, found)


def _digits(pack: Pack, block: Block) -> tuple[int, ...]:
    """How many digits each level adds to a code of this block."""
    lengths = pack.catalogues[block.codes].lengths if block.codes else ()
    return tuple(b - a for a, b in pairwise((0, *lengths)))


def _merged(table: Table, column: int | None) -> dict[int, int]:
    """Rows of the table whose cell in that column is merged with one above → that cell's row."""
    first, last = min(table.body, default=0), max(table.body, default=-1)
    return {
        row: top
        for top, left, bottom, _ in table.sheet.lines.merged
        if left == column
        for row in range(max(top + 1, first), min(bottom, last) + 1)
    }


def _column_numbers(pack: Pack, table: Table) -> set[int]:
    """The rows of column numbers (1, 2, 3 …; A, B, C …; 甲, 乙, 1, 2 …) right under the heading,
    or under where it is repeated; a total of 1.00 and 2.00 is none."""
    label = tidy(pack.words["columns"][TOTAL])
    totals = {label, *map(tidy, pack.words["synonyms"].get(label, ()))}
    found: set[int] = set()
    there = set(table.body)
    for place, number in enumerate(table.body):
        if place and number - 1 in there and number - 1 not in found:
            continue
        both = number in table.heading
        row = table.sheet.rows[number]
        filled = [str(v).strip() for v in row if v not in ("", None) and not (both and _word(v))]
        counted = [text.removesuffix(".0") for text in filled]
        summed = not both and bool(counted) and tidy(counted[0]) in totals
        if not summed and COUNTED.fullmatch(" ".join(counted)) and _counts(counted):
            found.add(number)
    return found


def _word(value: Any) -> bool:
    return isinstance(value, str) and not value.strip().isdigit()


def _counts(texts: list[str]) -> bool:
    """Do these go up from the first or second on, after a word or 甲, 乙 in front? Columns left
    out leave gaps; a second block may begin anew."""
    marks = [text for text in texts if NUMBERED(text)]
    digits = all(text.isdigit() for text in marks)
    numbers = [int(text) if digits else ord(text[0]) - ord("A") + 1 for text in marks]
    up = all(one < other or other == 1 < one for one, other in pairwise(numbers))
    return len(numbers) > 1 and up and numbers[0] in (1, 2)


def _read_row(
    pack: Pack,
    table: Table,
    bodies: list[Body],
    number: int,
    after_gap: bool,
    unit: str,
    found: Found,
) -> bool:
    """Read one sheet row into the blocks side by side; False where no block knows the row."""
    used = False
    shared = ""
    for body in bodies:
        values = _values(pack, table, body, number, unit)
        if body.block.fixed:
            identity = _fixed_row(body, table, number)
        else:
            identity = _open_row(pack, body, table, number, values, after_gap, shared)
        if identity is None:
            filled = [key for key, value in values.items() if value.amount or not value.readable]
            text = _words(body, table, number)
            if filled or (text and body.block.fixed):
                _say_row(body, table, number, text, filled, found)
                used = True
            continue
        if identity:
            used = True
            shared = TOTAL if identity == TOTAL else shared
            _keep(body, table, number, identity, values, found)
    return used


def _cell(table: Table, number: int, column: int) -> Any:
    row = table.sheet.rows[number]
    return row[column] if 0 <= column < len(row) else ""


def _words(body: Body, table: Table, number: int) -> str:
    """What the row is called: its words, in the block's text columns."""
    said = (_cell(table, number, body.columns.get(key, -1)) for key in body.block.text_columns)
    return " ".join(str(text).strip() for text in said if text not in ("", None)).strip()


def _values(pack: Pack, table: Table, body: Body, number: int, unit: str) -> dict[str, Value]:
    """The amount cells of the row that hold anything."""
    sheet = table.sheet
    row = sheet.rows[number]
    values = {}
    for key, column in body.amounts.items():
        at = (number, column)
        if at in sheet.errors:
            values[key] = Value(None, False, "value_error", "", {"text": sheet.errors[at]})
        elif at in sheet.uncalculated:
            values[key] = Value(None, False, "value_uncalculated", "unknown")
        elif column < len(row) and row[column] != "":
            values[key] = read_value(pack, row[column], sheet.decimals.get(at), unit)
    return values


@lru_cache(maxsize=128)
def _fixed_labels(pack_labels: tuple[tuple[str, str], ...]) -> dict[str, tuple[int, ...]]:
    """Row label without its ordinal → places of the rows that bear it."""
    found: dict[str, tuple[int, ...]] = {}
    for place, (_, label) in enumerate(pack_labels):
        name = without_ordinal(label)
        found[name] = (*found.get(name, ()), place)
    return found


def _fixed_row(body: Body, table: Table, number: int) -> str | None:
    """The row's key by its label; where two rows share a label, the next one below the last."""
    text = _cell(table, number, body.columns.get(LABEL, -1))
    if not isinstance(text, str) or not text.strip():
        return None
    fixed = body.block.fixed
    places = _fixed_labels(tuple((row.key, row.label) for row in fixed))
    fitting = places.get(without_ordinal(text), ())
    free = [place for place in fitting if fixed[place].key not in body.taken]
    if not free:
        return None
    place = next((p for p in free if p > body.last), free[0])
    body.last = place
    body.taken.add(fixed[place].key)
    return fixed[place].key


def _open_row(
    pack: Pack,
    body: Body,
    table: Table,
    number: int,
    values: Mapping[str, Value],
    after_gap: bool,
    shared: str,
) -> str | None:
    """The id of a code or outline row ("" for nothing there, None for a row not understood)."""
    block = body.block
    code, name = _code_and_name(body, table, number)
    if not name and (number, body.columns.get(NAME, -1)) in table.sheet.uncalculated:
        name = pack.catalogues[block.codes].names.get(code, "") if block.codes else ""
    filled = any(value.amount is not None or not value.readable for value in values.values())
    summed = number in table.heading or _is_total(pack, block, code, name, shared, filled)
    if block.total is not None and summed:
        if TOTAL in body.taken:
            return None
        body.taken.add(TOTAL)
        body.rows.append(Row(TOTAL, {}))
        return TOTAL
    if not code and not name:
        return None if filled else ""
    if block.codes and code and not code.isdigit():
        return None
    if block.codes and CODE in block.paths and not code:
        return None
    if not filled and after_gap and not block.codes:
        return None
    return _new_row(pack, body, table, number, code, name)


def _is_total(pack: Pack, block: Block, code: str, name: str, shared: str, filled: bool) -> bool:
    words = {tidy(code), tidy(name)} - {""}
    if not words:
        return bool(shared) and filled and not block.total
    label = tidy(block.total or "")
    like = [tidy(word) for word in pack.words["synonyms"].get(label, ())]
    totals = {label, *like} - {""} or {tidy(word) for word in (pack.words["columns"][TOTAL],)}
    return words <= totals


def _code_and_name(body: Body, table: Table, number: int) -> tuple[str, str]:
    if body.parts:
        code: Any = _joined(body, table, number)
    else:
        code = _cell(table, number, body.columns.get(CODE, -1))
    name = _cell(table, number, body.columns.get(NAME, -1))
    if isinstance(code, float) and code.is_integer():
        code = int(code)
    code = tidy(str(code))
    name = str(name).strip()
    if CODE in body.block.paths and not (code and name):
        both = CODE_AND_NAME.match(code or name)
        if both:
            return both[1], both[2].strip()
    return code, name


def _joined(body: Body, table: Table, number: int) -> str:
    """A code of which every level stands in a column of its own, its zeros perhaps lost; levels
    left blank are those of the rows above."""
    said = [_cell(table, number, column) for column in body.parts]
    texts = [str(int(v)) if isinstance(v, float) else tidy(str(v)) for v in said]
    depth = max((n for n, text in enumerate(texts) if text), default=-1)
    if depth < 0 or not texts[depth].isdigit():
        return "".join(texts)
    stems = [*body.stems, *[""] * len(texts)][: len(texts)]
    body.stems = [
        text.zfill(width) if text else stem
        for text, stem, width in zip(texts[: depth + 1], stems, body.digits, strict=False)
    ]
    return "".join(body.stems)


def _new_row(pack: Pack, body: Body, table: Table, number: int, code: str, name: str) -> str:
    block = body.block
    place = 1 + len(body.rows) - (TOTAL in body.taken)
    government = ""
    if block.government:
        line = body.merged.get(number, number)
        said = str(_cell(table, line, body.columns.get(GOVERNMENT, -1))).strip()
        catalogue = pack.catalogues[block.codes]
        if not code:
            code = code_by_name(catalogue, name, body.top, bool(said))
        if len(code) == catalogue.lengths[0]:
            body.top = code
        government = _government(pack.catalogues[block.government], code, said)
    identity = numbered(code or f"@{place}", body.taken)
    level = block.levels[0] if len(block.levels) == 1 else ""
    body.rows.append(Row(identity, {}, code, name, level, government))
    return identity


def code_by_name(catalogue: Catalogue, name: str, top: str, mapped: bool) -> str:
    """The code of an item known by its name only, under the class last seen.

    A class and an item may bear one name (其他支出): the item is the one that names its
    government item (`mapped`), or that stands under its class.
    """
    codes = catalogue.by_name.get(tidy(name), ())
    classes = [code for code in codes if len(code) == catalogue.lengths[0]]
    items = [code for code in codes if code not in classes]
    under = [code for code in items if top and code.startswith(top)]
    if classes and not mapped and not (under and classes[0] == top):
        return classes[0]
    if under:
        return under[0]
    return items[0] if len(items) == 1 else ""


def _government(catalogue: Catalogue, code: str, said: str) -> str:
    """The government-economic code of that name, of those that the item may map to if any."""
    if not said:
        return ""
    codes = catalogue.by_name.get(tidy(said), ())
    allowed = catalogue.maps.get(code, ())
    for candidate in codes:
        if candidate in allowed:
            return candidate
    return codes[0] if codes else said


def _keep(
    body: Body,
    table: Table,
    number: int,
    identity: str,
    values: Mapping[str, Value],
    found: Found,
) -> None:
    """Put the amounts to their row, and say what there is to say of the cells."""
    block = body.block
    amounts = {key: value.amount for key, value in values.items() if value.amount is not None}
    if block.fixed:
        body.rows.append(Row(identity, amounts))
    else:
        body.rows[-1] = body.rows[-1]._replace(amounts=amounts)
    body.places[identity] = number
    for key, value in values.items():
        cell = CellKey(block.form, block.key, identity, key)
        if not value.readable:
            found.unreadable.add(cell)
        if value.kind:
            place = Place(table.sheet.name, number, body.columns[key])
            found.remarks.append(Remark(value.kind, value.case, block.form, (place,), value.facts))
        if value.exact is not None and value.amount is not None:
            found.hidden.append((cell, value.amount, value.exact))


def _say_row(
    body: Body, table: Table, number: int, text: str, filled: list[str], found: Found
) -> None:
    """A row of the table that is not understood: its amounts are not counted, and that is said."""
    at = [Place(table.sheet.name, number, body.columns[key]) for key in filled]
    form = body.block.form
    if text:
        first = min(c for key, c in body.columns.items() if key in body.block.text_columns)
        at.insert(0, Place(table.sheet.name, number, first))
        kind = "unknown_row" if filled else "leftover"
        found.remarks.append(Remark(kind, "", form, tuple(at), {"text": text}))
        return
    column = body.block.paths[body.block.text_columns[0]][-1]
    found.remarks.append(Remark("unnamed_row", "", form, tuple(at), {"column": column}))


def _say_rest(table: Table, number: int, rest: list[int], found: Found) -> None:
    """Cells of a body row that belong to no column: figures gravely, words as a note."""
    row = table.sheet.rows[number]
    unknown = set(table.match.unknown) if table.match else set()
    for column in rest:
        value = row[column]
        figure = isinstance(value, float | int) and not isinstance(value, bool)
        if figure and (column in unknown or not value):
            continue
        at = Place(table.sheet.name, number, column)
        form = table.match.form.key if table.match else ""
        kind = "leftover_amounts" if figure else "leftover"
        found.remarks.append(Remark(kind, "", form, (at,), {"text": str(value).strip()}))


def _say_columns(table: Table, bodies: list[Body], number_rows: set[int], found: Found) -> None:
    assert table.match is not None
    form = table.match.form
    unplaced = False
    for column in table.match.unknown:
        filled = [
            n
            for n in table.body
            if isinstance(_cell(table, n, column), float | int) and n not in number_rows
        ]
        if filled:
            unplaced = True
            text = next(
                (
                    texts_of(table.sheet.rows[n])[column]
                    for n in reversed(table.heading)
                    if column in texts_of(table.sheet.rows[n])
                ),
                "",
            )
            places = tuple(Place(table.sheet.name, n, column) for n in filled)
            found.remarks.append(Remark("unknown_column", "", form.key, places, {"text": text}))
    for wanted in table.match.missing:
        body = next(b for b in bodies if b.block.id == wanted.block)
        printed = body.block.paths[wanted.key][-1]
        at = Place(table.sheet.name, table.heading[-1], 0)
        facts = {"form": form.sheet, "column": printed}
        # A form without unknown figures has none for this column: it was left out as empty.
        if wanted.key in body.block.columns and not unplaced:
            found.remarks.append(Remark("missing_column", "empty", form.key, (at,), facts))
            continue
        found.remarks.append(Remark("missing_column", "", form.key, (at,), facts))
        for identity in body.places:
            found.unreadable.add(CellKey(*wanted.block, identity, wanted.key))

"""The hidden sheet 溯源: for each consolidated figure, the figures of the departments behind it.

Rows of text that the program itself reads back (`read_origins`); whoever shows the sheet can
follow them too. First a row a source: its number (as on the sheet of sources), its fields, and the
names of its sheets, both as JSON arrays, so that any name survives. Then a row for each row of the
budget: form, block, row and level as a JSON array, then each column with the figures behind it,
``total 3:0!C7=709.36;…|general …``: source 3, the first of its sheets, the cell (none of a file
without cells), the amount; in as many cells as Excel's limit asks for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from xlbudget.core.consolidation import Consolidation, Origin, Source
from xlbudget.core.key import BlockKey, CellKey, Place, column_index, column_letters

SOURCE = "@source"
"""First cell of a source's row; that of a budget's row is a JSON array."""
BETWEEN = "|"
"""Between the columns of a budget's row."""
LIMIT = 32_767
"""Characters that Excel takes in one cell."""
ORIGIN = re.compile(r"(\d+):(?:(\d+)!([A-Z]+)(\d+))?=([^;]+)")

Rows = Iterator[tuple[str, ...]]


class Behind(NamedTuple):
    """What the sheet says: the sources, the figures behind each cell, and the levels of listed
    rows, which no form prints."""

    sources: tuple[Source, ...]
    origins: Mapping[CellKey, tuple[Origin, ...]]
    levels: Mapping[tuple[BlockKey, str], str]


def origin_rows(consolidation: Consolidation) -> Rows:
    """The sheet's rows, every cell a text."""
    sheets: list[dict[str, int]] = [{} for _ in consolidation.sources]
    lines: dict[tuple[str, str, str], list[str]] = {
        (*key, row.id): [row.level]
        for key, rows in consolidation.budget.blocks.items()
        for row in rows
        if row.level
    }
    for cell, origins in consolidation.origins.items():
        pieces = _split(_written(origins, sheets), LIMIT - len(cell.column) - 1)
        lines.setdefault(cell[:3], [""]).extend(f"{cell.column} {text}" for text in pieces)
    for number, (source, names) in enumerate(zip(consolidation.sources, sheets, strict=True), 1):
        yield SOURCE, str(number), *_cells(_json(_fields(source))), "", *_cells(_json(list(names)))
    for line, (level, *texts) in lines.items():
        yield _json([*line, level]), *_filled(texts)


def _filled(texts: Sequence[str]) -> Iterator[str]:
    """The texts joined into as few cells as hold them."""
    cell = ""
    for text in texts:
        if cell and len(cell) + 1 + len(text) > LIMIT:
            yield cell
            cell = ""
        cell = f"{cell}{BETWEEN}{text}" if cell else text
    if cell:
        yield cell


def read_origins(rows: Iterable[Sequence[Any]]) -> Behind:
    """What `origin_rows` wrote, from the sheet's rows (blank cells as None or ""). Raises
    ValueError, LookupError or TypeError for what was not written so."""
    sources: list[Source] = []
    sheets: list[list[str]] = []
    origins: dict[CellKey, tuple[Origin, ...]] = {}
    levels: dict[tuple[BlockKey, str], str] = {}
    for row in rows:
        cells = [str(value or "") for value in row]
        if cells[0] == SOURCE:
            fields, names = _arrays(cells[2:])
            source = Source(*fields)
            sources.append(source._replace(total=Decimal(source.total)))
            sheets.append(names)
        elif cells[0]:
            form, block, identity, level = json.loads(cells[0])
            if level:
                levels[BlockKey(form, block), identity] = level
            said = (one for cell in cells[1:] if cell for one in cell.split(BETWEEN))
            for column, _, text in (one.partition(" ") for one in said):
                cell = CellKey(form, block, identity, column)
                origins[cell] = (*origins.get(cell, ()), *_origins(text, sheets))
    return Behind(tuple(sources), origins, levels)


def _written(origins: Sequence[Origin], sheets: Sequence[dict[str, int]]) -> list[str]:
    """Each origin as text; a sheet not met yet gets its source's next number."""
    pieces = []
    for source, place, amount in origins:
        where = ""
        if place:
            known = sheets[source]
            number = known.setdefault(place.sheet, len(known))
            where = f"{number}!{_letters(place.column)}{place.row + 1}"
        pieces.append(f"{source + 1}:{where}={amount}")
    return pieces


def _origins(text: str, sheets: Sequence[Sequence[str]]) -> Iterator[Origin]:
    for number, sheet, letters, row, amount in ORIGIN.findall(text):
        source, place = int(number) - 1, None
        if sheet:
            place = Place(sheets[source][int(sheet)], int(row) - 1, column_index(letters))
        yield Origin(source, place, Decimal(amount))


def _split(pieces: Sequence[str], limit: int) -> Iterator[str]:
    """The pieces joined, a new text where one would be too long."""
    text = ";".join(pieces)
    while len(text) > limit:
        end = text.rindex(";", 0, limit + 1)
        yield text[:end]
        text = text[end + 1 :]
    yield text


def _fields(source: Source) -> list[str | int]:
    return [str(field) if isinstance(field, Decimal) else field for field in source]


def _json(value: list[Any]) -> str:
    # "_x0041_" means an A in a workbook's text: an underscore so placed is written otherwise.
    return json.dumps(value, ensure_ascii=False).replace("_x", "\\u005fx")


def _cells(text: str) -> list[str]:
    return [text[start : start + LIMIT] for start in range(0, len(text), LIMIT)]


def _arrays(cells: Sequence[str]) -> tuple[list[Any], list[str]]:
    """The two arrays of a source's row; an empty cell stands between them."""
    between = cells.index("")
    return json.loads("".join(cells[:between])), json.loads("".join(cells[between:]))


@lru_cache(maxsize=1024)
def _letters(column: int) -> str:
    return column_letters(column)

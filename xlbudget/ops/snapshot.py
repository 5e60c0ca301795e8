"""A file as it was read and checked, in bytes: what a consolidation needs of it, and no more.

JSON and nothing that could run: it lies in the user's cache, and passes between processes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from sys import intern
from typing import Any, NamedTuple

from xlbudget.core.budget import Budget, Row
from xlbudget.core.consolidation import Origin, Source
from xlbudget.core.key import BlockKey, CellKey, Place
from xlbudget.core.reading import Reading, RowPlace


class Head(NamedTuple):
    """What is said of a file: whose it is, and what its check found.

    `said` are the first findings in words, `members` the departments (code, name) in a file that is
    consolidated itself, `total` its expenditure; `fault` says why it could not be read, and then
    the rest is empty. `units` are all units of amount that its forms are in, 万元 and so on.
    """

    fault: str = ""
    department: str = ""
    code: str = ""
    pack: str = ""
    year: int = 0
    units: tuple[str, ...] = ()
    errors: int = 0
    warnings: int = 0
    said: tuple[str, ...] = ()
    members: tuple[tuple[str, str], ...] = ()
    total: str = "0"


def packed(head: Head, reading: Reading | None) -> bytes:
    """Head and reading in one line of JSON each."""
    lines = [head, _plain(reading) if reading else None]
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in lines).encode()


def head_of(content: bytes) -> Head:
    """The head alone. Raises ValueError for what is none."""
    said = json.loads(content.partition(b"\n")[0])
    if not isinstance(said, list) or len(said) != len(Head._fields):
        raise ValueError("no head")
    head = Head(*said)
    members = tuple((code, name) for code, name in head.members)
    return head._replace(units=tuple(head.units), said=tuple(head.said), members=members)


def reading_of(content: bytes) -> Reading:
    """The reading: its budget, and where each row stands."""
    return _reading(json.loads(content.partition(b"\n")[2]))


def _plain(reading: Reading) -> dict[str, Any]:
    budget = reading.budget
    return {
        "pack": budget.pack,
        "year": budget.year,
        "unit": budget.unit,
        "units": dict(budget.units),
        "department": budget.department,
        "code": budget.department_code,
        "blocks": [
            [*key, [_row(reading, key, row) for row in rows]] for key, rows in budget.blocks.items()
        ],
        "sources": [[*map(str, source[:-1]), source.errors] for source in reading.sources],
        "origins": [
            [*cell, [[one.source, one.place, str(one.amount)] for one in found]]
            for cell, found in reading.origins.items()
        ],
    }


def _row(reading: Reading, key: BlockKey, row: Row) -> list[Any]:
    """Its words, its amounts as text with their columns, and where it stands."""
    place = reading.rows.get((key, row.id))
    amounts = [
        [column, str(amount), place.columns[column] if place else -1]
        for column, amount in row.amounts.items()
    ]
    stands = [place.sheet, place.row] if place else None
    return [row.id, row.code, row.name, row.level, row.government, amounts, stands]


def _reading(said: dict[str, Any]) -> Reading:
    blocks: dict[BlockKey, tuple[Row, ...]] = {}
    places: dict[tuple[BlockKey, str], RowPlace] = {}
    for form, block, rows in said["blocks"]:
        key = BlockKey(form, block)
        blocks[key] = tuple(_read_row(key, row, places) for row in rows)
    budget = Budget(
        said["pack"],
        said["year"],
        said["unit"],
        said["department"],
        said["code"],
        blocks,
        said["units"],
    )
    sources = tuple(Source(*fields) for fields in said["sources"])
    return Reading(
        budget._replace(roundings={CellKey(*one[:4]): len(one[4]) for one in said["origins"]}),
        places,
        sources=tuple(source._replace(total=Decimal(source.total)) for source in sources),
        origins={CellKey(*one[:4]): tuple(map(_origin, one[4])) for one in said["origins"]},
    )


def _origin(said: Sequence[Any]) -> Origin:
    source, place, amount = said
    return Origin(source, Place(*place) if place else None, Decimal(amount))


def _read_row(
    key: BlockKey, said: Sequence[Any], places: dict[tuple[BlockKey, str], RowPlace]
) -> Row:
    identity, code, name, level, government, amounts, stands = said
    if stands:
        columns = {intern(column): place for column, _, place in amounts}
        places[key, identity] = RowPlace(intern(stands[0]), stands[1], columns)
    # Words that stand in every row are kept once: three hundred files are many rows.
    return Row(
        identity,
        {intern(column): Decimal(amount) for column, amount, _ in amounts},
        code,
        name,
        intern(level),
        intern(government),
    )

"""Sheets as readers give them, and the tables found on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from xlbudget.core.key import Place
from xlbudget.core.reading import Lines, Printed, Said
from xlbudget.layout.headings import (
    Match,
    vocabulary,
)
from xlbudget.layout.normalize import normal
from xlbudget.packs.model import TOTAL, Pack


class Sheet(Protocol):
    """A sheet's raw cells, A1-true: what `recognise` needs of a reader."""

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> list[list[Any]]: ...
    @property
    def decimals(self) -> Sequence[bytes]: ...
    @property
    def uncalculated(self) -> frozenset[tuple[int, int]]: ...
    @property
    def errors(self) -> Mapping[tuple[int, int], str]: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def formulas(self) -> Iterable[tuple[int, int]]: ...
    @property
    def lines(self) -> Lines: ...


@dataclass
class Table:
    """One table found on a sheet: the lines above it, its heading rows, its body rows.

    `evidence` says by what its form is known, `unit` the unit of amount where people said it."""

    sheet: Sheet
    above: dict[str, Said] = field(default_factory=dict)
    titled: str = ""
    labelled: str = ""
    heading: list[int] = field(default_factory=list)
    body: list[int] = field(default_factory=list)
    notes: list[Said] = field(default_factory=list)
    footers: list[int] = field(default_factory=list)
    match: Match | None = None
    evidence: str = ""
    unit: str = ""

    def headings(self, pack: Pack) -> list[dict[int, str]]:
        """The heading rows in normal form; of one that bears the total's figures too, without the
        total's own word."""
        rows = [normal_texts(self.sheet, row) for row in self.heading]
        beside = {*map(normal, pack.words["ordinals"]), normal(pack.words["columns"][TOTAL])}
        words = vocabulary(pack) - beside
        return [
            {c: text for c, text in row.items() if line not in self.body or text in words}
            for line, row in zip(self.heading, rows, strict=True)
        ]


class Scan(NamedTuple):
    """A sheet cut into tables; `leftover` are rows that belong to none."""

    tables: list[Table]
    leftover: list[int]


class Band(NamedTuple):
    """The columns of a sheet that hold one of several tables side by side; addresses stay."""

    name: str
    rows: list[list[Any]]
    decimals: Sequence[bytes]
    uncalculated: frozenset[tuple[int, int]]
    errors: Mapping[tuple[int, int], str]
    hidden: bool
    formulas: Iterable[tuple[int, int]]
    lines: Lines


def texts_of(row: Sequence[Any]) -> dict[int, str]:
    """The words of a raw row by column."""
    return {c: v for c, v in enumerate(row) if v.__class__ is str and v and not v.isspace()}


def has_figures(row: Sequence[Any]) -> bool:
    """Stands any number in a raw row?"""
    kinds = set(map(type, row))
    return float in kinds or int in kinds


def filled(sheet: Sheet, row: int) -> bool:
    """Stands anything in that row?"""
    return row < len(sheet.rows) and any(v not in ("", None) for v in sheet.rows[row])


def normal_texts(sheet: Sheet, row: int) -> dict[int, str]:
    """The words of a sheet\'s row by column, in normal form."""
    return {column: normal(text) for column, text in texts_of(sheet.rows[row]).items()}


def printed_of(table: Table) -> Printed:
    """The words around a table, for the rules that look at them."""
    assert table.match is not None
    headings = tuple(
        Said(text, Place(table.sheet.name, row, column))
        for row in table.heading
        for column, text in texts_of(table.sheet.rows[row]).items()
    )
    last = max(table.body, default=table.heading[-1])
    first = min(said.place.column for said in headings)
    return Printed(
        table.match.form.key,
        table.above.get("title"),
        table.above.get("department"),
        table.above.get("unit"),
        tuple(table.notes),
        headings,
        any(row > last and column == first for row, column in table.sheet.uncalculated),
    )

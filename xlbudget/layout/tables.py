"""The tables found on raw sheets, and the texts and figures of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xlbudget.core.key import SheetCell
from xlbudget.core.reading import Printed, PrintedText
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.headings import (
    Match,
    vocabulary,
)
from xlbudget.layout.normalize import normalize_heading, normalize_title
from xlbudget.packs.model import TOTAL, Pack


@dataclass
class Table:
    """One table found on a sheet: the lines above it, its heading rows, its body rows.

    `evidence` names what identified its form, `unit` the unit of amount where a map states it;
    `units` are all lines above that state one."""

    sheet: RawSheet
    above: dict[str, PrintedText] = field(default_factory=dict)
    titled: str = ""
    labelled: str = ""
    heading: list[int] = field(default_factory=list)
    body: list[int] = field(default_factory=list)
    notes: list[PrintedText] = field(default_factory=list)
    footers: list[int] = field(default_factory=list)
    match: Match | None = None
    evidence: str = ""
    unit: str = ""
    units: list[PrintedText] = field(default_factory=list)

    def state(self, kind: str, printed: PrintedText, rather: PrintedText | None = None) -> None:
        """Note what a line above the table states of it; `rather` is what stays its own."""
        self.above[kind] = rather or printed
        if kind == "unit":
            self.units.append(printed)

    def headings(self, pack: Pack) -> list[dict[int, str]]:
        """The heading rows in normal form by column, years as their distance to the pack's; a row
        that also holds the total's figures without the total's own word."""
        rows = [read_texts(self.sheet.rows[row]) for row in self.heading]
        beside = {
            *map(normalize_title, pack.words["ordinals"]),
            normalize_title(pack.words["columns"][TOTAL]),
        }
        words = vocabulary(pack) - beside
        return [
            {
                c: normalize_heading(text, pack.year)
                for c, text in row.items()
                if line not in self.body or normalize_title(text) in words
            }
            for line, row in zip(self.heading, rows, strict=True)
        ]


class SheetTables(NamedTuple):
    """A sheet cut into tables; `leftover` are rows that belong to none."""

    tables: list[Table]
    leftover: list[int]


def read_texts(row: Sequence[Any]) -> dict[int, str]:
    """The words of a raw row by column."""
    return {c: v for c, v in enumerate(row) if v.__class__ is str and v and not v.isspace()}


def has_figures(row: Sequence[Any]) -> bool:
    """Whether a raw row holds any number."""
    kinds = set(map(type, row))
    return float in kinds or int in kinds


def has_content(sheet: RawSheet, row: int) -> bool:
    """Whether any cell of that row is filled."""
    return row < len(sheet.rows) and any(v not in ("", None) for v in sheet.rows[row])


def read_normal_texts(sheet: RawSheet, row: int) -> dict[int, str]:
    """The words of a sheet's row by column, in normal form."""
    return {column: normalize_title(text) for column, text in read_texts(sheet.rows[row]).items()}


def collect_printed(table: Table) -> Printed:
    """The words around a table, for the rules that check them. The table must have a match."""
    assert table.match is not None
    headings = tuple(
        PrintedText(text, SheetCell(table.sheet.name, row, column))
        for row in table.heading
        for column, text in read_texts(table.sheet.rows[row]).items()
    )
    last = max(table.body, default=table.heading[-1])
    first = min((heading.cell.column for heading in headings), default=0)
    return Printed(
        table.match.form.key,
        table.above.get("title"),
        table.above.get("department"),
        table.above.get("unit"),
        tuple(table.notes),
        headings,
        any(row > last and column == first for row, column in table.sheet.uncalculated),
        frozenset(table.match.other_years.values()),
    )

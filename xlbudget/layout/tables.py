"""Tables on sheets: where each begins and ends, and which form it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from xlbudget.core.finding import Remark
from xlbudget.core.key import Place
from xlbudget.core.reading import Lines, Printed, Said
from xlbudget.layout.heads import (
    Match,
    columns_of,
    match,
    nearly,
    vocabulary,
    words_of_text_columns,
)
from xlbudget.layout.labels import normal, tidy
from xlbudget.layout.lines import (
    ABOUT,
    FOOTER,
    HEADING,
    LABEL,
    NOTE,
    TITLE,
    Line,
    names_form,
    read_line,
)
from xlbudget.packs.model import TOTAL, Pack

FIGURE = re.compile(r"\s*[+-]?\d[\d,，]*\.\d+\s*")
ORDER = "order"
NAMED = ("label", "sheet")
"""Evidence that names the form itself, also where its heading is much changed."""


class Sheet(Protocol):
    """A sheet's raw cells, A1-true: what `recognise` needs of a reader."""

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> list[list[Any]]: ...
    @property
    def decimals(self) -> Mapping[tuple[int, int], int]: ...
    @property
    def uncalculated(self) -> frozenset[tuple[int, int]]: ...
    @property
    def errors(self) -> Mapping[tuple[int, int], str]: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def formulas(self) -> frozenset[tuple[int, int]]: ...
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
        rows = [_normal_texts(self.sheet, row) for row in self.heading]
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
    decimals: Mapping[tuple[int, int], int]
    uncalculated: frozenset[tuple[int, int]]
    errors: Mapping[tuple[int, int], str]
    hidden: bool
    formulas: frozenset[tuple[int, int]]
    lines: Lines


def bands(pack: Pack, sheet: Sheet) -> list[Sheet]:
    """The sheet, or where one row bears several titles, its columns under each of them."""
    starts: list[int] = []
    for row in sheet.rows:
        titled = [c for c, v in enumerate(row) if v.__class__ is str and names_form(pack, v)]
        if len(titled) > len(starts):
            starts = titled
    if len(starts) < 2:
        return [sheet]
    empty = [c for c in range(starts[-1]) if all(c >= len(r) or r[c] == "" for r in sheet.rows)]
    cuts = [
        max((c for c in empty if one < c <= other), default=other)
        for one, other in pairwise(starts)
    ]
    limits = [0, *cuts, 1 << 30]
    return [_band(sheet, low, high) for low, high in pairwise(limits)]


def _band(sheet: Sheet, low: int, high: int) -> Band:
    rows = [[v if low <= c < high else "" for c, v in enumerate(row)] for row in sheet.rows]
    errors = {at: text for at, text in sheet.errors.items() if low <= at[1] < high}
    uncalculated = frozenset(at for at in sheet.uncalculated if low <= at[1] < high)
    more = (sheet.hidden, sheet.formulas, sheet.lines)
    return Band(sheet.name, rows, sheet.decimals, uncalculated, errors, *more)


def texts_of(row: Sequence[Any]) -> dict[int, str]:
    """The words of a raw row by column."""
    return {c: v for c, v in enumerate(row) if v.__class__ is str and v and not v.isspace()}


def scan(pack: Pack, sheet: Sheet) -> Scan:
    """Cut a sheet into tables. A table begins with its title, label or other lines, else with its
    heading; it ends where the next begins, or below a note that it has no data."""
    tables: list[Table] = []
    leftover: list[int] = []
    current = Table(sheet)
    passed = -1
    for number, row in enumerate(sheet.rows):
        if number < passed:
            continue
        texts, numbers = _words_and_figures(row)
        if not texts and not numbers:
            continue
        line = read_line(pack, texts, numbers)
        if line and line.kind == HEADING and current.body and _again(current, number):
            continue
        begins = line is not None and line.kind in (TITLE, LABEL, ABOUT, HEADING)
        if begins and current.body and (passed := _next_page(pack, current, number)):
            continue
        if begins and (
            current.body
            or current.notes
            or (current.heading and not _goes_on(line, current, number))
        ):
            leftover.extend(_above_next(current))
            tables.append(current)
            current = Table(sheet)
        if line is None and not numbers and _more_heading(pack, current, number, texts):
            current.heading.append(number)
        elif line is None and numbers and _heading_with_total(pack, current, number, texts):
            current.heading.append(number)
            current.body.append(number)
        elif line is None:
            _body_row(current, number, leftover)
        else:
            _take(current, line, number, texts)
    if current.heading:
        tables.append(current)
    else:
        leftover.extend(_lines_of(current))
    return Scan(tables, leftover)


def _words_and_figures(row: Sequence[Any]) -> tuple[dict[int, str], int]:
    """The words of a row by column, and how many figures stand beside them (as text or not)."""
    texts = texts_of(row)
    typed = [column for column, text in texts.items() if FIGURE.fullmatch(text)]
    for column in typed:
        del texts[column]
    return texts, len(typed) + sum(v.__class__ is float or v.__class__ is int for v in row)


def _goes_on(line: Line | None, table: Table, number: int) -> bool:
    """A heading row right below a heading row is part of the same heading."""
    return line is not None and line.kind == HEADING and number - table.heading[-1] <= 2


def _above_next(table: Table) -> list[int]:
    """Single words below a gap at the table's end belong above the next one (附件, 2025年)."""
    rows: list[int] = []
    while len(table.body) > 1:
        number = table.body[-1]
        said = [v for v in table.sheet.rows[number] if v not in ("", None)]
        if len(said) != 1 or not isinstance(said[0], str):
            break
        rows.append(table.body.pop())
        if number - table.body[-1] > 1:
            return rows
    table.body.extend(reversed(rows))
    return []


def _more_heading(pack: Pack, table: Table, number: int, texts: Mapping[int, str]) -> bool:
    """Is this the rest of a heading: right below one, nothing but headings, not in its first
    column, where the first row's label would stand?"""
    if table.body or not table.heading or number != table.heading[-1] + 1:
        return False
    first = min(texts_of(table.sheet.rows[table.heading[0]]))
    words = vocabulary(pack)
    return min(texts) > first and all(normal(text) in words for text in texts.values())


def _heading_with_total(pack: Pack, table: Table, number: int, texts: Mapping[int, str]) -> bool:
    """Is this the last row of a heading, with the total's figures (or the columns' numbers) in
    it? It names several columns of words."""
    if table.body or not table.heading or number != table.heading[-1] + 1:
        return False
    return len({normal(text) for text in texts.values()} & words_of_text_columns(pack)) > 1


PAGE_LINES = 8
"""Rows within which a page's heading follows its title."""


def _next_page(pack: Pack, table: Table, number: int) -> int:
    """The row below the lines and headings with which the table's next printed page begins, all
    said before; 0 where another table begins here, or this one stands again."""
    rows = table.sheet.rows
    place = number
    while place < min(number + PAGE_LINES, len(rows)):
        texts = texts_of(rows[place])
        line = read_line(pack, texts, 0) if texts else None
        if line and line.kind == HEADING and _again(table, place):
            while place < len(rows) and _again(table, place):
                place += 1
            return 0 if _copied(table, place) else place
        if texts and not (line and _said_before(table, line, texts)):
            return 0
        place += 1
    return 0


def _said_before(table: Table, line: Line, texts: Mapping[int, str]) -> bool:
    """Is this line above the table too?"""
    if line.kind == ABOUT:
        above = {name: table.above[name].text for name in line.about if name in table.above}
        return all(above.get(name) == said for name, (said, _) in line.about.items())
    return bool(line.form) and line.form in (table.titled, table.labelled)


def _copied(table: Table, place: int) -> bool:
    """Do the rows from here on begin as the table does?"""
    first = [table.sheet.rows[row] for row in table.body[:3]]
    return first == table.sheet.rows[place : place + len(first)]


def _again(table: Table, number: int) -> bool:
    """Does this row repeat a row of the table's heading, as at the top of a printed page?"""
    texts = _normal_texts(table.sheet, number)
    return bool(texts) and any(texts == _normal_texts(table.sheet, row) for row in table.heading)


def _body_row(table: Table, number: int, leftover: list[int]) -> None:
    if table.heading and not table.notes:
        table.body.append(number)
    else:
        leftover.append(number)


def _take(table: Table, line: Line, number: int, texts: Mapping[int, str]) -> None:
    sheet = table.sheet.name
    if line.kind == TITLE:
        table.titled = line.form
        table.above["title"] = Said(texts[line.column], Place(sheet, number, line.column))
    elif line.kind == LABEL:
        table.labelled = line.form
        table.above["label"] = Said(texts[line.column], Place(sheet, number, line.column))
    elif line.kind == ABOUT:
        for name, (said, column) in line.about.items():
            table.above[name] = Said(said, Place(sheet, number, column))
    elif line.kind == HEADING:
        table.heading.append(number)
    elif line.kind == NOTE and table.heading:
        table.notes.append(Said(texts[line.column], Place(sheet, number, line.column)))
    elif line.kind == FOOTER and table.heading:
        table.footers.append(number)


def _lines_of(table: Table) -> list[int]:
    return sorted({said.place.row for said in table.above.values()})


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


def identify(pack: Pack, tables: Sequence[Table]) -> tuple[list[Table], list[Remark]]:
    """Say which form each table is: by title; else by label, by sheet name, by headings, and
    where several forms share their headings, by its place between the others. What stays
    unclear is said and not read."""
    remarks: list[Remark] = []
    unclear: list[tuple[Table, list[Match]]] = []
    known: list[Table] = []
    for table in tables:
        if table.match:
            known.append(table)
            continue
        columns = columns_of(table.headings(pack))
        if table.titled:
            table.match, table.evidence = match(pack, table.titled, columns), TITLE
            known.append(table)
            continue
        found = [match(pack, form, columns) for form in pack.forms]
        best = max(m.fit for m in found)
        fitting = [m for m in found if m.fit == best]
        poor = best[0] <= -best[1]
        evidence = _evidence(pack, table, [m for m in found if m.fit[1] > 1] if poor else fitting)
        if poor and not (evidence and evidence[1] in NAMED):
            unclear.append((table, []))
            continue
        if evidence:
            table.match, table.evidence = evidence
            known.append(table)
            if not _title_uncalculated(table):
                remarks.append(_untitled(pack, table, evidence[1]))
        else:
            unclear.append((table, fitting))
    remarks.extend(_by_order(pack, tables, unclear))
    known = [table for table in tables if table.match]
    for table in known:
        remarks.extend(_near(pack, table))
    return known, remarks


def _near(pack: Pack, table: Table) -> Iterator[Remark]:
    """Place headings that are only like the printed ones, and say so."""
    if not (table.match and table.match.missing and table.match.unknown):
        return
    columns = columns_of(table.headings(pack))
    table.match = nearly(pack, table.match, columns)
    form = table.match.form
    for near in table.match.near:
        row = max(n for n in table.heading if near.column in texts_of(table.sheet.rows[n]))
        place = Place(table.sheet.name, row, near.column)
        block = pack.blocks[near.wanted.block]
        facts = {"text": texts_of(table.sheet.rows[row])[near.column].strip()}
        facts |= {"column": block.paths[near.wanted.key][-1], "likeness": str(near.likeness)}
        yield Remark("near_heading", "", form.key, (place,), facts)


def _normal_texts(sheet: Sheet, row: int) -> dict[int, str]:
    return {column: normal(text) for column, text in texts_of(sheet.rows[row]).items()}


def _evidence(pack: Pack, table: Table, fitting: list[Match]) -> tuple[Match, str] | None:
    by_form = {m.form.key: m for m in fitting}
    if table.labelled in by_form:
        return by_form[table.labelled], "label"
    if len(fitting) == 1:
        return fitting[0], "headings"
    name = tidy(table.sheet.name)
    sheets = {form.sheet: form.key for form in pack.forms.values()}
    pattern = "|".join(sorted(map(re.escape, sheets), key=len, reverse=True))
    named = {sheets[found] for found in re.findall(pattern, name)} & by_form.keys()
    digits = re.findall(r"\d+", re.sub(r"20\d\d", "", name))
    named |= {f.key for f in pack.forms.values() if [str(f.number)] == digits} & by_form.keys()
    named |= {key for key in by_form if normal(pack.forms[key].title) in normal(name)}
    if len(named) == 1:
        return by_form[named.pop()], "sheet"
    return None


def _title_uncalculated(table: Table) -> bool:
    """Stands a formula above the heading that was never calculated, as a title may be?"""
    return any(row < table.heading[0] for row, _ in table.sheet.uncalculated)


def _by_order(
    pack: Pack, tables: Sequence[Table], unclear: Iterable[tuple[Table, list[Match]]]
) -> list[Remark]:
    """Tables whose heading several forms share: the one form that is still wanted and that fits
    between the neighbours in the order of the pack."""
    remarks = []
    taken = {table.match.form.key for table in tables if table.match}
    order = list(pack.forms)
    for table, fitting in unclear:
        place = next(i for i, t in enumerate(tables) if t is table)
        before = [order.index(t.match.form.key) for t in tables[:place] if t.match]
        after = [order.index(t.match.form.key) for t in tables[place + 1 :] if t.match]
        low, high = max(before, default=-1), min(after, default=len(order))
        open_ = [
            m for m in fitting if m.form.key not in taken and low < order.index(m.form.key) < high
        ]
        if len(open_) == 1:
            table.match, table.evidence = open_[0], ORDER
            taken.add(open_[0].form.key)
            remarks.append(_untitled(pack, table, ORDER))
        else:
            at = Place(table.sheet.name, table.heading[0], 0)
            forms = "、".join(m.form.sheet for m in fitting)
            kind = "unclear_table" if fitting else "unknown_table"
            remarks.append(Remark(kind, "", "", (at,), {"forms": forms}))
    return remarks


def _untitled(pack: Pack, table: Table, evidence: str) -> Remark:
    assert table.match is not None
    form = table.match.form
    at = Place(
        table.sheet.name, table.heading[0], min(texts_of(table.sheet.rows[table.heading[0]]))
    )
    words = pack.words["evidence"]
    facts = {"evidence": words[evidence], "form": form.sheet, "title": form.title}
    return Remark("untitled_table", "", form.key, (at,), facts)

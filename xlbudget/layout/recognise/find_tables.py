"""All sheets of a file → its tables, each with its form, and the rows that belong to none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.core.finding import Observation
from xlbudget.core.key import SheetCell
from xlbudget.core.reading import PrintedText
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.captions import TITLE, names_form
from xlbudget.layout.normalize import find_years, normalize_text
from xlbudget.layout.parse_code import parse_code
from xlbudget.layout.recognise.identify import identify
from xlbudget.layout.recognise.scan import scan, split_side_by_side
from xlbudget.layout.tables import SheetTables, Table, read_texts
from xlbudget.packs.model import Pack
from xlbudget.packs.year import apply_year

if TYPE_CHECKING:
    from xlbudget.layout.user_map import MappedTable

LEFTOVER_WORDS = 40
"""Number of characters of left-over text that an observation shows."""


MOST_RANK = 10_000
"""A whole number below this beside a code and its name only counts or points to them."""


class TableSearch(NamedTuple):
    """The pack as printed for the year of most titles; tables whose form is known, tables that
    match no form of the pack (or no single one), the observations about tables, those about what
    lies around them, and the texts there."""

    pack: Pack
    known: list[Table]
    unknown: list[Table]
    observations: list[Observation]
    leftover: list[Observation]
    beside: list[PrintedText]


def find_tables(
    pack: Pack, sheets: Sequence[RawSheet], mapped: Sequence[MappedTable] = ()
) -> TableSearch:
    """Cut all sheets into tables and identify the form of each. A sheet that a map describes is
    cut as described."""
    tables: list[Table] = []
    leftover: list[Observation] = []
    beside: list[PrintedText] = []
    for sheet in sheets:
        at = SheetCell(sheet.name, 0, 0)
        beside += [PrintedText(text, at) for text in (sheet.name, *sheet.header)]
        cuts = _cuts(pack, sheet, mapped)
        for band, cut in cuts:
            rows = set(cut.leftover)
            for table in cut.tables:
                if _lists_codes(pack, table):
                    rows.update(table.heading, table.body)
                else:
                    tables.append(table)
            leftover.extend(_leftover(pack, band, sorted(rows)))
            beside += [
                PrintedText(text, SheetCell(sheet.name, row, column))
                for row in sorted(rows)
                for column, text in read_texts(band.rows[row]).items()
            ]
    pack = apply_year(pack, _year(pack, tables))
    known, observations = identify(pack, tables)
    if mapped:
        from xlbudget.layout.recognise.apply_map import unmatched_maps

        observations.extend(unmatched_maps(pack, mapped, sheets))
    unknown = [table for table in tables if not table.match]
    return TableSearch(pack, known, unknown, observations, leftover, beside)


def _year(pack: Pack, tables: Sequence[Table]) -> int:
    """The year that most titles of the pack's forms name, or most headings where no title names
    one, of equally many the last, since last year's column may stand beside this year's; the
    pack's where none does."""
    titles = (table.above[TITLE].text for table in tables if table.titled and TITLE in table.above)
    rows = (table.sheet.rows[row] for table in tables for row in table.heading)
    headings = (text for row in rows for text in read_texts(row).values())
    for texts in (titles, headings):
        years = Counter(year for text in texts for year in find_years(text)[:1])
        if years:
            return max(years, key=lambda year: (years[year], year))
    return pack.year


def _cuts(
    pack: Pack, sheet: RawSheet, mapped: Sequence[MappedTable]
) -> list[tuple[RawSheet, SheetTables]]:
    described = [spec for spec in mapped if spec.fits(sheet)]
    if described:
        from xlbudget.layout.recognise.apply_map import scan_mapped

        return [(sheet, scan_mapped(pack, sheet, described))]
    return [(part, scan(pack, part)) for part in split_side_by_side(pack, sheet)]


def _leftover(pack: Pack, sheet: RawSheet, rows: Sequence[int]) -> list[Observation]:
    """An observation for each run of rows that belong to no table."""
    observations = []
    runs: list[list[int]] = []
    for row in rows:
        if runs and row - runs[-1][-1] <= 2:
            runs[-1].append(row)
        else:
            runs.append([row])
    for run in runs:
        cells = [
            (row, column, value)
            for row in run
            for column, value in enumerate(sheet.rows[row])
            if value not in ("", None)
        ]
        if cells:
            observations.append(_left(pack, sheet, cells))
    return observations


def _lists_codes(pack: Pack, table: Table) -> bool:
    """Whether a table without a title only lists codes and names, as a dictionary for lookups."""
    if table.titled or table.labelled or table.match or not table.body:
        return False
    rows = [[v for v in table.sheet.rows[row] if v not in ("", None)] for row in table.body]
    filled = [row for row in rows if row]
    return all(
        len(rest := _of_no_code(pack, row)) < len(row)
        and not any(isinstance(value, float | int) for value in rest)
        for row in filled
    )


def _of_no_code(pack: Pack, values: list[object]) -> list[object]:
    """The values of a row, but for those of a list of codes: a code, its name, and its rank or
    place in the list; of a list of forms, their numbers and pages."""
    if any(isinstance(value, str) and names_form(pack, value) for value in values):
        return [value for value in values if not _is_rank(value)]
    for catalogue in pack.catalogues.values():
        for value in values:
            code = parse_code(value).code
            names = {normalize_text(str(each)) for each in values}
            if code in catalogue.names and normalize_text(catalogue.names[code]) in names:
                return [v for v in values if not (v is value or _is_rank(v))]
    return values


def _is_rank(value: object) -> bool:
    return isinstance(value, float | int) and 0 <= value < MOST_RANK and value == int(value)


def _left(pack: Pack, sheet: RawSheet, cells: list[tuple[int, int, object]]) -> Observation:
    rows: dict[int, list[object]] = {}
    for row, _, value in cells:
        rows.setdefault(row, []).append(value)
    figures = any(
        isinstance(value, float | int) for row in rows.values() for value in _of_no_code(pack, row)
    )
    words = " ".join(normalize_text(str(value)) for _, _, value in cells)
    if len(words) > LEFTOVER_WORDS:
        words = words[:LEFTOVER_WORDS] + "…"
    ends = dict.fromkeys(SheetCell(sheet.name, *cell[:2]) for cell in (cells[0], cells[-1]))
    kind = "leftover_amounts" if figures else "leftover"
    return Observation(kind, "", "", tuple(ends), {"text": words})

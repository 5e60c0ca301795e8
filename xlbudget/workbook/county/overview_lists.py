"""What the overview says first: departments that had errors, files that were left out."""

from __future__ import annotations

from collections.abc import Sequence

from xlbudget.core.consolidation import Source
from xlbudget.core.overview import MOST_FLAGGED, LeftOut, Overview
from xlbudget.layout.plan import HEADING, TEXT
from xlbudget.messages import load_messages
from xlbudget.workbook.county.sources import BODY_ROW
from xlbudget.workbook.xlsx.package import FormulaSheet
from xlbudget.workbook.xlsx.styles import JUMP, LEAD, RED, STATE, Formats

SIDE = 5
"""Columns of a list, after its first."""


def write_lists(
    sheet: FormulaSheet,
    sources: Sequence[Source],
    overview: Overview,
    row: int,
    right: int,
    formats: Formats,
) -> int:
    """Departments with errors from this row on, what was left out from column `right`; gives the
    row where the pictures may begin."""
    words = load_messages()["overview"]
    listed = load_messages()["sources"]["sheet"]
    if not overview.flagged and not overview.left_out:
        sheet.write_string(row, 0, words["clean"], formats.cell(LEAD))
        return row + 2
    ends = [row]
    if overview.flagged:
        said = words["flagged"].format(count=len(overview.flagged))
        headings = (words["name"], words["errors"], words["file"])
        _head(sheet, row, 0, said, headings, formats)
        numbers = {source: BODY_ROW + place + 1 for place, source in enumerate(sources)}
        for line, source in enumerate(overview.flagged[:MOST_FLAGGED], start=row + 2):
            _write_flagged(sheet, line, source, f"'{listed}'!A{numbers[source]}", formats)
        ends.append(_more(sheet, row, 0, len(overview.flagged), words, listed, formats))
    if overview.left_out:
        said = words["left_out"].format(count=len(overview.left_out))
        _head(sheet, row, right, said, (words["file"], words["why"]), formats)
        for line, left in enumerate(overview.left_out[:MOST_FLAGGED], start=row + 2):
            _write_left(sheet, line, right, left, formats)
        ends.append(_more(sheet, row, right, len(overview.left_out), words, "", formats))
    return max(ends) + 1


def _head(
    sheet: FormulaSheet, row: int, column: int, said: str, headings: Sequence[str], formats: Formats
) -> None:
    """What the list is, and its headings; the last one is as wide as is left."""
    style = formats.cell(HEADING)
    sheet.write_string(row, column, said, formats.cell(LEAD))
    for place, heading in enumerate(headings[:-1]):
        sheet.write_string(row + 1, column + place, heading, style)
    last = column + len(headings) - 1
    sheet.merge_range(row + 1, last, row + 1, column + SIDE, headings[-1], style)


def _write_flagged(
    sheet: FormulaSheet, row: int, source: Source, place: str, formats: Formats
) -> None:
    sheet.write_url(row, 0, f"internal:{place}", formats.cell(JUMP), source.department)
    sheet.write_number(row, 1, source.errors, formats.cell(STATE))
    sheet.merge_range(row, 2, row, SIDE, "", formats.cell(TEXT))
    sheet.write_string(row, 2, source.file, formats.cell(TEXT))
    colour = {"type": "cell", "criteria": ">", "value": 0, "format": formats.colour(RED)}
    sheet.conditional_format(row, 1, row, 1, colour)


def _write_left(
    sheet: FormulaSheet, row: int, column: int, left: LeftOut, formats: Formats
) -> None:
    style = formats.cell(TEXT)
    sheet.write_string(row, column, left.file, style)
    sheet.merge_range(row, column + 1, row, column + SIDE, "", style)
    sheet.write_string(row, column + 1, left.why, style)


def _more(
    sheet: FormulaSheet,
    row: int,
    column: int,
    count: int,
    words: dict[str, str],
    listed: str,
    formats: Formats,
) -> int:
    """Says how many are not listed, and gives the row below the list."""
    end = row + 2 + min(count, MOST_FLAGGED)
    if count <= MOST_FLAGGED:
        return end
    said = words["more" if listed else "more_left_out"].format(
        count=count - MOST_FLAGGED, sheet=listed
    )
    sheet.write_string(end, column, said, formats.cell(LEAD))
    return end + 1

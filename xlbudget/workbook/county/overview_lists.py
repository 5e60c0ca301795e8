"""What the overview begins with: departments that had errors, files that were left out."""

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
    """Write departments with errors from this row on, what was left out from column `right`; gives
    the row where the charts may begin."""
    words = load_messages()["overview"]
    sources_sheet = load_messages()["sources"]["sheet"]
    if not overview.flagged and not overview.left_out:
        sheet.write_string(row, 0, words["clean"], formats.cell(LEAD))
        return row + 2
    ends = [row]
    if overview.flagged:
        caption = words["flagged"].format(count=len(overview.flagged))
        headings = (words["name"], words["errors"], words["file"])
        _head(sheet, row, 0, caption, headings, formats)
        numbers = {source: BODY_ROW + index + 1 for index, source in enumerate(sources)}
        for line, source in enumerate(overview.flagged[:MOST_FLAGGED], start=row + 2):
            _write_flagged(sheet, line, source, f"'{sources_sheet}'!A{numbers[source]}", formats)
        ends.append(_more(sheet, row, 0, len(overview.flagged), words, sources_sheet, formats))
    if overview.left_out:
        caption = words["left_out"].format(count=len(overview.left_out))
        _head(sheet, row, right, caption, (words["file"], words["why"]), formats)
        for line, left in enumerate(overview.left_out[:MOST_FLAGGED], start=row + 2):
            _write_left(sheet, line, right, left, formats)
        ends.append(_more(sheet, row, right, len(overview.left_out), words, "", formats))
    return max(ends) + 1


def _head(
    sheet: FormulaSheet,
    row: int,
    column: int,
    lead: str,
    headings: Sequence[str],
    formats: Formats,
) -> None:
    """Write a list's lead and headings; the last heading spans the remaining columns."""
    style = formats.cell(HEADING)
    sheet.write_string(row, column, lead, formats.cell(LEAD))
    for index, heading in enumerate(headings[:-1]):
        sheet.write_string(row + 1, column + index, heading, style)
    last = column + len(headings) - 1
    sheet.merge_range(row + 1, last, row + 1, column + SIDE, headings[-1], style)


def _write_flagged(
    sheet: FormulaSheet, row: int, source: Source, target: str, formats: Formats
) -> None:
    sheet.write_url(row, 0, f"internal:{target}", formats.cell(JUMP), source.department)
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
    sources_sheet: str,
    formats: Formats,
) -> int:
    """Write how many entries are left out of the list; gives the row below it."""
    end = row + 2 + min(count, MOST_FLAGGED)
    if count <= MOST_FLAGGED:
        return end
    caption = words["more" if sources_sheet else "more_left_out"].format(
        count=count - MOST_FLAGGED, sheet=sources_sheet
    )
    sheet.write_string(end, column, caption, formats.cell(LEAD))
    return end + 1

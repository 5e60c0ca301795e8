"""Hidden rows and columns: read like the others, and reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from xlbudget.core.finding import Observation
from xlbudget.core.key import SheetCell, column_letters
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.tables import has_content
from xlbudget.messages import load_messages


def report_hidden(sheets: Iterable[RawSheet]) -> Iterator[Observation]:
    """An observation for each sheet with hidden rows or columns that are not empty."""
    for sheet in sheets:
        rows = [row for row in sorted(sheet.lines.hidden_rows) if has_content(sheet, row)]
        columns = [c for c in sorted(sheet.lines.hidden_columns) if _filled_down(sheet, c)]
        words = load_messages()["hidden"]
        parts = []
        if rows:
            parts.append(words["rows"].format(rows=_runs(rows, lambda row: str(row + 1), words)))
        if columns:
            parts.append(words["columns"].format(columns=_runs(columns, column_letters, words)))
        if parts:
            at = SheetCell(sheet.name, rows[0] if rows else 0, columns[0] if columns else 0)
            facts = {"sheet": sheet.name, "lines": words["and"].join(parts)}
            yield Observation("hidden_lines", "", "", (at,), facts)


def _filled_down(sheet: RawSheet, column: int) -> bool:
    return any(column < len(row) and row[column] not in ("", None) for row in sheet.rows)


def _runs(numbers: Sequence[int], name: Callable[[int], str], words: Mapping[str, str]) -> str:
    """Numbers as text, runs of them by their ends: 3、5 至 8."""
    breaks = [0, *(n for n, (a, b) in enumerate(pairwise(numbers), 1) if b > a + 1), len(numbers)]
    runs = [numbers[a:b] for a, b in pairwise(breaks)]
    return words["list"].join(
        name(run[0]) + (words["to"] + name(run[-1]) if len(run) > 1 else "") for run in runs
    )

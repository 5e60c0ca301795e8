"""The hidden sheet 溯源: behind a county's figures, what each of its sources states.

Rows of text that the program itself reads back (`read_origins`); whoever unhides the sheet can
follow them too. A row is a record of `core.source_records`, numbered as on the sheet of sources:
its texts in as many cells as Excel's limit requires, an empty cell between two of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from xlbudget.core.consolidation import Consolidation, Contribution, Source
from xlbudget.core.source_records import read_records, write_records

LIMIT = 32_767
"""Most characters that Excel takes in one cell."""


def write_origins(consolidation: Consolidation) -> Iterator[list[str]]:
    """The sheet's rows, every cell a text; sources are read one at a time."""
    for number, (source, contribution) in enumerate(consolidation.parts, start=1):
        for first, second, text, *more in write_records(number, source, contribution()):
            yield [first, second, *_cells(text), *(c for each in more for c in ("", *_cells(each)))]


def count_rows(consolidation: Consolidation) -> int:
    """How many rows `write_origins` gives."""
    return len(consolidation.parts) + consolidation.stated


def read_origins(
    rows: Iterable[Sequence[Any]],
) -> tuple[tuple[Source, ...], tuple[Contribution, ...]]:
    """What `write_origins` wrote, from the sheet's rows (blank cells as None or ""). Raises
    ValueError, LookupError, TypeError or ArithmeticError for what was not written so."""
    return read_records(_record(row) for row in rows if row[0])


def _record(row: Sequence[Any]) -> list[str]:
    first, second, *cells = [str(value or "") for value in row]
    between = cells.index("") if "" in cells else len(cells)
    return [first, second, "".join(cells[:between]), "".join(cells[between:])]


def _cells(text: str) -> list[str]:
    # "_x0041_" means an A in a workbook's text: an underscore so placed is written otherwise.
    text = text.replace("_x", "\\u005fx")
    return [text[start : start + LIMIT] for start in range(0, len(text), LIMIT)]

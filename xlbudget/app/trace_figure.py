"""One figure of a consolidated workbook → the figures behind it, and the state of their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlbudget.app.cache import checksum_and_date
from xlbudget.core.consolidation import Source
from xlbudget.core.key import CellKey, SheetCell
from xlbudget.core.reading import Reading
from xlbudget.ops.consolidate.provenance import trace_cells
from xlbudget.packs.model import TEXT_COLUMNS, Pack
from xlbudget.report.trace_report import SourceState, TracedFigure


def find_cell(reading: Reading, sheet_cell: SheetCell) -> CellKey | None:
    """The amount cell at a sheet cell of the file; None where there is none."""
    for (block, row), stands in reading.rows.items():
        if (stands.sheet, stands.row) == sheet_cell[:2]:
            for column, number in stands.columns.items():
                if number == sheet_cell.column and column not in TEXT_COLUMNS:
                    return CellKey(*block, row, column)
    return None


def trace_figure(pack: Pack, reading: Reading, asked_at: str, key: CellKey) -> TracedFigure:
    """A figure of a consolidated workbook with its origins; `asked_at` is the address asked for."""
    budget = reading.budget
    amount = next((a for k, a in budget.amounts() if k == key), None)
    origins = trace_cells(pack, budget, reading.contributions, [key])[key]
    return TracedFigure(asked_at, key, amount, budget.unit_of(key.form), origins)


def check_sources(folder: Path, sources: Sequence[Source]) -> list[SourceState]:
    """The state of each source's file, named relative to `folder`, since it was added."""
    return [_state(folder / source.file, source.checksum) for source in sources]


def _state(path: Path, before: str) -> SourceState:
    try:
        checksum, _ = checksum_and_date(path)
    except OSError:
        return SourceState.GONE
    return SourceState.SAME if checksum == before else SourceState.CHANGED

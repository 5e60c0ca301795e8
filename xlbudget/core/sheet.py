"""A worksheet's raw cells: what every reader returns and recognition takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from xlbudget.core.number_format import SHAPED, NumberFormat


class Lines(NamedTuple):
    """Properties of a sheet's rows and columns: the hidden ones, merged ranges of more than one row
    as (top, left, bottom, right), narrow columns with the characters that fit into them, and the
    ranges that are printed (none where all is); all counted from 0."""

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    narrow: tuple[tuple[int, float], ...] = ()
    printed: tuple[tuple[int, int, int, int], ...] = ()


STALE, VOLATILE, EXTERNAL, UNKNOWN = "stale", "volatile", "external", "unknown"


class FormulaDoubt(NamedTuple):
    """Why the stored value of a formula is not relied on: it gives `result` now (STALE), something
    else each time (VOLATILE), takes from another file (EXTERNAL), or cannot be calculated here
    (UNKNOWN)."""

    case: str
    result: str = ""


class RawSheet(NamedTuple):
    """One worksheet, or the columns of one that hold a table of their own; addresses are
    (row, column) counted from 0 at A1.

    `decimals` holds, row by row and one byte per cell, the decimals its number format shows
    (`core.amount` has the special values, from `core.number_format.SHAPED` on it is the place of
    one of `formats`); trailing rows and cells without any may be left out.
    `uncalculated` are formulas without a value, `errors` the error values as Excel shows them,
    `formulas` the cells that hold one, as far as the file format shows it, `doubts` those whose
    stored value is not what they give, or may not be. `header` are the texts printed above each
    page of it.
    """

    name: str
    rows: list[list[Any]]
    decimals: Sequence[bytes] = ()
    uncalculated: frozenset[tuple[int, int]] = frozenset()
    errors: Mapping[tuple[int, int], str] = MappingProxyType({})
    hidden: bool = False
    formulas: Iterable[tuple[int, int]] = ()
    lines: Lines = Lines()
    formats: Sequence[NumberFormat] = ()
    doubts: Mapping[tuple[int, int], FormulaDoubt] = MappingProxyType({})
    header: tuple[str, ...] = ()

    def show(self, byte: int) -> int | NumberFormat:
        """What the byte of a cell's decimals stands for: decimals (or a special value), or one of
        the sheet's formats."""
        place = byte - SHAPED
        return self.formats[place] if 0 <= place < len(self.formats) else byte

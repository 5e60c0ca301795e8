"""A worksheet's raw cells, as every reader gives them and as recognition takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple


class Lines(NamedTuple):
    """What a sheet says of its rows and columns: the hidden ones, and merged ranges of more than
    one row as (top, left, bottom, right); all counted from 0."""

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()


class RawSheet(NamedTuple):
    """One worksheet, or the columns of one that hold a table of their own; addresses are
    (row, column) counted from 0 at A1.

    `decimals` says row by row, a byte a cell, how many its number format shows (`core.amount` has
    the special values); rows and cells of which nothing is said may be left out at the end.
    `uncalculated` are formulas without a value, `errors` the error values as Excel shows them,
    `formulas` the cells that hold one, as far as the format tells.
    """

    name: str
    rows: list[list[Any]]
    decimals: Sequence[bytes] = ()
    uncalculated: frozenset[tuple[int, int]] = frozenset()
    errors: Mapping[tuple[int, int], str] = MappingProxyType({})
    hidden: bool = False
    formulas: Iterable[tuple[int, int]] = ()
    lines: Lines = Lines()

"""A workbook of raw sheets from any kind of file: which sheets are read, and limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from xlbudget.core.sheet import RawSheet
from xlbudget.workbook.errors import FileFault

MOST_SHEETS = 500
MOST_MERGED = 20_000
MOST_CELLS_A_SHEET = 2_000_000
MOST_CELLS = 4_000_000
MOST_FILLED = 900_000
"""Cells with contents, in all: each costs some 140 bytes while it is read, and some 300
until the whole file has become figures."""
MOST_TEXT = 64_000_000
"""Characters in cells, were each text stored as often as it is shown."""


class RawWorkbook(NamedTuple):
    """A workbook's worksheets in order. `contents` and `origins` are sheets that this program
    added around the forms, None where there are none."""

    path: Path
    sheets: tuple[RawSheet, ...]
    contents: RawSheet | None = None
    origins: RawSheet | None = None


KEPT = 2
"""How many of our own sheets (contents, origins) are read: the first."""


class ListedSheet(NamedTuple):
    """A worksheet as the workbook lists it: its name, whether it is hidden, where its cells are
    (a package's part, or an offset in digits), and the ranges of it that are printed as (top, left,
    bottom, right), none where all of it is."""

    name: str
    hidden: bool
    part: str
    printed: tuple[tuple[int, int, int, int], ...] = ()


def is_wanted(sheet_list: Sequence[ListedSheet], own: Sequence[str]) -> list[ListedSheet]:
    """The worksheets to read. `own` names the sheets of a workbook that checks itself: where
    it has hidden sheets of these names, all sheets so named hold nothing typed by people and are
    left out, except the first two. Raises FileFault for too many sheets and for two of one name."""
    if len(sheet_list) > MOST_SHEETS:
        raise FileFault("too_large", "sheets", count=str(len(sheet_list)), limit=str(MOST_SHEETS))
    names = set()
    for sheet in sheet_list:
        if sheet.name.lower() in names:
            raise FileFault("duplicate_sheets", name=sheet.name)
        names.add(sheet.name.lower())
    if checks_itself(sheet_list, own):
        return [sheet for sheet in sheet_list if sheet.name not in own[KEPT:]]
    return list(sheet_list)


def checks_itself(sheet_list: Iterable[ListedSheet], own: Sequence[str]) -> bool:
    """Whether a workbook has the hidden sheets of one that checks itself."""
    return any(sheet.hidden and sheet.name in own for sheet in sheet_list)


def build_workbook(
    path: Path, sheet_list: Sequence[ListedSheet], sheets: Iterable[RawSheet], own: Sequence[str]
) -> RawWorkbook:
    """The workbook of the sheets that were read; `sheet_list` are all that the file lists."""
    by_name = {sheet.name: sheet for sheet in sheets}
    kept: list[RawSheet | None] = [None] * KEPT
    if checks_itself(sheet_list, own):
        kept = [by_name.pop(name, None) for name in own[:KEPT]]
    return RawWorkbook(path, tuple(by_name.values()), *kept)


def check_filled(name: str, filled: int) -> None:
    """Refuse more cells with contents than a budget could have. Raises FileFault."""
    if filled > MOST_FILLED:
        raise FileFault("too_large", "cells", sheet=name, count=str(filled), limit=str(MOST_FILLED))


def check_spread(name: str, rows: int, columns: int) -> int:
    """How many cells a sheet of `rows` by `columns` spans. Raises FileFault with its last cell
    where a cell far out makes it span too many."""
    if rows * columns > MOST_CELLS_A_SHEET:
        from xlbudget.core.key import column_letters

        cell = f"{column_letters(columns - 1)}{rows}"
        raise FileFault("stray_cell", sheet=name, cell=cell)
    return rows * columns

"""Levels of rows in tables that print none: department, its units, each unit's projects.

The first row is the department. A row is a unit if the file names a unit so elsewhere, or if the
rows below it add up to it; what stays unclear is said.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.amount import decimals_of
from xlbudget.core.budget import Row


class Levels(NamedTuple):
    """A level for each row, and the places of rows whose level is not sure."""

    levels: list[str]
    unclear: list[int]


def levels_of(
    rows: Sequence[Row], levels: Sequence[str], units: Collection[str], amount: str
) -> Levels:
    """Levels of the rows of one block. `units` are names known as units, `amount` the column by
    which sums are tried."""
    top, middle, bottom = levels[0], levels[1], levels[-1]
    given = [top] * bool(rows)
    unclear: list[int] = []
    place = 1
    while place < len(rows):
        end = _unit_end(rows, place, units, amount)
        named = rows[place].name in units
        if not named and not _adds_up(rows, place, end, amount):
            unclear.append(place)
        given += [middle, *[bottom] * (end - place - 1)]
        place = end
    return Levels(given, unclear)


def _unit_end(rows: Sequence[Row], place: int, units: Collection[str], amount: str) -> int:
    """Where the projects of the unit at `place` end: at the next known unit, or where they add
    up to it and what follows is a unit by its own sum."""
    end = place + 1
    while end < len(rows) and rows[end].name not in units:
        if end > place + 1 and _adds_up(rows, place, end, amount) and _is_unit(rows, end, amount):
            return end
        end += 1
    return end


def _is_unit(rows: Sequence[Row], place: int, amount: str) -> bool:
    """Do some rows right below add up to this one?"""
    return any(_adds_up(rows, place, end, amount) for end in range(place + 2, len(rows) + 1))


def _adds_up(rows: Sequence[Row], place: int, end: int, amount: str) -> bool:
    figures = [row.amounts.get(amount, Decimal(0)) for row in rows[place:end]]
    if len(figures) < 2 or not figures[0]:
        return False
    decimals = max(2, *(decimals_of(figure) for figure in figures))
    room = Decimal(len(figures)).scaleb(-decimals) / 2
    return abs(sum(figures[1:], Decimal(0)) - figures[0]) < room

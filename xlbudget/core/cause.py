"""A likely cause: the fewest cells whose change puts every broken constraint right."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.constraint import Constraint
from xlbudget.core.key import CellKey


class Repair(NamedTuple):
    """One cell, what stands there, what should, and the slip that it looks like (a word of the
    pack; empty where it looks like none). None is a blank."""

    cell: CellKey
    old: Decimal | None
    new: Decimal | None
    slip: str = ""


class Cause(NamedTuple):
    """One cause: its repairs, the constraints that it explains, and other repairs that explain
    them equally well. Without repairs no explanation was found within the bounds of the search.
    """

    repairs: tuple[Repair, ...]
    explains: tuple[Constraint, ...]
    alternatives: tuple[tuple[Repair, ...], ...] = ()

"""A likely cause: the fewest things whose putting right satisfies every broken rule."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.finding import Finding
from xlbudget.core.key import CellKey


class Repair(NamedTuple):
    """One cell, what stands there, what should, and the slip that it looks like (a word of the
    pack; empty where it looks like none). None is a blank."""

    cell: CellKey
    old: Decimal | None
    new: Decimal | None
    slip: str = ""


class RowRepair(NamedTuple):
    """A whole row that is wrong.

    `slip` is a word of the pack: a row that is missing, entered twice, bears a wrong code, stands
    under the wrong heading. `cell` is where to look: the row's first cell of words, for a missing
    row that of the row under which it belongs. `row` is the code that is meant, for a row without
    codes its level; empty where the figures alone do not tell. `amounts` are the figures of a
    missing row by column, `under` the id of the row under which it belongs.
    """

    slip: str
    cell: CellKey
    row: str = ""
    amounts: tuple[tuple[str, Decimal], ...] = ()
    under: str = ""


RepairSet = tuple[Repair | RowRepair, ...]
"""Everything that has to be put right at once."""


class Cause(NamedTuple):
    """One cause: its repairs, the findings that it explains, and other repairs that explain them
    equally well. Without repairs no explanation was found; `partial` where the search ended at
    its bound of time, not at its end."""

    repairs: RepairSet
    explains: tuple[Finding, ...]
    alternatives: tuple[RepairSet, ...] = ()
    partial: bool = False

    @property
    def only(self) -> Repair | None:
        """The one cell that explains it all; None where there are more, other ways, or a row."""
        if len(self.repairs) == 1 and not self.alternatives:
            (one,) = self.repairs
            return one if isinstance(one, Repair) else None
        return None

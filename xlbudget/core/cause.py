"""A likely cause: the smallest set of repairs that satisfies every broken rule."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.finding import Finding
from xlbudget.core.key import CellKey


class Repair(NamedTuple):
    """One cell, its value, the value it should have, and the slip that it looks like (a word of
    the pack; empty where it looks like none). None is a blank."""

    cell: CellKey
    old: Decimal | None
    new: Decimal | None
    slip: str = ""


class RowRepair(NamedTuple):
    """A whole row that is wrong.

    `slip` is a word of the pack: a row that is missing or was not read, entered twice, has a wrong
    code or stands under the wrong heading. `cell` is where to look: the row's first text cell, for
    a missing row that of the row under which it belongs. `row` is the intended code, for a row
    without codes its level; empty where the figures alone do not determine it. `amounts` are the
    figures of a missing row by column, `under` the id of the row under which it belongs.
    """

    slip: str
    cell: CellKey
    row: str = ""
    amounts: tuple[tuple[str, Decimal], ...] = ()
    under: str = ""


class BlockRepair(NamedTuple):
    """All figures of a block that stand one column or one row from where they belong.

    `slip` is a word of the pack (which way they were moved); `cell` and `last` are the first and
    the last of them as they stand.
    """

    slip: str
    cell: CellKey
    last: CellKey


AnyRepair = Repair | RowRepair | BlockRepair
RepairSet = tuple[AnyRepair, ...]
"""Everything that has to be repaired together."""


class Cause(NamedTuple):
    """One cause: its repairs, the findings that it explains, and other repairs that explain them
    equally well. Without repairs no explanation was found; `partial` where the search stopped at
    its time limit."""

    repairs: RepairSet
    explains: tuple[Finding, ...]
    alternatives: tuple[RepairSet, ...] = ()
    partial: bool = False

    @property
    def only(self) -> Repair | None:
        """The one cell that explains it all; None if there are several, alternatives or a row."""
        if len(self.repairs) == 1 and not self.alternatives:
            (repair,) = self.repairs
            return repair if isinstance(repair, Repair) else None
        return None

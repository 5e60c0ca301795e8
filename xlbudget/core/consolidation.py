"""Departments added up to a county: the sum, the files behind it, the figures behind each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.budget import Budget, Row
from xlbudget.core.key import BlockKey, CellKey, SheetCell


class Source(NamedTuple):
    """A file that was added: whose budget it is, and which file exactly.

    `file` is the path as seen from the folder that was consolidated, `total` the department's
    expenditure in the unit of the consolidated budget, `modified` an ISO date, `checksum` the
    SHA-256 of the content, `errors` how many errors it had when it was added all the same.
    """

    file: str
    department: str
    code: str
    total: Decimal
    modified: str
    checksum: str
    errors: int = 0


class Contribution(NamedTuple):
    """What a source adds: its pack, year and units of amount, and of each block its rows as one
    line of text (`ops.consolidate.contribution` writes and reads it), so that three hundred sources
    are little."""

    pack: str
    year: int
    unit: str
    units: Mapping[str, str]
    blocks: Mapping[BlockKey, str]


class SourcePart(NamedTuple):
    """A source to be added up, and a call that gives what it adds: read when its turn comes and
    let go, since three hundred at once would be most of the memory."""

    source: Source
    contribution: Callable[[], Contribution]


class AppendedRows(NamedTuple):
    """Rows of a block that a sum lists one below the other (units, projects): how many they are,
    the one with the widest name, the most decimals that an amount of theirs has, and a call that
    gives them in order, each made when its turn comes."""

    number: int
    widest: Row
    decimals: int
    rows: Callable[[], Iterator[Row]]


class Origin(NamedTuple):
    """A figure behind a consolidated one: which source (its place in the list), the cell in its
    file (None where the file has no cells), and the amount in the unit of the consolidated form."""

    source: int
    cell: SheetCell | None
    amount: Decimal


class Consolidation(NamedTuple):
    """The consolidated budget with what is behind it.

    Of `appended` blocks the budget itself holds the rows of the highest level alone, which are all
    that adds up. `drawn` holds, of each cell that the overview draws by department, the amount of
    every source that states one, by its place in the list; `stated` is how many blocks the sources
    state in all.
    """

    budget: Budget
    parts: tuple[SourcePart, ...]
    appended: Mapping[BlockKey, AppendedRows] = MappingProxyType({})
    drawn: Mapping[CellKey, Mapping[int, Decimal]] = MappingProxyType({})
    stated: int = 0

    @property
    def sources(self) -> tuple[Source, ...]:
        """The files that were added, in the order of the sheet of sources."""
        return tuple(part.source for part in self.parts)

    def contributions(self) -> Iterator[Contribution]:
        """What each source adds, in the same order."""
        return (part.contribution() for part in self.parts)

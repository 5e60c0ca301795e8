"""Departments added up to a county: the sum, the files behind it, the figures behind each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.budget import Budget, Row
from xlbudget.core.key import BlockKey, CellKey, SheetCell


class Source(NamedTuple):
    """A file that was added: the department whose budget it is, and the exact file.

    `file` is the path as seen from the folder that was consolidated, `total` the department's
    expenditure in the unit of the consolidated budget, `modified` an ISO date, `checksum` the
    SHA-256 of the content, `errors` the number of errors it had when it was added nevertheless.
    """

    file: str
    department: str
    code: str
    total: Decimal
    modified: str
    checksum: str
    errors: int = 0


class Contribution(NamedTuple):
    """What a source adds: its pack, year and units of amount, and the rows of each block as one
    line of text (`ops.consolidate.contribution` writes and reads it), so that three hundred sources
    take little memory."""

    pack: str
    year: int
    unit: str
    units: Mapping[str, str]
    blocks: Mapping[BlockKey, str]


class SourcePart(NamedTuple):
    """A source to be added up, and a function that returns what it adds: read when needed and
    then released, since three hundred at once would take most of the memory."""

    source: Source
    contribution: Callable[[], Contribution]


class AppendedRows(NamedTuple):
    """Rows of a block that a sum lists one below the other (units, projects): their number,
    the one with the widest name, the most decimals of any of their amounts, and a function that
    yields them in order, each built when needed."""

    number: int
    widest: Row
    decimals: int
    rows: Callable[[], Iterator[Row]]


class Origin(NamedTuple):
    """A figure behind a consolidated one: which source (its index in the list), the cell in its
    file (None where the file has no cells), and the amount in the unit of the consolidated form."""

    source: int
    cell: SheetCell | None
    amount: Decimal


class Consolidation(NamedTuple):
    """The consolidated budget and the sources behind it.

    Of `appended` blocks the budget itself holds only the rows of the highest level, which alone
    add up. `drawn` holds, for each cell that the overview draws by department, the amount of every
    source that states one, by its index in the list; `stated` is the total number of blocks that
    the sources state.
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

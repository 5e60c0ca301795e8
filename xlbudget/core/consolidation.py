"""Departments added up to a county: the sum, the files behind it, the figures behind each."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.key import CellKey, Place


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


class Origin(NamedTuple):
    """A figure behind a consolidated one: which source (its place in the list), the cell in its
    file (None where the file has no cells), and the amount in the unit of the consolidated form."""

    source: int
    place: Place | None
    amount: Decimal


class Consolidation(NamedTuple):
    """The consolidated budget with what is behind it; the origins of a cell add up to it."""

    budget: Budget
    sources: tuple[Source, ...]
    origins: Mapping[CellKey, tuple[Origin, ...]]

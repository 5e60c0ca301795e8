"""A county at a glance: the few tables behind the charts of sheet and page, computed once."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.consolidation import Source

MOST_FLAGGED = 10
"""The most departments with errors listed at the top; the others are counted and marked below."""


class Bar(NamedTuple):
    """One bar: its words and its amount."""

    name: str
    amount: Decimal


class Stack(NamedTuple):
    """One department's bar of several parts, in the order of the parts' names."""

    name: str
    amounts: tuple[Decimal, ...]
    total: Decimal


class LeftOut(NamedTuple):
    """A file that was not added, and why, in words for the user."""

    file: str
    why: str


class Overview(NamedTuple):
    """What the charts show, every amount in `unit`.

    `county` is the name of the consolidated budget, `departments` the number added, `total`
    their expenditure. `classes` and `income` are the county's own figures; `parts` names the parts
    of `three_public`, which like `largest` holds the largest departments only. `flagged` are the
    departments that were added although they had errors, the most errors first; `left_out` the
    files that were not added.
    """

    county: str
    year: int
    unit: str
    departments: int
    total: Decimal
    classes: tuple[Bar, ...]
    income: tuple[Bar, ...]
    parts: tuple[str, ...]
    three_public: tuple[Stack, ...]
    largest: tuple[Bar, ...]
    flagged: tuple[Source, ...]
    left_out: tuple[LeftOut, ...] = ()

"""A finding: its rule, severity and cells; its sentence is made by the report."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.constraint import Constraint
from xlbudget.core.key import CellKey, SheetCell

ERROR = "error"
UNCONFIRMED = "unconfirmed"
WARNING = "warning"
NOTE = "note"
SEVERITIES = (ERROR, UNCONFIRMED, WARNING, NOTE)
"""The gravest first. UNCONFIRMED is what the figures rest on though the file does not say it."""


class Comparison(NamedTuple):
    """The two sides of a constraint that does not hold exactly, in the unit of its form."""

    left: Decimal
    right: Decimal
    residual: Decimal
    bound: Decimal
    filled: int
    outcome: str


class Finding(NamedTuple):
    """One thing to report about a file.

    `rule` is the pack's id, `case` selects the rule's sentence, `facts` are the words to put
    into it, `cells` has the cell at fault first. `constraint` and `figures` are set for rules
    between figures.
    """

    rule: str
    severity: str
    case: str = ""
    form: str = ""
    cells: tuple[CellKey | SheetCell, ...] = ()
    facts: Mapping[str, str] = MappingProxyType({})
    constraint: Constraint | None = None
    figures: Comparison | None = None


class Observation(NamedTuple):
    """Something a reader or a kind noticed, before the pack gives it its rule id and severity."""

    kind: str
    case: str = ""
    form: str = ""
    cells: tuple[CellKey | SheetCell, ...] = ()
    facts: Mapping[str, str] = MappingProxyType({})

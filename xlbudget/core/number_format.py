"""What a number format shows of a figure: how many decimals, of which part of it, in which unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import NamedTuple

COMPARISONS = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}

SHAPED = 64
"""From this on the byte of a cell's decimals names one of its sheet's formats: those that show
another figure than the stored one with so many decimals."""


class Shown(NamedTuple):
    """What one section of a format shows: the figure divided by ten to the `power`, with so many
    decimals, `unit` printed behind it; `hides` where it shows no digit, `alters` where it prints
    something beside the digits that makes another figure of them, or few of them, `odd` where what
    it shows is not understood."""

    decimals: int = 0
    power: int = 0
    unit: str = ""
    hides: bool = False
    alters: bool = False
    odd: bool = False


class FormatSection(NamedTuple):
    """A section and the figures that it is for: those that compare so with the bound."""

    comparison: str
    bound: Decimal
    shown: Shown


class NumberFormat(NamedTuple):
    """A format by its sections; the first that is for a figure shows it, else the last."""

    code: str
    sections: tuple[FormatSection, ...]

    def shown(self, value: Decimal) -> Shown:
        """What it shows of a figure."""
        for comparison, bound, shown in self.sections:
            if COMPARISONS[comparison](value, bound):
                return shown
        return self.sections[-1].shown


Formats = Mapping[int, NumberFormat]

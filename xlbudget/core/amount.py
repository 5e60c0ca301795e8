"""Amounts: decimals as printed; a blank is absent, never zero.

An amount's exponent is the number of decimals that the cell shows, so ``Decimal("7.00")`` and
``Decimal("7")`` are the same figure written differently; both stand for an interval (tolerance).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

SHOWS_PERCENT = 254
"""Stands for a number of decimals where a cell's format shows a percentage, which is no amount."""

NOT_STATED = 255
"""Stands for a number of decimals where a cell's format says none. Both are larger than any number
of decimals, and fit into a byte."""

SIGNIFICANT_DIGITS = 15
"""Excel keeps and shows 15 significant digits; what a binary float says beyond them is noise."""


def displayed_value(number: float) -> Decimal:
    """The figure that Excel shows for a stored number: 709.3600000000001 → 709.36.

    Trailing zeros are dropped; how many decimals the cell prints is added by `round_as_displayed`.
    """
    if isinstance(number, int) or number.is_integer():
        return Decimal(int(number))
    return Decimal(f"{number:.{SIGNIFICANT_DIGITS}g}")


def round_as_displayed(value: Decimal, decimals: int) -> Decimal:
    """The figure as printed with so many decimals, rounded half away from zero as Excel does."""
    with localcontext() as context:
        context.prec = max(60, value.adjusted() + decimals + 2)
        return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def displayed_if_exact(number: float, decimals: int) -> Decimal | None:
    """The figure as printed with so many decimals for a stored number, in one step; None where
    that may round it."""
    text = f"{number:.{SIGNIFICANT_DIGITS}g}"
    whole, _, behind = text.partition(".")
    if len(behind) > decimals or "e" in text or not number:
        return None
    return Decimal(f"{whole}.{behind:0<{decimals}}" if decimals else whole)


def count_decimals(value: Decimal) -> int:
    """How many decimals the figure is written with (7.00 → 2, 7 → 0, 1E+3 → 0)."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def format_plain(value: Decimal) -> str:
    """The figure in digits without exponent: ``1000000000000.00``."""
    text = str(value)
    return f"{value:f}" if "E" in text else text  # nearly none has one, and str is quicker

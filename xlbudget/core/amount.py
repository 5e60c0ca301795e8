"""Amounts: decimals as printed; a blank is absent, never zero.

An amount's exponent is the number of decimals that the cell shows, so ``Decimal("7.00")`` and
``Decimal("7")`` are the same figure written differently; both stand for an interval (tolerance).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

SHOWS_PERCENT = 254
"""Stored as the decimals of a cell whose format shows a percentage, which is not an amount."""

NOT_STATED = 255
"""Stored as the decimals of a cell whose format states none. Both values exceed any real number of
decimals and fit into a byte."""

SIGNIFICANT_DIGITS = 15
"""Excel keeps and shows 15 significant digits; what a binary float holds beyond them is noise."""


def displayed_value(number: float) -> Decimal:
    """The figure that Excel shows for a stored number: 709.3600000000001 → 709.36.

    Trailing zeros are dropped; the decimals that the cell prints are added by `round_as_displayed`.
    """
    if isinstance(number, int) or number.is_integer():
        return Decimal(int(number))
    return Decimal(f"{number:.{SIGNIFICANT_DIGITS}g}")


def round_as_displayed(value: Decimal, decimals: int) -> Decimal:
    """The figure as printed with this many decimals, rounded half away from zero as Excel does."""
    with localcontext() as context:
        context.prec = max(60, value.adjusted() + decimals + 2)
        return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def displayed_if_exact(number: float, decimals: int) -> Decimal | None:
    """The figure as printed with this many decimals for a stored number, in one step; None where
    that could round it."""
    text = f"{number:.{SIGNIFICANT_DIGITS}g}"
    whole, _, fraction = text.partition(".")
    if len(fraction) > decimals or "e" in text or not number:
        return None
    return Decimal(f"{whole}.{fraction:0<{decimals}}" if decimals else whole)


def count_decimals(value: Decimal) -> int:
    """Number of decimals the figure is written with (7.00 → 2, 7 → 0, 1E+3 → 0)."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def format_plain(value: Decimal) -> str:
    """The figure in digits without an exponent: ``1000000000000.00``."""
    text = str(value)
    return f"{value:f}" if "E" in text else text  # nearly none has one, and str is quicker

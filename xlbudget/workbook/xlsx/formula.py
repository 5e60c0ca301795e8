"""Formulas with their values: what a program that does not calculate sees is what one that does
would show."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

Value = float | int | str

ERROR_WEIGHT, WARNING_WEIGHT, NOTE_WEIGHT = 1_000_000, 1_000, 1
"""How much one constraint weighs behind its cells: sums of weights tell the gravest apart."""


class Formula(NamedTuple):
    """A formula without its leading equals sign, and its value now."""

    text: str
    value: Value


def quoted(text: str) -> str:
    """Words as a formula writes them."""
    return '"' + text.replace('"', '""') + '"'


def joined(pieces: list[str]) -> str:
    """A sum of terms; nothing is 0."""
    return "+".join(pieces) or "0"


def number(amount: Decimal) -> float | int:
    """The stored number of an amount (15 digits, as Excel has them)."""
    stored = float(amount)
    return int(stored) if stored.is_integer() else stored

"""Formulas with their values: a program that does not calculate displays what one that does
would."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

Value = float | int | str

ERROR_WEIGHT, WARNING_WEIGHT, NOTE_WEIGHT = 1_000_000, 1_000, 1
"""The weight of one constraint in its cells' marks: a sum of weights tells the worst severity."""


class Formula(NamedTuple):
    """A formula without its leading equals sign, and its value now."""

    text: str
    value: Value


class Outcomes(NamedTuple):
    """What a formula gives for sides that differ: within rounding, barely so, beyond it."""

    near: str
    doubtful: str
    broken: str


def quote_text(text: str) -> str:
    """A text as a literal of a formula."""
    return '"' + text.replace('"', '""') + '"'


def join_terms(pieces: list[str]) -> str:
    """A sum of terms, 0 without any."""
    return "+".join(pieces) or "0"


def multiply_by(factor: Decimal) -> str:
    """The factor before a term: ``-2*``, ``0.0001*``; a bare sign or empty for -1 and 1."""
    if abs(factor) == 1:
        return "-" if factor < 0 else ""
    return f"{factor.normalize():f}*"


def choose_outcome(apart: str, bound: str, squares: str, width: str, words: Outcomes) -> str:
    """The outcome for two sides that differ by `apart` units of the finest last decimal, by the
    intervals of RULES.md (Tolerance, as `core.tolerance` has it): `bound` is the sum of the last
    decimals of the figures in them, `squares` that of their squares, `width` the widest."""
    near = f"{apart}=1" if width == "1" else f"{apart}<={width}"
    four = str(4 * int(squares)) if squares.isdigit() else f"4*{squares}"
    likely = f"OR({near},3*{apart}*{apart}<={four})"
    inside = f"IF({likely},{words.near},{words.doubtful})"
    return f"IF(2*{apart}>={bound},{words.broken},{inside})"


def stored_number(amount: Decimal) -> float | int:
    """The stored number of an amount (15 digits, as Excel has them)."""
    stored = float(amount)
    return int(stored) if stored.is_integer() else stored

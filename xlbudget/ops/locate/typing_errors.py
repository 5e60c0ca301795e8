"""Typing errors in figures and codes, and the slip that turns one figure into another."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

TRANSPOSED, SHIFTED, SIGN, UNIT = "transposed", "shifted", "sign", "unit"
DIGIT, OMITTED, ADDED = "digit", "omitted", "added"
COLUMN, ROW = "column", "row"
RIGHT, LEFT, DOWN, UP = "right", "left", "down", "up"
TEXT, FORMULA = "text", "formula"
MISSING, UNREAD, DOUBLED, CODE, BRANCH = "missing", "unread", "doubled", "code", "branch"

COSTS = {TRANSPOSED: 1, SHIFTED: 1, SIGN: 1, UNIT: 1, DIGIT: 2, OMITTED: 2, ADDED: 2, "": 4}
"""The cost of believing each slip: the lower, the likelier (4: no known slip)."""

SCALE = 10_000


def find_slip(typed: Decimal, right: Decimal) -> str:
    """The slip by which `right` became `typed`; "" where none is known. 0 is a blank."""
    if not typed:
        return OMITTED
    if not right:
        return ADDED
    if typed == -right:
        return SIGN
    for factor, slip in ((10, SHIFTED), (100, SHIFTED), (1000, SHIFTED), (SCALE, UNIT)):
        # What was shifted to the right lost its last digits in rounding.
        if typed == right * factor or abs(right - typed * factor) * 200 < factor:
            return slip
    return _by_digits(_digits(typed), _digits(right))


def _digits(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", "")


def is_near_code(typed: str, right: str) -> bool:
    """Whether one code is the other with one digit wrong, missing or extra, or two transposed."""
    return bool(_by_digits(typed, right))


def _by_digits(typed: str, right: str) -> str:
    if len(typed) == len(right):
        positions = [n for n, (a, b) in enumerate(zip(typed, right, strict=True)) if a != b]
        if len(positions) == 1:
            return DIGIT
        if len(positions) == 2 and positions[1] == positions[0] + 1:
            first, second = positions
            if typed[first] == right[second] and typed[second] == right[first]:
                return TRANSPOSED
    longer, shorter = sorted((typed, right), key=len, reverse=True)
    if len(longer) == len(shorter) + 1:
        for position in range(len(longer)):
            if longer[:position] + longer[position + 1 :] == shorter:
                return DIGIT
    return ""


def likely_values(typed: Decimal) -> Iterator[Decimal]:
    """Figures of which `typed` is a likely slip: other sign, other decimal point, two digits
    transposed."""
    yield -typed
    for factor in (10, 100, 1000, SCALE):
        yield typed * factor
        yield typed / factor
    digits = f"{abs(typed):.2f}".replace(".", "")
    for position in range(len(digits) - 1):
        left, right = digits[position], digits[position + 1]
        if left != right:
            turned = digits[:position] + right + left + digits[position + 2 :]
            yield Decimal(turned).scaleb(-2).copy_sign(typed)

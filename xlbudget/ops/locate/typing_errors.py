"""What people do wrong to a figure when they type it: is one figure a slip of another?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

TRANSPOSED, SHIFTED, SIGN, UNIT = "transposed", "shifted", "sign", "unit"
DIGIT, OMITTED, ADDED = "digit", "omitted", "added"
COLUMN, ROW = "column", "row"
MISSING, DOUBLED, CODE, BRANCH = "missing", "doubled", "code", "branch"

COSTS = {TRANSPOSED: 1, SHIFTED: 1, SIGN: 1, UNIT: 1, DIGIT: 2, OMITTED: 2, ADDED: 2, "": 4}
"""How far each is to be believed: the fewer, the likelier (4: no slip that we know)."""

SCALE = 10_000


def find_slip(typed: Decimal, right: Decimal) -> str:
    """The slip by which `right` became `typed`; nothing where none is known. 0 is a blank."""
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
    """Is one code the other with one digit wrong, missing or too many, or two turned round?"""
    return bool(_by_digits(typed, right))


def _by_digits(typed: str, right: str) -> str:
    if len(typed) == len(right):
        places = [n for n, (a, b) in enumerate(zip(typed, right, strict=True)) if a != b]
        if len(places) == 1:
            return DIGIT
        if len(places) == 2 and places[1] == places[0] + 1:
            one, other = places
            if typed[one] == right[other] and typed[other] == right[one]:
                return TRANSPOSED
    longer, shorter = sorted((typed, right), key=len, reverse=True)
    if len(longer) == len(shorter) + 1:
        for place in range(len(longer)):
            if longer[:place] + longer[place + 1 :] == shorter:
                return DIGIT
    return ""


def likely_values(typed: Decimal) -> Iterator[Decimal]:
    """Figures of which `typed` is a likely slip: other sign, other decimal point, two digits
    turned round."""
    yield -typed
    for factor in (10, 100, 1000, SCALE):
        yield typed * factor
        yield typed / factor
    digits = f"{abs(typed):.2f}".replace(".", "")
    for place in range(len(digits) - 1):
        one, other = digits[place], digits[place + 1]
        if one != other:
            turned = digits[:place] + other + one + digits[place + 2 :]
            yield Decimal(turned).scaleb(-2).copy_sign(typed)

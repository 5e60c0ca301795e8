"""How many decimals a number format shows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlbudget.core.amount import NOT_STATED, SHOWS_PERCENT

BUILT_IN = {1: 0, 2: 2, 3: 0, 4: 2, 37: 0, 38: 0, 39: 2, 40: 2, 41: 0, 42: 0, 43: 2, 44: 2}
BUILT_IN |= {9: SHOWS_PERCENT, 10: SHOWS_PERCENT}
MOST_DECIMALS = 30
"""Excel shows no more."""
NOT_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def find_decimals(number: int, custom: Mapping[int, str]) -> int:
    """Decimals of the format of that number, by Excel's own numbers or the workbook's codes;
    SHOWS_PERCENT for a percentage, NOT_STATED for none (general, fractions, powers, dates)."""
    if number not in custom:
        return BUILT_IN.get(number, NOT_STATED)
    section = NOT_LITERAL.sub("", custom[number].split(";")[0])
    if "%" in section:
        return SHOWS_PERCENT
    if "E" in section or "/" in section or not re.search(r"[0#?]", section):
        return NOT_STATED
    if re.search(r"[ymdhs]", section, re.IGNORECASE):
        return NOT_STATED
    fraction = re.search(r"\.([0#?]*)", section)
    return min(len(fraction[1]), MOST_DECIMALS) if fraction else 0

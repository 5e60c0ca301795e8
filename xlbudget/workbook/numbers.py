"""How many decimals a number format shows."""

from __future__ import annotations

import re
from collections.abc import Mapping

BUILT_IN = {1: 0, 2: 2, 3: 0, 4: 2, 37: 0, 38: 0, 39: 2, 40: 2, 41: 0, 42: 0, 43: 2, 44: 2}
MOST_DECIMALS = 30
"""Excel shows no more."""
NOT_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def decimals_shown(number: int, custom: Mapping[int, str]) -> int | None:
    """Decimals of the format of that number, by Excel's own numbers or the workbook's codes;
    None where it says none (general, percentages, fractions, powers, dates)."""
    if number not in custom:
        return BUILT_IN.get(number)
    shown = NOT_LITERAL.sub("", custom[number].split(";")[0])
    if "%" in shown or "E" in shown or "/" in shown or not re.search(r"[0#?]", shown):
        return None
    if re.search(r"[ymdhs]", shown, re.IGNORECASE):
        return None
    found = re.search(r"\.([0#?]*)", shown)
    return min(len(found[1]), MOST_DECIMALS) if found else 0

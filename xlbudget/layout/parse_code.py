"""A code as people and programs write it: as a number, with points, in brackets, with its name."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from xlbudget.layout.normalize import normalize_text

# The patterns are compiled when they are first needed: most codes are plain digits.
LEAST, MOST = 3, 11
"""Digits of a code: shorter ones are numbers of rows, longer ones no code of any catalogue."""

POWER = r"(\d)\.?(\d*)E\+?(\d{1,2})"
POINTED = r"\d{3}(?:[.\-/]\d{2}){1,4}"
WHOLE = r"(\d+)\.0+"
CODED = (
    r"^=?[\[【〔（<]?(?P<code>\d+(?:[.\-/]\d+)*(?:E\+?\d+)?)[\]】〕）>]?[-_：、.·|/]*(?P<name>.*)$"
)


NO_NAME = r"[%a-zA-Z\d]"
"""What follows digits that are no code: a share, a letter typed for a digit."""
YEAR_DIGITS, YEAR = 4, "年"


class CodeText(NamedTuple):
    """A code and, as printed, the name in the same cell; empty where there is none."""

    code: str
    name: str


def parse_code(raw: Any) -> CodeText:
    """The code that a cell holds, in digits alone, and the rest of the cell's text: ``201.03.01``,
    ``2010301.0``, ``2.010301E+06``, ``="2010301"`` are 2010301; ``[201]一般公共服务支出`` and
    ``201：…`` have a name. Without a code all of the text is a name."""
    if raw.__class__ is str and raw.isascii() and raw.isdigit() and len(raw) >= LEAST:
        return CodeText(raw, "")
    if isinstance(raw, float) and raw.is_integer():
        return CodeText(str(int(raw)), "")
    whole = str(raw).strip()
    coded = re.match(CODED, normalize_text(whole), re.DOTALL)
    code = _digits(coded["code"]) if coded else ""
    if not coded or not LEAST <= len(code) <= MOST or re.match(NO_NAME, coded["name"]):
        return CodeText("", whole)
    if len(code) == YEAR_DIGITS and coded["name"].startswith(YEAR):
        return CodeText("", whole)
    return CodeText(code, _printed_end(whole, coded["name"]))


def _printed_end(text: str, name: str) -> str:
    """The end of a text that has this normal form, as printed."""
    if not name:
        return ""
    start = next(at for at in range(len(text)) if normalize_text(text[at:]) == name)
    return text[start:].strip()


def _digits(text: str) -> str:
    """The digits of a code that is written with points, hyphens or a power of ten; "" for what is
    no code so written."""
    power = re.fullmatch(POWER, text)
    if power:
        exponent = int(power[3])
        digits = (power[1] + power[2]).rstrip("0")
        return digits.ljust(exponent + 1, "0") if len(digits) <= exponent + 1 <= MOST else ""
    whole = re.fullmatch(WHOLE, text)
    if whole:
        return whole[1]
    if re.fullmatch(POINTED, text):
        return re.sub(r"\D", "", text)
    return text if text.isdigit() else ""

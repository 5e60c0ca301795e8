"""Number formats as Excel, WPS and LibreOffice write them, and what each shows (ECMA-376, 18.8.31).

In a section `0`, `#`, `?` stand for digits; `\\.`, `!.` and `"."` between them are points that are
only printed: `0\\.0000` shows 7907800 as 790.7800. A comma behind the last digit divides by a
thousand, `%` multiplies by a hundred; what stands in quotes is printed as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from xlbudget.core.amount import NOT_STATED, SHOWS_PERCENT
from xlbudget.core.number_format import SHAPED, FormatSection, NumberFormat, Shown

BUILT_IN = {1: 0, 2: 2, 3: 0, 4: 2, 37: 0, 38: 0, 39: 2, 40: 2, 41: 0, 42: 0, 43: 2, 44: 2}
BUILT_IN |= {9: SHOWS_PERCENT, 10: SHOWS_PERCENT}
BUILT_IN_CODES = {11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 48: "##0.0E+0"}
MOST_DECIMALS = 30
"""Excel shows no more."""
MOST_SHAPES = SHOWS_PERCENT - SHAPED
MOST_CODE = 400
"""Characters of a code; longer ones are not understood (Excel takes 255)."""

TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|\[([^\]]*)\]|(.)', re.DOTALL)
CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
DIGITS = "0#?"
THOUSAND = 3
FOREIGN = "$€£₩"
UNIT_TEXT = re.compile(rf"[十百千万亿]*元|[千万亿]|(?:US|HK)?[{FOREIGN}]")
WHITE = re.compile(r"\[(?:white|白色?|color\s*2|颜色\s*2)\]", re.IGNORECASE)
"""The colour of paper."""
COLOURED = re.compile(r"\[(?!\$|[<>=])[^\]]+\]")
MINUS = "-－−(（"
WHITE_ON_WHITE = "[White]0.00"
LITERAL, PLAIN = "literal", "plain"


class FormatTable:
    """The formats of a workbook's cell styles, each as one byte: decimals, NOT_STATED,
    SHOWS_PERCENT, or from SHAPED on the place of one of `shapes`."""

    def __init__(self) -> None:
        self.shapes: list[NumberFormat] = []

    def encode(self, code: str) -> int:
        """The byte of a format's code."""
        found = read_format(code)
        if isinstance(found, int):
            return found
        if found not in self.shapes:
            if len(self.shapes) == MOST_SHAPES:
                return NOT_STATED
            self.shapes.append(found)
        return SHAPED + self.shapes.index(found)

    def encode_style(self, number: int, custom: Mapping[int, str]) -> int:
        """The byte of the format of that number, by Excel's own numbers or the workbook's codes."""
        code = custom.get(number) or BUILT_IN_CODES.get(number)
        return self.encode(code) if code is not None else built_in(number)

    def encode_unseen(self) -> int:
        """The byte of a style in which nothing is seen."""
        return self.encode(WHITE_ON_WHITE)


def built_in(number: int) -> int:
    """What a format by Excel's own number shows."""
    return BUILT_IN.get(number, NOT_STATED)


@lru_cache(maxsize=512)
def read_format(code: str) -> int | NumberFormat:
    """What the format of this code shows: decimals; SHOWS_PERCENT for a percentage; NOT_STATED for
    none (general, dates); else a NumberFormat."""
    if len(code) > MOST_CODE:
        return NumberFormat("", (_for_any(Shown(odd=True)),))
    parts = _split(code)[:3]
    sections = [_tokens(part) for part in parts]
    plain = ["".join(text for kind, text in tokens if kind == PLAIN) for tokens in sections]
    first = plain[0]
    if "%" in first:
        return SHOWS_PERCENT
    numeric = any(sign in part for part in plain for sign in DIGITS)
    if numeric and ("E" in first or "/" in first):
        return NumberFormat(code, (_for_any(Shown(NOT_STATED, alters=True)),))
    if any(re.search(r"[ymdhsg@]", part, re.IGNORECASE) for part in plain):
        return NOT_STATED
    conditions = _conditions(parts)
    shown = [
        _shown(tokens, part)._replace(alters=_alters(tokens, *condition, part))
        for tokens, condition, part in zip(sections, conditions, parts, strict=True)
    ]
    told = tuple(
        FormatSection(*condition, one)
        for condition, one in zip(conditions, shown, strict=True)
        if condition[0] != "="  # of a zero nothing is to be told, whatever it shows
    )
    if len({section.shown for section in told}) == 1 and _is_plain(told[0].shown):
        return told[0].shown.decimals
    return NumberFormat(code, told)


def _is_plain(shown: Shown) -> bool:
    return not (shown.power or shown.unit or shown.hides or shown.alters or shown.odd)


def _for_any(shown: Shown) -> FormatSection:
    return FormatSection("<>", Decimal("NaN"), shown)


def _alters(tokens: Sequence[tuple[str, str]], sign: str, bound: Decimal, code: str) -> bool:
    """Whether a section prints digits or a percent sign of its own, a minus (or the accountant's
    brackets) before a figure that has none, or none before one that has, and no colour for it."""
    digits = _digit_places(tokens)
    if not digits:
        return False
    own = "".join(v for kind, v in tokens if kind == LITERAL or v not in DIGITS)
    if "%" in own or any(c.isdigit() for c in own):
        return True
    before = "".join(value for _, value in tokens[: digits[0]])
    minus = any(c in MINUS for c in before)
    if sign in (">", ">="):
        return minus and bound >= 0
    return sign == "<" and bound == 0 and not minus and not COLOURED.search(code)


def _split(code: str) -> list[str]:
    """The sections of a code; a semicolon in quotes or behind an escape is none."""
    parts, begin = [], 0
    for match in TOKEN.finditer(code):
        if match[4] == ";":
            parts.append(code[begin : match.start()])
            begin = match.end()
    return [*parts, code[begin:]]


def _tokens(section: str) -> list[tuple[str, str]]:
    """The signs of a section in order, and what it prints as it is."""
    tokens = []
    for match in TOKEN.finditer(section):
        quoted, escaped, bracketed, sign = match.groups()
        if bracketed and bracketed.startswith("$"):  # a currency, and after a hyphen a language
            quoted = bracketed[1:].partition("-")[0]
        if sign is not None:
            tokens.append((PLAIN, sign))
        elif quoted is not None or escaped is not None:
            tokens.append((LITERAL, quoted if quoted is not None else escaped))
    return tokens


def _conditions(parts: Sequence[str]) -> list[tuple[str, Decimal]]:
    """For which figures each section is: as the code says, else by sign."""
    usual = {
        1: [(">=", 0)],
        2: [(">=", 0), ("<", 0)],
        3: [(">", 0), ("<", 0), ("=", 0)],
    }[len(parts)]
    stated = [CONDITION.search("".join(re.findall(r"\[[^\]]*\]", part))) for part in parts]
    if not any(stated):
        return [(sign, Decimal(bound)) for sign, bound in usual]
    return [(m[1], Decimal(m[2])) if m else ("<>", Decimal("NaN")) for m in stated]


def _digit_places(tokens: Sequence[tuple[str, str]]) -> list[int]:
    """Which of a section's signs stand for digits."""
    return [n for n, (kind, value) in enumerate(tokens) if kind == PLAIN and value in DIGITS]


def _shown(tokens: Sequence[tuple[str, str]], code: str) -> Shown:
    """What a section shows."""
    if WHITE.search(code):
        return Shown(hides=True)
    text = "".join(value for kind, value in tokens if kind == LITERAL)
    text += "".join(v for kind, v in tokens if kind == PLAIN and (v.isalpha() or v in FOREIGN))
    unit = UNIT_TEXT.search(text)
    digits = _digit_places(tokens)
    general = "general" in "".join(v for _, v in tokens).lower()
    if not digits:
        return Shown(NOT_STATED) if general else Shown(hides=True)
    points = [n for n, token in enumerate(tokens) if token == (PLAIN, ".")]
    printed = [
        n
        for n, (kind, value) in enumerate(tokens)
        if kind == LITERAL and value == "." and digits[0] < n < digits[-1]
    ]
    last_whole = max((n for n in digits if not points or n < points[0]), default=digits[0])
    power = 0
    for ends in (last_whole, digits[-1]):
        while ends + 1 < len(tokens) and tokens[ends + 1] == (PLAIN, ","):
            power += THOUSAND
            ends += 1
        if digits[-1] == last_whole:
            break
    fraction = sum(n > points[0] for n in digits) if points else 0
    if printed:
        behind = sum(n > printed[0] for n in digits)
        if fraction or len(printed) > 1 or len(points) > 1:
            return Shown(odd=True)
        power, fraction = power + behind, behind
    return Shown(min(fraction, MOST_DECIMALS), power, unit[0] if unit else "")

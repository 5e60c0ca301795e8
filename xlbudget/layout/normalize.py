"""The normal form of printed words: one place for all cleaning of labels, names, codes and amounts.

White space, marks that do not show and quotation marks are dropped; compatibility forms (full-width
digits and points, radicals, compatibility ideographs) become the usual characters, every dash a
hyphen, brackets full-width, the 萬 and 億 of units simplified. Titles lose their year; headings
keep it as the distance to the budget's own: in a budget of 2026 ``2026 年预算数`` is ``预算数``,
``2025年预算数`` is ``〈-1〉预算数``. A unit of amount in brackets behind a heading
(合计（万元）) is no part of it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

YEAR = re.compile(
    r"(?<!\d)20\d\d(?!\d)(?:年度|年)?"
    r"|二[〇○零][一二三四五六七八九〇○零]{2}(?:年度|年)"
    r"|(?<![\d.])[1-4]\d(?:年度|年)(?!\d)"
)
RELATIVE_YEAR = re.compile(
    r"(?:(?P<own>本年)|上一?年|去年)度?(?=预算数?$|执行数?$|决算数?$|完成数?$)"
)
YEAR_SPAN = re.compile(r"20\d\d年?[-~至到]20\d\d年?")
NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
CENTURY = 2000
YEAR_ALONE = "年"
YEAR_MARK = re.compile(r"^〈[+-]\d+〉")
ORDINAL = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.．,，]|[（][一二三四五六七八九十\d]+[）]|\d+[、.．]|[①-⑳])"
)
NUMBER = re.compile(r"[一二三四五六七八九十\d①-⑳]+")
WIDE_SPACE = "\u3000"
UNIT_BEHIND = re.compile(r"(?<=.)（(?:[^（）]*单位：?)?(人民币)?([十百千万亿]*元)）$")
"""A unit of amount in brackets at the end of a heading."""

QUOTES = "“”\"'‘’「」『』＂"
FILLERS = "\u034f\u115f\u1160\u3164\uffa0\u2800"
"""Characters that print as nothing though Unicode counts them as letters, marks or symbols."""
MINUS_LIKE = "\u2212\u2500\u2501\u30fc\u2043"
USUAL = {"(": "（", ")": "）", ":": "：", "萬": "万", "億": "亿", "圓": "圆"}
"""Brackets and colons as the forms print them; the traditional characters of units."""


class _Folding(dict[int, str | None]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        self[code] = folded = _fold(chr(code))
        return folded


def _fold(character: str) -> str | None:
    if character in QUOTES or not shows(character):
        return None
    if unicodedata.category(character) == "Pd" or character in MINUS_LIKE:
        return "-"
    if "①" <= character <= "⑳":  # ordinals of the forms
        return character
    usual = unicodedata.normalize("NFKC", character)
    return "".join(USUAL.get(each, each) for each in usual if shows(each))


def shows(character: str) -> bool:
    """Whether a character prints as anything: no white space, control or format character,
    variation selector or filler."""
    category = unicodedata.category(character)
    if category[0] in "ZC" and category not in ("Co", "Cn"):
        return False
    return not ("\ufe00" <= character <= "\ufe0f" or character in FILLERS)


FOLDING = _Folding()


@lru_cache(maxsize=8192)
def normalize_text(text: str) -> str:
    """The text in normal form: nothing that does not show, one form of each character."""
    return text.translate(FOLDING)


def normalize_title(text: str) -> str:
    """The normal form of a heading or title, without its year and the unit behind it; 年 for a text
    that is only a year (2025, 2025年, 2025年度)."""
    cleaned = UNIT_BEHIND.sub("", normalize_text(text))
    return YEAR.sub("", cleaned) or (cleaned and YEAR_ALONE)


def normalize_heading(text: str, year: int) -> str:
    """The normal form of a heading in a budget of `year`, prefixed with the distance to another
    year that it names, so that two years side by side are two columns."""
    named = find_years(text)
    title = normalize_title(text)
    relative = RELATIVE_YEAR.match(title)
    if relative and not named:
        named = [year if relative["own"] else year - 1]
        title = title[relative.end() :]
    return (f"〈{named[0] - year:+d}〉" if named and named[0] != year else "") + title


def year_mark(heading: str) -> str:
    """The mark of another year before the normal form of a heading; empty where it has none."""
    marked = YEAR_MARK.match(heading)
    return marked[0] if marked else ""


def year_offset(mark: str) -> int:
    """The distance in years that a mark says: 〈-1〉 → -1."""
    return int(mark[1:-1])


def strip_ordinal(text: str) -> str:
    """The normal form of a row label without a leading 一、 or ①, to match it by name alone."""
    return ORDINAL.sub("", normalize_text(text))


def mark_level(text: str) -> tuple[int, str]:
    """What marks the level of a row's name: how far it is indented, and the kind of its ordinal
    (一、 and 二、 are of one kind)."""
    blank = text[: len(text) - len(text.lstrip())]
    width = sum(2 if char == WIDE_SPACE else 1 for char in blank)
    ordinal = ORDINAL.match(normalize_text(text))
    return width, NUMBER.sub("", ordinal[0]) or "①" if ordinal else ""


def find_years(text: str) -> list[int]:
    """The years that a text names (2025年, 2025年度, 2025, 25年, 二〇二五年)."""
    named = YEAR.findall(normalize_text(text))
    digits = [year.translate(NUMERALS).removesuffix("度").removesuffix("年") for year in named]
    return [int(year) if len(year) > 2 else CENTURY + int(year) for year in digits]


def find_year_span(text: str) -> str:
    """Several years that a text names as one (2025-2027年), in normal form; "" for none."""
    span = YEAR_SPAN.search(normalize_text(text))
    return span[0] if span else ""


def find_unit_behind(text: str) -> str:
    """The unit of amount in brackets behind a heading, 万元 of 合计（万元）; "" for none."""
    behind = UNIT_BEHIND.search(normalize_text(text))
    return behind[2] if behind else ""


def is_same_name(name: str, other: str) -> bool:
    """Whether two printed names are the same apart from white space and kinds of brackets."""
    return normalize_text(name) == normalize_text(other)

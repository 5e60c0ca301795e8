"""The normal form of printed words: one place for all cleaning of labels.

White space and quotation marks are dropped, brackets become full-width and digits half-width.
Titles lose their year; headings keep it as the distance to the budget's own: in a budget of 2026
``2026 年预算数`` is ``预算数``, ``2025年预算数`` is ``〈-1〉预算数``.
"""

from __future__ import annotations

import re
from functools import lru_cache

SPACE = re.compile(r"[\s\u3000\u00a0\ufeff\u200b]+")
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)(?:年度|年)?")
YEAR_ALONE = "年"
YEAR_MARK = re.compile(r"^〈[+-]\d+〉")
ORDINAL = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.．,，]|[（][一二三四五六七八九十\d]+[）]|\d+[、.．]|[①-⑳])"
)
FOLD: dict[int, str | None] = {
    ord("("): "（",
    ord(")"): "）",
    ord("﹙"): "（",
    ord("﹚"): "）",
    ord(":"): "：",
    ord("，"): ",",
}
FOLD |= {ord(mark): None for mark in "“”\"'‘’「」『』＂"}
FOLD |= {0xFF10 + digit: str(digit) for digit in range(10)}


@lru_cache(maxsize=8192)
def normalize_text(text: str) -> str:
    """White space dropped, brackets full-width, quotation marks dropped, digits half-width."""
    return SPACE.sub("", text).translate(FOLD)


def normalize_title(text: str) -> str:
    """The normal form of a heading or title, without its year; 年 for a text that is only a year
    (2025, 2025年, 2025年度)."""
    cleaned = normalize_text(text)
    return YEAR.sub("", cleaned) or (cleaned and YEAR_ALONE)


def normalize_heading(text: str, year: int) -> str:
    """The normal form of a heading in a budget of `year`, prefixed with the distance to another
    year that it names, so that two years side by side are two columns."""
    named = find_years(text)
    return (f"〈{named[0] - year:+d}〉" if named and named[0] != year else "") + normalize_title(
        text
    )


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


def find_years(text: str) -> list[int]:
    """The years that a text names (2025年, 2025年度, 2025)."""
    return [int(match[:4]) for match in YEAR.findall(normalize_text(text))]


def is_same_name(name: str, other: str) -> bool:
    """Whether two printed names are the same apart from white space and kinds of brackets."""
    return normalize_text(name) == normalize_text(other)

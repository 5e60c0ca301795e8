"""The normal form of printed words: one place for all cleaning of labels.

Stray spaces and line breaks go, half-width brackets and digits are made one kind, quotation marks
are dropped, and a year is taken out: ``2025 年预算数`` and ``2026年预算数`` are one heading.
"""

from __future__ import annotations

import re
from functools import lru_cache

SPACE = re.compile(r"[\s\u3000\u00a0\ufeff\u200b]+")
YEAR = re.compile(r"20\d\d(?:年度|年)?")
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
def tidy(text: str) -> str:
    """White space dropped, brackets full-width, quotation marks dropped, digits half-width."""
    return SPACE.sub("", text).translate(FOLD)


@lru_cache(maxsize=8192)
def normal(text: str) -> str:
    """The normal form of a heading or title: tidy, and without its year (unless it is all)."""
    cleaned = tidy(text)
    return YEAR.sub("", cleaned) or cleaned[4:]


@lru_cache(maxsize=8192)
def without_ordinal(text: str) -> str:
    """The normal form of a row label without 一、 or ① before it: matched by name alone."""
    return ORDINAL.sub("", tidy(text))


def years_in(text: str) -> list[int]:
    """The years that a text names (2025年, 2025年度, 2025)."""
    return [int(found[:4]) for found in YEAR.findall(tidy(text))]


def same_name(one: str, other: str) -> bool:
    """Do two printed names say the same, white space and kinds of brackets aside?"""
    return tidy(one) == tidy(other)

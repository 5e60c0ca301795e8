"""Rows that only number the columns, or repeat the unit of amount under each heading."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any, NamedTuple

from xlbudget.layout.about_lines import read_unit
from xlbudget.layout.normalize import normalize_text
from xlbudget.layout.tables import Table
from xlbudget.packs.model import TOTAL, Pack

NUMBER = re.compile(r"（?(\d{1,2})）?(?:=[\d+\-*×/（）]+)?(?:栏|列)?")
LETTER = re.compile(r"[A-Z]")
NUMERALS = "一二三四五六七八九十"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
TEXT_MARKS = "甲乙丙丁"
"""What numbers the columns of words, before those of figures."""
LEADING = re.compile(r"[^\s\d=]{2,3}")


class Mark(NamedTuple):
    """The number that a cell gives its column, and in which writing."""

    writing: str
    number: int


def find_number_rows(pack: Pack, table: Table) -> set[int]:
    """The rows of column numbers (1, 2, 3=1+2 …; A, B …; 甲, 乙, 1, 2 …; （1）, ①, 一 …) and of
    units right below the heading or its repetition; a total of 1.00 and 2.00 is none."""
    label = normalize_text(pack.words["columns"][TOTAL])
    totals = {label, *map(normalize_text, pack.words["synonyms"].get(label, ()))}
    number_rows: set[int] = set()
    body = set(table.body)
    for index, number in enumerate(table.body):
        if index and number - 1 in body and number - 1 not in number_rows:
            continue
        both = number in table.heading
        row = table.sheet.rows[number]
        filled = [v for v in row if v not in ("", None) and not (both and _is_word(v))]
        texts = [_read_mark(value) for value in filled]
        summed = not both and bool(texts) and texts[0] in totals
        if not summed and (_counts(texts) or _repeats_unit(pack, texts)):
            number_rows.add(number)
    return number_rows


def _read_mark(value: Any) -> str:
    """The text of a cell in normal form; a whole number as its digits."""
    return normalize_text(str(value).strip().removesuffix(".0"))


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and not value.strip().isdigit()


def _repeats_unit(pack: Pack, texts: list[str]) -> bool:
    """Whether every cell, two or more, is a unit of amount."""
    return len(texts) > 1 and all(read_unit(pack, text) for text in texts)


def _counts(texts: list[str]) -> bool:
    """Whether these ascend from 1 or 2 (A or B), after any leading word or 甲, 乙. Columns left
    out leave gaps; a second block may start again at 1."""
    if texts and LEADING.fullmatch(texts[0]):
        texts = texts[1:]
    marks = [_mark(text) for text in texts if text not in TEXT_MARKS]
    if len(marks) < 2 or None in marks:
        return False
    known = [mark for mark in marks if mark]
    numbers = [mark.number for mark in known]
    up = all(low < high or high == 1 < low for low, high in pairwise(numbers))
    return len({mark.writing for mark in known}) == 1 and up and numbers[0] in (1, 2)


def _mark(text: str) -> Mark | None:
    """The column number that a text is; None for any other."""
    number = NUMBER.fullmatch(text)
    if number:
        return Mark("number", int(number[1]))
    bare = text.strip("（）")
    for writing in (NUMERALS, CIRCLED):
        if len(bare) == 1 and bare in writing:
            return Mark(writing, 1 + writing.index(bare))
    return Mark("letter", ord(text) - ord("A") + 1) if LETTER.fullmatch(text) else None

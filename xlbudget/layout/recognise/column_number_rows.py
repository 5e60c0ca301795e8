"""Rows that only number the columns."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from xlbudget.layout.normalize import normalize_text
from xlbudget.layout.tables import Table
from xlbudget.packs.model import TOTAL, Pack

COUNTED = re.compile(r"(?:[^\s\d]{2,3} )?(?:[甲乙丙丁] )*(?:(?:\d{1,2}|[A-Z])(?: |$)){2,}")
NUMBERED = re.compile(r"\d{1,2}|[A-Z]").fullmatch


def find_number_rows(pack: Pack, table: Table) -> set[int]:
    """The rows of column numbers (1, 2, 3 …; A, B, C …; 甲, 乙, 1, 2 …) right below the heading
    or its repetition; a total of 1.00 and 2.00 is not one."""
    label = normalize_text(pack.words["columns"][TOTAL])
    totals = {label, *map(normalize_text, pack.words["synonyms"].get(label, ()))}
    number_rows: set[int] = set()
    body = set(table.body)
    for index, number in enumerate(table.body):
        if index and number - 1 in body and number - 1 not in number_rows:
            continue
        both = number in table.heading
        row = table.sheet.rows[number]
        filled = [str(v).strip() for v in row if v not in ("", None) and not (both and _word(v))]
        counted = [text.removesuffix(".0") for text in filled]
        summed = not both and bool(counted) and normalize_text(counted[0]) in totals
        if not summed and COUNTED.fullmatch(" ".join(counted)) and _counts(counted):
            number_rows.add(number)
    return number_rows


def _word(value: Any) -> bool:
    return isinstance(value, str) and not value.strip().isdigit()


def _counts(texts: list[str]) -> bool:
    """Whether these ascend from 1 or 2 (A or B), after any leading word or 甲, 乙. Columns left
    out leave gaps; a second block may start again at 1."""
    marks = [text for text in texts if NUMBERED(text)]
    digits = all(text.isdigit() for text in marks)
    numbers = [int(text) if digits else ord(text[0]) - ord("A") + 1 for text in marks]
    up = all(low < high or high == 1 < low for low, high in pairwise(numbers))
    return len(numbers) > 1 and up and numbers[0] in (1, 2)

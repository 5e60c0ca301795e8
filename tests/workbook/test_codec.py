"""A sheet comes out of the child process as its reader saw it."""

from __future__ import annotations

import datetime
from decimal import Decimal

from xlbudget.core.number_format import FormatSection, NumberFormat, Shown
from xlbudget.core.sheet import STALE, FormulaDoubt, Lines, RawSheet
from xlbudget.workbook.read.sandbox.codec import decode_sheets, encode_sheets
from xlbudget.workbook.read.sheet import ListedSheet

FULL = RawSheet(
    "表三",
    [["科目", 1.5, True, "", datetime.datetime(2026, 1, 2, 3, 4)], ["“合计”\n", 12]],
    [b"\x00\x02\xfe", b"", b"\xff"],
    frozenset({(1, 2), (3, 4)}),
    {(0, 3): "#REF!", (5, 1): "#N/A"},
    True,
    [(1, 1), (2, 1)],
    Lines(frozenset({4}), frozenset({0, 7}), ((1, 0, 3, 2),), ((5, 2.5),), ((0, 0, 9, 4),)),
    [NumberFormat("0!.0000", (FormatSection(">=", Decimal(0), Shown(4, 4, "万元")),))],
    {(1, 1): FormulaDoubt(STALE, "12.5")},
    ("单位：万元",),
)


def test_every_field_of_a_sheet_comes_back() -> None:
    bare = RawSheet("表一", [])
    assert all(full != empty for full, empty in zip(FULL, bare, strict=True))
    listed = [ListedSheet("表三", True, "xl/sheet1.bin"), ListedSheet("表一", False, "")]
    back, (full, empty) = decode_sheets(encode_sheets(listed, [FULL, bare]))
    assert back == listed
    assert full == FULL
    assert empty == bare._replace(decimals=[], errors={}, formulas=[], formats=[], doubts={})


def test_other_values_come_back_as_their_text_and_half_a_character_as_a_question_mark() -> None:
    sheet = RawSheet("表一", [[datetime.time(8, 30), "a\ud800b"]])
    _, (back,) = decode_sheets(encode_sheets([], [sheet]))
    assert back.rows == [["08:30:00", "a?b"]]

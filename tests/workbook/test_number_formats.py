"""What number formats show of a figure."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from conftest import EXAMPLE
from openpyxl.styles import Color, Font, PatternFill

from xlbudget.app.check_files import check_file
from xlbudget.core.amount import NOT_STATED, SHOWS_PERCENT
from xlbudget.core.number_format import SHAPED as SHAPED_FROM
from xlbudget.core.number_format import NumberFormat, Shown
from xlbudget.layout.parse_amount import parse_amount
from xlbudget.packs.model import Pack
from xlbudget.workbook.read.number_formats import FormatTable, read_format

PLAIN = {
    "0.00": 2,
    "0": 0,
    "#,##0.00": 2,
    "#,##0.00_ ": 2,
    "0.00_);[Red]\\(0.00\\)": 2,
    "0.00_ ;[Red]\\-0.00\\ ": 2,
    '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ': 2,
    '"¥"#,##0.00;"¥"\\-#,##0.00': 2,
    "￥#,##0.00": 2,
    "[$-804]0.00": 2,
    "[DBNum1]0": 0,
    "0.00;-0.00;;@": 2,
    '[=0]"";0.00': 2,
    "0\\,000.00": 2,
    "General": NOT_STATED,
    "G/通用格式": NOT_STATED,
    "@": NOT_STATED,
    "yyyy-mm-dd": NOT_STATED,
    "0.00;[Red]0.00": 2,
    '0.00"（待定）"': 2,
    "0.00%": SHOWS_PERCENT,
}
SHAPED = {
    "0\\.0000": ("7907800", Shown(4, 4)),
    "0!.0000": ("7907800", Shown(4, 4)),
    '0"."0000': ("7907800", Shown(4, 4)),
    "0!.0,": ("7907800", Shown(1, 4)),
    "#,##0.00,": ("790780", Shown(2, 3)),
    "0,": ("7907800", Shown(0, 3)),
    "#,##0,,.0": ("7907800", Shown(1, 6)),
    '0.00"元"': ("12.35", Shown(2, 0, "元")),
    '0!.0,"万元"': ("7907800", Shown(1, 4, "万元")),
    "0.00[$元-804]": ("12.35", Shown(2, 0, "元")),
    ";;;": ("12.35", Shown(hides=True)),
    '""': ("12.35", Shown(hides=True)),
    '[>=10000]0!.0,"万";0': ("7907800", Shown(1, 4, "万")),
    "0!.0!.0": ("790", Shown(odd=True)),
    "0.00E+00": ("539.97", Shown(NOT_STATED, alters=True)),
    "# ?/?": ("539.97", Shown(NOT_STATED, alters=True)),
    '"9"#,##0.00': ("539.97", Shown(2, alters=True)),
    "9#,##0.00": ("539.97", Shown(2, alters=True)),
    "-#,##0.00": ("539.97", Shown(2, alters=True)),
    "\\-#,##0.00;0.00": ("539.97", Shown(2, alters=True)),
    "(#,##0.00)": ("539.97", Shown(2, alters=True)),
    "0.00;0.00": ("-539.97", Shown(2, alters=True)),
    "0.00\\%": ("539.97", Shown(2, alters=True)),
    "[$$-409]#,##0.00": ("539.97", Shown(2, 0, "$")),
    '"US$"#,##0.00': ("539.97", Shown(2, 0, "US$")),
    "€0.00": ("539.97", Shown(2, 0, "€")),
    "[White]0.00": ("539.97", Shown(hides=True)),
    "[白]0.00": ("539.97", Shown(hides=True)),
}


@pytest.mark.parametrize("code", PLAIN)
def test_plain_formats_show_decimals(code: str) -> None:
    assert read_format(code) == PLAIN[code]


@pytest.mark.parametrize("code", SHAPED)
def test_formats_that_show_another_figure(code: str) -> None:
    value, shown = SHAPED[code]
    found = read_format(code)
    assert isinstance(found, NumberFormat)
    assert found.shown(Decimal(value)) == shown


def test_a_condition_chooses_the_section() -> None:
    found = read_format('[>=10000]0!.0,"万";0')
    assert isinstance(found, NumberFormat)
    assert found.shown(Decimal(9999)) == Shown()


@pytest.mark.parametrize(
    ("raw", "code", "amount", "exact"),
    [
        (7907800.0, "0!.0000", "790.7800", None),
        (7907812.0, "0!.0,", "790.80", "790.7812"),
        (312.35, "0", "312.00", "312.35"),
        (312.0, "0", "312.00", None),
        (12.3456, "0.00", "12.35", "12.3456"),
        (12.5, "0.0000", "12.5000", None),
        (790780.0, "#,##0.00,", "790.78", None),
        (-5.5, "0.00;(0.00)", "-5.50", None),
    ],
)
def test_what_is_printed_is_the_amount(
    pack: Pack, raw: float, code: str, amount: str, exact: str | None
) -> None:
    """In 万元, with no fewer decimals than its two."""
    table = FormatTable()
    byte = table.encode(code)
    shown = table.shapes[byte - SHAPED_FROM] if SHAPED_FROM <= byte < SHOWS_PERCENT else byte
    read = parse_amount(pack, raw, shown, "万元")
    assert str(read.amount) == amount
    assert (None if read.exact is None else str(read.exact)) == exact


def test_more_formats_than_a_byte_tells_apart_are_told_by_none() -> None:
    table = FormatTable()
    bytes_ = [table.encode(f'0.00"{n}元"') for n in range(300)]
    assert max(bytes_) == NOT_STATED and len(table.shapes) == SHOWS_PERCENT - SHAPED_FROM


WHITE = ("FFFFFFFF", "00FFFFFF")


@pytest.mark.parametrize(
    ("font", "fill", "seen"),
    [
        (Font(color=WHITE[0]), PatternFill(), False),
        (Font(color=WHITE[1]), PatternFill(), False),
        (Font(color=Color(theme=0)), PatternFill(), False),
        (Font(color=WHITE[0]), PatternFill("solid", fgColor="FF000080"), True),
        (Font(color="FF000000"), PatternFill(), True),
        (Font(color=Color(theme=1)), PatternFill(), True),
        (Font(bold=True), PatternFill(), True),
    ],
)
def test_white_on_white_is_not_printed(
    tmp_path: Path, font: Font, fill: PatternFill, seen: bool
) -> None:
    book = openpyxl.load_workbook(EXAMPLE / "预算.xlsx", data_only=True)
    cell = book["表三"]["C6"]
    cell.font, cell.fill = font, fill
    book.save(tmp_path / "甲.xlsx")
    rules = [finding.rule for finding in check_file(tmp_path / "甲.xlsx").findings]
    assert ("V210" not in rules) == seen


@pytest.mark.parametrize("number", ["0.00E+00", "# ?/?", "# ??/??", "##0.0E+0"])
def test_excels_own_formats_that_round_are_known(tmp_path: Path, number: str) -> None:
    """They stand in a file by number alone."""
    book = openpyxl.load_workbook(EXAMPLE / "预算.xlsx", data_only=True)
    book["表三"]["C6"].number_format = number
    book.save(tmp_path / "甲.xlsx")
    assert "V210" in [finding.rule for finding in check_file(tmp_path / "甲.xlsx").findings]

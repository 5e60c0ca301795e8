"""Cells written one by one and rows written by the ten thousand are equal cells, as XML."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import NamedTuple
from xml.etree import ElementTree
from zipfile import ZipFile

from hypothesis import example, given, settings
from hypothesis import strategies as st

from xlbudget.workbook.xlsx.formula import Formula, stored_number
from xlbudget.workbook.xlsx.package import Book, DeferredRows, encode_pieces
from xlbudget.workbook.xlsx.row_xml import (
    BLANK,
    FIGURE,
    FORMULA,
    SPOKEN,
    TEXT,
    escape_text,
    fill_row,
    format_figure,
    make_row_pattern,
)

Content = str | Decimal | Formula | None
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Parsed(NamedTuple):
    """A cell as it is read: where, its style, whether a text, its formula and its value."""

    ref: str | None
    style: str | None
    is_text: bool
    formula: str | None
    value: str | Decimal | None


def written_both_ways(contents: Sequence[Content]) -> tuple[list[Parsed], list[Parsed]]:
    """A row of cells as XlsxWriter's sheets have it, and as rows made while packing."""
    book = Book()
    style = book.add_format({"border": 1})
    one_by_one, at_once = book.sheet("甲"), book.sheet("乙")
    for column, content in enumerate(contents):
        match content:
            case Formula():
                one_by_one.write_cell_formula(0, column, content, style)
            case Decimal():
                one_by_one.write_number(0, column, stored_number(content), style)
            case str() if content:
                one_by_one.write_string(0, column, content, style)
            case _:
                one_by_one.write_blank(0, column, None, style)
    index = style._get_xf_index()
    pattern = make_row_pattern((n, index, holds(content)) for n, content in enumerate(contents))
    said = tuple(text for content in contents for text in filled_in(content))
    later = DeferredRows(0, 1, lambda: encode_pieces([fill_row(pattern, 0, said)]))
    at_once.defer_rows(later, len(contents) - 1)
    package = ZipFile(BytesIO(book.to_bytes()))
    one, other = (parsed(package, f"xl/worksheets/sheet{n}.xml") for n in (1, 2))
    return one, other


def holds(content: Content) -> str:
    if isinstance(content, Formula):
        return SPOKEN if isinstance(content.value, str) else FORMULA
    if isinstance(content, Decimal):
        return FIGURE
    return TEXT if content else BLANK


def filled_in(content: Content) -> Sequence[str]:
    if isinstance(content, Formula):
        value = content.value
        value = escape_text(value) if isinstance(value, str) else format_figure(value)
        return escape_text(content.text), value
    if isinstance(content, Decimal):
        return (format_figure(content),)
    return (escape_text(content),) if content else ()


def parsed(package: ZipFile, part: str) -> list[Parsed]:
    shared: list[str] = []
    if "xl/sharedStrings.xml" in package.namelist():
        table = ElementTree.fromstring(package.read("xl/sharedStrings.xml"))
        shared = ["".join(item.itertext()) for item in table]
    cells = []
    for cell in ElementTree.fromstring(package.read(part)).iter(f"{MAIN}c"):
        kind, text = cell.get("t"), cell.findtext(f"{MAIN}v")
        if kind == "s":
            text = shared[int(text or "")]
        elif kind == "inlineStr":
            text = "".join(cell.itertext())
        is_text = kind is not None
        value = Decimal(text) if text and not is_text else text
        formula = cell.findtext(f"{MAIN}f")
        cells.append(Parsed(cell.get("r"), cell.get("s"), is_text, formula, value))
    return cells


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
FIGURES = st.decimals(-(10**9), 10**9, places=2)
FORMULAS = st.builds(Formula, TEXTS.filter(bool), st.one_of(TEXTS, FIGURES.map(stored_number)))


@given(st.lists(st.one_of(st.none(), TEXTS, FIGURES, FORMULAS), min_size=1, max_size=30))
@example(["_x0041_", "a\tb", "a\r\nb", "\x00", "\ufffe", "<&>\"'", " 空白 ", "#REF!", "=1+1"])
@example([Decimal("99.32"), Decimal("7.00"), Decimal("-0.01"), None, ""])
@example([Formula('IF(A1>=0,"<&>","")', ""), Formula("1<2", 99.32), Formula("A1", "#REF!")])
@settings(max_examples=60, deadline=None)
def test_both_ways_give_equal_cells(contents: list[Content]) -> None:
    one_by_one, at_once = written_both_ways(contents)
    assert len(one_by_one) == len(contents)
    assert one_by_one == at_once

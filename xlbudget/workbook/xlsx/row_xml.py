"""Cells and rows of a sheet as XML: the only module that writes it.

XlsxWriter's cells are written one by one (`package`), tens of thousands of rows by filling in a
pattern. The latter hold their texts in their cells, not in the table of shared texts: most occur
once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from xlbudget.core.amount import format_plain
from xlbudget.core.key import column_letters

NUMBER = "\0"
"""Placeholder in a pattern for the row's number, counted from 1."""
TEXT, SHARED, FIGURE, BLANK, FORMULA, SPOKEN = (
    "text",
    "shared",
    "figure",
    "blank",
    "formula",
    "spoken",
)
"""What a cell holds; a spoken formula's value is a text, a shared text its index in their
table. A pattern has one %s for each text and each figure, and two for each formula: it and its
value."""
INSIDE = {
    TEXT: ' t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>',
    SHARED: ' t="s"><v>%s</v></c>',
    FIGURE: "><v>%s</v></c>",
    BLANK: "/>",
    FORMULA: "><f>%s</f><v>%s</v></c>",
    SPOKEN: ' t="str"><f>%s</f><v>%s</v></c>',
}

NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""Characters that XML lacks or reads as others, and an underscore that would read as the
beginning of one: all are written as ``_xHHHH_`` (ECMA-376, part 1, 22.9.2.19)."""


def make_row_pattern(cells: Iterable[tuple[int, int, str]]) -> str:
    """The pattern of a row of cells from left to right: column, style, and what each holds."""
    return f'<row r="{NUMBER}">{"".join(make_cell_pattern(*cell) for cell in cells)}</row>'


def make_cell_pattern(column: int, style: int | None, holds: str, number: str = NUMBER) -> str:
    """The pattern of a cell; `style` None is the workbook's own, `holds` a key of INSIDE."""
    styled = "" if style is None else f' s="{style}"'
    return f'<c r="{column_letters(column)}{number}"{styled}{INSIDE[holds]}'


def fill_row(pattern: str, row: int, contents: tuple[str, ...]) -> str:
    """The XML of a row, `row` counted from 0; `contents` are escaped texts and figures."""
    return pattern.replace(NUMBER, str(row + 1)) % contents


def escape_text(text: str) -> str:
    """A text as XML writes it; line ends survive."""
    if "_x" in text or not text.isprintable():  # both are rare, and looking closer takes longer
        text = NOT_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def format_figure(figure: Decimal | float) -> str:
    """A figure as XML writes it: an amount in its own digits, a computer's number in the fifteen
    that Excel keeps (99.32, where sixteen are 99.31999999999999)."""
    if isinstance(figure, Decimal):
        return format_plain(figure)
    text = f"{figure:.15G}"
    return text if float(text) == figure else repr(figure)

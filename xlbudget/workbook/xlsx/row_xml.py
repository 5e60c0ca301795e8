"""Cells and rows of a sheet as the XML that they are: the one place that writes it.

XlsxWriter's cells are written by it one by one (`package`), rows by the ten thousand by a pattern
that is filled in. Of the latter the texts stand in their cells, not in the table of shared texts:
most stand there once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from xlbudget.core.amount import format_plain
from xlbudget.core.key import column_letters

NUMBER = "\0"
"""Stands in a pattern for the row's number, counted from 1."""
TEXT, SHARED, FIGURE, BLANK, FORMULA, SPOKEN = (
    "text",
    "shared",
    "figure",
    "blank",
    "formula",
    "spoken",
)
"""What a cell holds; a spoken formula's value is a text, a shared text its place in the table of
them. A pattern has one %s for each text and each figure, and two for each formula: it and its
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
"""Characters that XML has not or reads as others, and an underscore that would read as the
beginning of one: all are written as ``_xHHHH_`` (ECMA-376, part 1, 22.9.2.19)."""


def make_row_pattern(cells: Iterable[tuple[int, int, str]]) -> str:
    """A row of cells from left to right: column, style, and what each holds."""
    return f'<row r="{NUMBER}">{"".join(make_cell_pattern(*cell) for cell in cells)}</row>'


def make_cell_pattern(column: int, style: int | None, holds: str, number: str = NUMBER) -> str:
    """A cell: its column, its style (None for the workbook's own), what it holds, its row."""
    styled = "" if style is None else f' s="{style}"'
    return f'<c r="{column_letters(column)}{number}"{styled}{INSIDE[holds]}'


def fill_row(pattern: str, row: int, said: tuple[str, ...]) -> str:
    """The pattern's row of that number, counted from 0, with texts (`escape_text`) and figures."""
    return pattern.replace(NUMBER, str(row + 1)) % said


def escape_text(text: str) -> str:
    """A text as XML writes it; line ends survive."""
    if "_x" in text or not text.isprintable():  # both are rare, and looking closer takes longer
        text = NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def format_figure(figure: Decimal | float) -> str:
    """A figure as XML writes it: an amount in its own digits, a computer's number in the fifteen
    that Excel keeps (99.32, where sixteen are 99.31999999999999)."""
    if isinstance(figure, Decimal):
        return format_plain(figure)
    text = f"{figure:.15G}"
    return text if float(text) == figure else repr(figure)

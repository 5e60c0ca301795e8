"""Rows of a sheet as the XML that they are, for sheets of tens of thousands of rows.

Texts stand in their cells, not in the table of shared texts: most stand there once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from xlbudget.core.key import column_letters

NUMBER = "\0"
"""Stands in a pattern for the row's number, counted from 1."""
TEXT, FIGURE, BLANK, FORMULA, SPOKEN = "text", "figure", "blank", "formula", "spoken"
"""What a cell holds; a spoken formula's value is a text. A pattern has one %s for each text and
each figure, and two for each formula: it and its value."""

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""Characters that XML has not, and an underscore that would read as the beginning of one: both
are written as ``_xHHHH_`` (ECMA-376, part 1, 22.9.2.19)."""


def row_pattern(cells: Iterable[tuple[int, int, str]]) -> str:
    """A row of cells from left to right: column, style, and what each holds."""
    return f'<row r="{NUMBER}">{"".join(_cell(*cell) for cell in cells)}</row>'


def _cell(column: int, style: int, holds: str) -> str:
    cell = f'<c r="{column_letters(column)}{NUMBER}" s="{style}"'
    if holds == TEXT:
        return f'{cell} t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>'
    if holds == FORMULA:
        return f"{cell}><f>%s</f><v>%s</v></c>"
    if holds == SPOKEN:
        return f'{cell} t="str"><f>%s</f><v>%s</v></c>'
    return f"{cell}><v>%s</v></c>" if holds == FIGURE else f"{cell}/>"


def row_xml(pattern: str, row: int, said: tuple[str, ...]) -> str:
    """The pattern's row of that number, counted from 0, with texts (`text_xml`) and figures."""
    return pattern.replace(NUMBER, str(row + 1)) % said


def text_xml(text: str) -> str:
    """A text as XML writes it; line ends survive."""
    if "_x" in text or not text.isprintable():  # both are rare, and looking closer takes longer
        text = NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\r", "&#13;")

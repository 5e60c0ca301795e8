"""Rows of a sheet as the XML that they are, for sheets of tens of thousands of rows.

Texts stand in their cells, not in the table of shared texts: most stand there once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

from xlbudget.core.key import column_letters

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""Characters that XML has not, and an underscore that would read as the beginning of one: both
are written as ``_xHHHH_`` (ECMA-376, part 1, 22.9.2.19)."""

LETTERS: Sequence[str] = tuple(map(column_letters, range(256)))

Cell = tuple[int, int, str | Decimal | None]
"""Column, style and content of a cell."""


def row_xml(row: int, cells: Iterable[Cell]) -> str:
    """One row, counted from 0; cells from left to right."""
    number = str(row + 1)
    written = "".join(
        [_cell(LETTERS[column] + number, style, said) for column, style, said in cells]
    )
    return f'<row r="{number}">{written}</row>'


def _cell(reference: str, style: int, content: str | Decimal | None) -> str:
    if content is None or content == "":
        return f'<c r="{reference}" s="{style}"/>'
    if isinstance(content, str):
        text = f'<is><t xml:space="preserve">{text_xml(content)}</t></is>'
        return f'<c r="{reference}" s="{style}" t="inlineStr">{text}</c>'
    return f'<c r="{reference}" s="{style}"><v>{float(content)!r}</v></c>'


def text_xml(text: str) -> str:
    """A text as XML writes it; line ends survive."""
    if NOT_XML.search(text):
        text = NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return escape(text, {"\r": "&#13;"})

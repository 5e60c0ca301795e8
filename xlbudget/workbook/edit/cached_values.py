"""The values of formulas kept in a copy that openpyxl wrote: it keeps formulas or values, not both.

Programs that do not calculate (this one among them) read the values that were cached. The copy
keeps those of before; where a changed figure goes into a formula of a form, its value is
calculated anew, and left out where that cannot be done, so that nothing stale is read.
"""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Collection, Mapping
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from xlbudget.core.key import SheetCell, column_letters

CELL = re.compile(r'<c r="([A-Z]+\d+)"([^<>]*)>(<f\b[^<>]*(?:/>|>[^<]*</f>))<v ?(?:/>|></v>)')


def save_with_values(
    book: Any, content: bytes, changed: Collection[SheetCell] = (), forms: Collection[str] = ()
) -> bytes:
    """The openpyxl workbook `book` as a file, its formulas with the values that they have in
    `content`, of which it is a changed copy. `changed` are cells with another figure, `forms` the
    sheets whose formulas follow them."""
    import openpyxl

    book.calculation.fullCalcOnLoad = True
    written = BytesIO()
    book.save(written)
    before = openpyxl.load_workbook(BytesIO(content), data_only=True)
    anew = _calculate(book, before, changed, forms) if changed else {}
    parts = {f"xl/worksheets/sheet{n}.xml": s.title for n, s in enumerate(book.worksheets, 1)}
    kept = BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as to:
        for item in source.infolist():
            part = source.read(item)
            title = parts.get(item.filename)
            if title in before.sheetnames:
                part = _put_values(part, before[title], anew)
            to.writestr(item, part)
    return kept.getvalue()


def _calculate(
    book: Any, before: Any, changed: Collection[SheetCell], forms: Collection[str]
) -> dict[SheetCell, float | str | None]:
    """The new value of each formula on these sheets that follows from a changed cell, None where it
    is not known."""
    from xlbudget.workbook.edit.recalculate import Calculation
    from xlbudget.workbook.formulas.parse import NotUnderstood

    calculation = Calculation(book, before, changed)
    found: dict[SheetCell, float | str | None] = {}
    for title in forms:
        for row in book[title].iter_rows():
            for each in row:
                cell = SheetCell(title, each.row - 1, each.column - 1)
                if each.data_type != "f":
                    continue
                if calculation.depends(cell):
                    try:
                        found[cell] = calculation.value(cell)
                    except (NotUnderstood, ArithmeticError, RecursionError):
                        found[cell] = None
    return found


def _put_values(part: bytes, before: Any, anew: Mapping[SheetCell, float | str | None]) -> bytes:
    """The XML of a sheet with a value behind each formula."""
    new = {
        f"{column_letters(cell.column)}{cell.row + 1}": value
        for cell, value in anew.items()
        if cell.sheet == before.title
    }

    def fill(match: re.Match[str]) -> str:
        reference, attributes, formula = match.groups()
        value = new[reference] if reference in new else before[reference].value
        kind, text = _stored(value, before.parent.epoch)
        return f'<c r="{reference}"{attributes}{kind}>{formula}<v>{text}</v>'

    return CELL.sub(fill, part.decode("utf-8")).encode("utf-8")


def _stored(value: object, epoch: datetime.datetime) -> tuple[str, str]:
    """The type attribute of a formula's value, and its text."""
    from openpyxl.cell.cell import ERROR_CODES
    from openpyxl.utils.datetime import to_excel

    if value is None:
        return "", ""
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, int | float):
        return "", repr(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return "", repr(to_excel(value, epoch))  # type: ignore[no-untyped-call]
    text = str(value)
    return (' t="e"' if text in ERROR_CODES else ' t="str"'), escape(text)

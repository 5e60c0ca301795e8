"""Sheets as JSON on their way out of the child process, in both directions.

Every JSON object in it is a tagged cell value; records travel as lists of their fields.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xlbudget.core.number_format import FormatSection, NumberFormat, Shown
from xlbudget.core.sheet import FormulaDoubt, Lines, RawSheet
from xlbudget.workbook.read.sheet import ListedSheet


def encode_sheets(sheet_list: Sequence[ListedSheet], sheets: Sequence[RawSheet]) -> bytes:
    """The worksheets that a workbook lists, and those that were read, as UTF-8; half a surrogate
    pair becomes a question mark."""
    plain = [sheet_list, [_plain_sheet(sheet) for sheet in sheets]]
    return json.dumps(plain, default=_tagged, ensure_ascii=False).encode("utf-8", "replace")


def decode_sheets(content: bytes) -> tuple[list[ListedSheet], list[RawSheet]]:
    """What `encode_sheets` was given; equal rows of decimals are one object."""
    sheet_list, sheets = json.loads(content, object_hook=_untagged)
    return [_listed(*fields) for fields in sheet_list], [_sheet(fields) for fields in sheets]


def _listed(name: str, hidden: bool, part: str, printed: Sequence[Any]) -> ListedSheet:
    return ListedSheet(name, hidden, part, tuple(map(tuple, printed)))


def _plain_sheet(sheet: RawSheet) -> list[Any]:
    return [
        sheet.name,
        sheet.rows,
        [row.decode("latin-1") for row in sheet.decimals],
        list(sheet.uncalculated),
        list(sheet.errors.items()),
        sheet.hidden,
        list(sheet.formulas),
        [list(part) for part in sheet.lines],
        [_plain_format(each) for each in sheet.formats],
        list(sheet.doubts.items()),
        sheet.header,
    ]


def _sheet(fields: Sequence[Any]) -> RawSheet:
    name, rows, decimals, uncalculated, errors, hidden, formulas, lines, *others = fields
    formats, doubts, header = others
    hidden_rows, hidden_columns, merged, narrow, printed = lines
    kept: dict[str, bytes] = {}
    return RawSheet(
        name,
        rows,
        [kept.setdefault(row, row.encode("latin-1")) for row in decimals],
        frozenset((row, column) for row, column in uncalculated),
        {(row, column): text for (row, column), text in errors},
        hidden,
        [(row, column) for row, column in formulas],
        Lines(
            frozenset(hidden_rows),
            frozenset(hidden_columns),
            tuple(map(tuple, merged)),
            tuple((column, width) for column, width in narrow),
            tuple(map(tuple, printed)),
        ),
        [_format(*each) for each in formats],
        {(row, column): FormulaDoubt(*doubt) for (row, column), doubt in doubts},
        tuple(header),
    )


def _plain_format(shape: NumberFormat) -> list[Any]:
    code, sections = shape
    return [code, [[comparison, str(bound), shown] for comparison, bound, shown in sections]]


def _format(code: str, sections: Sequence[Any]) -> NumberFormat:
    told = (FormatSection(sign, Decimal(bound), Shown(*shown)) for sign, bound, shown in sections)
    return NumberFormat(code, tuple(told))


def _tagged(value: Any) -> dict[str, str]:
    """A value that JSON lacks: a date and time keeps its kind, anything else its text."""
    if isinstance(value, datetime.datetime):
        return {"date": value.isoformat()}
    return {"other": str(value)}


def _untagged(tagged: dict[str, str]) -> Any:
    if "date" in tagged:
        return datetime.datetime.fromisoformat(tagged["date"])
    return tagged["other"]

"""The result of a query as an aligned table, as CSV for Excel, or as JSON.

Each gives its text in pieces, so that a million rows of CSV or JSON need no memory.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from xlbudget.core.amount import format_plain
from xlbudget.core.budget import make_unique
from xlbudget.layout.plan import measure_width
from xlbudget.report.facts.query import Answer

GAP = "  "
RULE = "─"
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")
BOM = "\ufeff"


def format_table(answer: Answer) -> Iterator[str]:
    """Columns aligned for Chinese width, numbers right-aligned with thousands separators; a blank
    is empty. Control characters of a terminal are replaced by spaces."""
    rows = list(answer.rows)
    lines = [[_printable(name) for name in answer.names]]
    lines += [[_printable(_grouped(value)) for value in row] for row in rows]
    right = [_all_numbers(rows, index) for index in range(len(answer.names))]
    widths = [max(measure_width(line[index]) for line in lines) for index in range(len(right))]
    rule = [RULE * width for width in widths]
    for line in [lines[0], rule, *lines[1:]]:
        yield _aligned(line, widths, right) + "\n"


def _aligned(line: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = []
    for text, width, to_right in zip(line, widths, right, strict=True):
        room = " " * (width - measure_width(text))
        cells.append(room + text if to_right else text + room)
    return GAP.join(cells).rstrip()


def _all_numbers(rows: Sequence[Sequence[object]], index: int) -> bool:
    values = [row[index] for row in rows if row[index] is not None]
    return bool(values) and all(_is_number(value) for value in values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _grouped(value: object) -> str:
    """A decimal with thousands separators; anything else as text."""
    return f"{value:,f}" if isinstance(value, Decimal) else _text(value)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else " " for c in text)


def format_csv(answer: Answer) -> Iterator[str]:
    """CSV that Excel opens as it is, with a byte order mark. A text that Excel would take for a
    formula gets an apostrophe before it."""
    yield BOM + _csv_line(answer.names)
    for row in answer.rows:
        yield _csv_line(map(_text, row))


def _csv_line(texts: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(map(_harmless, texts))
    return written.getvalue()


def _harmless(text: str) -> str:
    return "'" + text if text.startswith(FORMULA_MARKS) and not NUMBER.match(text) else text


def format_json(answer: Answer) -> Iterator[str]:
    """A list of objects, one per row; amounts are strings with their exact digits. A repeated
    column name is numbered."""
    taken: set[str] = set()
    names = [make_unique(name, taken) for name in answer.names]
    before = "["
    for row in answer.rows:
        fields = _plain(dict(zip(names, row, strict=True)))
        yield before + json.dumps(fields, ensure_ascii=False)
        before = ",\n "
    yield "[]\n" if before == "[" else "]\n"


def _plain(value: object) -> Any:
    """The value as JSON can hold it: amounts as strings, null for NaN and infinity."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format_plain(value)
    if isinstance(value, dict | list | tuple):
        return json.dumps(_plain(value), ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else str(value)


FORMATS: dict[str, Callable[[Answer], Iterator[str]]] = {
    "table": format_table,
    "csv": format_csv,
    "json": format_json,
}

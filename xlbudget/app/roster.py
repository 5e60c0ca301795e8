"""The roster supplied by county finance: a CSV file of code, name and the code above."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xlbudget.app.errors import BadRoster
from xlbudget.layout.normalize import normalize_text
from xlbudget.messages import load_messages
from xlbudget.ops.consolidate.roster import Office, Roster, build_roster


def read_roster(path: Path) -> Roster:
    """The roster in the file. Raises BadRoster, with every fault and its line."""
    from xlbudget.workbook.errors import FileFault
    from xlbudget.workbook.read.delimited import read_delimited
    from xlbudget.workbook.read.sniff import read_bytes

    words = load_messages()["consolidate"]["roster"]
    try:
        rows = read_delimited(path.stem, read_bytes(path)).rows
    except FileFault:
        rows = []
    heads = [normalize_text(str(cell)) for cell in rows[0]] if rows else []
    if not all(word in heads for word in words["columns"]):
        columns = "、".join(words["columns"])
        raise BadRoster(words["no_columns"].format(file=path.name, columns=columns))
    positions = [heads.index(word) for word in words["columns"]]
    lines = []
    for line, row in enumerate(rows[1:], start=2):
        texts = [_text(row[position]) if position < len(row) else "" for position in positions]
        if any(texts):
            lines.append((line, Office(*texts)))
    roster, faults = build_roster(lines)
    if faults:
        message = "\n".join(words[f.kind].format(line=f.line, said=f.detail) for f in faults)
        raise BadRoster(message)
    return roster


def _text(cell: Any) -> str:
    """The text of a code or name; a code of digits was read as a number."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()

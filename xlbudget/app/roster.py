"""The roster that county finance gives: a CSV file of code, name and the code above."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xlbudget.app.errors import BadRoster
from xlbudget.layout.normalize import normalize_text
from xlbudget.messages import load_messages
from xlbudget.ops.consolidate.roster import Office, Roster, build_roster


def read_roster(path: Path) -> Roster:
    """The roster. Raises BadRoster, with every fault and its line."""
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
    places = [heads.index(word) for word in words["columns"]]
    lines = []
    for line, row in enumerate(rows[1:], start=2):
        said = [_said(row[place]) if place < len(row) else "" for place in places]
        if any(said):
            lines.append((line, Office(*said)))
    roster, faults = build_roster(lines)
    if faults:
        told = "\n".join(words[one.kind].format(line=one.line, said=one.detail) for one in faults)
        raise BadRoster(told)
    return roster


def _said(cell: Any) -> str:
    """A code or name; a code of digits was read as a number."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()

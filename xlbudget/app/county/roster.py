"""The roster supplied by county finance: a CSV file of code, name and the code above."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlbudget.app.errors import BadRoster
from xlbudget.layout.normalize import normalize_text
from xlbudget.messages import load_messages
from xlbudget.ops.consolidate.roster import Office, Roster, build_roster


def read_roster(path: Path) -> Roster:
    """The roster in the file. Raises BadRoster, with every fault and its line."""
    words = load_messages()["consolidate"]["roster"]
    rows = read_columns(path, words["columns"], words["no_columns"])
    roster, faults = build_roster(
        (line, Office(normalize_text(code), name, normalize_text(above)))
        for line, (code, name, above) in rows
    )
    if faults:
        message = "\n".join(words[f.kind].format(line=f.line, said=f.detail) for f in faults)
        raise BadRoster(message)
    return roster


def read_columns(
    path: Path, columns: Sequence[str], no_columns: str
) -> list[tuple[int, list[str]]]:
    """The texts in these columns of a CSV file, by the words in its first line, each row with its
    line number; blank rows are left out. Raises BadRoster with the sentence `no_columns`."""
    from xlbudget.workbook.errors import FileFault
    from xlbudget.workbook.read.delimited import read_delimited
    from xlbudget.workbook.read.sniff import read_bytes

    try:
        rows = read_delimited(path.stem, read_bytes(path)).rows
    except FileFault:
        rows = []
    heads = [normalize_text(str(cell)) for cell in rows[0]] if rows else []
    if not all(word in heads for word in columns):
        there = "、".join(str(cell) for cell in rows[0] if cell != "") if rows else ""
        facts = {"file": path.name, "columns": "、".join(columns), "there": there or "—"}
        raise BadRoster(no_columns.format(**facts))
    positions = [heads.index(word) for word in columns]
    lines = []
    for line, row in enumerate(rows[1:], start=2):
        texts = [_text(row[position]) if position < len(row) else "" for position in positions]
        if any(texts):
            lines.append((line, texts))
    return lines


def _text(cell: Any) -> str:
    """The text of a code or name; a code of digits was read as a number."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()

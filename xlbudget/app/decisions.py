"""The file of decisions beside the roster: what the county vouches for though no file says it."""

from __future__ import annotations

from pathlib import Path

from xlbudget.app.errors import BadRoster
from xlbudget.layout.normalize import normalize_text
from xlbudget.messages import load_messages


def decisions_beside(roster: Path) -> Path:
    """Where the decisions on the departments of a roster stand: ``名单.决定.csv``."""
    return roster.with_suffix(f".{load_messages()['consolidate']['decisions']['suffix']}.csv")


def read_confirmed(path: Path) -> frozenset[str]:
    """The files and departments, in normal form, whose assumptions somebody confirms. Raises
    BadRoster for a file without the columns, and for a decision that is none."""
    from xlbudget.workbook.errors import FileFault
    from xlbudget.workbook.read.delimited import read_delimited
    from xlbudget.workbook.read.sniff import read_bytes

    words = load_messages()["consolidate"]["decisions"]
    try:
        rows = read_delimited(path.stem, read_bytes(path)).rows
    except FileFault:
        rows = []
    heads = [normalize_text(str(cell)) for cell in rows[0]] if rows else []
    if not all(word in heads for word in words["columns"]):
        columns = "、".join(words["columns"])
        raise BadRoster(words["no_columns"].format(file=path.name, columns=columns))
    who, what = (heads.index(word) for word in words["columns"])
    confirmed = set()
    for line, row in enumerate(rows[1:], start=2):
        name, decision = (str(row[n]).strip() if n < len(row) else "" for n in (who, what))
        if not name and not decision:
            continue
        if normalize_text(decision) != words["confirmed"]:
            said = words["unknown"].format(file=path.name, line=line, said=decision)
            raise BadRoster(said)
        confirmed.add(normalize_text(name))
    return frozenset(confirmed)

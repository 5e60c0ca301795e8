"""The file of decisions beside the roster: what the county vouches for though no file says it."""

from __future__ import annotations

from pathlib import Path

from xlbudget.app.errors import BadRoster
from xlbudget.app.roster import read_columns
from xlbudget.layout.normalize import normalize_text
from xlbudget.messages import load_messages


def decisions_beside(roster: Path) -> Path:
    """Where the decisions on the departments of a roster stand: ``名单.决定.csv``."""
    return roster.with_suffix(f".{load_messages()['consolidate']['decisions']['suffix']}.csv")


def read_confirmed(path: Path) -> frozenset[str]:
    """The files and departments, in normal form, whose assumptions somebody confirms. Raises
    BadRoster for a file without the columns, and for a decision that is none."""
    words = load_messages()["consolidate"]["decisions"]
    confirmed = set()
    for line, (name, decision) in read_columns(path, words["columns"], words["no_columns"]):
        if normalize_text(decision) != words["confirmed"]:
            raise BadRoster(words["unknown"].format(file=path.name, line=line, said=decision))
        confirmed.add(normalize_text(name))
    return frozenset(confirmed)

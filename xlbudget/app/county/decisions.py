"""The file of decisions beside the roster: what the county vouches for though no file says it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from xlbudget.app.county.roster import read_columns
from xlbudget.app.errors import BadRoster
from xlbudget.layout.normalize import normalize_text
from xlbudget.messages import load_messages
from xlbudget.ops.consolidate.admission import decided_names
from xlbudget.ops.consolidate.file_record import FileRecord


def decisions_beside(roster: Path) -> Path:
    """Where the decisions on the departments of a roster stand: ``名单.决定.csv``."""
    return roster.with_suffix(f".{load_messages()['consolidate']['decisions']['suffix']}.csv")


class Decisions(NamedTuple):
    """What the county decides on files and departments, by their names in normal form: whose
    assumptions it confirms, and who is added beside an office whose tables list it."""

    confirmed: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()


def read_decisions(path: Path) -> Decisions:
    """The decisions in the file. Raises BadRoster for a file without the columns, and for a
    decision that is none."""
    words = load_messages()["consolidate"]["decisions"]
    decided: dict[str, set[str]] = {kind: set() for kind in Decisions._fields}
    kinds = {words[kind]: kind for kind in decided}
    for line, (name, decision) in read_columns(path, words["columns"], words["no_columns"]):
        kind = kinds.get(normalize_text(decision))
        if kind is None:
            facts = {"file": path.name, "line": line, "said": decision}
            raise BadRoster(words["unknown"].format(allowed="、".join(kinds), **facts))
        decided[kind].add(normalize_text(name))
    return Decisions(**{kind: frozenset(names) for kind, names in decided.items()})


def find_unused(decisions: Decisions, files: Iterable[FileRecord]) -> list[str]:
    """The names, in normal form, that are decided on though no file bears them."""
    known = {name for file in files for name in decided_names(file)}
    return sorted(frozenset().union(*decisions) - known)

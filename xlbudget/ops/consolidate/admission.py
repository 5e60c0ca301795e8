"""The selection of the files to add up, and the reasons for those refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from xlbudget.layout.normalize import normalize_text
from xlbudget.ops.consolidate.file_record import FileRecord


class Refusal(NamedTuple):
    """A file that is not added: the key of the message that gives the reason, and its facts."""

    file: str
    kind: str
    facts: dict[str, str]


def select_files(
    candidates: Sequence[FileRecord],
    include_failing: bool = False,
    confirmed: Collection[str] = (),
) -> tuple[list[FileRecord], list[Refusal]]:
    """The candidates to add up, and those refused.

    Files that cannot be read, have errors or rest on what nobody has confirmed are refused
    (`confirmed` are files and departments in normal form), and those that do not say whose they
    are; then those of another pack, year or unit of amount than most; then departments that appear
    in several files: of identical files the first is taken, of others none, since only the county
    knows which is right.
    """
    refused = list(_unsound(candidates, include_failing, confirmed))
    left = _without(candidates, refused)
    for kind, trait in COMMON:
        others = list(_unlike_most(left, kind, trait))
        refused += others
        left = _without(left, others)
    twice = list(_twice(left))
    return _without(left, twice), [*refused, *twice]


def _without(candidates: Sequence[FileRecord], refused: Sequence[Refusal]) -> list[FileRecord]:
    files = {refusal.file for refusal in refused}
    return [record for record in candidates if record.source.file not in files]


def _unsound(
    candidates: Sequence[FileRecord], include_failing: bool, confirmed: Collection[str]
) -> Iterator[Refusal]:
    for record in candidates:
        file, errors = record.source.file, record.source.errors
        if record.fault:
            yield Refusal(file, "unreadable", {"fault": record.fault})
        elif errors and not include_failing:
            facts = {
                "errors": str(errors),
                "said": record.first_findings[0] if record.first_findings else "",
            }
            yield Refusal(file, "failing", facts)
        elif record.to_confirm and not _is_confirmed(record, confirmed):
            yield Refusal(file, "unconfirmed", {"said": "；".join(record.to_confirm)})
        elif not record.source.department and not record.members:
            yield Refusal(file, "nameless", {})


def _is_confirmed(record: FileRecord, confirmed: Collection[str]) -> bool:
    names = (record.source.file, record.source.department, record.source.code)
    return any(normalize_text(name) in confirmed for name in names if name)


HeadWord = Callable[[FileRecord], str]
COMMON: tuple[tuple[str, HeadWord], ...] = (
    ("other_pack", lambda file: file.pack),
    ("other_year", lambda file: str(file.year)),
    ("other_unit", lambda file: "、".join(file.units)),
)
"""The properties that all files must have in common, each with the kind of its refusal."""


def _unlike_most(candidates: Sequence[FileRecord], kind: str, trait: HeadWord) -> Iterator[Refusal]:
    counts = Counter(trait(record) for record in candidates)
    if len(counts) < 2:
        return
    most = max(counts, key=lambda word: (counts[word], word))
    other = next(record.source.file for record in candidates if trait(record) == most)
    for record in candidates:
        if trait(record) != most:
            facts = {"said": trait(record), "most": most, "other": other}
            yield Refusal(record.source.file, kind, facts)


def _twice(candidates: Sequence[FileRecord]) -> Iterator[Refusal]:
    by_content: dict[str, FileRecord] = {}
    different = []
    for record in candidates:
        first = by_content.setdefault(record.source.checksum, record)
        if first is record:
            different.append(record)
        else:
            yield Refusal(record.source.file, "copied", {"other": first.source.file})
    by_name: dict[str, list[FileRecord]] = {}
    for record in different:
        for name in _names(record):
            by_name.setdefault(name, []).append(record)
    named = set()
    for name, several in by_name.items():
        for record in several if len(several) > 1 else ():
            if record.source.file not in named:
                named.add(record.source.file)
                others = "、".join(other.source.file for other in several if other is not record)
                yield Refusal(record.source.file, "twice", {"department": name, "other": others})


def _names(file: FileRecord) -> list[str]:
    """The names and codes of a file's department, or of all departments of a consolidated workbook,
    in order, since the first duplicate is reported."""
    members = file.members or ((file.source.code, file.source.department),)
    words = (word for code, name in members for word in (normalize_text(name), code) if word)
    return list(dict.fromkeys(words))

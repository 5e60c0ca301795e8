"""Which files are added up, and which are not, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from xlbudget.layout.normalize import normalize_text
from xlbudget.ops.consolidate.file_record import FileRecord


class Refusal(NamedTuple):
    """A file that is not added: which of the pack's words say why, and what goes into them."""

    file: str
    kind: str
    facts: dict[str, str]


def select_files(
    candidates: Sequence[FileRecord], include_failing: bool = False
) -> tuple[list[FileRecord], list[Refusal]]:
    """The candidates to add up, and those refused.

    What cannot be read or has errors is refused; then what is of another pack, year or unit of
    amount than most; then departments that stand in several files: of equal files the first is
    taken, of others none, since nobody but the county knows which is right.
    """
    refused = list(_unsound(candidates, include_failing))
    left = _without(candidates, refused)
    for kind, said in COMMON:
        others = list(_unlike_most(left, kind, said))
        refused += others
        left = _without(left, others)
    twice = list(_twice(left))
    return _without(left, twice), [*refused, *twice]


def _without(candidates: Sequence[FileRecord], refused: Sequence[Refusal]) -> list[FileRecord]:
    files = {one.file for one in refused}
    return [one for one in candidates if one.source.file not in files]


def _unsound(candidates: Sequence[FileRecord], include_failing: bool) -> Iterator[Refusal]:
    for one in candidates:
        file, errors = one.source.file, one.source.errors
        if one.fault:
            yield Refusal(file, "unreadable", {"fault": one.fault})
        elif errors and not include_failing:
            facts = {
                "errors": str(errors),
                "said": one.first_findings[0] if one.first_findings else "",
            }
            yield Refusal(file, "failing", facts)


HeadWord = Callable[[FileRecord], str]
COMMON: tuple[tuple[str, HeadWord], ...] = (
    ("other_pack", lambda file: file.pack),
    ("other_year", lambda file: str(file.year)),
    ("other_unit", lambda file: "、".join(file.units)),
)
"""What all that is added must have in common."""


def _unlike_most(candidates: Sequence[FileRecord], kind: str, said: HeadWord) -> Iterator[Refusal]:
    counts = Counter(said(one) for one in candidates)
    if len(counts) < 2:
        return
    most = max(counts, key=lambda word: (counts[word], word))
    other = next(one.source.file for one in candidates if said(one) == most)
    for one in candidates:
        if said(one) != most:
            facts = {"said": said(one), "most": most, "other": other}
            yield Refusal(one.source.file, kind, facts)


def _twice(candidates: Sequence[FileRecord]) -> Iterator[Refusal]:
    by_content: dict[str, FileRecord] = {}
    different = []
    for one in candidates:
        first = by_content.setdefault(one.source.checksum, one)
        if first is one:
            different.append(one)
        else:
            yield Refusal(one.source.file, "copied", {"other": first.source.file})
    by_name: dict[str, list[FileRecord]] = {}
    for one in different:
        for name in _names(one):
            by_name.setdefault(name, []).append(one)
    told = set()
    for name, several in by_name.items():
        for one in several if len(several) > 1 else ():
            if one.source.file not in told:
                told.add(one.source.file)
                others = "、".join(other.source.file for other in several if other is not one)
                yield Refusal(one.source.file, "twice", {"department": name, "other": others})


def _names(file: FileRecord) -> list[str]:
    """By what a file's department is known: its name and its code; of a consolidated workbook,
    those of its departments. In their order, since the first that stands twice is named."""
    members = file.members or ((file.source.code, file.source.department),)
    words = (word for code, name in members for word in (normalize_text(name), code) if word)
    return list(dict.fromkeys(words))

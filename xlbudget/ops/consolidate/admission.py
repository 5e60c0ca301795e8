"""Which files are added up, and which are not, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from xlbudget.layout.normalize import tidy
from xlbudget.ops.consolidate.snapshot import Head


class Candidate(NamedTuple):
    """A file that was found: its name, the SHA-256 of its content, and what was read of it."""

    file: str
    checksum: str
    head: Head


class Refusal(NamedTuple):
    """A file that is not added: which of the pack's words say why, and what goes into them."""

    file: str
    kind: str
    facts: dict[str, str]


def admitted(
    candidates: Sequence[Candidate], include_failing: bool = False
) -> tuple[list[Candidate], list[Refusal]]:
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


def _without(candidates: Sequence[Candidate], refused: Sequence[Refusal]) -> list[Candidate]:
    files = {one.file for one in refused}
    return [one for one in candidates if one.file not in files]


def _unsound(candidates: Sequence[Candidate], include_failing: bool) -> Iterator[Refusal]:
    for one in candidates:
        head = one.head
        if head.fault:
            yield Refusal(one.file, "unreadable", {"fault": head.fault})
        elif head.errors and not include_failing:
            facts = {"errors": str(head.errors), "said": head.said[0] if head.said else ""}
            yield Refusal(one.file, "failing", facts)


Said = Callable[[Head], str]
COMMON: tuple[tuple[str, Said], ...] = (
    ("other_pack", lambda head: head.pack),
    ("other_year", lambda head: str(head.year)),
    ("other_unit", lambda head: "、".join(head.units)),
)
"""What all that is added must have in common."""


def _unlike_most(candidates: Sequence[Candidate], kind: str, said: Said) -> Iterator[Refusal]:
    counts = Counter(said(one.head) for one in candidates)
    if len(counts) < 2:
        return
    most = max(counts, key=lambda word: (counts[word], word))
    other = next(one.file for one in candidates if said(one.head) == most)
    for one in candidates:
        if said(one.head) != most:
            facts = {"said": said(one.head), "most": most, "other": other}
            yield Refusal(one.file, kind, facts)


def _twice(candidates: Sequence[Candidate]) -> Iterator[Refusal]:
    by_content: dict[str, Candidate] = {}
    different = []
    for one in candidates:
        first = by_content.setdefault(one.checksum, one)
        if first is one:
            different.append(one)
        else:
            yield Refusal(one.file, "copied", {"other": first.file})
    by_name: dict[str, list[Candidate]] = {}
    for one in different:
        for name in _names(one.head):
            by_name.setdefault(name, []).append(one)
    told = set()
    for name, several in by_name.items():
        for one in several if len(several) > 1 else ():
            if one.file not in told:
                told.add(one.file)
                others = "、".join(other.file for other in several if other is not one)
                yield Refusal(one.file, "twice", {"department": name, "other": others})


def _names(head: Head) -> set[str]:
    """By what a file's department is known: its name and its code; of a consolidated workbook,
    those of its departments."""
    members = head.members or ((head.code, head.department),)
    return {word for code, name in members for word in (code, tidy(name)) if word}

"""The selection of the files to add up, and the reasons for those refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import PurePath
from typing import NamedTuple

from xlbudget.core.consolidation import Source
from xlbudget.layout.normalize import normalize_text, strip_ordinal
from xlbudget.layout.office_names import strip_own_level
from xlbudget.layout.parse_code import parse_code
from xlbudget.ops.consolidate.file_record import FileRecord
from xlbudget.ops.consolidate.roster import Roster, find_office, find_offices, is_below


class Refusal(NamedTuple):
    """A file that is not added: the key of the message that gives the reason, and its facts."""

    file: str
    kind: str
    facts: dict[str, str]


Step = Callable[[Sequence[FileRecord]], Iterator[Refusal]]
"""One reason after another for which files are refused, among those that are left."""


SHORTEST = 4
"""Characters of a name that is listed without its place; shorter ones are any place's."""


class Admission(NamedTuple):
    """The terms on which files go into a sum: the roster, where there is one; whether files with
    errors go in, and offices that are not on the roster; the files and departments, in normal form,
    whose assumptions are confirmed, and those that are added beside an office whose own tables
    list them."""

    roster: Roster | None = None
    include_failing: bool = False
    with_strangers: bool = False
    confirmed: Collection[str] = ()
    beside: Collection[str] = ()


def select_files(
    candidates: Sequence[FileRecord], terms: Admission
) -> tuple[list[FileRecord], list[Refusal]]:
    """The candidates to add up, and those refused.

    Files that cannot be read, have errors or rest on what nobody has confirmed are refused, and
    those that do not say whose they are or are of nobody on the roster; then those of another pack,
    year or unit of amount than most; then departments that appear in several files: of identical
    files the first is taken, of others none, since only the county knows which is right; a sum of
    departments that are there themselves; and units that the tables of another file list.
    """
    steps: list[Step] = [partial(_unsound, terms=terms)]
    if terms.roster:
        steps.append(partial(_not_of_roster, roster=terms.roster, terms=terms))
    steps += [partial(_unlike_most, kind=kind, trait=trait) for kind, trait in COMMON]
    steps += [_copies, _sums_of_others, partial(_twice, terms=terms)]
    steps.append(partial(_units_of_others, terms=terms))
    left, refused = list(candidates), list[Refusal]()
    for step in steps:
        more = list(step(left))
        refused += more
        left = _without(left, more)
    return left, refused


def _without(candidates: Sequence[FileRecord], refused: Sequence[Refusal]) -> list[FileRecord]:
    files = {refusal.file for refusal in refused}
    return [record for record in candidates if record.source.file not in files]


def _unsound(candidates: Sequence[FileRecord], terms: Admission) -> Iterator[Refusal]:
    for record in candidates:
        file, errors = record.source.file, record.source.errors
        if record.fault:
            yield Refusal(file, "unreadable", {"fault": record.fault})
        elif errors and not terms.include_failing:
            facts = {
                "errors": str(errors),
                "said": record.first_findings[0] if record.first_findings else "",
            }
            yield Refusal(file, "failing", facts)
        elif record.to_confirm and not is_decided(record, terms.confirmed):
            yield Refusal(file, "unconfirmed", {"said": "；".join(record.to_confirm)})
        elif not record.source.department and not record.members:
            yield Refusal(file, "nameless", {})


def is_decided(record: FileRecord, decided: Collection[str]) -> bool:
    """Whether one of the files and departments, in normal form, is this one: by the file's path or
    name, the department or its code."""
    return not decided_names(record).isdisjoint(decided)


def decided_names(record: FileRecord) -> set[str]:
    """The words, in normal form, by which a decision may mean this file."""
    path = PurePath(record.source.file)
    names = (record.source.file, path.name, path.stem, record.source.department, record.source.code)
    return {normalize_text(name) for name in names if name}


def _not_of_roster(
    candidates: Sequence[FileRecord], roster: Roster, terms: Admission
) -> Iterator[Refusal]:
    for record in candidates:
        source = record.source
        offices = find_offices(roster, source.code, source.department)
        if len(offices) > 1:
            several = "、".join(f"{office.code} {office.name}" for office in offices)
            yield Refusal(source.file, "two_offices", {**_own_facts(source), "offices": several})
        elif not offices and not terms.with_strangers:
            yield Refusal(source.file, "stranger", _own_facts(source))


def _own_facts(source: Source) -> dict[str, str]:
    name = " ".join(filter(None, (source.code, source.department)))
    return {"name": name, "total": f"{source.total:,.2f}"}


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


def _copies(candidates: Sequence[FileRecord]) -> Iterator[Refusal]:
    by_content: dict[str, FileRecord] = {}
    for record in candidates:
        first = by_content.setdefault(record.source.checksum, record)
        if first is not record:
            yield Refusal(record.source.file, "copied", {"other": first.source.file})


def _sums_of_others(candidates: Sequence[FileRecord]) -> Iterator[Refusal]:
    """Sums of which a department has a file of its own here: yesterday's 汇总 in the folder."""
    own = {
        name: record for record in candidates if not record.members for name in _names(record, None)
    }
    for record in candidates:
        names = _names(record, None) if record.members else ()
        there = [own[name] for name in names if name in own]
        if there:
            facts = {"department": there[0].source.department, "other": there[0].source.file}
            yield Refusal(record.source.file, "sum", facts)


def _units_of_others(candidates: Sequence[FileRecord], terms: Admission) -> Iterator[Refusal]:
    """Departments that the tables of another file list as its units, or whose name says that they
    are its own level (本级), so that their figures are in that file; where the roster puts one
    below the other, the roster decides. Of two that list each other the larger has the smaller."""
    singles = [record for record in candidates if not record.members]
    listing = _index_listed(candidates)
    named = {normalize_text(record.source.department): record for record in singles}
    over = {
        record.source.file: [
            office
            for office in _find_offices_over(record, listing, named)
            if not (terms.roster and _are_in_line(terms.roster, record.source, office.source))
        ]
        for record in singles
    }
    for record in singles:
        others = [
            other
            for other in over[record.source.file]
            if record not in over.get(other.source.file, ())
            or record.source.total <= other.source.total
        ]
        if others and not is_decided(record, terms.beside):
            facts = {**_own_facts(record.source), "other": others[0].source.file}
            yield Refusal(record.source.file, "unit", facts)


def _are_in_line(roster: Roster, one: Source, other: Source) -> bool:
    return is_below(roster, one, other) or is_below(roster, other, one)


Listing = Mapping[str, Sequence[tuple[FileRecord, str]]]
"""Name as tables list it, in normal form → the files that do, each with the code beside it."""


def _index_listed(candidates: Sequence[FileRecord]) -> Listing:
    """The units that tables list, without ordinal or code, with and without a remark in
    brackets."""
    listing: dict[str, list[tuple[FileRecord, str]]] = {}
    for record in candidates:
        for code, listed in record.bodies:
            plain = normalize_text(parse_code(strip_ordinal(listed)).name)
            for short in {plain, re.sub(r"（[^（）]*）$", "", plain)} - {""}:
                listing.setdefault(short, []).append((record, code))
    return listing


def _find_offices_over(
    record: FileRecord, listing: Listing, named: Mapping[str, FileRecord]
) -> Iterator[FileRecord]:
    """The files that have a department's figures in them: by its name; by its name without the
    place that the office begins with too; or since it is an office's own level."""
    name, code = normalize_text(record.source.department), record.source.code
    above = named.get(strip_own_level(name))
    if above and above is not record:
        yield above
    for start in range(max(len(name) - SHORTEST, 0) + 1):
        for office, listed_code in listing.get(name[start:], ()):
            here = normalize_text(office.source.department).startswith(name[:start])
            if (
                office is not record
                and here
                and (not listed_code or not code or listed_code == code)
            ):
                yield office


def _twice(candidates: Sequence[FileRecord], terms: Admission) -> Iterator[Refusal]:
    by_name: dict[str, list[FileRecord]] = {}
    for record in candidates:
        for name in _names(record, terms.roster):
            by_name.setdefault(name, []).append(record)
    named = set()
    for name, several in by_name.items():
        for record in several if len(several) > 1 else ():
            if record.source.file not in named:
                named.add(record.source.file)
                others = "、".join(other.source.file for other in several if other is not record)
                yield Refusal(record.source.file, "twice", {"department": name, "other": others})


def _names(file: FileRecord, roster: Roster | None) -> list[str]:
    """The names and codes of a file's department, or of all departments of a consolidated workbook,
    in order, since the first duplicate is reported; on a roster that of its office alone."""
    members = file.members or ((file.source.code, file.source.department),)
    office = find_office(roster, file.source.code, file.source.department) if roster else None
    if office and not file.members:
        return [f"{office.code} {office.name}"]
    words = (word for code, name in members for word in (normalize_text(name), code) if word)
    return list(dict.fromkeys(words))

"""What goes into a consolidation: which files are added, as which offices, and what there is to
tell of the others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from xlbudget.cli.gathering import Asked, Gathered, snapshot_back
from xlbudget.core.consolidation import Consolidation, Source
from xlbudget.ops.consolidate.admission import Candidate, Refusal, admitted
from xlbudget.ops.consolidate.contribution import reading_of
from xlbudget.ops.consolidate.merge import Part, merged
from xlbudget.ops.consolidate.roster import Roster, added, missing, nodes, office_of
from xlbudget.ops.consolidate.subordinate_check import apart
from xlbudget.packs.model import Pack
from xlbudget.report.consolidation_report import Node, Told


class Given(NamedTuple):
    """All files that were found, those taken and refused of them, and the roster; `root` is the
    folder of the consolidated workbook."""

    root: Path
    found: Sequence[Gathered]
    taken: list[Gathered]
    refused: list[Refusal]
    roster: Roster | None


def shown(root: Path, path: Path) -> str:
    """The file's name as seen from the folder of the consolidated workbook, which links to it."""
    try:
        return os.path.relpath(path.resolve(), root)
    except ValueError:  # on another drive
        return str(path.resolve())


def given_of(
    found: Sequence[Gathered], roster: Roster | None, include_failing: bool, root: Path
) -> Given:
    """Sort out what was found; files are named as seen from `root`."""
    by_file = {shown(root, one.path): one for one in found}
    candidates = [Candidate(file, one.checksum, one.head) for file, one in by_file.items()]
    taken, refused = admitted(candidates, include_failing)
    return Given(root, found, [by_file[one.file] for one in taken], refused, roster)


def part_of_file(asked: Asked, given: Given, one: Gathered) -> Part:
    """A file as what is added up, read when its turn comes."""
    if one.head.members:  # consolidated itself: it says its own sources
        snapshot = snapshot_back(asked, one)
        folder = one.path.resolve().parent
        moved = (s._replace(file=shown(given.root, folder / s.file)) for s in snapshot.sources)
        return Part(tuple(moved), snapshot.shares.__getitem__)
    office = office_of(given.roster, one.head.code, one.head.department) if given.roster else None
    source = Source(
        shown(given.root, one.path),
        one.head.department,
        office.code if office else one.head.code,
        Decimal(one.head.total),
        one.modified,
        one.checksum,
        one.head.errors,
    )
    return Part((source,), lambda _: snapshot_back(asked, one).own)


def _offices(roster: Roster, files: Sequence[Gathered]) -> dict[str, Gathered]:
    """Office's code → the file that it sent."""
    found = {}
    for one in files:
        office = office_of(roster, one.head.code, one.head.department)
        if office:
            found[office.code] = one
    return found


def files_to_add(given: Given) -> list[Gathered]:
    """The files to add up: not those of units whose office sent a workbook of its own."""
    if given.roster is None:
        return given.taken
    sent = _offices(given.roster, given.taken)
    kept = added(given.roster, sent)
    below = {one.path for code, one in sent.items() if code not in kept}
    return [one for one in given.taken if one.path not in below]


def told_of(pack: Pack, asked: Asked, given: Given, files: int, county: Consolidation) -> Told:
    """What there is to tell of so many files: sources, refusals, the roster's gaps, the nodes."""
    told = Told(files, county.sources, tuple(given.refused))
    if given.roster is None:
        return told
    sent = _offices(given.roster, given.taken)
    seen = _offices(given.roster, given.found)
    known = {one.path for one in sent.values()}
    strangers = [shown(given.root, one.path) for one in given.taken if one.path not in known]
    return told._replace(
        missing=tuple(one.name for one in missing(given.roster, seen)),
        strangers=tuple(strangers),
        nodes=tuple(_nodes(pack, asked, given, given.roster, sent)),
    )


def _nodes(
    pack: Pack, asked: Asked, given: Given, roster: Roster, sent: dict[str, Gathered]
) -> Iterator[Node]:
    for code, under in nodes(roster, sent):
        office = roster.offices[code].name
        parts = [part_of_file(asked, given, sent[one]) for one in under]
        below = merged(pack, parts, office)
        absent = tuple(roster.offices[one].name for one in roster.below[code] if one not in sent)
        head = sent[code].head
        own = reading_of(pack, snapshot_back(asked, sent[code]).own, head.department, head.code)
        found = () if absent else tuple(apart(pack, own.budget, below))
        yield Node(office, below.sources, absent, found)

"""What goes into a consolidation: which files are added, as which offices, and what there is to
tell of the others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from xlbudget.app.collect import CollectOptions, FileRecord, load_snapshot
from xlbudget.core.consolidation import Consolidation, Source
from xlbudget.ops.consolidate.admission import Candidate, Refusal, admitted
from xlbudget.ops.consolidate.contribution import reading_of
from xlbudget.ops.consolidate.merge import Part, merged
from xlbudget.ops.consolidate.roster import Roster, added, missing, nodes, office_of
from xlbudget.ops.consolidate.subordinate_check import apart
from xlbudget.packs.model import Pack
from xlbudget.report.consolidation_report import Node, Told


class Selection(NamedTuple):
    """All files that were found, those taken and refused of them, and the roster; `root` is the
    folder of the consolidated workbook."""

    root: Path
    found: Sequence[FileRecord]
    taken: list[FileRecord]
    refused: list[Refusal]
    roster: Roster | None


def relative_name(root: Path, path: Path) -> str:
    """The file's name as seen from the folder of the consolidated workbook, which links to it."""
    try:
        return os.path.relpath(path.resolve(), root)
    except ValueError:  # on another drive
        return str(path.resolve())


def select(
    found: Sequence[FileRecord], roster: Roster | None, include_failing: bool, root: Path
) -> Selection:
    """Sort out what was found; files are named as seen from `root`."""
    by_file = {relative_name(root, one.path): one for one in found}
    candidates = [Candidate(file, one.checksum, one.head) for file, one in by_file.items()]
    taken, refused = admitted(candidates, include_failing)
    return Selection(root, found, [by_file[one.file] for one in taken], refused, roster)


def load_part(options: CollectOptions, selection: Selection, one: FileRecord) -> Part:
    """A file as what is added up, read when its turn comes."""
    if one.head.members:  # consolidated itself: it says its own sources
        snapshot = load_snapshot(options, one)
        folder = one.path.resolve().parent
        moved = (
            s._replace(file=relative_name(selection.root, folder / s.file))
            for s in snapshot.sources
        )
        return Part(tuple(moved), snapshot.shares.__getitem__)
    office = (
        office_of(selection.roster, one.head.code, one.head.department)
        if selection.roster
        else None
    )
    source = Source(
        relative_name(selection.root, one.path),
        one.head.department,
        office.code if office else one.head.code,
        Decimal(one.head.total),
        one.modified,
        one.checksum,
        one.head.errors,
    )
    return Part((source,), lambda _: load_snapshot(options, one).own)


def _offices(roster: Roster, files: Sequence[FileRecord]) -> dict[str, FileRecord]:
    """Office's code → the file that it sent."""
    found = {}
    for one in files:
        office = office_of(roster, one.head.code, one.head.department)
        if office:
            found[office.code] = one
    return found


def select_files_to_add(selection: Selection) -> list[FileRecord]:
    """The files to add up: not those of units whose office sent a workbook of its own."""
    if selection.roster is None:
        return selection.taken
    sent = _offices(selection.roster, selection.taken)
    kept = added(selection.roster, sent)
    below = {one.path for code, one in sent.items() if code not in kept}
    return [one for one in selection.taken if one.path not in below]


def summarize(
    pack: Pack, options: CollectOptions, selection: Selection, files: int, county: Consolidation
) -> Told:
    """What there is to tell of so many files: sources, refusals, the roster's gaps, the nodes."""
    told = Told(files, county.sources, tuple(selection.refused))
    if selection.roster is None:
        return told
    sent = _offices(selection.roster, selection.taken)
    seen = _offices(selection.roster, selection.found)
    known = {one.path for one in sent.values()}
    strangers = [
        relative_name(selection.root, one.path) for one in selection.taken if one.path not in known
    ]
    return told._replace(
        missing=tuple(one.name for one in missing(selection.roster, seen)),
        strangers=tuple(strangers),
        nodes=tuple(_nodes(pack, options, selection, selection.roster, sent)),
    )


def _nodes(
    pack: Pack,
    options: CollectOptions,
    selection: Selection,
    roster: Roster,
    sent: dict[str, FileRecord],
) -> Iterator[Node]:
    for code, under in nodes(roster, sent):
        office = roster.offices[code].name
        parts = [load_part(options, selection, sent[one]) for one in under]
        below = merged(pack, parts, office)
        absent = tuple(roster.offices[one].name for one in roster.below[code] if one not in sent)
        head = sent[code].head
        own = reading_of(pack, load_snapshot(options, sent[code]).own, head.department, head.code)
        found = () if absent else tuple(apart(pack, own.budget, below))
        yield Node(office, below.sources, absent, found)

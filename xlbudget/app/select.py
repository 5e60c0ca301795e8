"""What goes into a consolidation: which files are added, as which offices, and what there is to
tell of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from xlbudget.app.collect import CollectOptions, load_contributions, path_of, relative_name
from xlbudget.core.consolidation import Consolidation, Contribution, SourcePart
from xlbudget.ops.consolidate.admission import Refusal, select_files
from xlbudget.ops.consolidate.contribution import rebuild_reading
from xlbudget.ops.consolidate.file_record import FileRecord
from xlbudget.ops.consolidate.merge import make_part_in_memory, merge
from xlbudget.ops.consolidate.roster import (
    Roster,
    find_missing,
    find_office,
    list_supervisors,
    select_added,
)
from xlbudget.ops.consolidate.subordinate_check import find_differences
from xlbudget.packs.model import Pack
from xlbudget.report.consolidation_report import ConsolidationOutcome, OfficeComparison


class Selection(NamedTuple):
    """All files that were found, those taken and refused of them, and the roster."""

    found: Sequence[FileRecord]
    taken: list[FileRecord]
    refused: list[Refusal]
    roster: Roster | None


def select(found: Sequence[FileRecord], roster: Roster | None, include_failing: bool) -> Selection:
    """Sort out what was found."""
    each = {one.source.file: one for one in found}  # a file may be reached by several paths
    taken, refused = select_files(list(each.values()), include_failing)
    return Selection(found, taken, refused, roster)


def load_parts(
    options: CollectOptions, selection: Selection, files: Iterable[FileRecord]
) -> list[SourcePart]:
    """What the files add up: a department's file is a part, a consolidated one has its own."""
    return [part for one in files for part in _parts(options, selection, one)]


def _parts(options: CollectOptions, selection: Selection, one: FileRecord) -> Iterator[SourcePart]:
    source = one.source
    if one.members:
        _, *sources = load_contributions(options, one)
        folder = path_of(options.root, source.file).parent
        for behind, share in sources:
            file = relative_name(options.root, folder / behind.file)
            yield make_part_in_memory(behind._replace(file=file), share)
        return
    office = (
        find_office(selection.roster, source.code, source.department) if selection.roster else None
    )
    code = office.code if office else source.code
    yield SourcePart(source._replace(code=code), partial(_own, options, one))


def _own(options: CollectOptions, one: FileRecord) -> Contribution:
    return load_contributions(options, one)[0][1]


def _offices(roster: Roster, files: Sequence[FileRecord]) -> dict[str, FileRecord]:
    """Office's code → the file that it sent."""
    found = {}
    for one in files:
        office = find_office(roster, one.source.code, one.source.department)
        if office:
            found[office.code] = one
    return found


def select_files_to_add(selection: Selection) -> list[FileRecord]:
    """The files to add up: not those of units whose office sent a workbook of its own."""
    if selection.roster is None:
        return selection.taken
    sent = _offices(selection.roster, selection.taken)
    kept = select_added(selection.roster, sent)
    below = {one.source.file for code, one in sent.items() if code not in kept}
    return [one for one in selection.taken if one.source.file not in below]


def summarize(
    pack: Pack, options: CollectOptions, selection: Selection, files: int, county: Consolidation
) -> ConsolidationOutcome:
    """What there is to tell of so many files: sources, refusals, the roster's gaps, the nodes."""
    told = ConsolidationOutcome(files, county.sources, tuple(selection.refused))
    if selection.roster is None:
        return told
    sent = _offices(selection.roster, selection.taken)
    seen = _offices(selection.roster, selection.found)
    known = {one.source.file for one in sent.values()}
    strangers = [one.source.file for one in selection.taken if one.source.file not in known]
    return told._replace(
        missing=tuple(one.name for one in find_missing(selection.roster, seen)),
        strangers=tuple(strangers),
        nodes=tuple(_nodes(pack, options, selection, selection.roster, sent)),
    )


def _nodes(
    pack: Pack,
    options: CollectOptions,
    selection: Selection,
    roster: Roster,
    sent: dict[str, FileRecord],
) -> Iterator[OfficeComparison]:
    for code, under in list_supervisors(roster, sent):
        office = roster.offices[code].name
        parts = load_parts(options, selection, [sent[one] for one in under])
        below = merge(pack, parts, office)
        absent = tuple(roster.offices[one].name for one in roster.below[code] if one not in sent)
        source = sent[code].source
        own = rebuild_reading(pack, _own(options, sent[code]), source.department, source.code)
        found = () if absent else tuple(find_differences(pack, own.budget, below))
        yield OfficeComparison(office, below.sources, absent, found)

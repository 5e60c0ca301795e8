"""The selection of files for a consolidation: those added, their offices, and the report on the
others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from xlbudget.app.county.collect import CollectOptions, load_contributions, path_of, relative_name
from xlbudget.core.consolidation import Consolidation, Contribution, SourcePart
from xlbudget.ops.consolidate.admission import Admission, Refusal, select_files
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
    """All files that were found, which of them were taken and refused, and the roster."""

    found: Sequence[FileRecord]
    taken: list[FileRecord]
    refused: list[Refusal]
    roster: Roster | None


def select(files: Sequence[FileRecord], terms: Admission) -> Selection:
    """Divide the files that were found into those taken and those refused, on these terms."""
    each = {file.source.file: file for file in files}  # a file may be reached by several paths
    taken, refused = select_files(list(each.values()), terms)
    return Selection(files, taken, refused, terms.roster)


def load_parts(
    options: CollectOptions, selection: Selection, files: Iterable[FileRecord]
) -> list[SourcePart]:
    """The parts of the files: a department's file is one part, a consolidated one has several."""
    return [part for file in files for part in _parts(options, selection, file)]


def _parts(options: CollectOptions, selection: Selection, file: FileRecord) -> Iterator[SourcePart]:
    source = file.source
    if file.members:
        _, *sources = load_contributions(options, file)
        folder = path_of(options.root, source.file).parent
        for member, contribution in sources:
            name = relative_name(options.root, folder / member.file)
            yield make_part_in_memory(member._replace(file=name), contribution)
        return
    office = (
        find_office(selection.roster, source.code, source.department) if selection.roster else None
    )
    code = office.code if office else source.code
    yield SourcePart(source._replace(code=code), partial(_own, options, file))


def _own(options: CollectOptions, file: FileRecord) -> Contribution:
    return load_contributions(options, file)[0][1]


def _offices(roster: Roster, files: Sequence[FileRecord]) -> dict[str, FileRecord]:
    """Code of an office → the file that it sent."""
    by_office = {}
    for file in files:
        office = find_office(roster, file.source.code, file.source.department)
        if office:
            by_office[office.code] = file
    return by_office


def select_files_to_add(selection: Selection) -> list[FileRecord]:
    """The files to add up, without those of units whose office sent a workbook of its own."""
    if selection.roster is None:
        return selection.taken
    sent = _offices(selection.roster, selection.taken)
    kept = select_added(selection.roster, sent)
    below = {file.source.file for code, file in sent.items() if code not in kept}
    return [file for file in selection.taken if file.source.file not in below]


def summarize(
    pack: Pack, options: CollectOptions, selection: Selection, files: int, county: Consolidation
) -> ConsolidationOutcome:
    """The outcome for this number of files: sources, refusals, the roster's gaps, the
    comparisons."""
    outcome = ConsolidationOutcome(files, county.sources, tuple(selection.refused))
    if selection.roster is None:
        return outcome
    sent = _offices(selection.roster, selection.taken)
    handed_in = [file for file in selection.found if not file.blank]
    seen = _offices(selection.roster, handed_in)
    known = {file.source.file for file in sent.values()}
    strangers = [file.source.file for file in selection.taken if file.source.file not in known]
    return outcome._replace(
        missing=tuple(office.name for office in find_missing(selection.roster, seen)),
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
        parts = load_parts(options, selection, [sent[unit] for unit in under])
        below = merge(pack, parts, office)
        absent = tuple(roster.offices[unit].name for unit in roster.below[code] if unit not in sent)
        source = sent[code].source
        own = rebuild_reading(pack, _own(options, sent[code]), source.department, source.code)
        differences = () if absent else tuple(find_differences(pack, own.budget, below))
        yield OfficeComparison(office, below.sources, absent, differences)

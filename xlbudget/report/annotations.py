"""Findings and causes as marks on the user's own cells."""

from __future__ import annotations

from collections.abc import Iterator

from xlbudget.core.finding import ERROR, NOTE, WARNING, Finding
from xlbudget.core.key import CellKey, Place
from xlbudget.messages import load_messages
from xlbudget.report.file_result import Checked, explained, in_order
from xlbudget.report.messages import Namer, message, repair
from xlbudget.report.text_report import verdict
from xlbudget.workbook.edit.annotate import Entry, Words


def entries_of(checked: Checked) -> list[Entry]:
    """What is marked and listed: causes first, then what no cause explains."""
    namer = Namer(checked.pack, checked.reading)
    either = load_messages()["report"]["or"]
    entries = []
    told: set[int] = set()
    for cause, findings in explained(checked):
        for one in cause.repairs:
            entries.append(Entry(ERROR, _place(namer, one.cell), repair(namer, one)))
        for way in cause.alternatives:
            for one in way:
                said = either + repair(namer, one)
                entries.append(Entry(WARNING, _place(namer, one.cell), said))
        told |= {id(finding) for finding in findings}
    for finding in in_order(checked.findings):
        if id(finding) not in told and finding.severity != NOTE:
            entries.append(Entry(finding.severity, *_said(namer, finding)))
    return entries


def words_of(checked: Checked) -> Words:
    """The words of the sheet of results."""
    words = load_messages()["annotate"]
    severities = load_messages()["severities"]
    return Words(words["sheet"], verdict(checked), words["headings"], severities)


def _said(namer: Namer, finding: Finding) -> tuple[Place | None, str]:
    places = list(_places(namer, finding))
    return (places[0] if places else None), f"{finding.rule} {message(namer, finding)}"


def _places(namer: Namer, finding: Finding) -> Iterator[Place]:
    for cell in finding.cells:
        place = cell if isinstance(cell, Place) else _place(namer, cell)
        if place is not None:
            yield place


def _place(namer: Namer, cell: CellKey) -> Place | None:
    return namer.reading.place(cell) if namer.reading else None

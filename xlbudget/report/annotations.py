"""Findings and causes as marks on the user's own cells."""

from __future__ import annotations

from collections.abc import Iterator

from xlbudget.core.finding import ERROR, NOTE, WARNING, Finding
from xlbudget.core.key import CellKey, SheetCell
from xlbudget.messages import load_messages
from xlbudget.report.file_result import FileResult, group_by_cause, sort_findings
from xlbudget.report.messages import Namer, describe_finding, describe_repair
from xlbudget.report.text_report import describe_verdict
from xlbudget.workbook.edit.annotate import Annotation, ResultWords


def list_annotations(checked: FileResult) -> list[Annotation]:
    """What is marked and listed: causes first, then what no cause explains."""
    namer = Namer(checked.pack, checked.reading)
    either = load_messages()["report"]["or"]
    entries = []
    told: set[int] = set()
    for cause, findings in group_by_cause(checked):
        for one in cause.repairs:
            entries.append(Annotation(ERROR, _place(namer, one.cell), describe_repair(namer, one)))
        for way in cause.alternatives:
            for one in way:
                said = either + describe_repair(namer, one)
                entries.append(Annotation(WARNING, _place(namer, one.cell), said))
        told |= {id(finding) for finding in findings}
    for finding in sort_findings(checked.findings):
        if id(finding) not in told and finding.severity != NOTE:
            entries.append(Annotation(finding.severity, *_said(namer, finding)))
    return entries


def choose_words(checked: FileResult) -> ResultWords:
    """The words of the sheet of results."""
    words = load_messages()["annotate"]
    severities = load_messages()["severities"]
    return ResultWords(words["sheet"], describe_verdict(checked), words["headings"], severities)


def _said(namer: Namer, finding: Finding) -> tuple[SheetCell | None, str]:
    places = list(_places(namer, finding))
    return (places[0] if places else None), f"{finding.rule} {describe_finding(namer, finding)}"


def _places(namer: Namer, finding: Finding) -> Iterator[SheetCell]:
    for cell in finding.cells:
        place = cell if isinstance(cell, SheetCell) else _place(namer, cell)
        if place is not None:
            yield place


def _place(namer: Namer, cell: CellKey) -> SheetCell | None:
    return namer.reading.locate(cell) if namer.reading else None

"""Findings and causes as annotations of the user's own cells."""

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
    """The annotations to mark and list: causes first, then the findings that no cause explains."""
    namer = Namer(checked.pack, checked.reading)
    either = load_messages()["report"]["or"]
    entries = []
    explained: set[int] = set()
    for cause, findings in group_by_cause(checked):
        for fix in cause.repairs:
            entries.append(Annotation(ERROR, _locate(namer, fix.cell), describe_repair(namer, fix)))
        for way in cause.alternatives:
            for fix in way:
                alternative = either + describe_repair(namer, fix)
                entries.append(Annotation(WARNING, _locate(namer, fix.cell), alternative))
        explained |= {id(finding) for finding in findings}
    for finding in sort_findings(checked.findings):
        if id(finding) not in explained and finding.severity != NOTE:
            entries.append(Annotation(finding.severity, *_describe(namer, finding)))
    return entries


def choose_words(checked: FileResult) -> ResultWords:
    """The sheet name, verdict, headings and severities of the sheet of results."""
    words = load_messages()["annotate"]
    severities = load_messages()["severities"]
    return ResultWords(words["sheet"], describe_verdict(checked), words["headings"], severities)


def _describe(namer: Namer, finding: Finding) -> tuple[SheetCell | None, str]:
    cells = list(_sheet_cells(namer, finding))
    return (cells[0] if cells else None), f"{finding.rule} {describe_finding(namer, finding)}"


def _sheet_cells(namer: Namer, finding: Finding) -> Iterator[SheetCell]:
    for cell in finding.cells:
        sheet_cell = cell if isinstance(cell, SheetCell) else _locate(namer, cell)
        if sheet_cell is not None:
            yield sheet_cell


def _locate(namer: Namer, cell: CellKey) -> SheetCell | None:
    return namer.reading.locate(cell) if namer.reading else None

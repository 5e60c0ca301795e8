"""The JSON report of CLI.md: one object a file, amounts as strings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from xlbudget.core.amount import format_plain
from xlbudget.core.cause import AnyRepair, BlockRepair, Cause, Repair, RowRepair
from xlbudget.core.finding import ERROR, NOTE, UNCONFIRMED, WARNING, Finding
from xlbudget.report.file_result import FileResult, group_by_cause, sort_findings
from xlbudget.report.messages import (
    Namer,
    describe_finding,
    describe_repair,
    format_money,
    name_cells,
)


def json_report(checked: Sequence[FileResult]) -> str:
    """One object for one file, an array of them for several, in the order given."""
    objects = [_file(result) for result in checked]
    return json.dumps(objects[0] if len(objects) == 1 else objects, ensure_ascii=False, indent=1)


def _file(checked: FileResult) -> dict[str, Any]:
    namer = Namer(checked.pack, checked.reading)
    counts = checked.counts
    causes = {id(finding): cause for cause, group in group_by_cause(checked) for finding in group}
    return {
        "file": checked.file,
        "pack": checked.pack.name,
        "findings": [
            _finding(namer, finding, causes.get(id(finding)))
            for finding in sort_findings(checked.findings)
        ],
        "causes": [_cause(namer, cause, len(group)) for cause, group in group_by_cause(checked)],
        "verdict": checked.verdict,
        "summary": {
            "errors": counts.get(ERROR, 0),
            "warnings": counts.get(WARNING, 0) + counts.get(UNCONFIRMED, 0),
            "notes": counts.get(NOTE, 0),
            "to_confirm": counts.get(UNCONFIRMED, 0),
        },
    }


def _finding(namer: Namer, finding: Finding, cause: Cause | None) -> dict[str, Any]:
    unconfirmed = finding.severity == UNCONFIRMED
    severity = WARNING if unconfirmed else finding.severity
    fields: dict[str, Any] = {"code": finding.rule, "severity": severity}
    if unconfirmed:
        fields["to_confirm"] = True
    if finding.form:
        fields["form"] = finding.form
    fields["cells"] = name_cells(namer, finding)
    fields["message"] = describe_finding(namer, finding)
    if finding.figures is not None:
        fields["residual"] = format_plain(finding.figures.residual)
    if cause and cause.only:
        fields["suggestion"] = _suggestion(namer, cause.only)
    return fields


def _cause(namer: Namer, cause: Cause, explains: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "repairs": [_repair(namer, repair) for repair in cause.repairs],
        "explains": explains,
    }
    if cause.partial:
        fields["partial"] = True
    if cause.alternatives:
        fields["alternatives"] = [
            [_repair(namer, repair) for repair in repairs] for repairs in cause.alternatives
        ]
    return fields


def _repair(namer: Namer, repair: AnyRepair) -> dict[str, Any]:
    if isinstance(repair, RowRepair):
        fields = _row(namer, repair)
    elif isinstance(repair, BlockRepair):
        fields = {"cell": namer.where(repair.cell), "last": namer.where(repair.last)}
    else:
        fields = _suggestion(namer, repair)
    fields["slip"] = repair.slip
    fields["message"] = describe_repair(namer, repair)
    return fields


def _suggestion(namer: Namer, repair: Repair) -> dict[str, Any]:
    """The cell and the value that it should have; None for a blank."""
    value = None if repair.new is None else format_money(repair.new).replace(",", "")
    return {"cell": namer.cell_address(repair.cell), "value": value}


def _row(namer: Namer, repair: RowRepair) -> dict[str, Any]:
    """The cell of the row (of a missing one: the row under which it belongs), its code and
    figures."""
    fields: dict[str, Any] = {"cell": namer.cell_address(repair.cell)}
    if repair.row:
        fields["row"] = repair.row
    if repair.amounts:
        fields["amounts"] = {column: str(amount) for column, amount in repair.amounts}
    return fields

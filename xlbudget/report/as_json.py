"""The JSON report of CLI.md: one object a file, amounts as strings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from xlbudget.core.amount import plain
from xlbudget.core.finding import ERROR, NOTE, WARNING, Finding
from xlbudget.report.checked import Checked, in_order
from xlbudget.report.words import Namer, message, places


def report(checked: Sequence[Checked]) -> str:
    """One object for one file, an array of them for several, in the order given."""
    objects = [_file(one) for one in checked]
    return json.dumps(objects[0] if len(objects) == 1 else objects, ensure_ascii=False, indent=1)


def _file(checked: Checked) -> dict[str, Any]:
    namer = Namer(checked.pack, checked.reading)
    counts = checked.counts
    return {
        "file": checked.file,
        "pack": checked.pack.name,
        "findings": [_finding(namer, finding) for finding in in_order(checked.findings)],
        "summary": {
            "errors": counts.get(ERROR, 0),
            "warnings": counts.get(WARNING, 0),
            "notes": counts.get(NOTE, 0),
        },
    }


def _finding(namer: Namer, finding: Finding) -> dict[str, Any]:
    said: dict[str, Any] = {"code": finding.rule, "severity": finding.severity}
    if finding.form:
        said["form"] = finding.form
    said["cells"] = places(namer, finding)
    said["message"] = message(namer, finding)
    if finding.figures is not None:
        said["residual"] = plain(finding.figures.residual)
    return said

"""The report as SARIF 2.1.0 (OASIS), for code-hosting reviews: one run, a result per finding.

A cell is a logical location (``表六!C7``); a workbook has no lines. A certain repair is part of the
message, since SARIF's fixes replace text only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from xlbudget.core.finding import ERROR, NOTE, UNCONFIRMED, WARNING, Finding
from xlbudget.packs.model import Pack
from xlbudget.report.file_result import FileResult, group_by_cause, sort_findings
from xlbudget.report.messages import Namer, describe_finding, describe_repair, name_cells

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {ERROR: "error", UNCONFIRMED: "warning", WARNING: "warning", NOTE: "note"}


def sarif_report(checked: Sequence[FileResult]) -> str:
    """One SARIF log for all files."""
    packs = {file.pack.name: file.pack for file in checked}
    rules = [rule for pack in packs.values() for rule in _rules(pack)]
    index = {rule["id"]: number for number, rule in reversed(list(enumerate(rules)))}
    driver = {"name": "xlbudget", "rules": rules}
    results = [_result(file, f, index) for file in checked for f in sort_findings(file.findings)]
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=1)


def _rules(pack: Pack) -> list[dict[str, Any]]:
    return [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.sentence},
            "fullDescription": {"text": rule.why or rule.sentence},
            "help": {"text": rule.fix or rule.sentence},
        }
        for rule in pack.rules.values()
    ]


def _result(checked: FileResult, finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    namer = Namer(checked.pack, checked.reading)
    text = describe_finding(namer, finding)
    for cause, findings in group_by_cause(checked):
        if any(each is finding for each in findings):
            text += "。" + "；".join(describe_repair(namer, fix) for fix in cause.repairs)
    uri = quote(PurePath(checked.file).as_posix())
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": uri}}}
    cells = name_cells(namer, finding)
    if cells:
        location["logicalLocations"] = [
            {"name": cell, "fullyQualifiedName": cell, "kind": "member"} for cell in cells
        ]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [location],
    }

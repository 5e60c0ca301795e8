"""The report as a self-contained page: causes, findings, the forms with wrong cells marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from importlib.resources import files
from typing import Any

from xlbudget.core.cause import AnyRepair, Cause
from xlbudget.core.finding import ERROR, NOTE, WARNING, Finding
from xlbudget.core.key import CellKey
from xlbudget.layout.plan import PlannedCell, plan
from xlbudget.messages import load_messages
from xlbudget.packs.model import Form
from xlbudget.report.file_result import FileResult, group_by_cause, sort_findings
from xlbudget.report.messages import (
    Namer,
    describe_finding,
    describe_fix,
    describe_repair,
    format_money,
    name_cells,
)
from xlbudget.report.text_report import (
    count_decided,
    count_files,
    count_unexplained,
    describe_verdict,
    name_outcome,
)

TEMPLATE = "page.html"


def html_report(checked: Sequence[FileResult]) -> str:
    """The page for one or several files; for several, a table of all with links to each comes
    first."""
    from jinja2 import Environment

    source = files("xlbudget.report").joinpath(TEMPLATE).read_text(encoding="utf-8")
    template = Environment(autoescape=True, trim_blocks=True).from_string(source)
    return template.render(_page(checked))


def _page(checked: Sequence[FileResult]) -> dict[str, Any]:
    several = len(checked) > 1
    words = load_messages()
    forms = {key: form.sheet for result in checked for key, form in result.pack.forms.items()}
    return {
        "title": count_files(checked) if several else describe_verdict(checked[0]),
        "several": several,
        "head": "h2" if several else "h1",
        "part": "h3" if several else "h2",
        "words": {**words["html"], "or": words["report"]["or"]},
        "severities": list(words["severities"].items()),
        "forms": forms,
        "files": [
            {**_file(result), "prefix": f"file-{number}-" if several else ""}
            for number, result in enumerate(checked, start=1)
        ],
    }


def _file(checked: FileResult) -> dict[str, Any]:
    namer = Namer(checked.pack, checked.reading)
    words = load_messages()["report"]
    causes = group_by_cause(checked)
    explained = {id(finding) for _, findings in causes for finding in findings}
    rest = [f for f in sort_findings(checked.findings) if id(f) not in explained]
    return {
        "name": checked.file,
        "headline": describe_verdict(checked),
        "outcome": name_outcome(checked),
        "verdict": checked.verdict,
        "errors": checked.counts.get(ERROR),
        "warnings": checked.counts.get(WARNING),
        "decided": count_decided(checked) if checked.reading else "",
        "causes_title": words["causes"].format(count=len(causes)),
        "causes": [_cause(namer, cause, findings) for cause, findings in causes],
        "unexplained": " ".join(count_unexplained(checked)),
        "findings": [_finding(namer, finding) for finding in rest],
        "forms": list(_forms(checked, causes, rest)),
    }


def _cause(namer: Namer, cause: Cause, findings: Sequence[Finding]) -> dict[str, Any]:
    forms = dict.fromkeys(repair.cell.form for repair in cause.repairs)
    return {
        "repairs": [_repair(namer, repair) for repair in cause.repairs],
        "alternatives": [[_repair(namer, repair) for repair in way] for way in cause.alternatives],
        "explains": load_messages()["report"]["explains"].format(count=len(findings)),
        "partial": load_messages()["report"]["partial"] if cause.partial else "",
        "forms": " ".join(forms),
        "findings": [_finding(namer, finding) for finding in findings],
    }


def _repair(namer: Namer, repair: AnyRepair) -> dict[str, str]:
    return {"id": make_anchor(repair.cell), "text": describe_repair(namer, repair)}


def _finding(namer: Namer, finding: Finding) -> dict[str, Any]:
    words = load_messages()
    has_fix = finding.severity != NOTE
    cell = next((c for c in finding.cells if isinstance(c, CellKey)), None)
    return {
        "severity": finding.severity,
        "level": words["severities"][finding.severity],
        "rule": finding.rule,
        "form": finding.form,
        "id": make_anchor(cell) if cell else finding.form,
        "where": next(iter(name_cells(namer, finding)), namer.form(finding.form)),
        "text": describe_finding(namer, finding),
        "fix": f"{words['report']['fix']}：{describe_fix(namer, finding)}" if has_fix else "",
    }


def make_anchor(cell: CellKey) -> str:
    """The id of a cell within the page."""
    return "-".join(cell).replace("@", "n").replace("#", "_")


def _forms(
    checked: FileResult, causes: Sequence[tuple[Cause, Sequence[Finding]]], rest: Sequence[Finding]
) -> Iterator[dict[str, Any]]:
    """Every form as it is printed, each wrong cell with a link back to its cause."""
    if checked.reading is None:
        return
    namer = Namer(checked.pack, checked.reading)
    wrong: dict[str, tuple[str, str, str]] = {}
    for finding in reversed([f for f in rest if f.severity != NOTE]):
        for cell in (c for c in finding.cells[:1] if isinstance(c, CellKey)):
            state = "wrong" if finding.severity == ERROR else "maybe"
            wrong[make_anchor(cell)] = (state, describe_finding(namer, finding), "")
    for number, (cause, _) in enumerate(causes, start=1):
        for way, state in ((cause.alternatives, "maybe"), ((cause.repairs,), "wrong")):
            for repair in (repair_ for repairs in way for repair_ in repairs):
                wrong[make_anchor(repair.cell)] = (
                    state,
                    describe_repair(namer, repair),
                    f"cause-{number}",
                )
    for form in checked.pack.forms.values():
        rows = _rows(checked, form, wrong)
        yield {"key": form.key, "sheet": form.sheet, "rows": rows}


def _rows(
    checked: FileResult, form: Form, wrong: dict[str, tuple[str, str, str]]
) -> list[list[dict[str, Any]]]:
    assert checked.reading is not None
    planned = plan(checked.pack, form, checked.reading.budget)
    anchors: dict[tuple[int, int], str] = {}
    for (block, row), line in planned.rows.items():
        for (other, column), index in planned.columns.items():
            if other == block:
                anchors[line, index] = make_anchor(CellKey(*block, row, column))
    lines: dict[int, list[dict[str, Any]]] = {}
    for cell in sorted(planned.cells, key=lambda cell: cell[:2]):
        name = anchors.get((cell.row, cell.column), "")
        lines.setdefault(cell.row, []).append(_cell(cell, name, wrong))
    return [lines[number] for number in sorted(lines)]


def _cell(cell: PlannedCell, name: str, wrong: dict[str, tuple[str, str, str]]) -> dict[str, Any]:
    state, says, back = wrong.get(name, ("", "", ""))
    content = cell.content
    return {
        "role": cell.role,
        "text": format_money(content) if isinstance(content, Decimal) else content or "",
        "rows": cell.last_row - cell.row + 1,
        "columns": cell.last_column - cell.column + 1,
        "level": cell.level,
        "id": name,
        "state": state,
        "says": says,
        "back": back,
    }

"""The input of a report: one checked file, readable or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from xlbudget.core.cause import Cause
from xlbudget.core.finding import ERROR, NOTE, WARNING, Finding
from xlbudget.core.reading import Reading
from xlbudget.packs.model import Pack

ORDER = (ERROR, WARNING, NOTE)


class FileResult(NamedTuple):
    """One file with its findings; `reading` is None where it could not be read, `outcomes` counts
    the constraints by outcome, `causes` are the likely causes of broken ones."""

    file: str
    pack: Pack
    findings: tuple[Finding, ...]
    reading: Reading | None = None
    outcomes: Mapping[str, int] | None = None
    causes: tuple[Cause, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of findings of each severity."""
        return Counter(finding.severity for finding in self.findings)

    @property
    def failed(self) -> bool:
        """Whether the file has errors or could not be read."""
        return self.reading is None or bool(self.counts.get(ERROR))


def sort_findings(findings: tuple[Finding, ...]) -> list[Finding]:
    """The findings by severity, the most severe first, otherwise in their order."""
    return sorted(findings, key=lambda finding: ORDER.index(finding.severity))


def group_by_cause(checked: FileResult) -> list[tuple[Cause, list[Finding]]]:
    """Each cause with repairs, and the findings of the file that it explains."""
    groups = []
    for cause in checked.causes:
        explains = {id(finding) for finding in cause.explains}
        mine = [f for f in checked.findings if id(f) in explains]
        if cause.repairs and mine:
            groups.append((cause, mine))
    return groups

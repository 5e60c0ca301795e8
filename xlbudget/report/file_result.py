"""The input of a report: one checked file, readable or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from xlbudget.core.cause import Cause
from xlbudget.core.finding import ERROR, SEVERITIES, UNCONFIRMED, Finding
from xlbudget.core.reading import Reading
from xlbudget.packs.model import Pack

PASSED, FAILED, UNREADABLE = "passed", "failed", "unreadable"
"""Verdicts beside UNCONFIRMED: nothing wrong, errors, not read."""


class FileResult(NamedTuple):
    """One file with its findings; `reading` is None where it could not be read, `outcomes` counts
    the constraints by outcome, `causes` are the likely causes of broken ones; `accepted` says
    whether somebody vouches for what is to be confirmed."""

    file: str
    pack: Pack
    findings: tuple[Finding, ...]
    reading: Reading | None = None
    outcomes: Mapping[str, int] | None = None
    causes: tuple[Cause, ...] = ()
    accepted: bool = False

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of findings of each severity."""
        return Counter(finding.severity for finding in self.findings)

    @property
    def verdict(self) -> str:
        """PASSED, UNCONFIRMED, FAILED or UNREADABLE; every report and exit code goes by it."""
        if self.reading is None:
            return UNREADABLE
        if self.counts.get(ERROR):
            return FAILED
        return UNCONFIRMED if self.counts.get(UNCONFIRMED) and not self.accepted else PASSED


def sort_findings(findings: tuple[Finding, ...]) -> list[Finding]:
    """The findings by severity, the most severe first, otherwise in their order."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def group_by_cause(checked: FileResult) -> list[tuple[Cause, list[Finding]]]:
    """Each cause with repairs, and the findings of the file that it explains."""
    groups = []
    for cause in checked.causes:
        explains = {id(finding) for finding in cause.explains}
        mine = [f for f in checked.findings if id(f) in explains]
        if cause.repairs and mine:
            groups.append((cause, mine))
    return groups

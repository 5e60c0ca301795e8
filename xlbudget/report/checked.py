"""What a report is made of: one checked file, readable or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from xlbudget.core.finding import ERROR, NOTE, WARNING, Finding
from xlbudget.core.reading import Reading
from xlbudget.packs.model import Pack

ORDER = (ERROR, WARNING, NOTE)


class Checked(NamedTuple):
    """One file with its findings; `reading` is None where it could not be read, `outcomes`
    counts the constraints by what became of them."""

    file: str
    pack: Pack
    findings: tuple[Finding, ...]
    reading: Reading | None = None
    outcomes: Mapping[str, int] | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings of each severity."""
        return Counter(finding.severity for finding in self.findings)


def in_order(findings: tuple[Finding, ...]) -> list[Finding]:
    """Gravest first, otherwise as found."""
    return sorted(findings, key=lambda finding: ORDER.index(finding.severity))

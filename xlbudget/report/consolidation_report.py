"""The report on a consolidation: what was added up, what was not and why, which offices are
missing, and where an office and those below it disagree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlbudget.core.consolidation import Source
from xlbudget.core.finding import ERROR
from xlbudget.core.key import BlockKey
from xlbudget.messages import load_messages
from xlbudget.ops.consolidate.admission import Refusal
from xlbudget.ops.consolidate.subordinate_check import Difference
from xlbudget.packs.find import default_pack
from xlbudget.packs.model import Pack
from xlbudget.packs.names import name_code, name_row
from xlbudget.report.file_result import PASSED
from xlbudget.report.messages import format_money
from xlbudget.report.text_report import Style, keep_plain
from xlbudget.rules.wording import name_column

UNITS = 8
"""The most units named for a figure that they do not add up to; the rest are counted."""
FIGURES = 20
"""The most figures reported for an office; the rest are counted."""


class OfficeComparison(NamedTuple):
    """An office compared with those directly below it: their sources, those of them that sent
    nothing (then nothing was compared), and the figures that differ."""

    office: str
    below: tuple[Source, ...]
    absent: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


class ConsolidationOutcome(NamedTuple):
    """The outcome of a consolidation: the sources added up, files refused, offices that sent
    nothing (`missing`), files of offices that are not on the roster (`strangers`), comparisons of
    offices (`nodes`), and the number of errors in the sum itself."""

    files: int
    sources: tuple[Source, ...]
    refused: tuple[Refusal, ...]
    missing: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    nodes: tuple[OfficeComparison, ...] = ()
    errors: int = 0

    @property
    def sound(self) -> bool:
        """Whether every file was added up without errors, and all figures agree."""
        apart = any(node.differences or node.absent for node in self.nodes)
        failing = any(source.errors for source in self.sources)
        wrong = (self.refused, self.missing, self.strangers, apart, failing, self.errors)
        return not any(wrong)


def consolidation_report(
    pack: Pack, outcome: ConsolidationOutcome, style: Style = keep_plain
) -> str:
    """The report as text, the verdict first."""
    return "\n".join(_lines(pack, outcome, style))


def describe_refusal(refusal: Refusal) -> str:
    """The reason why a file was not added."""
    template: str = load_messages()["consolidate"]["refused"][refusal.kind]
    return template.format(**refusal.facts)


def _lines(pack: Pack, outcome: ConsolidationOutcome, style: Style) -> Iterator[str]:
    words = load_messages()["consolidate"]
    counts = {
        "files": outcome.files,
        "added": len(outcome.sources),
        "refused": len(outcome.refused),
    }
    verdict = words["sound" if outcome.sound else "unsound"].format(**counts)
    yield style(verdict, PASSED if outcome.sound else ERROR)
    if pack.name != default_pack():
        yield words["by_pack"].format(place=pack.place, since=pack.since, name=pack.name)
    for refusal in outcome.refused:
        yield words["left_out"].format(file=refusal.file, why=describe_refusal(refusal))
    for source in outcome.sources:
        if source.errors:
            yield words["with_errors"].format(file=source.file, errors=source.errors)
    if outcome.missing:
        names = words["list"].join(outcome.missing)
        yield words["missing"].format(count=len(outcome.missing), names=names)
    for file in outcome.strangers:
        yield words["stranger"].format(file=file)
    for node in outcome.nodes:
        yield from _node(pack, node)
    if outcome.errors:
        yield words["sum_wrong"].format(errors=outcome.errors)


def _node(pack: Pack, node: OfficeComparison) -> Iterator[str]:
    words = load_messages()["consolidate"]["node"]
    facts = {"office": node.office, "count": len(node.below), "apart": len(node.differences)}
    if node.absent:
        names = load_messages()["consolidate"]["list"].join(node.absent)
        yield words["absent"].format(names=names, **facts)
        return
    yield words["apart" if node.differences else "agrees"].format(**facts)
    for difference in node.differences[:FIGURES]:
        yield "    " + _apart(pack, node, difference)
    if len(node.differences) > FIGURES:
        yield "    " + words["more"].format(count=len(node.differences) - FIGURES)


def _apart(pack: Pack, node: OfficeComparison, gap: Difference) -> str:
    words = load_messages()["consolidate"]
    block, row = pack.blocks[BlockKey(gap.cell.form, gap.cell.block)], gap.cell.row
    is_code = block.codes and row not in block.labels
    named = [
        words["node"]["unit"].format(name=node.below[index].department, amount=format_money(amount))
        for index, amount in gap.parts
    ]
    rest = len(named) - UNITS
    if rest > 0:
        named[UNITS:] = [words["node"]["rest"].format(count=rest)]
    return str(words["node"]["figure"]).format(
        form=pack.forms[gap.cell.form].sheet,
        row=name_code(pack, row) if is_code else name_row(pack, block, row),
        column=name_column(pack, block.id, gap.cell.column),
        own=format_money(gap.own),
        below=format_money(gap.below),
        residual=format_money(abs(gap.own - gap.below)),
        units=words["list"].join(named),
    )

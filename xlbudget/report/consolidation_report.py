"""The report on a consolidation: what was added up, what was not and why, who is missing, and
where an office and those below it do not agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlbudget.core.consolidation import Source
from xlbudget.core.finding import ERROR
from xlbudget.core.key import BlockKey
from xlbudget.messages import load_messages
from xlbudget.ops.consolidate.admission import Refusal
from xlbudget.ops.consolidate.subordinate_check import Difference
from xlbudget.packs.model import Pack
from xlbudget.packs.names import name_code, name_row
from xlbudget.report.messages import format_money
from xlbudget.report.text_report import PASSED, Style, keep_plain
from xlbudget.rules.wording import name_column

UNITS = 8
"""So many units are named behind a figure that they do not add up to; the rest are counted."""
FIGURES = 20
"""So many figures of an office are told; the rest are counted."""


class OfficeComparison(NamedTuple):
    """An office compared with those right below it: who they are, who of them sent nothing (then
    nothing was compared), and the figures that are apart."""

    office: str
    below: tuple[Source, ...]
    absent: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


class ConsolidationOutcome(NamedTuple):
    """What there is to tell: the sources added up, files refused, offices of which nothing came
    (`missing`), files of offices that the roster does not know (`strangers`), nodes, and how the
    sum itself stands (errors of its check)."""

    files: int
    sources: tuple[Source, ...]
    refused: tuple[Refusal, ...]
    missing: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    nodes: tuple[OfficeComparison, ...] = ()
    errors: int = 0

    @property
    def sound(self) -> bool:
        """Did everything go in, and agree?"""
        apart = any(node.differences or node.absent for node in self.nodes)
        failing = any(source.errors for source in self.sources)
        wrong = (self.refused, self.missing, self.strangers, apart, failing, self.errors)
        return not any(wrong)


def consolidation_report(pack: Pack, told: ConsolidationOutcome, style: Style = keep_plain) -> str:
    """The report: the verdict first."""
    return "\n".join(_lines(pack, told, style))


def describe_refusal(one: Refusal) -> str:
    """Why a file was not added."""
    template: str = load_messages()["consolidate"]["refused"][one.kind]
    return template.format(**one.facts)


def _lines(pack: Pack, told: ConsolidationOutcome, style: Style) -> Iterator[str]:
    words = load_messages()["consolidate"]
    counts = {"files": told.files, "added": len(told.sources), "refused": len(told.refused)}
    verdict = words["sound" if told.sound else "unsound"].format(**counts)
    yield style(verdict, PASSED if told.sound else ERROR)
    for one in told.refused:
        yield words["left_out"].format(file=one.file, why=describe_refusal(one))
    for source in told.sources:
        if source.errors:
            yield words["with_errors"].format(file=source.file, errors=source.errors)
    if told.missing:
        names = words["list"].join(told.missing)
        yield words["missing"].format(count=len(told.missing), names=names)
    for file in told.strangers:
        yield words["stranger"].format(file=file)
    for node in told.nodes:
        yield from _node(pack, node)
    if told.errors:
        yield words["sum_wrong"].format(errors=told.errors)


def _node(pack: Pack, node: OfficeComparison) -> Iterator[str]:
    words = load_messages()["consolidate"]["node"]
    facts = {"office": node.office, "count": len(node.below), "apart": len(node.differences)}
    if node.absent:
        names = load_messages()["consolidate"]["list"].join(node.absent)
        yield words["absent"].format(names=names, **facts)
        return
    yield words["apart" if node.differences else "agrees"].format(**facts)
    for one in node.differences[:FIGURES]:
        yield "    " + _apart(pack, node, one)
    if len(node.differences) > FIGURES:
        yield "    " + words["more"].format(count=len(node.differences) - FIGURES)


def _apart(pack: Pack, node: OfficeComparison, one: Difference) -> str:
    words = load_messages()["consolidate"]
    block, row = pack.blocks[BlockKey(one.cell.form, one.cell.block)], one.cell.row
    is_code = block.codes and row not in block.labels
    named = [
        words["node"]["unit"].format(name=node.below[place].department, amount=format_money(amount))
        for place, amount in one.parts
    ]
    rest = len(named) - UNITS
    if rest > 0:
        named[UNITS:] = [words["node"]["rest"].format(count=rest)]
    return str(words["node"]["figure"]).format(
        form=pack.forms[one.cell.form].sheet,
        row=name_code(pack, row) if is_code else name_row(pack, block, row),
        column=name_column(pack, block.id, one.cell.column),
        own=format_money(one.own),
        below=format_money(one.below),
        residual=format_money(abs(one.own - one.below)),
        units=words["list"].join(named),
    )

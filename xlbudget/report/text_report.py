"""The report for people: the verdict first, then each finding with its cells and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from xlbudget.core.cause import Cause
from xlbudget.core.constraint import EQUAL, Term
from xlbudget.core.finding import ERROR, NOTE, UNCONFIRMED, WARNING, Finding
from xlbudget.core.key import CellKey
from xlbudget.messages import load_messages
from xlbudget.report.file_result import (
    FAILED,
    PASSED,
    UNREADABLE,
    FileResult,
    group_by_cause,
    sort_findings,
)
from xlbudget.report.messages import (
    Namer,
    describe_finding,
    describe_fix,
    describe_repair,
    format_money,
    name_cells,
)

SHOWN_CELLS = 14
"""How many cells of one constraint are listed; the others are counted."""

MANY_ALIKE = 4
"""From so many on, findings of one kind are told as one, with a line for each."""

CELL = "cell"
"""The role of cell addresses, beside the severities and verdicts."""

ROLES = {PASSED: PASSED, UNCONFIRMED: UNCONFIRMED, FAILED: ERROR, UNREADABLE: ERROR}
"""The role of each verdict."""

Style = Callable[[str, str], str]
"""Styles a text for its role (a severity, PASSED, CELL); without a terminal, leaves it as it is."""


def keep_plain(text: str, _: str) -> str:
    """The text itself."""
    return text


def text_report(checked: Sequence[FileResult], style: Style = keep_plain) -> str:
    """The report on one or several files; on several, first how many passed and failed, and which
    failed, so that three are not lost among three hundred."""
    texts = ["\n".join(_file(result, style)) for result in checked]
    if len(checked) == 1:
        return texts[0]
    open_ = [result for result in checked if result.verdict != PASSED]
    roles = {ROLES[result.verdict] for result in checked}
    role = next(role for role in (ERROR, UNCONFIRMED, PASSED) if role in roles)
    named = map(describe_verdict, open_)
    return "\n\n".join(["\n".join([style(count_files(checked), role), *named]), *texts])


def count_files(checked: Sequence[FileResult]) -> str:
    """How many files there are, and how many came to each verdict."""
    words = load_messages()["report"]
    counts = Counter(result.verdict for result in checked)
    verdicts = (PASSED, *([UNCONFIRMED] if counts[UNCONFIRMED] else []), FAILED, UNREADABLE)
    parts = (words["of_verdict"].format(count=counts[v], verdict=words[v]) for v in verdicts)
    return str(words["overall"]).format(total=len(checked), verdicts=words["comma"].join(parts))


def list_findings(checked: FileResult) -> str:
    """The findings of one file without a verdict."""
    namer = Namer(checked.pack, checked.reading)
    lines = [
        line for f in sort_findings(checked.findings) for line in _finding(namer, f, keep_plain)
    ]
    return "\n".join(lines)


def describe_verdict(checked: FileResult) -> str:
    """The file and its verdict in words, with the number of findings of each severity."""
    verdict = f"{checked.file}：{name_outcome(checked)}"
    if checked.reading is None:
        return verdict
    counts, words = checked.counts, load_messages()["report"]
    tally = words["counts"].format(
        errors=counts.get(ERROR, 0), warnings=counts.get(WARNING, 0), notes=counts.get(NOTE, 0)
    )
    if counts.get(UNCONFIRMED):
        case = "accepted" if checked.accepted else "to_confirm"
        tally = words[case].format(count=counts[UNCONFIRMED]) + words["comma"] + tally
    return f"{verdict}（{tally}）"


def name_outcome(checked: FileResult) -> str:
    """The verdict in words: 通过, 待核实, 不通过 or 无法读取."""
    words: Mapping[str, str] = load_messages()["report"]
    return words[checked.verdict]


def _file(checked: FileResult, style: Style) -> Iterator[str]:
    yield style(describe_verdict(checked), ROLES[checked.verdict])
    if checked.reading is not None:
        yield count_decided(checked)
    namer = Namer(checked.pack, checked.reading)
    causes = group_by_cause(checked)
    yield from _causes(namer, causes, style)
    for line in count_unexplained(checked):
        yield from ("", line)
    explained = {id(finding) for _, findings in causes for finding in findings}
    before = NOTE
    told = [f for f in sort_findings(checked.findings) if id(f) not in explained]
    for first, *others in _group_alike(told):
        if first.severity == NOTE != before:
            yield ""
        before = first.severity
        yield from _finding(namer, first, style)
        for other in others:
            yield "    " + _sentence(namer, other, style)


def _group_alike(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The findings, those of a kind together at the place of the first where they are many: what
    to do is the same for all of them."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        if finding.constraint is None and finding.severity != NOTE:
            groups.setdefault((finding.rule, finding.case, finding.severity), []).append(finding)
    many = {id(g[0]): g for g in groups.values() if len(g) >= MANY_ALIKE}
    follow = {id(finding) for group in many.values() for finding in group[1:]}
    return [many.get(id(f), [f]) for f in findings if id(f) not in follow]


def _causes(
    namer: Namer, causes: Sequence[tuple[Cause, list[Finding]]], style: Style
) -> Iterator[str]:
    """The likely causes, each with the findings that it explains."""
    words = load_messages()["report"]
    if causes:
        yield ""
        yield words["causes"].format(count=len(causes))
    for number, (cause, findings) in enumerate(causes, start=1):
        first, *others = cause.repairs
        yield style(f"{number}. {describe_repair(namer, first)}", ERROR)
        for other in others:
            yield style(f"   {words['and']}{describe_repair(namer, other)}", ERROR)
        for other_way in cause.alternatives:
            differing = [fix for fix in other_way if fix not in cause.repairs]
            alternative = f"；{words['and']}".join(describe_repair(namer, fix) for fix in differing)
            yield f"   {words['or']}{alternative}"
        if cause.partial:
            yield f"   {words['partial']}"
        yield "   " + words["explains"].format(count=len(findings))
        for finding in findings:
            where = next(iter(name_cells(namer, finding)), namer.form(finding.form))
            yield f"   {finding.rule} {where} {describe_finding(namer, finding)}"


def count_unexplained(checked: FileResult) -> Iterator[str]:
    """The line with the number of findings that no search within its bounds could explain, if
    any."""
    count = sum(len(cause.explains) for cause in checked.causes if not cause.repairs)
    if count:
        yield load_messages()["report"]["unexplained"].format(count=count)


def count_decided(checked: FileResult) -> str:
    """The line with the number of constraints by outcome."""
    template: str = load_messages()["report"]["decided"]
    outcomes = dict(checked.outcomes or {})
    total = sum(outcomes.values())
    outcomes["suspicious"] = outcomes.get("suspicious", 0) + outcomes.pop("one_unit", 0)
    names = ("held", "rounding", "suspicious", "broken", "undecided")
    return template.format(total=total, **{name: outcomes.get(name, 0) for name in names})


def _finding(namer: Namer, finding: Finding, style: Style) -> Iterator[str]:
    words = load_messages()
    head = f"{words['severities'][finding.severity]} {finding.rule}"
    if finding.severity == NOTE:
        yield style(f"{head} {_sentence(namer, finding, keep_plain)}", NOTE)
        return
    yield ""
    yield f"{style(head, finding.severity)} {_sentence(namer, finding, style)}"
    yield from lay_out_equation(namer, finding, style)
    yield f"    {words['report']['fix']}：{describe_fix(namer, finding)}"


def _sentence(namer: Namer, finding: Finding, style: Style) -> str:
    """Where the finding is, and what it says."""
    where = next(iter(name_cells(namer, finding)), namer.form(finding.form))
    sentence = describe_finding(namer, finding)
    return f"{style(where, CELL)} {sentence}" if where else sentence


def lay_out_equation(namer: Namer, finding: Finding, style: Style = keep_plain) -> Iterator[str]:
    """The equation with the user's own figures, a line per cell: address, row, column, amount."""
    constraint = finding.constraint
    if constraint is None or namer.reading is None:
        other = name_cells(namer, finding)[1:]
        if other:
            yield "    " + "、".join(style(cell, CELL) for cell in other)
        return
    amounts = dict(namer.reading.budget.amounts())
    relation = "=" if constraint.relation == EQUAL else "≤"
    yield from _side(namer, constraint.left, "", amounts, style)
    yield from _side(namer, constraint.right, relation, amounts, style)
    if constraint.condition:
        conditions = "、".join(_cell(namer, c, amounts.get(c), style) for c in constraint.condition)
        yield "    " + load_messages()["report"]["threshold"].format(condition=conditions)


def _side(
    namer: Namer,
    terms: tuple[Term, ...],
    relation: str,
    amounts: dict[CellKey, Decimal],
    style: Style,
) -> Iterator[str]:
    """Filled cells; blank ones are counted, or shown where the side has no other."""
    filled = [term for term in terms if term.cell in amounts]
    visible = (filled or list(terms))[:SHOWN_CELLS]
    for index, term in enumerate(visible):
        sign = relation if index == 0 else "+"
        if term.coefficient < 0:
            sign = "-"
        yield f"    {sign:<2}{_cell(namer, term.cell, amounts.get(term.cell), style)}"
    if not terms:
        yield f"    {relation:<2}0"
    rest = len(filled or terms) - len(visible)
    if rest > 0:
        yield f"      … +{rest}"


def _cell(namer: Namer, cell: CellKey, amount: Decimal | None, style: Style) -> str:
    name = f"{namer.row(cell)}·{namer.column(cell)}"
    if not namer.stands(cell):
        absent = load_messages()["report"]["absent"].format(form=namer.form(cell.form))
        return f"{name} {absent}"
    return f"{style(namer.where(cell), CELL)} {name} {_amount(amount)}"


def _amount(amount: Decimal | None) -> str:
    return str(load_messages()["report"]["blank"]) if amount is None else format_money(amount)

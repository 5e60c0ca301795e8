"""The rules in words: the list of all, and a page for one. Everything said is the pack's."""

from __future__ import annotations

from collections.abc import Iterator

from xlbudget.core.reading import Reading
from xlbudget.ops.check import check
from xlbudget.packs.model import Pack, Part, Rule
from xlbudget.report.text import equation
from xlbudget.report.words import Namer, message
from xlbudget.rules.example import broken_example


def rule_list(pack: Pack) -> str:
    """Every rule's id and sentence, by family."""
    return "\n".join(
        f"{rule.id:<6} {plain_sentence(pack, rule.sentence)}" for rule in pack.rules.values()
    )


def rule_page(pack: Pack, rule: Rule) -> str:
    """One rule: what must hold, its expressions, why, source, and what to do."""
    return "\n".join(_page(pack, rule))


def _page(pack: Pack, rule: Rule) -> Iterator[str]:
    titles = pack.words["rule_page"]
    severities = pack.words["severities"]
    yield f"{rule.id}  {plain_sentence(pack, rule.sentence)}"
    grades = "、".join(dict.fromkeys(severities[grade] for grade in rule.severity.values()))
    yield f"{titles['severity']}：{grades}"
    for case, says in rule.says.items():
        if case and len(rule.says) > 1:
            yield f"  · {plain_sentence(pack, says)}"
    for part in rule.parts:
        if part.holds:
            yield f"  {titles['holds']}：{_expression(part)}"
            if part.says:
                yield f"      {plain_sentence(pack, part.says)}"
    yield f"{titles['why']}：{rule.why}"
    if rule.source:
        yield f"{titles['source']}：{rule.source}"
    yield f"{titles['mend']}：{plain_sentence(pack, rule.mend)}"
    if rule.usual:
        yield f"{titles['usual']}：{rule.usual}"
    yield from _example(pack, rule)


def _example(pack: Pack, rule: Rule) -> Iterator[str]:
    """A breach with its figures: of an equation as the check itself reports it."""
    title = pack.words["rule_page"]["example"]
    made = broken_example(pack, rule)
    if made is None:
        if rule.example:
            yield f"{title}：{rule.example}"
        return
    budget, constraint = made
    reading = Reading(budget)
    finding = next(f for f in check(pack, reading).findings if f.constraint == constraint)
    namer = Namer(pack, reading)
    yield f"{title}：{message(namer, finding)}"
    yield from equation(namer, finding)


def _expression(part: Part) -> str:
    where = "、".join(part.on)
    each = "、".join(part.each)
    told = f"{where}: " if where else ""
    told += part.holds
    told += f"  [each {each}]" if each else ""
    return told + (f"  [when {part.when}]" if part.when else "")


def plain_sentence(pack: Pack, template: str) -> str:
    """A sentence template with its open words in brackets: 每一行, 某科目."""
    words = pack.words["open_words"]
    for word, said in words.items():
        template = template.replace("{" + word + "}", said)
    return template

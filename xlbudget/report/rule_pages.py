"""The rules in words: the list of all, and a page for one. All words are the pack's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from xlbudget.messages import load_messages
from xlbudget.ops.check.rule_example import make_example
from xlbudget.packs.model import Pack, Rule, RuleClause
from xlbudget.report.messages import Namer, describe_finding
from xlbudget.report.text_report import lay_out_equation


def list_rules(pack: Pack) -> str:
    """Every rule's id and sentence, by family."""
    return "\n".join(
        f"{rule.id:<6} {generalise_sentence(pack, rule, rule.sentence)}"
        for rule in pack.rules.values()
    )


def render_rule_page(pack: Pack, rule: Rule) -> str:
    """One rule: what must hold, its expressions, why, source, an example that breaks it, the common
    mistake behind it, and what to do."""
    return "\n".join(_page(pack, rule))


def _page(pack: Pack, rule: Rule) -> Iterator[str]:
    titles = load_messages()["rule_page"]
    severities = load_messages()["severities"]
    yield f"{rule.id}  {generalise_sentence(pack, rule, rule.sentence)}"
    grades = "、".join(dict.fromkeys(severities[grade] for grade in rule.severity.values()))
    yield f"{titles['severity']}：{grades}"
    for case, says in rule.says.items():
        if case and len(rule.says) > 1:
            yield f"  · {generalise_sentence(pack, rule, says)}"
    for part in rule.parts:
        if part.holds:
            yield f"  {titles['holds']}：{_expression(part)}"
            if part.says and part.says != rule.sentence:
                yield f"      {generalise_sentence(pack, rule, part.says)}"
    yield f"{titles['why']}：{rule.why}"
    if rule.source:
        yield f"{titles['source']}：{rule.source}"
    yield from _example(pack, rule)
    yield f"{titles['common_mistake']}：{rule.common_mistake}"
    yield f"{titles['fix']}：{generalise_sentence(pack, rule, rule.fix)}"


def _example(pack: Pack, rule: Rule) -> Iterator[str]:
    """The pack's example, or one made from the rule, with the check's finding on it and its
    cells."""
    title = load_messages()["rule_page"]["example"]
    example = make_example(pack, rule)
    if example is None:
        yield f"{title}：{rule.example}"
        return
    namer = Namer(pack, example.reading)
    yield f"{title}：{describe_finding(namer, example.finding)}"
    yield from lay_out_equation(namer, example.finding)


def _expression(part: RuleClause) -> str:
    where = "、".join(part.on)
    each = "、".join(part.each)
    text = f"{where}: " if where else ""
    text += part.holds
    text += f"  [each {each}]" if each else ""
    return text + (f"  [when {part.when}]" if part.when else "")


def generalise_sentence(pack: Pack, rule: Rule, template: str) -> str:
    """A sentence template with general words for its placeholders: 每一行, 某科目, else …."""
    words = dict(pack.words["open_words"])
    if not any(part.holds for part in rule.parts):
        words |= pack.words["open_words_of_kinds"]
    return template.format_map(defaultdict(lambda: words["other"], words))

"""A pack as its reader sees it: where it comes from, its forms with their headings, its rules; and
what differs between two packs. All words are the packs'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xlbudget.messages import load_messages
from xlbudget.packs.model import Block, Form, Heading, Pack, Rule
from xlbudget.report.rule_pages import generalise_sentence


def render_pack(pack: Pack, folders: Sequence[Path]) -> str:
    """The pack in words; `folders` are its own and those of all that it extends, its own last."""
    return "\n".join(_page(pack, folders))


def render_difference(pack: Pack, other: Pack) -> str:
    """What the second pack has otherwise than the first, a line each; "" where they are alike."""
    lines: list[str] = []
    titles = load_messages()["pack_page"]
    for title, one, two in (
        (titles["forms"], _describe_forms(pack), _describe_forms(other)),
        (titles["rules"], _describe_rules(pack), _describe_rules(other)),
        (titles["codes"], _describe_codes(pack), _describe_codes(other)),
        (titles["words"], dict(_flatten(pack.words)), dict(_flatten(other.words))),
    ):
        changes = list(_compare(one, two))
        lines += [title, *changes] if changes else []
    return "\n".join(lines)


def _page(pack: Pack, folders: Sequence[Path]) -> Iterator[str]:
    titles = load_messages()["pack_page"]
    yield titles["head"].format(name=pack.name, place=pack.place, year=pack.since, unit=pack.unit)
    for folder in reversed(folders):
        yield titles["folder"].format(folder=folder)
    yield titles["forms"]
    for form in pack.forms.values():
        yield from _form(form)
    yield titles["codes"]
    yield from (f"  {text}" for text in _describe_codes(pack).values())
    yield titles["rules"]
    yield from (f"  {text}" for text in _describe_rules(pack).values())


def _form(form: Form) -> Iterator[str]:
    unit = load_messages()["pack_page"]["unit"].format(unit=form.unit) if form.unit else ""
    yield f"  {form.key} {form.sheet} {form.title}{unit}"
    for block in form.blocks:
        yield f"    {block.id.block}: {_headings(block)}"
        if block.fixed and not block.is_single:
            yield "      " + "、".join(row.label for row in block.fixed)


def _headings(block: Block) -> str:
    """合计(total) | 基本支出(basic): the lowest headings with their keys, by the upper ones."""
    return " | ".join(_heading(heading) for heading in block.headings)


def _heading(heading: Heading) -> str:
    if heading.children:
        return f"{heading.text}［{' | '.join(map(_heading, heading.children))}］"
    return f"{heading.text}({heading.key})"


def _describe_forms(pack: Pack) -> dict[str, str]:
    return {form.key: "\n".join(_form(form)).strip() for form in pack.forms.values()}


def _describe_rules(pack: Pack) -> dict[str, str]:
    return {rule.id: _rule(pack, rule) for rule in pack.rules.values()}


def _rule(pack: Pack, rule: Rule) -> str:
    return f"{rule.id:<6} {generalise_sentence(pack, rule, rule.sentence)}"


def _describe_codes(pack: Pack) -> dict[str, str]:
    words = load_messages()["pack_page"]
    return {
        key: words["catalogue"].format(
            title=each.title, year=pack.codes_year, count=len(each.names)
        )
        for key, each in pack.catalogues.items()
    }


def _flatten(words: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in words.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{above}{key}.")
        else:
            listed = "、".join(map(str, value)) if isinstance(value, list | tuple) else value
            yield f"{above}{key}", f"{above}{key}: {listed}"


def _compare(one: Mapping[str, str], two: Mapping[str, str]) -> Iterator[str]:
    """A line for what is gone, one for what is new, both for what has changed."""
    for key in dict.fromkeys((*one, *two)):
        if one.get(key) != two.get(key):
            yield from _marked("-", one.get(key, ""))
            yield from _marked("+", two.get(key, ""))


def _marked(mark: str, text: str) -> Iterable[str]:
    return (f"{mark} {line.strip()}" for line in text.splitlines())

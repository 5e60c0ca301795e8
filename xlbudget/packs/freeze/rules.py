"""The rules of a pack's files → frozen rules with their parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xlbudget.packs.contents import Contents
from xlbudget.packs.errors import Fault, fault_in
from xlbudget.packs.find import HEAD
from xlbudget.packs.model import Rule, RuleClause

CLAUSE_WORDS = ("holds", "on", "each", "for", "when", "defines", "between", "kind", "blocks")
"""Keys that a rule may state once for all its parts."""


def read_rules(folders: list[Contents], faults: list[Fault]) -> dict[str, Rule]:
    """The rules of all folders except those that the last one removes; faults are added to the
    list."""
    rules: dict[str, Rule] = {}
    for folder in folders:
        for path, specs in folder.rules.items():
            for index, spec in enumerate(specs):
                rule = _rule(path, index, spec)
                if rule.id in rules:
                    message = f"rule {rule.id} stands already in {rules[rule.id].where}"
                    faults.append(fault_in(path, (index,), message))
                faults += [fault_in(path, (index, *at), why) for at, why in _wrong(rule)]
                rules[rule.id] = rule
    for nth, removed in enumerate(folders[-1].head.get("removes", ())):
        if rules.pop(removed, None) is None:
            message = f"removes: there is no rule {removed}"
            faults.append(fault_in(folders[-1].folder / HEAD, ("removes", nth), message))
    return rules


def _rule(path: Path, index: int, spec: Mapping[str, Any]) -> Rule:
    says, severity = spec["says"], spec.get("severity", "error")
    parts = tuple(
        _part(f"{path}#{index}" + (f".{nth}" if "parts" in spec else ""), {**_shared(spec), **part})
        for nth, part in enumerate(spec.get("parts", [spec]))
    )
    return Rule(
        id=spec["id"],
        title=spec.get("title", ""),
        says=says if isinstance(says, dict) else {"": says},
        severity=severity if isinstance(severity, dict) else {"": severity},
        other_year=spec.get("other_year", {}),
        why=spec["why"],
        source=spec.get("source", ""),
        example=spec.get("example", ""),
        common_mistake=spec["common_mistake"],
        fix=spec["fix"],
        parts=parts,
        where=f"{path}#{index}",
    )


def _wrong(rule: Rule) -> Iterator[tuple[tuple[str, ...], str]]:
    """The faults between the keys of a rule, each with its steps in the YAML and the reason."""
    if not rule.title and "" not in rule.says:
        yield ("says",), f"rule {rule.id}: cases alone are no sentence; give it a title"
    for word, cases in (("severity", rule.severity), ("other_year", rule.other_year)):
        for case in cases.keys() - rule.says.keys() - {""}:
            known = ", ".join(map(repr, rule.says))
            yield (word, case), f"{word}: no case {case!r} under says; there are {known}"


def _shared(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that a rule states once for all its parts."""
    return {word: spec[word] for word in CLAUSE_WORDS if word in spec}


def _part(where: str, spec: Mapping[str, Any]) -> RuleClause:
    says, severity = spec.get("says", ""), spec.get("severity", "")
    return RuleClause(
        where=where,
        holds=spec.get("holds", ""),
        on=_as_tuple(spec.get("on", ())),
        each=_as_tuple(spec.get("each", ())),
        bindings=_bindings(spec.get("for")),
        when=spec.get("when", ""),
        defines=spec.get("defines", ""),
        between=spec.get("between", ""),
        kind=spec.get("kind", ""),
        blocks=_as_tuple(spec.get("blocks", ())),
        says=says if isinstance(says, str) else "",
        severity=severity if isinstance(severity, str) else "",
    )


def _as_tuple(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _bindings(spec: Any) -> tuple[Mapping[str, str], ...]:
    """`for:` as a tuple of bindings: ``{source: [a, b]}`` is short for ``[{source: a}, …]``."""
    if spec is None:
        return ({},)
    if isinstance(spec, dict):
        ((word, values),) = spec.items()
        return tuple({word: value} for value in values)
    return tuple(spec)

"""Checks of the rule set: every kind is known, every rule has its example, every figure is in at
least one rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from xlbudget.packs.errors import Fault, PackError, fault_at, find_line
from xlbudget.packs.model import Pack, Rule, RuleClause
from xlbudget.rules.bound_rules import bound_rules
from xlbudget.rules.checks.registry import BETWEEN_FORMS, KINDS, READ_KINDS

BRACED = re.compile(r"\{(\w+)\}")


def lint(pack: Pack, root: Path) -> list[Fault]:
    """Every fault of a loaded pack beyond those that loading itself refuses."""
    faults: list[Fault] = []
    try:
        bound_rules(pack)
    except PackError as error:
        faults += error.faults
    faults += _kinds(pack)
    faults += _examples(pack)
    faults += _words(pack)
    if not faults:
        faults += _unmentioned(pack, root)
    return faults


def _kinds(pack: Pack) -> Iterator[Fault]:
    """Faults for unknown kinds that the pack names, and readers' kinds that it does not name."""
    known = KINDS.keys() | READ_KINDS
    named = set()
    for rule in pack.rules.values():
        for part in rule.parts:
            if part.kind and part.kind not in known:
                allowed = ", ".join(sorted(known))
                yield fault_at(part.where, "kind", f"{rule.id}: no kind {part.kind!r}: {allowed}")
            yield from _forms_of_kind(pack, rule, part)
            named.add(part.kind)
    for kind in sorted(READ_KINDS - named):
        yield Fault(pack.name, 1, f"no rule gives words to what the reader notices: {kind}")


def _forms_of_kind(pack: Pack, rule: Rule, part: RuleClause) -> Iterator[Fault]:
    """Faults where `blocks:` names unknown forms, or does not match a kind that compares forms."""
    for form in part.blocks:
        if form not in pack.forms:
            message = f"{rule.id}: no form {form!r}; there are {', '.join(pack.forms)}"
            yield fault_at(part.where, "blocks", message)
    if (part.kind in BETWEEN_FORMS) != (len(part.blocks) > 1):
        message = f"{rule.id}: blocks: names two forms or more for {', '.join(BETWEEN_FORMS)} alone"
        yield fault_at(part.where, "kind", message)


def _examples(pack: Pack) -> Iterator[Fault]:
    """Faults where a rule of kinds has no example, or one between figures states one, which is made
    from its expression."""
    for rule in pack.rules.values():
        between_figures = any(part.holds for part in rule.parts)
        if between_figures and rule.example:
            message = f"{rule.id}: the example is made from the expression; say none"
            yield fault_at(rule.where, "example", message)
        if not between_figures and not rule.example:
            yield fault_at(rule.where, "id", f"{rule.id}: says no example that breaks it")


def _words(pack: Pack) -> Iterator[Fault]:
    """Words in braces of a rule between figures that are filled in by nothing."""
    for rule in pack.rules.values():
        for clause in (clause for clause in rule.parts if clause.holds):
            known = {*clause.each, *chain.from_iterable(clause.bindings)}
            for word in BRACED.findall(clause.says or rule.sentence):
                if word not in known:
                    allowed = ", ".join(sorted(known)) or "none"
                    message = f"{rule.id}: nothing fills in {{{word}}}; there are: {allowed}"
                    yield fault_at(clause.where, "says", message)


def _unmentioned(pack: Pack, root: Path) -> Iterator[Fault]:
    """Faults for amount columns of a block that are in no rule, so that nothing checks them."""
    seen: set[tuple[str, str, str]] = set()
    for bound in bound_rules(pack):
        for selector in bound.selectors:
            names = [selector.column] if selector.column else list(bound.columns)
            seen.update((*selector.block, name) for name in names)
    for block in pack.blocks.values():
        for column in block.columns:
            if (*block.id, column) not in seen:
                path = next(root.glob(f"{pack.name}/forms/{block.form}.yaml"))
                yield Fault(
                    str(path),
                    find_line(path, ("blocks", block.key)),
                    f"column {column!r} stands in no rule",
                )

"""Checks of the rule set: every kind is known, every rule has its example, every figure is in at
least one rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path

from xlbudget.packs.errors import Fault, PackError, fault_at, find_line, suggest_word
from xlbudget.packs.load import list_folders
from xlbudget.packs.model import Pack, Rule, RuleClause
from xlbudget.rules.bound_rules import BoundRule, Selector, bound_rules
from xlbudget.rules.checks.registry import BETWEEN_FORMS, KINDS, READ_KINDS
from xlbudget.rules.expression import parse_relation

BRACED = re.compile(r"\{(\w+)\}")


def lint(pack: Pack, root: Path | None = None) -> list[Fault]:
    """Every fault of a loaded pack beyond those that loading itself refuses; `root` as there."""
    faults: list[Fault] = []
    try:
        bound_rules(pack)
    except PackError as error:
        faults += error.faults
    else:
        faults += _definitions(pack)
    faults += _kinds(pack)
    faults += _examples(pack)
    faults += _words(pack)
    if not faults:
        faults += _unmentioned(pack, root)
    return faults


def _definitions(pack: Pack) -> Iterator[Fault]:
    """Faults for totals that no left side is, and for those that would compute themselves."""
    parts: dict[Selector, tuple[BoundRule, list[Selector]]] = {}
    for bound in bound_rules(pack):
        name = bound.part.defines
        if not name:
            continue
        left = parse_relation(bound.part.holds).left.terms
        if len(left) != 1 or left[0][0] != 1 or name not in (left[0][1].row, left[0][1].column):
            message = f"{bound.rule.id}: defines: {name!r} must be all that stands left of =="
            yield fault_at(bound.part.where, "defines", message)
        for column in bound.columns:
            total, *others = (
                selector._replace(coefficient=1, column=selector.column or column)
                for selector in (*bound.left[:1], *bound.right)
            )
            parts.setdefault(total, (bound, others))
    try:
        graph = {total: [o for o in others if o != total] for total, (_, others) in parts.items()}
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        bound = parts[max(circle, key=list(parts).index)][0]
        names = " ← ".join(f"{each.row}.{each.column}" for each in circle)
        message = f"{bound.rule.id}: defines: {names}: a total that needs itself"
        yield fault_at(bound.part.where, "defines", message)


def _kinds(pack: Pack) -> Iterator[Fault]:
    """Faults for unknown kinds that the pack names, and readers' kinds that it does not name."""
    known = KINDS.keys() | READ_KINDS
    named = set()
    for rule in pack.rules.values():
        for part in rule.parts:
            if part.kind and part.kind not in known:
                meant = suggest_word(part.kind, known)
                allowed = ", ".join(sorted(known))
                message = f"{rule.id}: no kind {part.kind!r}{meant}; there are {allowed}"
                yield fault_at(part.where, "kind", message)
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


def _unmentioned(pack: Pack, root: Path | None) -> Iterator[Fault]:
    """Faults for amount columns of a block that are in no rule, so that nothing checks them."""
    seen: set[tuple[str, str, str]] = set()
    for bound in bound_rules(pack):
        for selector in bound.selectors:
            names = [selector.column] if selector.column else list(bound.columns)
            seen.update((*selector.block, name) for name in names)
    for block in pack.blocks.values():
        for column in block.columns:
            if (*block.id, column) not in seen:
                files = (f / f"forms/{block.form}.yaml" for f in list_folders(pack.name, root))
                path = next(path for path in files if path.is_file())
                yield Fault(
                    str(path),
                    find_line(path, ("blocks", block.key)),
                    f"column {column!r} stands in no rule",
                )

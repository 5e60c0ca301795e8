"""The rule set checked itself: is every pack file as its schema says, every kind known, every
sentence fillable, every figure in at least one rule?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from xlbudget.packs.errors import Fault, PackError, line_of
from xlbudget.packs.load import fault_at, pack_folders, read_yaml
from xlbudget.packs.model import Pack
from xlbudget.rules.bound_rules import bound_rules
from xlbudget.rules.registry import KINDS, READ_KINDS

PACK_SCHEMA = "pack.schema.json"
SCHEMA_OF = {"pack": "pack", "codes": "codes", "words": "words", "forms": "form", "rules": "rules"}


def lint(pack: Pack, root: Path) -> list[Fault]:
    """Everything wrong with a loaded pack, beyond what loading itself refuses."""
    faults = list(_against_schema(pack, root))
    try:
        bound_rules(pack)
    except PackError as error:
        faults += error.faults
    faults += _kinds(pack)
    faults += _examples(pack)
    if not faults:
        faults += _unmentioned(pack, root)
    return faults


def _against_schema(pack: Pack, root: Path) -> Iterator[Fault]:
    import jsonschema

    text = files("xlbudget.schemas").joinpath(PACK_SCHEMA).read_text(encoding="utf-8")
    schema = json.loads(text)
    for folder in pack_folders(pack.name, root):
        for path in sorted(folder.rglob("*.yaml")):
            inside = path.relative_to(folder).parts[0].removesuffix(".yaml")
            wanted = {**schema, "$ref": f"#/$defs/{SCHEMA_OF[inside]}"}
            validator = jsonschema.Draft202012Validator(wanted)
            for error in validator.iter_errors(read_yaml(path)):
                steps: tuple[Any, ...] = tuple(error.absolute_path)
                yield Fault(str(path), line_of(path, steps), error.message)


def _kinds(pack: Pack) -> Iterator[Fault]:
    """Every kind that the pack names is known, and every kind that readers need is named."""
    known = KINDS.keys() | READ_KINDS
    named = set()
    for rule in pack.rules.values():
        for part in rule.parts:
            if part.kind and part.kind not in known:
                allowed = ", ".join(sorted(known))
                yield fault_at(part.where, "kind", f"{rule.id}: no kind {part.kind!r}: {allowed}")
            named.add(part.kind)
    for kind in sorted(READ_KINDS - named):
        yield Fault(pack.name, 1, f"no rule gives words to what the reader notices: {kind}")


def _examples(pack: Pack) -> Iterator[Fault]:
    """A rule that is a kind tells an example; where figures stand in it, one is made from it."""
    for rule in pack.rules.values():
        between_figures = any(part.holds for part in rule.parts)
        if between_figures and rule.example:
            message = f"{rule.id}: the example is made from the expression; say none"
            yield fault_at(rule.where, "example", message)
        if not between_figures and not rule.example:
            yield fault_at(rule.where, "id", f"{rule.id}: says no example that breaks it")


def _unmentioned(pack: Pack, root: Path) -> Iterator[Fault]:
    """Amount columns of a block that no rule looks at: a figure nobody checks."""
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
                    line_of(path, ("blocks", block.key)),
                    f"column {column!r} stands in no rule",
                )

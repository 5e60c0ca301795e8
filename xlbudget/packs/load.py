"""Find a pack by name (``shanxi/2025``), read its files, follow `extends`, freeze it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from xlbudget.packs.charts import read_pictures
from xlbudget.packs.errors import Fault, PackError, line_of
from xlbudget.packs.forms import read_form
from xlbudget.packs.model import Catalogue, Form, Pack, Part, Rule

DEFAULT_PACK_FILE = "default.txt"


def templates_root() -> Path:
    """The folder of packs that comes with the package (or the checkout's `templates/`)."""
    return Path(import_module("xlbudget.templates").__path__[0])


def default_pack() -> str:
    """Name of the pack used where a user names none."""
    return (templates_root() / DEFAULT_PACK_FILE).read_text(encoding="utf-8").strip()


def pack_names(root: Path | None = None) -> list[str]:
    """Every pack that there is, by name."""
    root = root or templates_root()
    return sorted(str(path.parent.relative_to(root)) for path in root.glob("*/*/pack.yaml"))


@lru_cache(maxsize=8)
def load_pack(name: str, root: Path | None = None) -> Pack:
    """The pack of that name, with all that it extends. Raises PackError, naming every fault."""
    root = root or templates_root()
    folders = pack_folders(name, root)
    faults: list[Fault] = []
    head = read_yaml(folders[-1] / "pack.yaml")
    words: dict[str, Any] = {}
    catalogues: dict[str, Catalogue] = {}
    for folder in folders:
        words = _merged(words, _optional(folder / "words.yaml"))
        catalogues.update(_catalogues(folder, faults))
    forms: dict[str, Form] = {}
    for folder in folders:
        for path in sorted(folder.glob("forms/*.yaml")):
            form = read_form(path, read_yaml(path), int(head["year"]), catalogues, faults)
            if form is not None:
                forms[form.key] = form
    rules = _rules(folders, head, faults)
    if not faults:
        path = folders[-1] / "pack.yaml"
        pictures = read_pictures(path, head.get("overview", {}), forms, catalogues, faults)
    if faults:
        raise PackError(faults)
    ordered = dict(sorted(forms.items(), key=lambda item: item[1].number))
    year, place, unit = int(head["year"]), str(head["place"]), head["unit"]
    return Pack(name, year, place, unit, words, catalogues, ordered, rules, pictures)


def pack_folders(name: str, root: Path) -> list[Path]:
    """Folders of the pack and all it extends, the most general first."""
    folders: list[Path] = []
    wanted: str | None = name
    while wanted:
        path = root / wanted / "pack.yaml"
        if not path.is_file():
            known = ", ".join(pack_names(root)) or "none"
            raise PackError([Fault(str(path), 1, f"no pack {wanted!r}; there are: {known}")])
        if path.parent in folders:
            raise PackError([Fault(str(path), 1, f"pack {wanted!r} extends itself")])
        folders.insert(0, path.parent)
        head = read_yaml(path)
        base = head.get("extends")
        if base and str(base).rpartition("/")[2] != str(head["year"]):
            line = line_of(path, ("extends",))
            raise PackError([Fault(str(path), line, f"extends {base}: not of the same year")])
        wanted = base
    return folders


class _Loader(yaml.CSafeLoader):
    """YAML in which ``on`` and ``no`` are words, as in YAML 1.2: only true and false are not."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":bool")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def read_yaml(path: Path) -> Any:
    """A pack file as plain data. Raises PackError where it is no YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PackError([Fault(str(path), line, str(error.problem))]) from None
    except yaml.YAMLError as error:
        raise PackError([Fault(str(path), 1, str(error))]) from None


def _optional(path: Path) -> Any:
    return read_yaml(path) if path.is_file() else {}


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`, mappings merged, everything else replaced."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        result[key] = _merged(below, value) if both and below is not None else value
    return result


def _catalogues(folder: Path, faults: list[Fault]) -> dict[str, Catalogue]:
    declared = _optional(folder / "codes.yaml")
    found = {}
    for key, spec in declared.items():
        found[key] = _catalogue(folder, key, spec, faults)
    for key, spec in declared.items():
        mapping = spec.get("maps")
        if mapping:
            _check_map(folder / mapping["file"], found[mapping["from"]], found[key], faults)
    return found


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return [dict(zip(head, row, strict=True)) for row in rows]


def _catalogue(folder: Path, key: str, spec: Mapping[str, Any], faults: list[Fault]) -> Catalogue:
    path = folder / spec["file"]
    rows = _csv(path)
    maps: dict[str, tuple[str, ...]] = {}
    if "maps" in spec:
        for row in _csv(folder / spec["maps"]["file"]):
            maps[row["department"]] = (*maps.get(row["department"], ()), row["government"])
    catalogue = Catalogue(
        key,
        spec["title"],
        spec["levels"],
        {row["code"]: row["name"] for row in rows},
        {row["code"]: int(row.get("seen") or 0) for row in rows},
        {row["code"]: row["kind"] for row in rows if "kind" in row},
        maps,
        spec.get("must_reach", ""),
    )
    _check_codes(path, rows, catalogue, faults)
    return catalogue


def _check_codes(
    path: Path, rows: list[dict[str, str]], catalogue: Catalogue, faults: list[Fault]
) -> None:
    """Codes stand once, have a level's length, and have their parents."""
    counts = Counter(row["code"] for row in rows)
    lengths = catalogue.lengths
    for line, row in enumerate(rows, start=2):
        code = row["code"]
        if counts[code] > 1:
            faults.append(Fault(str(path), line, f"code {code} stands {counts[code]} times"))
        if len(code) not in lengths:
            faults.append(Fault(str(path), line, f"code {code}: no level has {len(code)} digits"))
        parent = catalogue.parent(code)
        if parent and parent not in catalogue.names:
            faults.append(Fault(str(path), line, f"code {code} has no parent {parent}"))


def _check_map(path: Path, source: Catalogue, target: Catalogue, faults: list[Fault]) -> None:
    for line, row in enumerate(_csv(path), start=2):
        for code, catalogue in ((row["department"], source), (row["government"], target)):
            if code not in catalogue.names:
                faults.append(Fault(str(path), line, f"{code} is not in {catalogue.key}"))


RULE_WORDS = (
    *("id", "title", "says", "severity", "parts"),
    *("why", "source", "example", "usual", "mend"),
)
PART_WORDS = ("holds", "on", "each", "for", "when", "defines", "between", "kind", "blocks")


def _rules(folders: list[Path], head: Mapping[str, Any], faults: list[Fault]) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for folder in folders:
        for path in sorted(folder.glob("rules/*.yaml")):
            for place, spec in enumerate(read_yaml(path) or []):
                rule = _rule(path, place, spec, faults)
                if rule.id in rules:
                    line = line_of(path, (place,))
                    faults.append(
                        Fault(
                            str(path),
                            line,
                            f"rule {rule.id} stands already in {rules[rule.id].where}",
                        )
                    )
                rules[rule.id] = rule
    for removed in head.get("removes", []):
        rules.pop(removed, None)
    return rules


def _rule(path: Path, place: int, spec: Mapping[str, Any], faults: list[Fault]) -> Rule:
    known = {*RULE_WORDS, *PART_WORDS}
    for word in spec.keys() - known:
        line = line_of(path, (place, word))
        faults.append(Fault(str(path), line, f"unknown word {word!r}; allowed: {sorted(known)}"))
    says, severity = spec.get("says", ""), spec.get("severity", "")
    parts = tuple(
        _part(f"{path}#{place}" + (f".{nth}" if "parts" in spec else ""), {**_shared(spec), **part})
        for nth, part in enumerate(spec.get("parts", [spec]))
    )
    return Rule(
        id=str(spec["id"]),
        title=spec.get("title", ""),
        says=says if isinstance(says, dict) else {"": says},
        severity=severity if isinstance(severity, dict) else {"": severity or "error"},
        why=spec.get("why", ""),
        source=spec.get("source", ""),
        example=spec.get("example", ""),
        usual=spec.get("usual", ""),
        mend=spec.get("mend", ""),
        parts=parts,
        where=f"{path}#{place}",
    )


def _shared(spec: Mapping[str, Any]) -> dict[str, Any]:
    """What a rule says once for all its parts."""
    return {word: spec[word] for word in PART_WORDS if word in spec}


def _part(where: str, spec: Mapping[str, Any]) -> Part:
    says, severity = spec.get("says", ""), spec.get("severity", "")
    return Part(
        where=where,
        holds=spec.get("holds", ""),
        on=_listed(spec.get("on", ())),
        each=_listed(spec.get("each", ())),
        given=_given(spec.get("for")),
        when=spec.get("when", ""),
        defines=spec.get("defines", ""),
        between=spec.get("between", ""),
        kind=spec.get("kind", ""),
        blocks=_listed(spec.get("blocks", ())),
        says=says if isinstance(says, str) else "",
        severity=severity if isinstance(severity, str) else "",
    )


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _given(spec: Any) -> tuple[Mapping[str, str], ...]:
    """`for:` as a list of bindings: ``{source: [a, b]}`` is short for ``[{source: a}, …]``."""
    if spec is None:
        return ({},)
    if isinstance(spec, dict):
        ((word, values),) = spec.items()
        return tuple({word: value} for value in values)
    return tuple(spec)


def fault_at(where: str, word: str, message: str) -> Fault:
    """A fault in a rule: `where` is ``file#place`` or ``file#place.part`` as kept in Part."""
    file, _, steps = where.rpartition("#")
    place, _, part = steps.partition(".")
    path = Path(file)
    inner: tuple[Any, ...] = (int(place), "parts", int(part)) if part else (int(place),)
    line = line_of(path, (*inner, word))
    return Fault(file, line, message)

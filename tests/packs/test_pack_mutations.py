"""Every key of every pack file, dropped, misspelt and mistyped.

`xlbudget pack check` reports each with the file and a line beside the key; it never crashes.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from xlbudget.cli.pack import pack as pack_command
from xlbudget.packs import contents
from xlbudget.packs.errors import Fault, find_line
from xlbudget.packs.find import templates_root
from xlbudget.packs.load import _load
from xlbudget.packs.source import read_yaml

CHECKED, COMMON = "shanxi/2025", "national/2025"
KINDS = ("pack.yaml", "words.yaml", "codes.yaml", "forms", "rules")
REPORTED = re.compile(r"^(.+?):(\d+): (.+)$")

OPTIONAL = {
    *("overview", "must_reach", "maps", "paper", "numbered", "beside", "help", "sets", "total"),
    *("title", "source", "severity", "says", "each", "when", "defines", "between", "kind"),
    *("other_year", "any", "none"),
}
"""Words of the schema without which a file may be sound."""

FREE = re.compile(
    r"/overview/|^/(units|unit_synonyms|decimals|largest|synonyms|columns|levels|open_words\w*)/|/levels/|^/blocks/"
    r"|^/beside/|/(says|severity|other_year|for)/(\*/)?[^/]*$|^/[^/*]+$"
)
"""Where a key is a name of the author's own, not one of the schema's words."""

Mapping = dict[str, Any]
Mutation = Callable[[Mapping, str], Mapping]


def drop(holder: Mapping, key: str) -> Mapping:
    return {word: value for word, value in holder.items() if word != key}


def misspell(holder: Mapping, key: str) -> Mapping:
    return {f"{key}x" if word == key else word: value for word, value in holder.items()}


def mistype(holder: Mapping, key: str) -> Mapping:
    """A value of another kind; of which, goes by the length of the key."""
    value = holder[key]
    wrapped: Any = [value] if isinstance(value, dict) else {"a": value}
    others = (None, "seven" if isinstance(value, int) else 7, wrapped)
    return {**holder, key: others[len(str(value)) % 3]}


def keys_of(data: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The steps to every key of plain data."""
    for step, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(data, dict):
            yield (*steps, step)
        if isinstance(value, dict | list):
            yield from keys_of(value, (*steps, step))


def one_of_each_shape(root: Path, kind: str) -> list[tuple[Path, tuple[Any, ...]]]:
    """File and steps of the first key of each shape: the same words, whatever the places in
    lists, in files of one kind."""
    shapes: dict[str, tuple[Path, tuple[Any, ...]]] = {}
    for path in sorted(root.rglob("*.yaml")):
        if kind in (path.name, path.parent.name):
            for steps in keys_of(read_yaml(path)):
                shapes.setdefault(shape_of(steps), (path, steps))
    return list(shapes.values())


def shape_of(steps: tuple[Any, ...]) -> str:
    return "/" + "/".join("*" if isinstance(step, int) else step for step in steps)


def mutate(data: Any, steps: tuple[Any, ...], mutation: Mutation) -> Any:
    """A copy of the data whose key at `steps` is mutated."""
    changed = {"": deepcopy(data)}
    above, path = changed, ("", *steps[:-1])
    for step in path[:-1]:
        above = above[step]
    above[path[-1]] = mutation(above[path[-1]], steps[-1])
    return changed[""]


def reported(folder: Path) -> list[Fault]:
    """What `xlbudget pack check` prints, as faults; nothing of a sound pack."""
    _load.cache_clear()
    result = CliRunner().invoke(pack_command, ["check", str(folder)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1)
    lines = [REPORTED.match(line) for line in result.stderr.splitlines()[:-1]]
    faults = [Fault(m[1], int(m[2]), m[3]) for m in lines if m]
    assert len(faults) == len(lines) and bool(faults) == bool(result.exit_code), result.stderr
    for fault in faults:
        assert 1 <= fault.line <= len(Path(fault.file).read_bytes().splitlines()), fault
    return faults


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of all packs, whose files are parsed only once for each text."""
    parsed: dict[tuple[Path, bytes], Any] = {}

    def read_once(path: Path) -> Any:
        key = (path, path.read_bytes())
        if key not in parsed:
            parsed[key] = read_yaml(path)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contents, "read_yaml", read_once)
        folder = tmp_path_factory.mktemp("packs") / "templates"
        yield Path(shutil.copytree(templates_root(), folder))


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_dropped_misspelt_or_mistyped_is_told(root: Path, kind: str) -> None:
    missed = []
    for path, steps in one_of_each_shape(root, kind):
        written, data = path.read_bytes(), read_yaml(path)
        for mutation in (drop, misspell, mistype):
            changed = mutate(data, steps, mutation)
            text = yaml.dump(changed, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
            path.write_text(text, encoding="utf-8")
            faults = reported(pack_to_check(root, path))
            if not is_told(path, steps, mutation, faults):
                missed.append((mutation.__name__, path.name, shape_of(steps), faults[:2]))
        path.write_bytes(written)
    assert missed == []


def pack_to_check(root: Path, path: Path) -> Path:
    """The pack that is checked to find a fault in this file: the file's own, and of what all have
    in common one that extends it."""
    place, year, *_ = path.relative_to(root).parts
    return root / (CHECKED if f"{place}/{year}" == COMMON else f"{place}/{year}")


def is_told(path: Path, steps: tuple[Any, ...], mutation: Mutation, faults: list[Fault]) -> bool:
    """Whether a fault stands beside the mutated key, if there must be one. Of a name of the
    author's own it may stand where the name is used; a word that may be missing may be missed
    there."""
    spared = mutation is not mistype and FREE.search(shape_of(steps)) is not None
    if spared or (mutation is drop and steps[-1] in OPTIONAL):
        return True
    key = f"{steps[-1]}x" if mutation is misspell else steps[-1]
    holder, own = find_line(path, steps[:-1]), find_line(path, (*steps[:-1], key))
    near = {
        drop: range(holder, _last_line(path, steps[:-1]) + 1),
        misspell: (own, holder),
        mistype: range(own if key else holder, own + 3),  # jsonschema-rs gives no empty keys
    }
    return any(Path(fault.file) == path and fault.line in near[mutation] for fault in faults)


def _last_line(path: Path, steps: tuple[Any, ...]) -> int:
    value = read_yaml(path)
    for step in steps:
        value = value[step]
    return find_line(path, steps) + len(yaml.safe_dump(value, allow_unicode=True).splitlines())

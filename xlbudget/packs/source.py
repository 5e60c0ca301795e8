"""The files of a pack as plain data: YAML of texts, numbers, lists and mappings; CSV of texts."""

from __future__ import annotations

import csv
import re
from collections.abc import Hashable
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from xlbudget.packs.errors import Fault, PackError

PLAIN = tuple(
    f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str", "seq", "map")
)

MOST_NODES = 100_000
DEEPEST = 50
MANY = 1_000
"""With fewer brackets and dashes no data is nested deep enough to exhaust the parser."""


class _Loader(yaml.CSafeLoader):
    """YAML without surprises. ``on`` and ``no`` are words, as in YAML 1.2: only true
    and false are not; a date is a text; every key is a text and stands once."""

    repeated: list[tuple[int, str]]

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Hashable, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(None, None, "no mapping", node.start_mark)
        mapping: dict[Hashable, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                message = "a list or mapping stands where a word must stand"
                raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
            if key.value in mapping:
                self.repeated.append((key.start_mark.line + 1, f"{key.value!r} stands twice"))
            mapping[key.value] = self.construct_object(value, deep=deep)
        return mapping


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in PLAIN and tag != PLAIN[1]]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(PLAIN[1], re.compile("^(?:true|false)$"), list("tf"))
_Loader.yaml_constructors = {
    tag: build
    for tag, build in yaml.CSafeLoader.yaml_constructors.items()
    if tag in PLAIN or tag is None
}


def read_yaml(path: Path) -> Any:
    """A YAML file as plain data. Raises PackError where it cannot be read, is not YAML, or repeats
    a key."""
    text = _text_of(path)
    repeated: list[tuple[int, str]] = []
    try:
        data = _data_of(text, repeated)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise PackError([Fault(str(path), line, f"not YAML: {error.reason}")]) from None
    except yaml.MarkedYAMLError as error:
        raise PackError([_syntax_fault(path, text, error)]) from None
    except (yaml.YAMLError, ValueError, KeyError, RecursionError) as error:
        raise PackError([Fault(str(path), 1, f"not YAML: {error}")]) from None
    if repeated:
        raise PackError([Fault(str(path), *where) for where in repeated])
    return data


def _data_of(text: str, repeated: list[tuple[int, str]]) -> Any:
    if sum(map(text.count, ("[", "{", "- ", "? "))) > MANY:
        _refuse_depth(text)
    loader = _Loader(text)
    loader.repeated = repeated
    try:
        node = loader.get_single_node()
        if "&" in text and node is not None:
            _measure(node, {})
        return None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _refuse_depth(text: str) -> None:
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise yaml.composer.ComposerError(None, None, "nested too deep", event.start_mark)


def _measure(node: yaml.Node, sizes: dict[int, int]) -> int:
    """The number of nodes when every alias is expanded. Raises ComposerError for data that contains
    itself or expands to more than MOST_NODES."""
    if id(node) in sizes and sizes[id(node)] == 0:
        raise yaml.composer.ComposerError(None, None, "an alias inside of itself", node.start_mark)
    if id(node) not in sizes:
        sizes[id(node)] = 0
        inner = [] if isinstance(node, yaml.ScalarNode) else node.value
        flat = [part for each in inner for part in (each if isinstance(each, tuple) else (each,))]
        sizes[id(node)] = 1 + sum(_measure(part, sizes) for part in flat)
    if sizes[id(node)] > MOST_NODES:
        raise yaml.composer.ComposerError(None, None, "aliases without end", node.start_mark)
    return sizes[id(node)]


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by the words of its first line; row n is on line n + 2.
    Raises PackError where it cannot be read, or a row has more or fewer cells than the first."""
    text = _text_of(path)
    try:
        head, *rows = csv.reader(StringIO(text, newline=""), strict=True)
    except ValueError:
        raise PackError([Fault(str(path), 1, "the file is empty")]) from None
    except csv.Error as error:
        raise PackError([Fault(str(path), 1, f"not CSV: {error}")]) from None
    faults = [Fault(str(path), 1, f"{word!r} stands twice") for word in _repeated(head)]
    for line, row in enumerate(rows, start=2):
        if len(row) != len(head):
            message = f"{len(row)} cells; the first line has {len(head)}: {', '.join(head)}"
            faults.append(Fault(str(path), line, message))
        elif '"' in text and any(
            "\n" in cell for cell in row
        ):  # the lines of all rows below would be wrong
            raise PackError([*faults, Fault(str(path), line, "a cell goes over several lines")])
    if faults:
        raise PackError(faults)
    return [dict(zip(head, row, strict=True)) for row in rows]


def _repeated(words: list[str]) -> list[str]:
    return [word for nth, word in enumerate(words) if word in words[:nth]]


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise PackError([Fault(str(path), 1, message)]) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PackError([Fault(str(path), line, "not UTF-8; save the file as UTF-8")]) from None


def _syntax_fault(path: Path, text: str, error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return Fault(str(path), line, "a tab cannot indent; use spaces")
    hint = "; a text that begins with { or [, or has a colon inside, takes quotes"
    quoted = hint if re.search("[{\\[]|: .*: ", written) else ""
    return Fault(str(path), line, f"not YAML: {error.problem}{quoted}")

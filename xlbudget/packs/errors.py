"""The faults of a pack, reported all at once, each with file and line."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """One fault: its file, its line (counted from 1), what is wrong and what is allowed."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class PackError(Exception):
    """A pack that is not sound. `faults` lists everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def find_line(path: Path, steps: tuple[Any, ...]) -> int:
    """The line of the node that `steps` (mapping keys and list indices) lead to in a YAML file, or
    of the last node on the way that exists.

    The file is composed again only now: positions are needed only where something is wrong.
    """
    import yaml

    node = _composed(path.read_text(encoding="utf-8-sig"))
    line = 1
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, node = key.start_mark.line + 1, value
                    break
            else:
                return line
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


@lru_cache(maxsize=4)
def _composed(text: str) -> Any:
    import yaml

    return yaml.compose(text, Loader=yaml.CSafeLoader)


def suggest_word(word: object, allowed: Iterable[object]) -> str:
    """What may have been meant by an unknown word, to follow it; empty where nothing is near."""
    from difflib import get_close_matches

    near = get_close_matches(str(word), list(map(str, allowed)), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def fault_in(path: Path, steps: tuple[Any, ...], message: str) -> Fault:
    """A fault at the node of a YAML file that `steps` lead to."""
    return Fault(str(path), find_line(path, steps), message)


def fault_at(where: str, word: str, message: str) -> Fault:
    """A fault in a rule: `where` is ``file#index`` or ``file#index.part`` as in RuleClause."""
    file, _, steps = where.rpartition("#")
    index, _, part = steps.partition(".")
    inner: tuple[Any, ...] = (int(index), "parts", int(part)) if part else (int(index),)
    return fault_in(Path(file), (*inner, word), message)

"""What is wrong with a pack, told all at once, each with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """One fault: which file, which line (counted from 1), what is wrong and what is allowed."""

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


def line_of(path: Path, steps: tuple[Any, ...]) -> int:
    """The line of the node that `steps` (mapping keys and list places) lead to in a YAML file.

    The file is composed again only now: positions are wanted only where something is wrong.
    """
    import yaml

    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
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

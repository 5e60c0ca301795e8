"""A pack of one's own, begun as a copy of another's own files, to be changed by hand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from xlbudget.packs.find import HEAD, find_root


class NotEmpty(Exception):
    """The folder for a new pack has something in it."""


def name_pack(folder: Path, year: int) -> str:
    """The name of a pack in this folder: place and year, by the folders where they are called so,
    else by the folder and the year given."""
    name, _ = find_root(folder) if folder.name.isdigit() else ("", folder)
    return name or f"{folder.resolve().name}/{year}"


def begin_pack(source: Path, folder: Path, year: int, place: str) -> str:
    """Copy the files of the pack in `source` into a new folder, under its new name, year and place
    (the source's, where `place` is empty); gives the name. What the source extends is extended.
    Raises NotEmpty, and OSError where nothing can be written."""
    if folder.exists() and any(folder.iterdir()):
        raise NotEmpty(folder)
    name = name_pack(folder, year)
    stated = {"pack": name, "year": year, **({"place": place} if place else {})}
    head = (source / HEAD).read_text(encoding="utf-8-sig")
    for word, value in stated.items():
        head = re.sub(rf"(?m)^{word}:.*$", f"{word}: {value}", head, count=1)
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        if path.is_dir() and not path.name.startswith(("_", ".")):
            shutil.copytree(path, folder / path.name)
        elif path.suffix in (".yaml", ".csv") and path.name != HEAD:
            shutil.copy(path, folder / path.name)
    (folder / HEAD).write_text(head, encoding="utf-8")
    return name

"""Where packs are: in folders that a user names, in the user's own folder, in the package.

A folder on the way holds packs by place and year (``shanxi/2025/pack.yaml``), or is a pack itself,
known by the name that its pack.yaml states. Of two packs of one name the one found first is used,
so that a pack of one's own may stand for one of the package.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

HEAD = "pack.yaml"
VARIABLE = "XLBUDGET_PACKS"
"""Environment variable with folders of packs, separated as in PATH."""
OWN_FOLDER = "packs"
DEFAULT_PACK_FILE = "default.txt"
NAME_WORD = "pack:"


def templates_root() -> Path:
    """The folder of packs that comes with the package (or the checkout's `templates/`)."""
    return Path(import_module("xlbudget.templates").__path__[0])


def default_pack() -> str:
    """Name of the pack used where a user names none."""
    return (templates_root() / DEFAULT_PACK_FILE).read_text(encoding="utf-8").strip()


def user_folder() -> Path:
    """The user's own folder of packs, which need not be there: where programs keep their data on
    this system (XDG Base Directory Specification; APPDATA; Application Support)."""
    home = Path.home()
    usual = {
        "win32": Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming"),
        "darwin": home / "Library" / "Application Support",
    }
    unix = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return usual.get(sys.platform, unix) / "xlbudget" / OWN_FOLDER


def list_roots() -> tuple[Path, ...]:
    """The folders in which packs are looked for, in order."""
    named = [Path(text) for text in os.environ.get(VARIABLE, "").split(os.pathsep) if text]
    return (*named, user_folder(), templates_root())


def add_root(folder: Path) -> None:
    """Look in this folder first from now on, in this process and those that it starts."""
    named = os.environ.get(VARIABLE, "")
    if str(folder) not in named.split(os.pathsep):
        os.environ[VARIABLE] = os.pathsep.join(filter(None, (str(folder), named)))


def find_root(folder: Path) -> tuple[str, Path]:
    """The name of the pack in a folder, and the folder in which it is looked for by that name: two
    above where the folders are called by place and year, else its own."""
    folder = folder.resolve()
    if folder.name.isdigit():
        return f"{folder.parent.name}/{folder.name}", folder.parent.parent
    return read_name(folder), folder


def find_packs(roots: Sequence[Path]) -> dict[str, Path]:
    """The folder of every pack by name, in the order of the names."""
    found: dict[str, Path] = {}
    for root in roots:
        if (root / HEAD).is_file():
            found.setdefault(read_name(root), root)
        for path in sorted(root.glob(f"*/*/{HEAD}")):
            found.setdefault(path.parent.relative_to(root).as_posix(), path.parent)
    return dict(sorted(found.items()))


def read_name(folder: Path) -> str:
    """The name that a pack's pack.yaml states; "" where it states none."""
    text = (folder / HEAD).read_text(encoding="utf-8-sig", errors="replace")
    stated = (line for line in text.splitlines() if line.startswith(NAME_WORD))
    value = next(stated, NAME_WORD).removeprefix(NAME_WORD)
    return value.partition(" #")[0].strip().strip("\"'")


def find_form_set(name: str, year: int, roots: Sequence[Path] | None = None) -> str:
    """Name of the form set that is in force in that year at the place of the pack `name`: the
    newest that is not later, or the earliest where all are later."""
    place = name.rpartition("/")[0]
    names = find_packs(roots or list_roots())
    years = sorted(
        int(pack.rpartition("/")[2])
        for pack in names
        if pack.rpartition("/")[0] == place and pack.rpartition("/")[2].isdigit()
    )
    begun = [since for since in years if since <= year]
    return f"{place}/{begun[-1] if begun else years[0]}" if years else name

"""What files said when they were last read, kept in the user's cache folder by their content.

Safe to delete. An entry is found by the SHA-256 of the file under the fingerprint of this very
program and its packs, so that nothing is trusted across versions.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import shutil
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

ENTRY = ".json"


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Of every file of this program and its packs: name, size and time of change."""
    from importlib import import_module

    roots = [Path(import_module(f"xlbudget{name}").__path__[0]) for name in ("", ".templates")]
    roots.append(Path(import_module("xlbudget.schemas").__path__[0]))
    digest = hashlib.sha256()
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                state = path.stat()
                said = f"{path.relative_to(root)} {state.st_size} {state.st_mtime_ns}"
                digest.update(said.encode())
    return digest.hexdigest()


def cache_folder(asked: Iterable[str]) -> Path | None:
    """The folder for entries of this program asked in this way (pack, map …); those of other
    versions are deleted. None where there can be no folder."""
    import platformdirs

    root = Path(platformdirs.user_cache_path("xlbudget"))
    how = hashlib.sha256("\0".join((fingerprint(), *asked)).encode()).hexdigest()
    folder = root / fingerprint()[:16] / how[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for other in root.iterdir():
            if other != folder.parent:
                shutil.rmtree(other, ignore_errors=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def state_of(path: Path) -> tuple[str, str]:
    """Checksum and date of a file, or of all files of a folder. Raises OSError."""
    if not path.is_dir():
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
        return checksum, _day(path.stat().st_mtime)
    digest = hashlib.sha256()
    files = sorted(path.iterdir())
    for file in files:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest(), _day(max(one.stat().st_mtime for one in (files or [path])))


def _day(time: float) -> str:
    return datetime.date.fromtimestamp(time).isoformat()


def entry(folder: Path, checksum: str) -> Path:
    """Where the entry of a content is, if it is there."""
    return folder / f"{checksum}{ENTRY}"


def keep(content: bytes, path: Path) -> None:
    """Write an entry; it appears only when complete. Raises OSError."""
    beside = f"{path}.{os.getpid()}"
    try:
        with open(beside, "wb") as file:
            file.write(content)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise

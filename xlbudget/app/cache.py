"""The results of reading files, kept in the user's cache folder by content.

Safe to delete. An entry is keyed by the SHA-256 of the file under the fingerprint of this program
and its packs, so that nothing is trusted across versions.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from xlbudget.packs.catalogue_versions import versions_folder
from xlbudget.packs.find import find_packs, list_roots

ENTRY = ".json"


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """SHA-256 (hex) over the name, size and modification time of every file of this program, of all
    packs that are found and of the user's catalogues."""
    from importlib import import_module

    roots = [Path(import_module(f"xlbudget{name}").__path__[0]) for name in ("", ".templates")]
    roots.append(Path(import_module("xlbudget.schemas").__path__[0]))
    roots += [*find_packs(list_roots()).values(), versions_folder()]
    digest = hashlib.sha256()
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                state = path.stat()
                entry = f"{path.relative_to(root)} {state.st_size} {state.st_mtime_ns}"
                digest.update(entry.encode())
    return digest.hexdigest()


def find_cache_folder(settings: Iterable[str]) -> Path | None:
    """The folder for entries of this program under these settings (pack, map …); those of other
    versions are deleted. None where no writable folder can be made."""
    import platformdirs

    root = Path(platformdirs.user_cache_path("xlbudget"))
    how = hashlib.sha256("\0".join((fingerprint(), *settings)).encode()).hexdigest()
    folder = root / fingerprint()[:16] / how[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for other in root.iterdir():
            if other != folder.parent:
                shutil.rmtree(other, ignore_errors=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


@contextmanager
def open_spool(settings: Iterable[str], private: bool) -> Iterator[Path]:
    """The folder for entries within this context: the cache's, or a temporary one where `private`
    forbids the cache or it cannot be written."""
    folder = None if private else find_cache_folder(settings)
    if folder:
        yield folder
        return
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        yield Path(temporary)


def checksum_and_date(path: Path) -> tuple[str, str]:
    """SHA-256 (hex) and ISO date of change of a file, or of all files of a folder. Raises
    OSError."""
    if not path.is_dir():
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
        return checksum, _day(path.stat().st_mtime)
    digest = hashlib.sha256()
    files = sorted(path.iterdir())
    for file in files:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest(), _day(max(file.stat().st_mtime for file in (files or [path])))


def _day(time: float) -> str:
    return datetime.date.fromtimestamp(time).isoformat()


def entry_path(folder: Path, checksum: str) -> Path:
    """The path of the entry for a checksum, whether it exists or not."""
    return folder / f"{checksum}{ENTRY}"


def write_entry(content: bytes, path: Path) -> None:
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

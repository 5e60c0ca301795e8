"""The files to read for the files and folders that a user names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from xlbudget.workbook.read.sniff import LEFT_BESIDE

FOLDER_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".json")
TEXT_SUFFIXES = (".csv", ".tsv")
UNREAD_SUFFIXES = (".zip", ".rar", ".7z", ".gz", ".tar", ".pdf", ".ofd", ".doc", ".docx", ".wps")
"""Archives and documents, which may hold a budget and are not read."""


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and those in the folders named; a folder with CSV files and nothing else to
    read is one budget, and is given itself. What programs and systems leave beside them is passed
    over in folders."""
    for path in paths:
        if path.is_dir():
            yield from sorted(_files_below(path))
        else:
            yield path


def find_unread(paths: Iterable[Path]) -> list[Path]:
    """The archives and documents in the folders named, which are not read."""
    return sorted(
        file
        for folder in paths
        if folder.is_dir()
        for file in folder.rglob("*")
        if file.suffix.lower() in UNREAD_SUFFIXES
        and file.is_file()
        and not any(part.startswith(LEFT_BESIDE) for part in file.relative_to(folder).parts)
    )


def _files_below(folder: Path) -> Iterator[Path]:
    try:
        files = [p for p in folder.iterdir() if not p.name.startswith(LEFT_BESIDE)]
    except OSError:  # reading the folder says why
        yield folder
        return
    readable = [p for p in files if p.suffix.lower() in FOLDER_SUFFIXES and p.is_file()]
    yield from readable
    if not readable and any(p.suffix.lower() in TEXT_SUFFIXES for p in files):
        yield folder
    for below in files:
        if below.is_dir() and not below.is_symlink():
            yield from _files_below(below)

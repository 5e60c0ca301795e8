"""Files read and checked, many by several processes; each result travels back as bytes."""

from __future__ import annotations

import copyreg
import gc
import pickle
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from xlbudget.app.errors import Unreadable
from xlbudget.app.read_files import AS_USUAL, ReadOptions, load_mapped_pack, read_file
from xlbudget.core.finding import Observation
from xlbudget.ops.check.check import check, make_finding
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.packs.year import apply_year
from xlbudget.report.file_result import FileResult

MANY = 8
"""The number of files from which on processes are started and a progress bar is shown."""


def check_file(path: Path, options: ReadOptions = AS_USUAL) -> FileResult:
    """Read and check one file. What is wrong with it is in the findings, never raised."""
    try:
        pack, reading = read_file(path, options)
    except Unreadable as error:
        return report_unreadable(path, options.pack_name, error)
    confrontation = check(pack, reading)
    return FileResult(
        str(path),
        pack,
        confrontation.findings,
        reading,
        confrontation.counts,
        confrontation.causes,
    )


def report_unreadable(path: Path, pack_name: str | None, error: Unreadable) -> FileResult:
    """The result for a file that cannot be read: its one finding."""
    pack = load_pack(pack_name or default_pack())
    return FileResult(str(path), pack, (make_finding(pack, error.remark),))


def describe_crash(path: Path) -> Unreadable:
    """The error for a file that made its process die."""
    return Unreadable(Observation("reader_failed", "crashed", facts={"file": path.name}))


def check_files(
    paths: Sequence[Path], options: ReadOptions, jobs: int, done: Callable[[Path], None]
) -> list[FileResult]:
    """The check's result for every file, in the order given; `done` is called with each as it is
    finished."""
    if jobs < 2 or len(paths) < MANY:
        return [_report_done(done, path, check_file(path, options)) for path in paths]
    from xlbudget.app.workers import (  # its imports take as long as a small file
        SELDOM,
        map_in_processes,
    )

    gc.set_threshold(SELDOM)
    results: dict[Path, FileResult] = {}
    every = list(dict.fromkeys(paths))
    for path, content in map_in_processes(
        partial(_sent, options), every, jobs, partial(_died, options)
    ):
        results[path] = _back(options, content)
        done(path)
    return [results[path] for path in paths]


def _report_done(done: Callable[[Path], None], path: Path, checked: FileResult) -> FileResult:
    done(path)
    return checked


def _sent(options: ReadOptions, path: Path) -> bytes:
    """Check one file in another process; the result as bytes."""
    return _packed(check_file(path, options))


def _died(options: ReadOptions, path: Path) -> bytes:
    return _packed(report_unreadable(path, options.pack_name, describe_crash(path)))


def _packed(checked: FileResult) -> bytes:
    """The result as bytes, without the pack, which the other side has too: only its name, year, and
    whether a map has been added to it."""
    content = BytesIO()
    pickler = pickle.Pickler(content, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {**copyreg.dispatch_table, MappingProxyType: _as_dict}
    file, pack, *rest = checked
    plain = apply_year(load_pack(pack.name), pack.year)
    pickler.dump((pack.name, pack.year, pack is not plain, file, rest))
    return content.getvalue()


def _as_dict(mapping: MappingProxyType[object, object]) -> tuple[type, tuple[object]]:
    return dict, (dict(mapping),)


def _back(options: ReadOptions, content: bytes) -> FileResult:
    """The result from the bytes that one of our own processes packed."""
    name, year, mapped, file, rest = pickle.loads(content)
    pack = load_mapped_pack(options)[0] if mapped else load_pack(name)
    return FileResult(file, apply_year(pack, year), *rest)

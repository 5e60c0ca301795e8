"""Many files → what each says and what its check found, by several processes, each file once.

A file that was read before and has not changed since is taken from the cache. One that makes its
process die is said, and the others go on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from xlbudget.app.cache import checksum_and_date, entry_path, write_entry
from xlbudget.app.check_files import describe_crash, report_unreadable
from xlbudget.app.errors import ChangedMeanwhile, Unreadable
from xlbudget.app.read_files import ReadOptions, read_file
from xlbudget.app.workers import map_in_processes
from xlbudget.core.finding import ERROR, WARNING, Remark
from xlbudget.ops.check.check import faults_in
from xlbudget.ops.consolidate.contribution import share_of
from xlbudget.ops.consolidate.overview import amount_of
from xlbudget.ops.consolidate.snapshot import Head, Snapshot, head_of, packed, snapshot_of
from xlbudget.report.file_result import Checked
from xlbudget.report.messages import Namer, message, places

SPENT = "spent"
"""The pack's picture that says where a budget states its expenditure."""
SAID = 3
"""So many findings of a file are kept in words."""


class CollectOptions(NamedTuple):
    """How files are to be read, and the folder where what they say is put."""

    read: ReadOptions
    spool: Path


class FileRecord(NamedTuple):
    """A file: where it is, its content's SHA-256, when it was changed (ISO date), and what is
    said of it. The rest stands in its entry, or in `content` where that could not be written."""

    path: Path
    checksum: str
    modified: str
    head: Head
    content: bytes = b""


def collect(
    paths: Sequence[Path], options: CollectOptions, jobs: int, done: Callable[[Path], None]
) -> list[FileRecord]:
    """What every file says, in the order given; `done` is told of each as it is finished."""
    found: dict[Path, FileRecord] = {}
    waiting = []
    nothing_known = not any(options.spool.iterdir())
    for path in paths:
        before = None if nothing_known else _before(path, options)
        if before:
            found[path] = before
            done(path)
        else:
            waiting.append(path)
    work, died = partial(_one, options=options), partial(_died, options=options)
    for path, one in map_in_processes(work, waiting, jobs, died):
        found[path] = one
        done(path)
    return [found[path] for path in paths]


def load_snapshot(options: CollectOptions, one: FileRecord) -> Snapshot:
    """What was read of the file; where its entry is gone meanwhile, it is read once more. Raises
    ChangedMeanwhile where the file itself has changed."""
    try:
        return snapshot_of(one.content or entry_path(options.spool, one.checksum).read_bytes())
    except (OSError, ValueError):
        again = _one(one.path, options)
    if again.checksum != one.checksum or again.head.fault:
        raise ChangedMeanwhile(one.path)
    return snapshot_of(again.content or entry_path(options.spool, again.checksum).read_bytes())


def _before(path: Path, options: CollectOptions) -> FileRecord | None:
    """What was read of the same content before."""
    try:
        checksum, modified = checksum_and_date(path)
        content = entry_path(options.spool, checksum).read_bytes()
        return FileRecord(path, checksum, modified, head_of(content))
    except (OSError, ValueError):
        return None


def _died(path: Path, options: CollectOptions) -> FileRecord:
    head = Head(
        fault=_words(report_unreadable(path, options.read.pack_name, describe_crash(path)))[0]
    )
    return FileRecord(path, "", "", head)


def _one(path: Path, options: CollectOptions) -> FileRecord:
    """Read and check one file, and put what it says into its entry."""
    checksum = modified = ""
    try:
        with contextlib.suppress(OSError):  # reading says why
            checksum, modified = checksum_and_date(path)
        pack, reading = read_file(path, *options.read)
        if not checksum:
            raise Unreadable(Remark("no_permission", facts={"file": path.name}))
    except Unreadable as error:
        said = _words(report_unreadable(path, options.read.pack_name, error))
        return FileRecord(path, checksum, modified, Head(fault=said[0]))
    findings = faults_in(pack, reading)
    grave = [f for f in findings if f.severity == ERROR]
    budget = reading.budget
    head = Head(
        "",
        budget.department,
        budget.department_code,
        budget.pack,
        budget.year,
        tuple(sorted({budget.unit_of(form) for form in pack.forms})),
        len(grave),
        sum(f.severity == WARNING for f in findings),
        _words(Checked(str(path), pack, tuple(grave[:SAID]), reading)),
        tuple((source.code, source.department) for source in reading.sources),
        str(amount_of(pack, pack.pictures[SPENT], budget)) if SPENT in pack.pictures else "0",
    )
    content = packed(head, Snapshot(share_of(pack, reading), reading.sources, reading.shares))
    try:
        write_entry(content, entry_path(options.spool, checksum))
    except OSError:  # no room: then it stays in memory
        return FileRecord(path, checksum, modified, head, content)
    return FileRecord(path, checksum, modified, head)


def _words(checked: Checked) -> tuple[str, ...]:
    """Its findings in words, each with its first cell."""
    namer = Namer(checked.pack, checked.reading)
    return tuple(
        " ".join([finding.rule, *places(namer, finding)[:1], message(namer, finding)])
        for finding in checked.findings
    )

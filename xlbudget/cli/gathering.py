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

from xlbudget.app.cache import entry, keep, state_of
from xlbudget.app.read_files import Unreadable, crashed, read_file, unreadable
from xlbudget.app.workers import spread
from xlbudget.cli.output import Failed
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


class Asked(NamedTuple):
    """How files are to be read: pack, map and password as the user gave them, and where what they
    say is put."""

    pack_name: str | None
    map_file: Path | None
    password: str
    spool: Path


class Gathered(NamedTuple):
    """A file: where it is, its content's SHA-256, when it was changed (ISO date), and what is
    said of it. The rest stands in its entry, or in `content` where that could not be written."""

    path: Path
    checksum: str
    modified: str
    head: Head
    content: bytes = b""


def gather(
    paths: Sequence[Path], asked: Asked, jobs: int, done: Callable[[Path], None]
) -> list[Gathered]:
    """What every file says, in the order given; `done` is told of each as it is finished."""
    found: dict[Path, Gathered] = {}
    waiting = []
    nothing_known = not any(asked.spool.iterdir())
    for path in paths:
        before = None if nothing_known else _before(path, asked)
        if before:
            found[path] = before
            done(path)
        else:
            waiting.append(path)
    work, died = partial(_one, asked=asked), partial(_died, asked=asked)
    for path, one in spread(work, waiting, jobs, died):
        found[path] = one
        done(path)
    return [found[path] for path in paths]


def snapshot_back(asked: Asked, one: Gathered) -> Snapshot:
    """What was read of the file; where its entry is gone meanwhile, it is read once more. Raises
    Failed where the file itself has changed."""
    try:
        return snapshot_of(one.content or entry(asked.spool, one.checksum).read_bytes())
    except (OSError, ValueError):
        again = _one(one.path, asked)
    if again.checksum != one.checksum or again.head.fault:
        raise Failed(f"{one.path} 在汇总的时候被改动或删除了，请再运行一次。")
    return snapshot_of(again.content or entry(asked.spool, again.checksum).read_bytes())


def _before(path: Path, asked: Asked) -> Gathered | None:
    """What was read of the same content before."""
    try:
        checksum, modified = state_of(path)
        content = entry(asked.spool, checksum).read_bytes()
        return Gathered(path, checksum, modified, head_of(content))
    except (OSError, ValueError):
        return None


def _died(path: Path, asked: Asked) -> Gathered:
    head = Head(fault=_words(unreadable(path, asked.pack_name, crashed(path)))[0])
    return Gathered(path, "", "", head)


def _one(path: Path, asked: Asked) -> Gathered:
    """Read and check one file, and put what it says into its entry."""
    checksum = modified = ""
    try:
        with contextlib.suppress(OSError):  # reading says why
            checksum, modified = state_of(path)
        pack, reading = read_file(path, asked.pack_name, asked.password, asked.map_file)
        if not checksum:
            raise Unreadable(Remark("no_permission", facts={"file": path.name}))
    except Unreadable as error:
        said = _words(unreadable(path, asked.pack_name, error))
        return Gathered(path, checksum, modified, Head(fault=said[0]))
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
        keep(content, entry(asked.spool, checksum))
    except OSError:  # no room: then it stays in memory
        return Gathered(path, checksum, modified, head, content)
    return Gathered(path, checksum, modified, head)


def _words(checked: Checked) -> tuple[str, ...]:
    """Its findings in words, each with its first cell."""
    namer = Namer(checked.pack, checked.reading)
    return tuple(
        " ".join([finding.rule, *places(namer, finding)[:1], message(namer, finding)])
        for finding in checked.findings
    )

"""Many files → the record of each with its check's result, by several processes, each file once.

A file that was read before and has not changed since is taken from the cache. One that makes its
process die is reported, and the others go on.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

from xlbudget.app.cache import checksum_and_date, entry_path, write_entry
from xlbudget.app.check_files import describe_crash, report_unreadable
from xlbudget.app.errors import ChangedMeanwhile, Unreadable
from xlbudget.app.read_files import ReadOptions, read_file
from xlbudget.app.workers import map_in_processes
from xlbudget.core.consolidation import Contribution, Source
from xlbudget.core.finding import ERROR, UNCONFIRMED, Observation
from xlbudget.ops.check.check import find_faults
from xlbudget.ops.consolidate.contribution import make_contribution
from xlbudget.ops.consolidate.file_record import (
    FileRecord,
    decode_contributions,
    decode_record,
    encode_entry,
)
from xlbudget.ops.consolidate.listed_rows import list_bodies
from xlbudget.ops.consolidate.overview import total_amount
from xlbudget.report.file_result import FileResult
from xlbudget.report.messages import Namer, describe_finding, name_cells

SPENT = "spent"
"""The pack's chart whose rows hold a budget's expenditure."""
MOST_FINDINGS = 3
"""The most findings of a file that are kept in words."""


class CollectOptions(NamedTuple):
    """How files are to be read, the folder for their entries, and the folder to which their names
    are relative: that of the consolidated workbook, which links to them."""

    read: ReadOptions
    spool: Path
    root: Path


CHANGED = (ValueError, LookupError, TypeError, ArithmeticError)
"""What reading a damaged entry raises."""


def relative_name(root: Path, path: Path) -> str:
    """The file's path relative to that folder; absolute where it is on another drive."""
    try:
        return os.path.relpath(path.resolve(), root)
    except ValueError:  # on another drive
        return str(path.resolve())


def path_of(root: Path, name: str) -> Path:
    """The file of that name as seen from that folder, which is one without links."""
    return Path(os.path.normpath(root / name))


def collect(
    paths: Sequence[Path], options: CollectOptions, jobs: int, done: Callable[[Path], None]
) -> list[FileRecord]:
    """The record of every file, in the order given; `done` is called with each as it is
    finished."""
    records: dict[Path, FileRecord] = {}
    waiting = []
    nothing_known = not any(options.spool.iterdir())
    for path in paths:
        before = None if nothing_known else _before(path, options)
        if before:
            records[path] = before
            done(path)
        else:
            waiting.append(path)
    work, died = partial(_read_and_check, options=options), partial(_died, options=options)
    for path, record in map_in_processes(work, waiting, jobs, died):
        records[path] = record
        done(path)
    return [records[path] for path in paths]


def load_contributions(
    options: CollectOptions, record: FileRecord
) -> list[tuple[Source, Contribution]]:
    """The file's contribution, then each source behind it with its own; where its entry has
    disappeared, the file is read again. Raises ChangedMeanwhile where the file itself has
    changed."""
    with contextlib.suppress(OSError, *CHANGED):
        return decode_contributions(_entry(options, record))
    path = path_of(options.root, record.source.file)
    again = _read_and_check(path, options)
    if again.source.checksum != record.source.checksum or again.fault:
        raise ChangedMeanwhile(path)
    return decode_contributions(_entry(options, again))


def _entry(options: CollectOptions, record: FileRecord) -> bytes:
    return record.content or entry_path(options.spool, record.source.checksum).read_bytes()


def _before(path: Path, options: CollectOptions) -> FileRecord | None:
    """The record of a file with the same content that was read before; None where there is none."""
    try:
        checksum, modified = checksum_and_date(path)
        record = decode_record(entry_path(options.spool, checksum).read_bytes())
    except (OSError, *CHANGED):
        return None
    file = relative_name(options.root, path)
    return record._replace(source=record.source._replace(file=file, modified=modified))


def _died(path: Path, options: CollectOptions) -> FileRecord:
    result = report_unreadable(path, options.read.pack_name, describe_crash(path))
    return FileRecord(_unknown(path, options), _words(result)[0])


def _unknown(path: Path, options: CollectOptions) -> Source:
    """A source of which only name, date and checksum are known yet."""
    checksum = modified = ""
    with contextlib.suppress(OSError):  # reading says why
        checksum, modified = checksum_and_date(path)
    return Source(relative_name(options.root, path), "", "", Decimal(0), modified, checksum)


def _read_and_check(path: Path, options: CollectOptions) -> FileRecord:
    """Read and check one file, and write its entry."""
    source = _unknown(path, options)
    try:
        pack, reading = read_file(path, options.read)
        if not source.checksum:
            raise Unreadable(Observation("no_permission", facts={"file": path.name}))
    except Unreadable as error:
        words = _words(report_unreadable(path, options.read.pack_name, error))
        return FileRecord(source, words[0])
    faults = find_faults(pack, reading)
    errors = [f for f in faults if f.severity == ERROR]
    open_ = tuple(f for f in faults if f.severity == UNCONFIRMED)
    budget = reading.budget
    spent = pack.charts.get(SPENT)
    record = FileRecord(
        source._replace(
            department=budget.department,
            code=budget.department_code,
            total=total_amount(pack, spent, budget) if spent else Decimal(0),
            errors=len(errors),
        ),
        "",
        budget.pack,
        budget.year,
        tuple(sorted({budget.unit_of(form) for form in pack.forms})),
        _words(FileResult(str(path), pack, tuple(errors[:MOST_FINDINGS]), reading)),
        tuple((source.code, source.department) for source in reading.sources),
        _words(FileResult(str(path), pack, open_, reading)),
        not any(amount for _, amount in budget.amounts()),
        list_bodies(pack, budget),
    )
    behind = zip(reading.sources, reading.contributions, strict=True)
    content = encode_entry(record, make_contribution(pack, reading), behind)
    try:
        write_entry(content, entry_path(options.spool, source.checksum))
    except OSError:  # no room: then it stays in memory
        return record._replace(content=content)
    return record


def _words(checked: FileResult) -> tuple[str, ...]:
    """The findings in words, each with its rule and first cell."""
    namer = Namer(checked.pack, checked.reading)
    return tuple(
        " ".join([finding.rule, *name_cells(namer, finding)[:1], describe_finding(namer, finding)])
        for finding in checked.findings
    )

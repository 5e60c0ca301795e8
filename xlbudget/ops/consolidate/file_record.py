"""A file as it was read and checked, and its entry in the cache.

Plain JSON, never executable: it is kept in the user's cache and passed between processes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from xlbudget.core.consolidation import Contribution, Source
from xlbudget.core.source_records import read_records, write_records


class FileRecord(NamedTuple):
    """A file without its figures: its department, and the result of its check.

    `fault` is the reason why it could not be read; then the rest is empty. `units` are all units of
    amount that its forms are in, 万元 and so on; `first_findings` the first errors in words,
    `to_confirm` what it rests on though nothing says it; `blank` whether it has no amount at all;
    `members` the departments (code, name) in a file that is consolidated itself, `bodies` the units
    (code, name) that its tables list. The figures stand in its entry: in the cache, or in `content`
    where that could not be written."""

    source: Source
    fault: str = ""
    pack: str = ""
    year: int = 0
    units: tuple[str, ...] = ()
    first_findings: tuple[str, ...] = ()
    members: tuple[tuple[str, str], ...] = ()
    to_confirm: tuple[str, ...] = ()
    blank: bool = False
    bodies: tuple[tuple[str, str], ...] = ()
    content: bytes = b""


END = "."
"""The last line: where it is missing, the entry was truncated."""


def encode_entry(
    record: FileRecord, own: Contribution, others: Iterable[tuple[Source, Contribution]]
) -> bytes:
    """The entry as lines of text: the file's own facts, then the records of its own contribution
    and, where it is consolidated, of the sources behind it."""
    facts = (record.units, record.first_findings, record.members, record.to_confirm, record.blank)
    head = json.dumps((*facts, record.bodies), ensure_ascii=False)
    sources = ((record.source, own), *others)
    records = (r for nth, source in enumerate(sources) for r in write_records(nth, *source))
    return "\n".join([head, *map("\t".join, records), END]).encode(errors="replace")


def decode_record(content: bytes) -> FileRecord:
    """The file that an entry describes. Raises ValueError, LookupError, TypeError or
    ArithmeticError for anything that is not an entry."""
    head, own, _ = content.split(b"\n", 2)
    if not content.endswith(f"\n{END}".encode()):
        raise ValueError("cut off")
    units, findings, members, to_confirm, blank, bodies = json.loads(head)
    (source,), ((pack, year, *_),) = read_records([own.decode().split("\t")])
    return FileRecord(
        source,
        "",
        pack,
        year,
        tuple(units),
        tuple(findings),
        _pairs(members),
        tuple(to_confirm),
        bool(blank),
        _pairs(bodies),
    )


def _pairs(lists: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((code, name) for code, name in lists)


def decode_contributions(content: bytes) -> list[tuple[Source, Contribution]]:
    """The file of an entry with its contribution, then each source behind it with its own. Raises
    as `decode_record`."""
    _, *records, _ = content.decode().split("\n")
    return list(zip(*read_records(record.split("\t") for record in records), strict=True))

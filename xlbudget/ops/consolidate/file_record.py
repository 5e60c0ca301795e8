"""A file as it was read and checked, and its entry in the cache.

JSON and nothing that could run: it lies in the user's cache, and passes between processes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from xlbudget.core.consolidation import Contribution, Source
from xlbudget.core.source_records import read_records, write_records


class FileRecord(NamedTuple):
    """A file without its figures: whose it is, and what its check found.

    `fault` says why it could not be read, and then the rest is empty. `units` are all units of
    amount that its forms are in, 万元 and so on; `first_findings` the first findings in words;
    `members` the departments (code, name) in a file that is consolidated itself. The figures stand
    in its entry: in the cache, or in `content` where that could not be written."""

    source: Source
    fault: str = ""
    pack: str = ""
    year: int = 0
    units: tuple[str, ...] = ()
    first_findings: tuple[str, ...] = ()
    members: tuple[tuple[str, str], ...] = ()
    content: bytes = b""


END = "."
"""The last line: where it is missing, something was cut off."""


def encode_entry(
    record: FileRecord, own: Contribution, behind: Iterable[tuple[Source, Contribution]]
) -> bytes:
    """Lines of text: what is said of the file, then the records of what it states itself, and of
    the sources behind it where it is consolidated."""
    head = json.dumps((record.units, record.first_findings, record.members), ensure_ascii=False)
    sources = ((record.source, own), *behind)
    records = (r for nth, source in enumerate(sources) for r in write_records(nth, *source))
    return "\n".join([head, *map("\t".join, records), END]).encode(errors="replace")


def decode_record(content: bytes) -> FileRecord:
    """What an entry says of its file. Raises ValueError, LookupError, TypeError or ArithmeticError
    for what is none."""
    head, own, _ = content.split(b"\n", 2)
    if not content.endswith(f"\n{END}".encode()):
        raise ValueError("cut off")
    units, said, members = json.loads(head)
    (source,), (share,) = read_records([own.decode().split("\t")])
    of_both = tuple((code, name) for code, name in members)
    return FileRecord(source, "", share.pack, share.year, tuple(units), tuple(said), of_both)


def decode_contributions(content: bytes) -> list[tuple[Source, Contribution]]:
    """What the file of an entry adds, then each source behind it with what that adds. Raises as
    `decode_record`."""
    _, *records, _ = content.decode().split("\n")
    return list(zip(*read_records(record.split("\t") for record in records), strict=True))

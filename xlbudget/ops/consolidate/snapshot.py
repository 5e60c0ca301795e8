"""A file as it was read and checked, in bytes: what a consolidation needs of it, and no more.

JSON and nothing that could run: it lies in the user's cache, and passes between processes.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NamedTuple

from xlbudget.core.consolidation import Share, Source
from xlbudget.ops.consolidate.contribution import shares_in, text_of


class Head(NamedTuple):
    """What is said of a file: whose it is, and what its check found.

    `said` are the first findings in words, `members` the departments (code, name) in a file that is
    consolidated itself, `total` its expenditure; `fault` says why it could not be read, and then
    the rest is empty. `units` are all units of amount that its forms are in, 万元 and so on.
    """

    fault: str = ""
    department: str = ""
    code: str = ""
    pack: str = ""
    year: int = 0
    units: tuple[str, ...] = ()
    errors: int = 0
    warnings: int = 0
    said: tuple[str, ...] = ()
    members: tuple[tuple[str, str], ...] = ()
    total: str = "0"


class Snapshot(NamedTuple):
    """What a file itself says; and of one that is consolidated itself, the sources behind it with
    what each adds."""

    own: Share
    sources: tuple[Source, ...] = ()
    shares: tuple[Share, ...] = ()


END = "."
"""The last line: where it is missing, something was cut off."""


def packed(head: Head, snapshot: Snapshot) -> bytes:
    """Head, sources and shares in lines of text."""
    sources = [[*map(str, source[:-1]), source.errors] for source in snapshot.sources]
    heads = [json.dumps(one, ensure_ascii=False) for one in (head, sources)]
    shares = map(text_of, (snapshot.own, *snapshot.shares))
    return "\n".join([*heads, *shares, END]).encode(errors="replace")


def head_of(content: bytes) -> Head:
    """The head alone. Raises ValueError for what is none."""
    said = json.loads(content.partition(b"\n")[0])
    whole = content.endswith(f"\n{END}".encode())
    if not whole or not isinstance(said, list) or len(said) != len(Head._fields):
        raise ValueError("no head")
    head = Head(*said)
    members = tuple((code, name) for code, name in head.members)
    return head._replace(units=tuple(head.units), said=tuple(head.said), members=members)


def snapshot_of(content: bytes) -> Snapshot:
    """All behind the head."""
    _, sources, *lines, _ = content.decode().split("\n")
    own, *shares = shares_in(lines)
    return Snapshot(own, tuple(map(_source, json.loads(sources))), tuple(shares))


def _source(said: list[Any]) -> Source:
    source = Source(*said)
    return source._replace(total=Decimal(source.total))

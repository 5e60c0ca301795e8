"""Readers that run in a process of their own, with limits of memory and time.

.xls, .xlsb and .ods can make a reader abort or take all memory (READING.md), and decrypting runs
as long as the file says. What goes wrong there ends that process, and is said.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from xlbudget.core.reading import Lines
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.sheet import Listed, RawSheet

SECONDS = 10
OUT_OF_MEMORY = 3
"""Exit code of a child that met its limit of memory and could say so."""

Cells = Sequence[Sequence[Any]]


def confined_sheets(
    kind: str, content: bytes, own: Sequence[str]
) -> tuple[list[Listed], list[RawSheet]]:
    """The worksheets that a workbook of that kind lists, and those to read. Raises FileFault."""
    said = json.loads(_run(kind, list(own), content), object_hook=_value)
    return [Listed(*one) for one in said["listed"]], [_sheet(one) for one in said["sheets"]]


def decrypted(content: bytes, password: str) -> bytes:
    """The file without its password; Excel's silent one is tried too. Raises FileFault."""
    return _run("decrypt", password, content)


def _run(job: str, given: Any, content: bytes) -> bytes:
    """What the child answers: its first line tells a fault, or is empty."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "xlbudget.workbook.read.sandbox.child", job],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    try:
        asked = json.dumps(given).encode() + b"\n"
        answer, _ = process.communicate(asked + content, SECONDS)
    except subprocess.TimeoutExpired:
        raise FileFault("reader_failed", "slow", limit=str(SECONDS)) from None
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        memory = process.returncode == OUT_OF_MEMORY
        raise FileFault("reader_failed", "memory" if memory else "crashed")
    fault, _, result = answer.partition(b"\n")
    if fault:
        kind, case, facts = json.loads(fault)
        raise FileFault(kind, case, **facts)
    return result


def _value(tagged: dict[str, Any]) -> Any:
    """Dates and times come tagged."""
    if "date" in tagged:
        return datetime.datetime.fromisoformat(tagged["date"])
    return tagged.get("other", tagged)


def _sheet(said: dict[str, Any]) -> RawSheet:
    rows, columns, merged = said["lines"]
    kept: dict[str, bytes] = {}
    return RawSheet(
        said["name"],
        said["rows"],
        [kept.setdefault(row, row.encode("latin-1")) for row in said["decimals"]],
        frozenset((row, column) for row, column in said["uncalculated"]),
        {(row, column): text for row, column, text in said["errors"]},
        said["hidden"],
        lines=Lines(frozenset(rows), frozenset(columns), tuple(map(tuple, merged))),
    )

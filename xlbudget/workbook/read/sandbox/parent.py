"""Readers that run in a process of their own, with limits of memory and time.

.xls, .xlsb and .ods can make a reader abort or take all memory, and decrypting runs
as long as the file says. What goes wrong there ends that process, and is reported.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from xlbudget.core.sheet import RawSheet
from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.sandbox.codec import decode_sheets
from xlbudget.workbook.read.sheet import ListedSheet

SECONDS = 10
OUT_OF_MEMORY = 3
"""Exit code of a child that met its limit of memory and could report it."""


def read_confined(
    kind: str, content: bytes, own: Sequence[str]
) -> tuple[list[ListedSheet], list[RawSheet]]:
    """The worksheets that a workbook of that kind lists, and those to read. Raises FileFault."""
    return decode_sheets(_run(kind, list(own), content))


def decrypt(content: bytes, password: str) -> bytes:
    """The file without its password; Excel's silent one is tried too. Raises FileFault."""
    return _run("decrypt", password, content)


def _run(job: str, argument: Any, content: bytes) -> bytes:
    """The child's result. Raises FileFault for the fault that it answers, and where it fails."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "xlbudget.workbook.read.sandbox.child", job],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    try:
        request = json.dumps(argument).encode() + b"\n"
        answer, _ = process.communicate(request + content, SECONDS)
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

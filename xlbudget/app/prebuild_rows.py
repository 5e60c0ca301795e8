"""The long lists of a workbook, made by another process while this one writes the rest."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import BinaryIO

from xlbudget.app.workers import FORKS, settle
from xlbudget.workbook.xlsx.package import TOGETHER, Book, Later, Sheet

MANY = 1_000
"""Rows of a sheet; fewer are made sooner than a process is begun."""

Pieces = Callable[[], Iterable[bytes]]


@contextmanager
def rows_ahead(book: Book, jobs: int) -> Iterator[None]:
    """While this lasts, the rows that come later are on their way, if there may be a second
    process. Where it fails, they are made when they are needed, as if there had been none."""
    later = [(sheet, sheet.later) for sheet in book.worksheets() if sheet.later]
    sheets = [sheet for sheet, rows in later if rows.end - rows.first >= MANY]
    with ExitStack() as stack:
        if FORKS and jobs > 1 and sheets:
            with suppress(OSError):  # no room or no process to be had
                _begin(sheets, stack)
        yield


def _begin(sheets: Sequence[Sheet], stack: ExitStack) -> None:
    """Begin the other process; `stack` ends it."""
    every = [sheet.later for sheet in sheets if sheet.later]
    # The linter does not see that the stack closes them.
    files = [stack.enter_context(tempfile.TemporaryFile()) for _ in every]  # noqa: SIM115
    forks = get_context("fork")
    hears, tells = forks.Pipe(duplex=False)
    process = forks.Process(target=make, args=(every, files, tells), daemon=True)
    process.start()
    tells.close()
    stack.callback(process.join)
    stack.callback(process.kill)
    stack.enter_context(hears)
    for sheet, later, file in zip(sheets, every, files, strict=True):
        sheet.later = later._replace(pieces=partial(_pieces, hears, file, later.pieces))


def _pieces(hears: Connection, file: BinaryIO, instead: Pieces) -> Iterator[bytes]:
    """A sheet's rows, asked for in the order in which they are made."""
    try:
        hears.recv()
    except EOFError:
        yield from instead()
    else:
        yield from pieces_in(file)


def make(every: Sequence[Later], files: Sequence[BinaryIO], tells: Connection) -> None:
    """Make rows into files, in the other process, and tell of each when it is complete. What is
    wrong is said where the rows are made again."""
    settle()
    try:
        for later, file in zip(every, files, strict=True):
            file.writelines(later.pieces())
            file.flush()
            tells.send(file.tell())
    except BaseException:
        os._exit(1)


def pieces_in(file: BinaryIO) -> Iterator[bytes]:
    """What the other process wrote into a file."""
    file.seek(0)
    while piece := file.read(TOGETHER):
        yield piece

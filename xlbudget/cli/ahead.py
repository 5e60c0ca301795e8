"""The long lists of a workbook, made by another process while this one writes the rest."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from multiprocessing import get_context
from typing import BinaryIO

from xlbudget.cli.processes import FORKS, settle
from xlbudget.workbook.package import TOGETHER, Book, Later, Sheet

MANY = 1_000
"""Rows; fewer are made sooner than a process is begun."""

Pieces = Callable[[], Iterable[bytes]]


@contextmanager
def rows_ahead(book: Book, jobs: int) -> Iterator[None]:
    """While this lasts, the rows that come later are on their way, if there may be a second
    process. Where it fails, they are made when they are needed, as if there had been none."""
    sheets = [sheet for sheet in book.worksheets() if sheet.later]
    rows = sum(sheet.later.end - sheet.later.first for sheet in sheets)
    with ExitStack() as stack:
        if FORKS and jobs > 1 and rows >= MANY:
            with suppress(OSError):  # no room or no process to be had
                _begin(sheets, stack)
        yield


def _begin(sheets: Sequence[Sheet], stack: ExitStack) -> None:
    """Begin the other process; `stack` ends it."""
    files = [stack.enter_context(tempfile.TemporaryFile()) for _ in sheets]  # noqa: SIM115
    every = [sheet.later for sheet in sheets if sheet.later]
    process = get_context("fork").Process(target=make, args=(every, files), daemon=True)
    process.start()
    stack.callback(process.join)
    stack.callback(process.kill)

    def pieces(file: BinaryIO, instead: Pieces) -> Iterator[bytes]:
        process.join()
        yield from instead() if process.exitcode else pieces_in(file)

    for sheet, later, file in zip(sheets, every, files, strict=True):
        sheet.later = later._replace(pieces=partial(pieces, file, later.pieces))


def make(every: Sequence[Later], files: Sequence[BinaryIO]) -> None:
    """Make rows into files, in the other process; what is wrong is said where they are made
    again."""
    settle()
    try:
        for later, file in zip(every, files, strict=True):
            file.writelines(later.pieces())
            file.flush()
    except BaseException:
        os._exit(1)


def pieces_in(file: BinaryIO) -> Iterator[bytes]:
    """What the other process wrote into a file."""
    file.seek(0)
    while piece := file.read(TOGETHER):
        yield piece

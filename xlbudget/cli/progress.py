"""Work on many files: how many at a time, and how far it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

MANY = 8
"""Files; fewer are read before a bar is, and before processes are begun."""

JOBS = click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    default=lambda: os.cpu_count() or 1,
    help="同时读几个文件；不写按处理器个数。",
)
"""How many files are read at a time."""


@contextmanager
def progress(files: int) -> Iterator[Callable[[Path], None]]:
    """For many files on a terminal a bar with the one that was finished last; gives what is to be
    told of each when it is finished."""
    bar: Any = click.progressbar(
        length=files,
        label="读取",
        file=sys.stderr,
        hidden=files < MANY or not sys.stderr.isatty(),
        item_show_func=lambda path: path.name if path else "",
    )
    with bar:
        yield lambda path: bar.update(1, path)

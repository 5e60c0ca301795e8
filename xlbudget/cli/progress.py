"""How far the work on many files is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from xlbudget.app.check_files import MANY


@contextmanager
def show_progress(files: int) -> Iterator[Callable[[Path], None]]:
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

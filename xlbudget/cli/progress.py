"""Progress of the work on many files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from xlbudget.app.check_files import MANY
from xlbudget.messages import load_messages


@contextmanager
def show_progress(files: int) -> Iterator[Callable[[Path], None]]:
    """A progress bar for many files on a terminal, with the one that was finished last; gives the
    function to call with each file when it is finished."""
    bar: Any = click.progressbar(
        length=files,
        label=load_messages()["commands"]["all"]["reading"],
        file=sys.stderr,
        hidden=files < MANY or not sys.stderr.isatty(),
        item_show_func=lambda path: path.name if path else "",
    )
    with bar:
        yield lambda path: bar.update(1, path)

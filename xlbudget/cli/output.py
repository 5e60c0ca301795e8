"""The output of a command's result: to the terminal, or to a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from xlbudget.app.write_files import write_atomically
from xlbudget.messages import load_messages


def write_text(result: str, output: Path | None, force: bool) -> None:
    """Print a text, or write it to a file (UTF-8)."""
    if output is None:
        click.echo(result)
    else:
        write_bytes((result.rstrip("\n") + "\n").encode(), output, force)


def write_bytes(content: bytes, output: Path, force: bool) -> None:
    """Write a file. Raises UsageError where it exists and not `force`, NotWritten where it cannot
    be written.
    """
    write_file(lambda path: path.write_bytes(content), output, force)


def write_file(make: Callable[[Path], object], output: Path, force: bool) -> None:
    """The same for the file that `make` writes to the path it is given; also raises what that
    raises."""
    refuse_existing(output, force)
    write_atomically(make, output)


def refuse_existing(output: Path, force: bool) -> None:
    """Raise UsageError where the file exists and must not be overwritten."""
    if output.exists() and not force:
        raise click.UsageError(load_messages()["commands"]["all"]["exists"].format(path=output))

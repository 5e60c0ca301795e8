"""Failures of a command, reported to the user with exit code 2."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from xlbudget.app.errors import AppError, ChangedMeanwhile, FigureTooLong, NotWritten, Unreadable
from xlbudget.messages import load_messages
from xlbudget.packs.errors import PackError


class Failed(click.ClickException):
    """A valid command that could not be carried out: reported without its usage."""

    exit_code = 2


@contextmanager
def tell_failures() -> Iterator[None]:
    """Within this context, a failure to carry out the command ends it with a sentence."""
    try:
        yield
    except AppError as error:
        raise Failed(_sentence(error)) from None
    except PackError as error:
        raise Failed(describe_faults("pack_faults", error)) from None


def describe_faults(kind: str, error: PackError) -> str:
    """The faults of a pack or a map, each with its line."""
    faults = "\n".join(map(str, error.faults))
    return _says(kind).format(count=len(error.faults), faults=faults)


def _sentence(error: AppError) -> str:
    match error:
        case NotWritten():
            return _says("not_written").format(path=error.path, reason=error.reason)
        case FigureTooLong():
            fact = error.fact
            cell = f"{fact.sheet or fact.form_name}!{fact.cell or fact.name}"
            return _says("too_long").format(
                path=error.path, file=fact.file, cell=cell, reason=error.reason
            )
        case ChangedMeanwhile():
            return _says("changed").format(path=error.path)
    return str(error)


def _says(name: str) -> str:
    return str(load_messages()["commands"]["all"][name])


@contextmanager
def tell_unreadable(path: Path, pack_name: str | None) -> Iterator[None]:
    """Within this context, a file that cannot be read ends the command with its report."""
    try:
        yield
    except Unreadable as error:
        from xlbudget.app.check_files import report_unreadable
        from xlbudget.report.text_report import text_report

        click.echo(text_report([report_unreadable(path, pack_name, error)]), err=True)
        sys.exit(2)

"""Failures of a command, reported to the user with exit code 2."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from xlbudget.app.errors import AppError, ChangedMeanwhile, FigureTooLong, NotWritten, Unreadable
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
        faults = "\n".join(map(str, error.faults))
        raise Failed(f"表样包有 {len(error.faults)} 处不对：\n{faults}") from None


def _sentence(error: AppError) -> str:
    match error:
        case NotWritten():
            return (
                f"写不了文件：{error.path}（{error.reason}）。"
                "请检查文件夹是否存在、是否有权限、磁盘是否已满。"
            )
        case FigureTooLong():
            fact = error.fact
            where = f"{fact.sheet or fact.form_name}!{fact.cell or fact.name}"
            return (
                f"写不了文件：{error.path}。"
                f"{fact.file} 的 {where} 数字太长：{error.reason}，请先核对这一格。"
            )
        case ChangedMeanwhile():
            return f"{error.path} 在汇总的时候被改动或删除了，请再运行一次。"
    return str(error)


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

"""Changing a copy of a user's workbook; the password of one that has one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from xlbudget.app.read_files import unread, unreadable
from xlbudget.packs.model import Pack

PASSWORD = click.option(
    "--password", default="", metavar="TEXT", help="工作簿的打开密码；有密码才要写。"
)


def changed(path: Path, pack: Pack, password: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook of that file, changed. What cannot be changed is said, with exit code 2."""
    from xlbudget.report.text_report import report
    from xlbudget.workbook.errors import FileFault
    from xlbudget.workbook.read.open import package_bytes

    try:
        return change(package_bytes(path, password))
    except FileFault as fault:
        said = unreadable(path, pack.name, unread(path, fault))
    click.echo(report([said]), err=True)
    sys.exit(2)

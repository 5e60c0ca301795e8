"""Colours of a report in a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from xlbudget.core.finding import ERROR, NOTE, UNCONFIRMED, WARNING
from xlbudget.report.file_result import PASSED
from xlbudget.report.text_report import CELL

STYLES: Mapping[str, Mapping[str, Any]] = {
    PASSED: {"fg": "green"},
    ERROR: {"fg": "red"},
    UNCONFIRMED: {"fg": "magenta"},
    WARNING: {"fg": "yellow"},
    NOTE: {"dim": True},
    CELL: {"bold": True},
}


def shows_colours() -> bool:
    """Whether the output is a terminal that shows colours and they are wanted (no-color.org)."""
    unwanted = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not unwanted


def style_role(text: str, role: str) -> str:
    """The text with the terminal style of its role in a report."""
    return click.style(text, **STYLES[role])

"""Colours of a report in a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from xlbudget.core.finding import ERROR, NOTE, WARNING
from xlbudget.report.text_report import CELL, PASSED

STYLES: Mapping[str, Mapping[str, Any]] = {
    PASSED: {"fg": "green"},
    ERROR: {"fg": "red"},
    WARNING: {"fg": "yellow"},
    NOTE: {"dim": True},
    CELL: {"bold": True},
}


def coloured() -> bool:
    """Is the output a terminal that shows colours, and are they wanted (no-color.org)?"""
    unwanted = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not unwanted


def styled(text: str, role: str) -> str:
    """A text as a terminal shows what plays this role in a report."""
    return click.style(text, **STYLES[role])

"""`xlbudget trace`: the departments, files and cells behind one consolidated figure."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from pathlib import Path

import click

from xlbudget.app.read_files import ReadOptions, read_file
from xlbudget.app.trace_figure import check_sources, find_cell, trace_figure
from xlbudget.cli.failures import tell_unreadable
from xlbudget.cli.options import ALL, PACK, PASSWORD
from xlbudget.core.key import SheetCell, column_index
from xlbudget.messages import load_messages
from xlbudget.report.trace_report import trace_report

SAYS = load_messages()["commands"]["trace"]
ADDRESS = re.compile(r"^(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})$")


@click.command(help=SAYS["help"], epilog=SAYS["example"])
@click.argument("file", type=click.Path(path_type=Path), metavar=ALL["file"])
@click.argument("cell", metavar=SAYS["cell"])
@PACK
@PASSWORD
def trace(file: Path, cell: str, pack_name: str | None, password: str) -> None:
    """List what one consolidated figure was added up from; exit with 0, 1 (not its sum) or 2."""
    sheet_cell = _parse_address(cell)
    with tell_unreadable(file, pack_name):
        pack, reading = read_file(file, ReadOptions(pack_name, password))
    if not reading.sources:
        raise click.UsageError(SAYS["no_county"].format(file=file))
    key = find_cell(reading, sheet_cell)
    if key is None:
        raise click.UsageError(SAYS["no_amount"].format(cell=cell))
    figure = trace_figure(pack, reading, cell, key)
    click.echo(
        trace_report(pack, reading, figure, check_sources(file.resolve().parent, reading.sources))
    )
    sys.exit(int((figure.amount or Decimal(0)) != figure.total))


def _parse_address(cell: str) -> SheetCell:
    """The sheet cell of an address as Excel writes it. Raises UsageError for anything else."""
    match = ADDRESS.match(cell.strip().replace("\N{FULLWIDTH EXCLAMATION MARK}", "!"))
    if not match:
        raise click.UsageError(SAYS["no_cell"].format(cell=cell))
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    return SheetCell(sheet, int(match[4]) - 1, column_index(match[3]))

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
from xlbudget.cli.options import PACK, PASSWORD
from xlbudget.core.key import SheetCell, column_index
from xlbudget.report.trace_report import trace_report

ADDRESS = re.compile(r"^(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})$")


@click.command(epilog="例：xlbudget trace 汇总.xlsx 表一!B7")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@click.argument("cell", metavar="单元格")
@PACK
@PASSWORD
def trace(file: Path, cell: str, pack_name: str | None, password: str) -> None:
    """查汇总表里的一个数是哪些部门的哪些文件、哪些单元格加起来的。

    退出码：0 查到了，1 查到了但与汇总表里的数不等，2 查不到。
    """
    sheet_cell = _parse_address(cell)
    with tell_unreadable(file, pack_name):
        pack, reading = read_file(file, ReadOptions(pack_name, password))
    if not reading.sources:
        raise click.UsageError(f"{file} 不是汇总表，没有来源可查。")
    key = find_cell(reading, sheet_cell)
    if key is None:
        raise click.UsageError(f"{cell} 不是表里的金额。")
    figure = trace_figure(pack, reading, cell, key)
    click.echo(
        trace_report(pack, reading, figure, check_sources(file.resolve().parent, reading.sources))
    )
    sys.exit(int((figure.amount or Decimal(0)) != figure.total))


def _parse_address(cell: str) -> SheetCell:
    """The sheet cell of an address as Excel writes it. Raises UsageError for anything else."""
    match = ADDRESS.match(cell.strip().replace("！", "!"))
    if not match:
        raise click.UsageError(f"“{cell}”不是单元格地址；应写成 表一!B7 的样子。")
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    return SheetCell(sheet, int(match[4]) - 1, column_index(match[3]))

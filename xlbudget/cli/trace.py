"""`xlbudget trace`: the departments, files and cells behind one consolidated figure."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from pathlib import Path

import click

from xlbudget.app.cache import state_of
from xlbudget.app.read_files import Unreadable, read_file, unreadable
from xlbudget.cli.changing import PASSWORD
from xlbudget.core.consolidation import Origin, Source
from xlbudget.core.key import CellKey, Place, column_index
from xlbudget.core.reading import Reading
from xlbudget.ops.consolidate.provenance import behind
from xlbudget.packs.model import TEXT_COLUMNS, Pack
from xlbudget.report.text_report import report
from xlbudget.report.trace_report import State, Traced, traced

ADDRESS = re.compile(r"^(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})$")


@click.command(epilog="例：xlbudget trace 汇总.xlsx 表一!B7")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@click.argument("cell", metavar="单元格")
@click.option("--pack", "pack_name", help="表样，如 shanxi/2025；不写用默认的。")
@PASSWORD
def trace(file: Path, cell: str, pack_name: str | None, password: str) -> None:
    """查汇总表里的一个数是哪些部门的哪些文件、哪些单元格加起来的。

    退出码：0 查到了，1 查到了但与汇总表里的数不等，2 查不到。
    """
    place = _place(cell)
    try:
        pack, reading = read_file(file, pack_name, password)
    except Unreadable as error:
        click.echo(report([unreadable(file, pack_name, error)]), err=True)
        sys.exit(2)
    if not reading.sources:
        raise click.UsageError(f"{file} 不是汇总表，没有来源可查。")
    key = cell_at(reading, place)
    if key is None:
        raise click.UsageError(f"{cell} 不是表里的金额。")
    amount = next((a for k, a in reading.budget.amounts() if k == key), None)
    found = Traced(cell, key, amount, reading.budget.unit_of(key.form), _behind(pack, reading, key))
    states = [_state(file.resolve().parent, source) for source in reading.sources]
    click.echo(traced(pack, reading, found, states))
    sys.exit(int((amount or Decimal(0)) != found.total))


def _behind(pack: Pack, reading: Reading, key: CellKey) -> tuple[Origin, ...]:
    shares, budget = reading.shares, reading.budget
    return behind(pack, budget, shares.__getitem__, len(shares), [key])[key]


def _place(cell: str) -> Place:
    """An address as Excel writes it. Raises UsageError for what is none."""
    found = ADDRESS.match(cell.strip().replace("！", "!"))
    if not found:
        raise click.UsageError(f"“{cell}”不是单元格地址；应写成 表一!B7 的样子。")
    sheet = found[1].replace("''", "'") if found[1] else found[2]
    return Place(sheet, int(found[4]) - 1, column_index(found[3]))


def cell_at(reading: Reading, place: Place) -> CellKey | None:
    """The amount that stands at a place of the file."""
    for (block, row), stands in reading.rows.items():
        if (stands.sheet, stands.row) == place[:2]:
            for column, number in stands.columns.items():
                if number == place.column and column not in TEXT_COLUMNS:
                    return CellKey(*block, row, column)
    return None


def _state(folder: Path, source: Source) -> State:
    """Is the source's file still there, and as it was?"""
    try:
        checksum, _ = state_of(folder / source.file)
    except OSError:
        return State.GONE
    return State.SAME if checksum == source.checksum else State.CHANGED

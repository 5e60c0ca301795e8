"""`xlbudget new`: the official workbook, blank or filled from budget JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlbudget.app.read_files import Unreadable, read_file, unreadable
from xlbudget.cli.changing import PASSWORD
from xlbudget.cli.output import put_bytes
from xlbudget.core.budget import Budget
from xlbudget.packs.load import default_pack, load_pack
from xlbudget.packs.model import Pack
from xlbudget.report.text_report import report


@click.command(epilog="例：xlbudget new -o 预算.xlsx --department 沁水县人民政府办公室")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="写到哪个文件。"
)
@click.option("--pack", "pack_name", help="表样，如 shanxi/2025；不写用默认的。")
@click.option("--department", help="部门名称，印在每张表上。")
@click.option(
    "--from", "source", type=click.Path(path_type=Path), help="按预算 JSON（或另一个工作簿）填好。"
)
@click.option(
    "--totals",
    type=click.Choice(["formula", "typed"]),
    help="合计用公式自动算（formula），还是照数据填（typed）；不写时空白表用公式，填好的照数据。",
)
@PASSWORD
@click.option("--force", is_flag=True, help="文件已有时覆盖它。")
def new(
    output: Path,
    pack_name: str | None,
    department: str | None,
    source: Path | None,
    totals: str | None,
    password: str,
    force: bool,
) -> None:
    """生成官方的全部表样，空白的，或按预算数据填好的；带“校验”表，边填边查。"""
    pack, budget = _budget(source, pack_name, password)
    if department:
        budget = budget._replace(department=department)
    from xlbudget.workbook.live.workbook import live_workbook_bytes, workbook_bytes

    typed = totals == "typed" or (totals is None and source is not None)
    written = (workbook_bytes if typed else live_workbook_bytes)(pack, budget)
    put_bytes(written, output, force)
    click.echo(f"已生成 {output}（{pack.place} {pack.year} 年，{len(pack.forms)} 张表）")


def _budget(source: Path | None, pack_name: str | None, password: str) -> tuple[Pack, Budget]:
    if source is None:
        pack = load_pack(pack_name or default_pack())
        return pack, Budget(pack.name, pack.year, pack.unit, "")
    try:
        pack, reading = read_file(source, pack_name, password)
    except Unreadable as error:
        click.echo(report([unreadable(source, pack_name, error)]), err=True)
        sys.exit(2)
    return pack, reading.budget

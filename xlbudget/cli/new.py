"""`xlbudget new`: the official workbook, blank or filled from budget JSON."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget.app.read_files import ReadOptions, read_file
from xlbudget.cli.failures import tell_unreadable
from xlbudget.cli.options import FORCE, PACK, PASSWORD
from xlbudget.cli.output import write_bytes
from xlbudget.core.budget import Budget
from xlbudget.packs.load import default_pack, find_form_set, load_pack
from xlbudget.packs.model import Pack
from xlbudget.packs.year import apply_year


@click.command(epilog="例：xlbudget new -o 预算.xlsx --department 沁水县人民政府办公室")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="写到哪个文件。"
)
@PACK
@click.option(
    "--year", type=click.IntRange(2000, 2099), help="哪一年的预算；不写是表样（或所给预算）的年份。"
)
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
@FORCE
def new(
    output: Path,
    pack_name: str | None,
    year: int | None,
    department: str | None,
    source: Path | None,
    totals: str | None,
    password: str,
    force: bool,
) -> None:
    """生成官方的全部表样，空白的，或按预算数据填好的；带“校验”表，边填边查。"""
    pack, budget = _budget(source, ReadOptions(pack_name, password), year)
    if department:
        budget = budget._replace(department=department)
    from xlbudget.workbook.live.workbook import make_live_workbook, make_workbook

    typed = totals == "typed" or (totals is None and source is not None)
    written = (make_workbook if typed else make_live_workbook)(pack, budget)
    write_bytes(written, output, force)
    click.echo(f"已生成 {output}（{pack.place} {pack.year} 年，{len(pack.forms)} 张表）")


def _budget(source: Path | None, options: ReadOptions, year: int | None) -> tuple[Pack, Budget]:
    """The budget to write, and the pack as printed for its year: `year`, else the source's own."""
    if source is None:
        name = options.pack_name or default_pack()
        pack = load_pack(find_form_set(name, year) if year and not options.pack_name else name)
        pack = apply_year(pack, year or pack.year)
        return pack, Budget(pack.name, pack.year, pack.unit, "")
    with tell_unreadable(source, options.pack_name):
        pack, reading = read_file(source, options)
    year = year or reading.budget.year
    return apply_year(pack, year), reading.budget._replace(year=year)

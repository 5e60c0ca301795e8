"""`xlbudget fix`: make certain corrections in a copy, and record each change."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlbudget.app.check_files import check_file
from xlbudget.app.copy_workbook import correct_copy, safe_repairs
from xlbudget.app.read_files import ReadOptions
from xlbudget.cli.failures import tell_unreadable
from xlbudget.cli.options import FORCE, PACK, PASSWORD
from xlbudget.cli.output import write_bytes
from xlbudget.core.cause import Repair
from xlbudget.core.finding import ERROR
from xlbudget.report.messages import Namer, describe_repair
from xlbudget.report.text_report import text_report


@click.command(epilog="例：xlbudget fix 预算.xlsx -o 预算-改.xlsx --accept 1,3")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="改好的另存到哪里。"
)
@click.option("--accept", metavar="N,N|all", help="接受哪几条建议；不写就一条一条地问。")
@PACK
@PASSWORD
@FORCE
def fix(
    file: Path,
    output: Path,
    accept: str | None,
    pack_name: str | None,
    password: str,
    force: bool,
) -> None:
    """按唯一的、有把握的建议改正一份副本，每处改动记在“更正记录”表里，再检查一遍。

    原文件不会被改动。没有把握的、有几种可能的，不会改。只能改 .xlsx 和 .xlsm；
    原文件有打开密码的，副本没有。
    """
    checked = check_file(file, ReadOptions(pack_name, password))
    if checked.reading is None:
        click.echo(text_report([checked]), err=True)
        sys.exit(2)
    offered = safe_repairs(checked)
    namer = Namer(checked.pack, checked.reading)
    for number, repair in enumerate(offered, start=1):
        click.echo(f"{number}. {describe_repair(namer, repair)}")
    if not offered:
        click.echo("没有唯一而有把握的建议，什么也没有改。")
        sys.exit(int(bool(checked.counts.get(ERROR))))
    chosen = _chosen(offered, accept)
    if not chosen:
        click.echo("什么也没有改。")
        sys.exit(1)
    with tell_unreadable(file, checked.pack.name):
        copy = correct_copy(file, checked, chosen, password)
    write_bytes(copy, output, force)
    click.echo(f"已改 {len(chosen)} 处，存为 {output}\n")
    again = check_file(output, ReadOptions(pack_name))
    click.echo(text_report([again]))
    sys.exit(int(bool(again.counts.get(ERROR))))


def _chosen(offered: list[Repair], accept: str | None) -> list[Repair]:
    if accept is None:
        return [
            repair
            for number, repair in enumerate(offered, start=1)
            if click.confirm(f"改正第 {number} 条？", default=False)
        ]
    if accept.strip() == "all":
        return offered
    wanted = {text.strip() for text in accept.split(",") if text.strip()}
    known = {str(number): repair for number, repair in enumerate(offered, start=1)}
    if wanted - known.keys():
        raise click.UsageError(f"没有第 {'、'.join(sorted(wanted - known.keys()))} 条建议。")
    return [repair for number, repair in known.items() if number in wanted]

"""`xlbudget fix`: put right what is certain, in a copy, and write down each change."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlbudget.app.read_files import check_file
from xlbudget.cli.changing import PASSWORD, changed
from xlbudget.cli.output import put_bytes
from xlbudget.core.cause import Repair
from xlbudget.core.finding import ERROR
from xlbudget.messages import load_messages
from xlbudget.report.file_result import Checked, explained
from xlbudget.report.messages import Namer, money, repair
from xlbudget.report.text_report import report

CERTAIN = 2
"""How many broken constraints a single repair must put right to be offered: where only one is
broken, another of its cells may be the wrong one."""


@click.command(epilog="例：xlbudget fix 预算.xlsx -o 预算-改.xlsx --accept 1,3")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="改好的另存到哪里。"
)
@click.option("--accept", metavar="N,N|all", help="接受哪几条建议；不写就一条一条地问。")
@click.option("--pack", "pack_name", help="表样，如 shanxi/2025；不写用默认的。")
@PASSWORD
@click.option("--force", is_flag=True, help="文件已有时覆盖它。")
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
    checked = check_file(file, pack_name, password)
    if checked.reading is None:
        click.echo(report([checked]), err=True)
        sys.exit(2)
    offered = certain(checked)
    namer = Namer(checked.pack, checked.reading)
    for number, one in enumerate(offered, start=1):
        click.echo(f"{number}. {repair(namer, one)}")
    if not offered:
        click.echo("没有唯一而有把握的建议，什么也没有改。")
        sys.exit(int(bool(checked.counts.get(ERROR))))
    chosen = _chosen(offered, accept)
    if not chosen:
        click.echo("什么也没有改。")
        sys.exit(1)
    put_bytes(_corrected(file, checked, chosen, password), output, force)
    click.echo(f"已改 {len(chosen)} 处，存为 {output}\n")
    again = check_file(output, pack_name)
    click.echo(report([again]))
    sys.exit(int(bool(again.counts.get(ERROR))))


def certain(checked: Checked) -> list[Repair]:
    """Repairs of causes that one cell explains, that no other explains as well, and that put
    several constraints right."""
    return [
        cause.only
        for cause, findings in explained(checked)
        if cause.only and len(findings) >= CERTAIN
    ]


def _chosen(offered: list[Repair], accept: str | None) -> list[Repair]:
    if accept is None:
        return [
            one
            for number, one in enumerate(offered, start=1)
            if click.confirm(f"改正第 {number} 条？", default=False)
        ]
    if accept.strip() == "all":
        return offered
    wanted = {text.strip() for text in accept.split(",") if text.strip()}
    known = {str(number): one for number, one in enumerate(offered, start=1)}
    if wanted - known.keys():
        raise click.UsageError(f"没有第 {'、'.join(sorted(wanted - known.keys()))} 条建议。")
    return [one for number, one in known.items() if number in wanted]


def _corrected(file: Path, checked: Checked, chosen: list[Repair], password: str) -> bytes:
    from xlbudget.workbook.edit.correct import Correction, corrected

    assert checked.reading is not None
    namer = Namer(checked.pack, checked.reading)
    words = load_messages()["corrections"]
    corrections = []
    for one in chosen:
        place = checked.reading.place(one.cell)
        if place is not None:
            old = "" if one.old is None else money(one.old)
            corrections.append(Correction(place, old, one.new, repair(namer, one)))
    sheet, headings = words["sheet"], words["headings"]
    return changed(
        file,
        checked.pack,
        password,
        lambda book: corrected(book, corrections, sheet, headings),
    )

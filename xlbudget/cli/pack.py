"""`xlbudget pack check`: whether a pack is sound, for authors of next year's."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlbudget.cli.options import PACK
from xlbudget.packs.errors import PackError
from xlbudget.packs.load import default_pack, load_pack
from xlbudget.rules.lint import lint


@click.group(epilog="例：xlbudget pack check templates/shanxi/2025")
def pack() -> None:
    """检查表样包（供编写者用）。"""


@pack.command(epilog="例：xlbudget pack schema > budget.schema.json")
@PACK
def schema(pack_name: str | None) -> None:
    """印出由表样导出的预算 JSON 的 JSON Schema。"""
    from xlbudget.ops.check.budget_schema import format_schema

    click.echo(format_schema(load_pack(pack_name or default_pack())), nl=False)


@pack.command(epilog="例：xlbudget pack check templates/shanxi/2025")
@click.argument("folder", type=click.Path(path_type=Path), metavar="文件夹")
def check(folder: Path) -> None:
    """检查表样包是否完整、一致；每个毛病都说出文件和行号。"""
    root = folder.resolve().parent.parent
    name = f"{folder.resolve().parent.name}/{folder.resolve().name}"
    try:
        loaded = load_pack(name, root)
        faults = lint(loaded, root)
    except PackError as error:
        faults = error.faults
    for fault in faults:
        click.echo(str(fault), err=True)
    if faults:
        click.echo(f"{len(faults)} 处不对", err=True)
        sys.exit(1)
    click.echo(f"{name}：{len(loaded.forms)} 张表，{len(loaded.rules)} 条规则，没有发现问题")

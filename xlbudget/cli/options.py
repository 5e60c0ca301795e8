"""Options that several commands have."""

from __future__ import annotations

import os
from pathlib import Path

import click

from xlbudget.app.read_files import ReadOptions, load_mapped_pack
from xlbudget.cli.failures import Failed
from xlbudget.packs.errors import PackError
from xlbudget.packs.load import find_form_set, list_pack_names


def _known_pack(context: click.Context, option: click.Parameter, name: str | None) -> str | None:
    """The pack's name. Raises BadParameter for one that there is not, with the one to use."""
    if name is None or name in (names := list_pack_names()):
        return name
    place, _slash, year = name.rpartition("/")
    if year.isdigit() and any(known.startswith(f"{place}/") for known in names):
        in_force = find_form_set(name, int(year))
        raise click.BadParameter(f"没有 {name} 的表样；{year} 年用 {in_force}。")
    raise click.BadParameter(f"没有表样 {name}；有 {'、'.join(names)}。")


PACK = click.option(
    "--pack", "pack_name", callback=_known_pack, help="表样，如 shanxi/2025；不写用默认的。"
)
FORCE = click.option("--force", is_flag=True, help="文件已有时覆盖它。")
PASSWORD = click.option(
    "--password", default="", metavar="TEXT", help="工作簿的打开密码；有密码才要写。"
)
JOBS = click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    default=lambda: os.cpu_count() or 1,
    help="同时读几个文件；不写按处理器个数。",
)
MAP = click.option(
    "--map",
    "map_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.yaml",
    help="对照文件：说明认不出的表是哪一张、哪一列是什么（见 xlbudget read --explain）。",
)


def check_map(options: ReadOptions) -> None:
    """Raise Failed, with every fault and its line, for an unsound map."""
    if options.map_file is None:
        return
    try:
        load_mapped_pack(options)
    except PackError as error:
        faults = "\n".join(f"{fault.file}:{fault.line}: {fault.message}" for fault in error.faults)
        raise Failed(f"对照文件有 {len(error.faults)} 处不对：\n{faults}") from None

"""The option --map: a layout said once, for what cannot be recognised."""

from __future__ import annotations

from pathlib import Path

import click

from xlbudget.app.read_files import mapped_pack
from xlbudget.cli.output import Failed
from xlbudget.packs.errors import PackError

MAP = click.option(
    "--map",
    "map_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.yaml",
    help="对照文件：说明认不出的表是哪一张、哪一列是什么（见 xlbudget read --explain）。",
)


def check_map(pack_name: str | None, map_file: Path | None) -> None:
    """Raise Failed, with every fault and its line, for a map that is not sound."""
    if map_file is None:
        return
    try:
        mapped_pack(pack_name, map_file)
    except PackError as error:
        told = "\n".join(f"{fault.file}:{fault.line}: {fault.message}" for fault in error.faults)
        raise Failed(f"对照文件有 {len(error.faults)} 处不对：\n{told}") from None

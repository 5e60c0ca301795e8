"""`xlbudget codes`: look up a code or a name in the pack's catalogues."""

from __future__ import annotations

import sys

import click

from xlbudget.cli.options import PACK
from xlbudget.layout.normalize import normalize_text
from xlbudget.packs.load import default_pack, load_pack
from xlbudget.packs.model import Catalogue


@click.command(epilog="例：xlbudget codes 行政运行")
@click.argument("words", nargs=-1, metavar="[编码或名称]...")
@PACK
def codes(words: tuple[str, ...], pack_name: str | None) -> None:
    """查科目：写编码（或开头几位）或名称里的几个字；不写就列出各目录。"""
    pack = load_pack(pack_name or default_pack())
    wanted = [normalize_text(word) for word in words]
    matched = False
    for catalogue in pack.catalogues.values():
        hits = [code for code in catalogue.names if wanted and _fits(catalogue, code, wanted)]
        if not wanted:
            click.echo(f"{catalogue.title}：{len(catalogue.names)} 个")
        elif hits:
            matched = True
            click.echo(click.style(catalogue.title, bold=True))
            for code in hits:
                click.echo(_line(catalogue, code))
    if wanted and not matched:
        click.echo(
            f"目录里没有“{' '.join(words)}”。目录不全，请以当年政府收支分类科目为准。", err=True
        )
        sys.exit(1)


def _fits(catalogue: Catalogue, code: str, wanted: list[str]) -> bool:
    """Whether every word is in the code's name or in one above it, and at least one in its own."""
    above = "".join(_names_above(catalogue, code))
    own = [code.startswith(w) if w.isdigit() else w in catalogue.names[code] for w in wanted]
    pairs = zip(own, wanted, strict=True)
    return any(own) and all(mine or (not w.isdigit() and w in above) for mine, w in pairs)


def _names_above(catalogue: Catalogue, code: str) -> list[str]:
    above: list[str] = []
    parent = catalogue.parent(code)
    while parent:
        above.insert(0, catalogue.names.get(parent, parent))
        parent = catalogue.parent(parent)
    return above


def _line(catalogue: Catalogue, code: str) -> str:
    """The line for a code: code, name, and the names above it that distinguish equal names."""
    above = _names_above(catalogue, code)
    tail = f"（{' › '.join(above)}）" if above else ""
    return f"  {code:<10}{catalogue.names[code]}{tail}"

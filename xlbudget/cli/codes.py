"""`xlbudget codes`: look up a code or a name in the pack's catalogues."""

from __future__ import annotations

import sys

import click

from xlbudget.cli.options import PACK
from xlbudget.layout.normalize import normalize_text
from xlbudget.messages import load_messages
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Catalogue

SAYS = load_messages()["commands"]["codes"]


@click.command(help=SAYS["help"], epilog=SAYS["example"])
@click.argument("words", nargs=-1, metavar=SAYS["words"])
@PACK
def codes(words: tuple[str, ...], pack_name: str | None) -> None:
    """Look up codes by their digits or by words in their names; list the catalogues."""
    pack = load_pack(pack_name or default_pack())
    wanted = [normalize_text(word) for word in words]
    matched = False
    for catalogue in pack.catalogues.values():
        hits = [code for code in catalogue.names if wanted and _fits(catalogue, code, wanted)]
        if not wanted:
            click.echo(SAYS["catalogue"].format(title=catalogue.title, count=len(catalogue.names)))
        elif hits:
            matched = True
            click.echo(click.style(catalogue.title, bold=True))
            for code in hits:
                click.echo(_line(catalogue, code))
    if wanted and not matched:
        click.echo(SAYS["unknown"].format(words=" ".join(words)), err=True)
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
    tail = SAYS["above"].format(names=" › ".join(above)) if above else ""
    return f"  {code:<10}{catalogue.names[code]}{tail}"

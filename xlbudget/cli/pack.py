"""`xlbudget pack check`: whether a pack is sound, for authors of next year's."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlbudget.cli.options import PACK
from xlbudget.messages import load_messages
from xlbudget.packs.errors import PackError
from xlbudget.packs.load import default_pack, load_pack
from xlbudget.rules.lint import lint

SAYS = load_messages()["commands"]["pack"]


@click.group(help=SAYS["help"], epilog=SAYS["example"])
def pack() -> None:
    """Commands for authors of packs."""


@pack.command(help=SAYS["schema"], epilog=SAYS["schema_example"])
@PACK
def schema(pack_name: str | None) -> None:
    """Print the JSON Schema of budget JSON."""
    from xlbudget.ops.check.budget_schema import format_schema

    click.echo(format_schema(load_pack(pack_name or default_pack())), nl=False)


@pack.command(help=SAYS["check"], epilog=SAYS["example"])
@click.argument("folder", type=click.Path(path_type=Path), metavar=SAYS["folder"])
def check(folder: Path) -> None:
    """Tell every fault of a pack with its file and line."""
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
        click.echo(SAYS["faults"].format(count=len(faults)), err=True)
        sys.exit(1)
    forms, rules = len(loaded.forms), len(loaded.rules)
    click.echo(SAYS["sound"].format(name=name, forms=forms, rules=rules))

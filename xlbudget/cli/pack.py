"""`xlbudget pack`: begin a pack, look at it, check it; for authors of next year's."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlbudget.cli.failures import Failed
from xlbudget.cli.options import PACK, known_pack
from xlbudget.messages import load_messages
from xlbudget.packs.begin import NotEmpty, begin_pack
from xlbudget.packs.errors import PackError
from xlbudget.packs.find import default_pack, find_packs, find_root, list_roots
from xlbudget.packs.load import list_folders, load_pack
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
    try:
        name, root = find_root(folder)
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


@pack.command(help=SAYS["new"], epilog=SAYS["new_example"])
@click.argument("folder", type=click.Path(path_type=Path), metavar=SAYS["folder"])
@click.option("--from", "source", callback=known_pack, default=default_pack, help=SAYS["source"])
@click.option("--year", type=click.IntRange(2000, 2099), help=SAYS["year"])
@click.option("--place", default="", help=SAYS["place"])
def new(folder: Path, source: str, year: int | None, place: str) -> None:
    """Begin a pack as a copy of another."""
    since = int(folder.name if folder.name.isdigit() else source.rpartition("/")[2])
    try:
        name = begin_pack(find_packs(list_roots())[source], folder, year or since, place)
    except NotEmpty:
        raise Failed(SAYS["not_empty"].format(folder=folder)) from None
    except OSError as error:
        raise Failed(SAYS["not_begun"].format(folder=folder, reason=error.strerror)) from None
    click.echo(SAYS["begun"].format(folder=folder, name=name, source=source))


@pack.command(help=SAYS["show"], epilog=SAYS["show_example"])
@click.argument("name", callback=known_pack, metavar=SAYS["name"], required=False)
def show(name: str | None) -> None:
    """Print a pack as its reader sees it."""
    from xlbudget.report.pack_page import render_pack

    name = name or default_pack()
    click.echo(render_pack(load_pack(name), list_folders(name)))


@pack.command(help=SAYS["diff"], epilog=SAYS["diff_example"])
@click.argument("one", callback=known_pack, metavar=SAYS["name"])
@click.argument("two", callback=known_pack, metavar=SAYS["name"])
def diff(one: str, two: str) -> None:
    """Print what a pack has otherwise than another; exit with 1 where they differ."""
    from xlbudget.report.pack_page import render_difference

    differing = render_difference(load_pack(one), load_pack(two))
    click.echo(differing or SAYS["alike"].format(one=one, two=two))
    sys.exit(int(bool(differing)))

"""Options and words that several commands have."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from xlbudget.app.find_files import find_unread
from xlbudget.app.read_files import ReadOptions, load_mapped_pack
from xlbudget.cli.failures import Failed, describe_faults
from xlbudget.messages import load_messages
from xlbudget.packs.errors import PackError
from xlbudget.packs.find import HEAD, add_root, find_form_set, find_packs, find_root, list_roots

ALL = load_messages()["commands"]["all"]
"""What several commands say."""

MOST_NAMED = 5
"""The most files that a line names."""


def known_pack(context: click.Context, option: click.Parameter, name: str | None) -> str | None:
    """The pack's name; a folder with a pack is looked in first from then on. Raises BadParameter
    for a pack that there is not, with the one to use."""
    if name is None:
        return None
    folder = Path(name)
    if (folder / HEAD).is_file():
        name, root = find_root(folder)
        add_root(root)
    names = find_packs(list_roots())
    if name in names:
        return name
    if folder.is_dir():
        raise click.BadParameter(ALL["no_pack_here"].format(folder=name, head=HEAD))
    place, _slash, year = name.rpartition("/")
    if year.isdigit() and any(known.startswith(f"{place}/") for known in names):
        in_force = find_form_set(name, int(year))
        message = ALL["other_year"].format(name=name, year=year, known=in_force)
        raise click.BadParameter(message)
    known, near = ALL["list"].join(names), suggest(get_close_matches(name, names, n=1))
    raise click.BadParameter(ALL["unknown_pack"].format(name=name, known=known, near=near))


PACK = click.option("--pack", "pack_name", callback=known_pack, help=ALL["pack"])
FORCE = click.option("--force", is_flag=True, help=ALL["force"])
PASSWORD = click.option("--password", default="", metavar="TEXT", help=ALL["password"])
JOBS = click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    default=lambda: os.cpu_count() or 1,
    help=ALL["jobs"],
)
MAP = click.option(
    "--map",
    "map_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.yaml",
    help=ALL["map"],
)


def check_map(options: ReadOptions) -> None:
    """Raise Failed, with every fault and its line, for an unsound map."""
    if options.map_file is None:
        return
    try:
        load_mapped_pack(options)
    except PackError as error:
        raise Failed(describe_faults("map_faults", error)) from None


def suggest(near: Sequence[str]) -> str:
    """What may have been meant, to follow what is unknown; a full stop for nothing."""
    return str(ALL["meant"].format(near=ALL["list"].join(near)) if near else ALL["stop"])


def name_unread(paths: Iterable[Path]) -> None:
    """Name the archives and documents of folders that are not read, on the error stream."""
    unread = find_unread(paths)
    if unread:
        names = ALL["list"].join(path.name for path in unread[:MOST_NAMED])
        click.echo(ALL["unread"].format(count=len(unread), names=names), err=True)

"""`xlbudget codes`: look up a code or a name in the pack's catalogues; bring in others."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from xlbudget.app.catalogue_files import CatalogueChange, learn_pairs, list_changes
from xlbudget.app.find_files import find_files
from xlbudget.cli.failures import Failed, tell_unreadable
from xlbudget.cli.options import ALL, PACK
from xlbudget.layout.normalize import normalize_text
from xlbudget.messages import load_messages
from xlbudget.packs.catalogue_versions import versions_folder, write_version
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Catalogue
from xlbudget.packs.year import apply_year

SAYS = load_messages()["commands"]["codes"]
FIND = "find"
MOST_LINES = 30
MOST_ORPHANS = 5
YES = click.option("--yes", is_flag=True, help=SAYS["unasked"])


class LookUp(click.Group):
    """A group whose first word is a subcommand, or else something to look up."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        first = args[0] if args else ""
        return super().resolve_command(ctx, args if first in self.commands else [FIND, *args])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asks_help = bool(set(args) & {"-h", "--help"})
        named = bool(args) and args[0] in self.commands
        return super().parse_args(ctx, args if named or asks_help else [FIND, *args])


@click.group(cls=LookUp, help=SAYS["help"], epilog=SAYS["example"])
def codes() -> None:
    """Catalogues of codes: look up, bring in, learn."""


@codes.command(FIND, help=SAYS["find"], epilog=SAYS["example"])
@click.argument("words", nargs=-1, metavar=SAYS["words"])
@click.option("--year", type=click.IntRange(2000, 2099), help=SAYS["of_year"])
@PACK
def find(words: tuple[str, ...], year: int | None, pack_name: str | None) -> None:
    """Look up codes by their digits or by words in their names; list the catalogues."""
    pack = load_pack(pack_name or default_pack())
    pack = apply_year(pack, year or max(pack.versions))
    wanted = [normalize_text(word) for word in words]
    matched = False
    for catalogue in pack.catalogues.values():
        hits = [code for code in catalogue.names if wanted and _fits(catalogue, code, wanted)]
        if not wanted:
            facts = {"title": catalogue.title, "year": pack.codes_year}
            click.echo(SAYS["catalogue"].format(count=len(catalogue.names), **facts))
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


@codes.command("import", help=SAYS["import"], epilog=SAYS["import_example"])
@click.argument("file", type=click.Path(path_type=Path), metavar=ALL["file"])
@click.option("--year", type=click.IntRange(2000, 2099), required=True, help=SAYS["year"])
@YES
@PACK
def bring_in(file: Path, year: int, yes: bool, pack_name: str | None) -> None:
    """Take a bureau's own list of codes for the budgets from a year on."""
    pack = apply_year(load_pack(pack_name or default_pack()), year)
    with tell_unreadable(file, pack.name):
        changes = list_changes(pack, file)
    if not changes:
        raise Failed(SAYS["no_codes"].format(file=file.name))
    taken = [change for change in changes if _tell_change(change, pack.codes_year)]
    if not taken:
        sys.exit(1)
    if not (yes or click.confirm(SAYS["take"].format(year=year), default=False)):
        click.echo(SAYS["not_taken"])
        sys.exit(1)
    for change in taken:
        _write(change.catalogue, change.names, year)


@codes.command("learn", help=SAYS["learn"], epilog=SAYS["learn_example"])
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar=ALL["file"],
)
@YES
def learn(paths: tuple[Path, ...], yes: bool) -> None:
    """Propose codes that stand in workbooks and in no catalogue; each is asked about."""
    found, unread = learn_pairs(find_files(paths))
    for error in unread:
        click.echo(SAYS["unread"].format(file=error.remark.facts["file"]), err=True)
    if not found:
        click.echo(SAYS["nothing_new"])
        sys.exit(int(bool(unread)))
    taken: dict[tuple[int, str], tuple[Catalogue, dict[str, str]]] = {}
    for pack, pair in found:
        line = SAYS["pair"].format(
            title=pair.catalogue.title, code=pair.code, name=pair.name, count=pair.files
        )
        names = taken.setdefault((pack.year, pair.catalogue.key), (pair.catalogue, {}))[1]
        if pair.code in names:
            click.echo(f"{line}{SAYS['other_name'].format(name=names[pair.code])}")
        elif yes or click.confirm(f"{line}{SAYS['ask']}", default=False):
            names[pair.code] = pair.name
    for (year, _), (catalogue, names) in taken.items():
        if names:
            _write(catalogue, {**catalogue.names, **names}, year)


def _tell_change(change: CatalogueChange, year: int) -> bool:
    """Print what a list changes of a catalogue; whether it can be taken."""
    facts = {"title": change.catalogue.title, "year": year, "count": len(change.names)}
    click.echo(
        SAYS["change"].format(
            new=len(change.new), gone=len(change.gone), renamed=len(change.renamed), **facts
        )
    )
    own = change.catalogue.names
    lines = [f"  + {code} {change.names[code]}" for code in change.new]
    lines += [f"  - {code} {own[code]}" for code in change.gone]
    lines += [f"  * {code} {before} → {change.names[code]}" for code, before in change.renamed]
    click.echo("\n".join(lines[:MOST_LINES]), nl=bool(lines))
    if len(lines) > MOST_LINES:
        click.echo(SAYS["more"].format(count=len(lines) - MOST_LINES))
    if not change.whole:
        click.echo(SAYS["partial"].format(known=len(own), **facts), err=True)
    for code in change.orphans[:MOST_ORPHANS]:
        name, above = change.names[code], change.catalogue.parent(code)
        click.echo(SAYS["orphan"].format(code=code, name=name, above=above), err=True)
    return change.whole and not change.orphans


def _write(catalogue: Catalogue, names: Mapping[str, str], year: int) -> None:
    folder = versions_folder() / str(year)
    try:
        path = write_version(folder, catalogue.key, names)
    except OSError as error:
        facts = {"path": folder, "reason": error.strerror}
        raise Failed(ALL["not_written"].format(**facts)) from None
    click.echo(SAYS["taken"].format(title=catalogue.title, year=year, count=len(names), path=path))

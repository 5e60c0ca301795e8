"""`xlbudget query`: SQL on facts files, in the words of the forms."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import click

from xlbudget.cli.options import ALL, FORCE, PACK
from xlbudget.cli.output import write_file
from xlbudget.messages import load_messages
from xlbudget.report.facts.database import FactsDatabase, Refused, open_facts
from xlbudget.report.facts.query import ask
from xlbudget.report.facts.query_output import FORMATS

SAYS = load_messages()["commands"]["query"]
SUFFIX = ".parquet"


@click.command(help=SAYS["help"], epilog=SAYS["example"])
@click.argument("words", nargs=-1, required=True, metavar=SAYS["words"])
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="table",
    help=SAYS["format"],
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help=ALL["print"])
@PACK
@FORCE
def query(
    words: tuple[str, ...], form: str, output: Path | None, pack_name: str | None, force: bool
) -> None:
    """Answer a query on facts files, or list their tables; exit with 0 or 2 (not read, refused).
    The facts name their packs; `pack_name` only says where one more is found."""
    sql, files = _parted(words)
    if not files:
        raise click.UsageError(SAYS["no_files"])
    try:
        with open_facts(files) as facts:
            if facts.unknown:
                names = ALL["list"].join(facts.unknown)
                click.echo(SAYS["unknown_pack"].format(names=names), err=True)
            pieces = FORMATS[form](ask(facts.connection, sql)) if sql else _listing(facts)
            _put(pieces, output, force)
    except Refused as refused:
        message = SAYS["refused"][refused.kind].format(what=refused.what, detail=refused.detail)
        click.echo(message, err=True)
        sys.exit(2)


def _parted(words: Sequence[str]) -> tuple[str, list[Path]]:
    """The query, "" where the first word is a file, and the files."""
    first = words[0]
    file = Path(first).is_file() or not any(c.isspace() for c in first) or first.endswith(SUFFIX)
    return ("", [Path(w) for w in words]) if file else (first, [Path(w) for w in words[1:]])


def _listing(facts: FactsDatabase) -> Iterator[str]:
    """Every view with its columns; a form's two names in one line."""
    lines: dict[tuple[str, str], list[str]] = {}
    for view in facts.views:
        columns = ask(facts.connection, f"SELECT * FROM ({view.select}) LIMIT 0").names
        lines.setdefault((ALL["list"].join(columns), view.title), []).append(view.name)
    for (columns_of_view, title), names in lines.items():
        yield f"{ALL['list'].join(names)}  {title}".rstrip() + f"\n    {columns_of_view}\n"


def _put(pieces: Iterator[str], output: Path | None, force: bool) -> None:
    if output is None:
        _write(pieces, sys.stdout.buffer)
        return

    def make(path: Path) -> None:
        with path.open("wb") as file:
            _write(pieces, file)

    write_file(make, output, force)


def _write(pieces: Iterator[str], file: BinaryIO) -> None:
    """Write UTF-8 whatever the terminal's own encoding; half a character becomes a question
    mark."""
    for piece in pieces:
        file.write(piece.encode("utf-8", "replace"))
    file.flush()

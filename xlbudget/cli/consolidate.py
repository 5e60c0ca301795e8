"""`xlbudget consolidate`: departments → county, with the source of every figure."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from xlbudget.app.cache import open_spool
from xlbudget.app.county.collect import CollectOptions, collect
from xlbudget.app.county.consolidate_files import Results, consolidate_files
from xlbudget.app.county.decisions import Decisions, decisions_beside, find_unused, read_decisions
from xlbudget.app.county.roster import read_roster
from xlbudget.app.county.select import select
from xlbudget.app.find_files import find_files
from xlbudget.app.read_files import ReadOptions, is_consolidated
from xlbudget.app.workers import SELDOM
from xlbudget.cli.colour import shows_colours, style_role
from xlbudget.cli.options import ALL, FORCE, JOBS, MAP, PACK, PASSWORD, check_map, name_unread
from xlbudget.cli.output import refuse_existing, write_file
from xlbudget.cli.progress import show_progress
from xlbudget.messages import load_messages
from xlbudget.ops.consolidate.admission import Admission
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.report.consolidation_report import ConsolidationOutcome, consolidation_report
from xlbudget.report.text_report import keep_plain

SAYS = load_messages()["commands"]["consolidate"]
INTERRUPTED = 130
"""Exit code of an interrupted command (128 + SIGINT)."""


@click.command(help=SAYS["help"], epilog=SAYS["example"])
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar=SAYS["folders"],
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=SAYS["output"])
@click.option(
    "--roster",
    "roster_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=SAYS["roster"],
)
@click.option(
    "--decisions",
    "decisions_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=SAYS["decisions"],
)
@click.option(
    "--facts",
    type=click.Path(path_type=Path),
    help=SAYS["facts"],
)
@click.option("--html", type=click.Path(path_type=Path), help=SAYS["html"])
@click.option("--include-failing", is_flag=True, help=SAYS["include_failing"])
@click.option("--with-strangers", is_flag=True, help=SAYS["with_strangers"])
@click.option("--name", help=SAYS["name"])
@PACK
@MAP
@PASSWORD
@JOBS
@click.option("--no-cache", is_flag=True, help=SAYS["no_cache"])
@FORCE
def consolidate(
    paths: tuple[Path, ...],
    output: Path,
    roster_file: Path | None,
    decisions_file: Path | None,
    facts: Path | None,
    html: Path | None,
    include_failing: bool,
    with_strangers: bool,
    name: str | None,
    pack_name: str | None,
    map_file: Path | None,
    password: str,
    jobs: int,
    no_cache: bool,
    force: bool,
) -> None:
    """Write the sum of all departments; exit with 0, 1 (not all taken or sound) or 2 (none)."""
    read_options = ReadOptions(pack_name, password, map_file)
    check_map(read_options)
    pack = load_pack(pack_name or default_pack())
    roster = read_roster(roster_file) if roster_file else None
    decisions = _decisions(roster_file, decisions_file)
    terms = Admission(roster, include_failing, with_strangers, *decisions)
    results = [path for path in (output, facts, html) if path]
    for path in results:  # before the long work, not after it
        refuse_existing(path, force)
    _refuse_inputs(results, [*find_files(paths), roster_file, decisions_file, map_file])
    files = _files(paths, results)
    name_unread(paths)
    how = (pack.name, *(path.read_text("utf-8") for path in (map_file,) if path))
    with _stopping(), open_spool(how, no_cache or bool(password)) as spool:
        options = CollectOptions(read_options, spool, output.resolve().parent)
        with show_progress(len(files)) as done:
            records = collect(files, options, jobs, done)
        selection = select(records, terms)
        for unused in find_unused(decisions, records):
            click.echo(load_messages()["consolidate"]["decisions"]["unused"].format(name=unused))
        if not selection.taken:
            outcome = ConsolidationOutcome(len(files), (), tuple(selection.refused))
            click.echo(consolidation_report(pack, outcome), err=True)
            click.echo(load_messages()["consolidate"]["nothing"], err=True)
            sys.exit(2)
        gc.set_threshold(SELDOM)
        put = partial(write_file, force=force)
        targets = Results(output, facts, html)
        pack, outcome = consolidate_files(options, selection, name, targets, put)
        click.echo(
            consolidation_report(pack, outcome, style_role if shows_colours() else keep_plain)
        )
        gc.freeze()  # else all is looked through once more at the end
        sys.exit(int(not outcome.sound))


def _decisions(roster_file: Path | None, decisions_file: Path | None) -> Decisions:
    """What the file of decisions says: the one that is named, else the one beside the
    roster."""
    beside = decisions_beside(roster_file) if roster_file else None
    file = decisions_file or (beside if beside and beside.is_file() else None)
    return read_decisions(file) if file else Decisions()


def _refuse_inputs(results: Sequence[Path], inputs: Iterable[Path | None]) -> None:
    """Raise UsageError for results that would take the place of a file that is read, or of each
    other; a consolidated workbook of before may be written again."""
    resolved, known = [path.resolve() for path in results], list(inputs)
    for path in results:
        if resolved.count(path.resolve()) > 1:
            raise click.UsageError(ALL["same_output"].format(path=path))
        read = any(each and path.resolve() == each.resolve() for each in known)
        if read and not is_consolidated(path):
            raise click.UsageError(ALL["own_input"].format(path=path))


def _files(paths: Iterable[Path], results: Iterable[Path]) -> list[Path]:
    """The files to read, without those to be written. Raises UsageError where there are none."""
    own = {path.resolve() for path in results}
    files = [path for path in find_files(paths) if path.resolve() not in own]
    if not files:
        raise click.UsageError(ALL["no_files"])
    return files


@contextmanager
def _stopping() -> Iterator[None]:
    """Let Ctrl-C end the command within this context; incomplete results do not appear."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(SAYS["stopped"], err=True)
        sys.exit(INTERRUPTED)

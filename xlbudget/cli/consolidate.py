"""`xlbudget consolidate`: departments → county, with the source of every figure."""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from xlbudget.app.cache import cache_folder
from xlbudget.app.read_files import files_in
from xlbudget.app.workers import SELDOM
from xlbudget.cli.changing import PASSWORD
from xlbudget.cli.colour import coloured, styled
from xlbudget.cli.gathering import Asked, gather
from xlbudget.cli.intake import Given, files_to_add, given_of, part_of_file, told_of
from xlbudget.cli.mapping import MAP, check_map
from xlbudget.cli.output import keep_existing, put, put_made
from xlbudget.cli.progress import JOBS, progress
from xlbudget.cli.roster import load_roster
from xlbudget.core.finding import ERROR
from xlbudget.core.overview import LeftOut
from xlbudget.core.reading import Reading
from xlbudget.messages import load_messages
from xlbudget.ops.check.check import found_in_sum, judged_in_sum
from xlbudget.ops.consolidate.merge import merged
from xlbudget.ops.consolidate.overview import overview
from xlbudget.packs.load import default_pack, load_pack
from xlbudget.packs.model import Pack
from xlbudget.report.consolidation_report import Told, consolidated, refusal
from xlbudget.report.text_report import uncoloured

INTERRUPTED = 130
"""Exit code of a command that was stopped (128 + SIGINT)."""


@click.command(epilog="例：xlbudget consolidate 各部门/ -o 汇总.xlsx --roster 名单.csv")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="文件夹...",
)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="汇总表写到哪里。"
)
@click.option(
    "--roster",
    "roster_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="名单（CSV：编码、名称、上级）：核对谁没有交，并作节点检查。",
)
@click.option(
    "--facts",
    type=click.Path(path_type=Path),
    help="另把每个数写成一行，存为 parquet（见 xlbudget query）。",
)
@click.option("--html", type=click.Path(path_type=Path), help="另存一个概览网页。")
@click.option("--include-failing", is_flag=True, help="有错误的文件也汇总，并标出来。")
@click.option("--name", help="汇总表上的部门名称。")
@click.option("--pack", "pack_name", help="表样，如 shanxi/2025；不写用默认的。")
@MAP
@PASSWORD
@JOBS
@click.option("--no-cache", is_flag=True, help="不用上次读过的结果，全部重读。")
@click.option("--force", is_flag=True, help="文件已有时覆盖它。")
def consolidate(
    paths: tuple[Path, ...],
    output: Path,
    roster_file: Path | None,
    facts: Path | None,
    html: Path | None,
    include_failing: bool,
    name: str | None,
    pack_name: str | None,
    map_file: Path | None,
    password: str,
    jobs: int,
    no_cache: bool,
    force: bool,
) -> None:
    """检查并汇总各部门的预算表，写出一份汇总表：每个数都能查到来自哪些文件。

    读 check 能读的各种文件。有错误的文件不汇总，一一列出。汇总表可以再和别的一起汇总。

    退出码：0 全部汇总、全部相符，1 有没有汇总的或不相符的，2 没有可汇总的文件。
    """
    check_map(pack_name, map_file)
    pack = load_pack(pack_name or default_pack())
    roster = load_roster(roster_file) if roster_file else None
    results = [path for path in (output, facts, html) if path]
    for path in results:  # before the long work, not after it
        keep_existing(path, force)
    own = {path.resolve() for path in results}
    files = [path for path in files_in(paths) if path.resolve() not in own]
    if not files:
        raise click.UsageError("文件夹里没有工作簿。")
    how = (pack.name, *(path.read_text("utf-8") for path in (map_file,) if path))
    with _stopping(), _spool(how, no_cache or bool(password)) as spool:
        asked = Asked(pack_name, map_file, password, spool)
        with progress(len(files)) as done:
            found = gather(files, asked, jobs, done)
        given = given_of(found, roster, include_failing, output.resolve().parent)
        if not given.taken:
            told = Told(len(files), (), tuple(given.refused))
            click.echo(consolidated(pack, told), err=True)
            click.echo(load_messages()["consolidate"]["nothing"], err=True)
            sys.exit(2)
        _finish(pack, asked, given, len(files), name, (output, facts, html), force, jobs)


def _finish(
    pack: Pack,
    asked: Asked,
    given: Given,
    files: int,
    name: str | None,
    results: tuple[Path, Path | None, Path | None],
    force: bool,
    jobs: int,
) -> None:
    """Add up, write what was asked for, and tell."""
    from xlbudget.app.prebuild_rows import rows_ahead
    from xlbudget.workbook.county.review import LINES
    from xlbudget.workbook.county.workbook import complete, drafted

    gc.set_threshold(SELDOM)
    output, facts, html = results
    parts = [part_of_file(asked, given, one) for one in files_to_add(given)]
    county = merged(pack, parts, name or load_messages()["consolidate"]["name"])
    left = [LeftOut(one.file, refusal(one)) for one in given.refused]
    draft = drafted(pack, county)
    with rows_ahead(draft.book, jobs):
        found = found_in_sum(pack, Reading(county.budget))
        judged = judged_in_sum(pack, county.budget, found, LINES)
        complete(draft, overview(pack, county, left), judged, found.decided)
        put_made(draft.book.pack_to, output, force)
    if html:
        from xlbudget.report.county_page import county_page

        put(county_page(pack, county, left), html, force)
    if facts:
        from xlbudget.cli.facts import put_facts
        from xlbudget.ops.facts.facts import facts_behind

        put_facts(facts_behind(pack, county), facts, force)
    errors = sum(finding.severity == ERROR for finding in found.findings)
    told = told_of(pack, asked, given, files, county)._replace(errors=errors)
    click.echo(consolidated(pack, told, styled if coloured() else uncoloured))
    gc.freeze()  # else all is looked through once more at the end
    sys.exit(int(not told.sound))


@contextmanager
def _stopping() -> Iterator[None]:
    """Ctrl-C ends it; what is not complete is not there."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("已中止，没有写出汇总表。", err=True)
        sys.exit(INTERRUPTED)


@contextmanager
def _spool(how: Sequence[str], apart_: bool) -> Iterator[Path]:
    """The folder for what the files say: the cache, or one that is gone afterwards."""
    folder = None if apart_ else cache_folder(how)
    if folder:
        yield folder
        return
    with tempfile.TemporaryDirectory() as temporary:
        yield Path(temporary)

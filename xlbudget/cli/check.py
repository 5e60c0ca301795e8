"""`xlbudget check`: everything that is wrong, where, and how to correct it."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from pathlib import Path

import click

from xlbudget.app.check_files import check_files
from xlbudget.app.find_files import find_files
from xlbudget.app.read_files import ReadOptions, load_mapped_pack
from xlbudget.cli.colour import shows_colours, style_role
from xlbudget.cli.failures import tell_unreadable
from xlbudget.cli.options import ALL, JOBS, MAP, PACK, PASSWORD, check_map, name_unread, suggest
from xlbudget.cli.output import write_bytes, write_text
from xlbudget.cli.progress import show_progress
from xlbudget.core.finding import WARNING, Finding
from xlbudget.messages import load_messages
from xlbudget.report.file_result import PASSED, UNREADABLE, FileResult
from xlbudget.report.text_report import Style, keep_plain, text_report

SAYS = load_messages()["commands"]["check"]


@click.command(help=SAYS["help"], epilog=SAYS["example"])
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar=SAYS["files"]
)
@PACK
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "html"]),
    default="text",
    help=SAYS["format"],
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help=SAYS["output"])
@click.option(
    "--select",
    multiple=True,
    metavar="CODE",
    help=SAYS["select"],
)
@click.option("--ignore", multiple=True, metavar="CODE", help=SAYS["ignore"])
@click.option(
    "--annotate",
    type=click.Path(path_type=Path),
    metavar="OUT.xlsx",
    help=SAYS["annotate"],
)
@MAP
@PASSWORD
@JOBS
@click.option("--strict", is_flag=True, help=SAYS["strict"])
@click.option("--accept-assumptions", "accept", is_flag=True, help=SAYS["accept"])
@click.option("--force", is_flag=True, help=SAYS["force"])
def check(
    files: tuple[Path, ...],
    pack_name: str | None,
    form: str,
    output: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    annotate: Path | None,
    map_file: Path | None,
    password: str,
    jobs: int,
    strict: bool,
    accept: bool,
    force: bool,
) -> None:
    """Check workbooks, budget JSON or folders; exit with 0, 1 (errors) or 2 (not read)."""
    paths = list(find_files(files))
    if not paths:
        raise click.UsageError(ALL["no_files"])
    if annotate and len(paths) > 1:
        raise click.UsageError(SAYS["one_file"])
    name_unread(files)
    options = ReadOptions(pack_name, password, map_file)
    check_map(options)
    wanted, unwanted = _codes(select, options), _codes(ignore, options)
    with show_progress(len(paths)) as done:
        every = check_files(paths, options, jobs, done)
    checked = [_selected(r, wanted, unwanted)._replace(accepted=accept) for r in every]
    if annotate and checked[0].reading is not None:
        from xlbudget.app.copy_workbook import annotate_copy

        with tell_unreadable(paths[0], checked[0].pack.name):
            copy = annotate_copy(paths[0], checked[0], password)
        write_bytes(copy, annotate, force)
    style = style_role if output is None and shows_colours() else keep_plain
    write_text(_report(checked, form, style), output, force)
    sys.exit(_exit_code(checked, strict))


def _codes(texts: tuple[str, ...], options: ReadOptions) -> tuple[str, ...]:
    """Rule ids, or their beginnings. Raises UsageError for one with which no rule begins: to leave
    out all findings because of a slip would be a false 通过."""
    codes = tuple(
        code.strip().upper() for text in texts for code in text.split(",") if code.strip()
    )
    rules = load_mapped_pack(options)[0].rules if codes else ()
    for code in codes:
        if not any(rule.startswith(code) for rule in rules):
            meant = suggest(get_close_matches(code, rules, n=1))
            raise click.UsageError(SAYS["unknown_code"].format(code=code, meant=meant))
    return codes


def _selected(
    checked: FileResult, wanted: tuple[str, ...], unwanted: tuple[str, ...]
) -> FileResult:
    """The result with the selected rules only; why a file could not be read is always reported."""
    if checked.reading is None:
        return checked

    def keep(finding: Finding) -> bool:
        chosen = not wanted or finding.rule.startswith(wanted)
        return chosen and not (unwanted and finding.rule.startswith(unwanted))

    return checked._replace(findings=tuple(filter(keep, checked.findings)))


def _report(checked: list[FileResult], form: str, style: Style) -> str:
    if form == "json":
        from xlbudget.report.json_report import json_report

        return json_report(checked)
    if form == "html":
        from xlbudget.report.html_report import html_report

        return html_report(checked)
    if form == "sarif":
        from xlbudget.report.sarif_report import sarif_report

        return sarif_report(checked)
    return text_report(checked, style)


def _exit_code(checked: list[FileResult], strict: bool) -> int:
    verdicts = {result.verdict for result in checked}
    if UNREADABLE in verdicts:
        return 2
    doubtful = strict and any(result.counts.get(WARNING) for result in checked)
    return int(verdicts != {PASSED} or doubtful)

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
from xlbudget.cli.options import JOBS, MAP, PACK, PASSWORD, check_map
from xlbudget.cli.output import write_bytes, write_text
from xlbudget.cli.progress import show_progress
from xlbudget.core.finding import ERROR, WARNING, Finding
from xlbudget.report.file_result import FileResult
from xlbudget.report.text_report import Style, keep_plain, text_report


@click.command(epilog="例：xlbudget check 预算.xlsx --ignore A602 --strict")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="文件..."
)
@PACK
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "html"]),
    default="text",
    help="报告格式。",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="把报告写到文件。")
@click.option(
    "--select",
    multiple=True,
    metavar="CODE",
    help="只看这些规则，如 A 或 A602；可写多次，也可用逗号隔开。",
)
@click.option("--ignore", multiple=True, metavar="CODE", help="不看这些规则。")
@click.option(
    "--annotate",
    type=click.Path(path_type=Path),
    metavar="OUT.xlsx",
    help="另存一份标出错处的工作簿：错的格子涂色、加批注，前面加一张“检查结果”。",
)
@MAP
@PASSWORD
@JOBS
@click.option("--strict", is_flag=True, help="有警告也算不通过。")
@click.option("--force", is_flag=True, help="报告文件已有时覆盖它。")
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
    force: bool,
) -> None:
    """检查预算表：工作簿、预算 JSON 或文件夹，可以一次给几个。

    工作簿可以是 .xlsx、.xlsm、.xls、.et、.xlsb、.ods。文件夹里的工作簿逐个检查；
    只放 CSV 文件（一张表一个）的文件夹，作为一份预算检查。

    退出码：0 没有错误，1 有错误，2 有文件读不了。
    """
    paths = list(find_files(files))
    if not paths:
        raise click.UsageError("文件夹里没有工作簿。")
    if annotate and len(paths) > 1:
        raise click.UsageError("--annotate 一次只能标一个 .xlsx 工作簿。")
    options = ReadOptions(pack_name, password, map_file)
    check_map(options)
    wanted, unwanted = _codes(select, options), _codes(ignore, options)
    with show_progress(len(paths)) as done:
        every = check_files(paths, options, jobs, done)
    checked = [_selected(result, wanted, unwanted) for result in every]
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
            near = get_close_matches(code, rules, n=1)
            meant = f"，是不是 {near[0]}？" if near else "。"
            raise click.UsageError(f"没有编号是 {code} 的规则{meant}全部规则见 xlbudget rule。")
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
    if any(result.reading is None for result in checked):
        return 2
    grave = (ERROR, WARNING) if strict else (ERROR,)
    return int(any(result.counts.get(severity) for result in checked for severity in grave))

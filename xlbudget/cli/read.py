"""`xlbudget read`: a workbook's budget as JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlbudget.app.read_files import ReadOptions, load_mapped_pack, read_file, read_raw_workbook
from xlbudget.cli.failures import tell_unreadable
from xlbudget.cli.options import ALL, FORCE, MAP, PACK, PASSWORD, check_map
from xlbudget.cli.output import write_text
from xlbudget.core.finding import ERROR
from xlbudget.messages import load_messages
from xlbudget.ops.check.budget_json import to_json
from xlbudget.ops.check.check import check_reading
from xlbudget.report.file_result import FileResult
from xlbudget.report.text_report import list_findings

SAYS = load_messages()["commands"]["read"]


@click.command(help=SAYS["help"], epilog=SAYS["example"])
@click.argument("file", type=click.Path(path_type=Path), metavar=ALL["file"])
@PACK
@click.option("-o", "--output", type=click.Path(path_type=Path), help=ALL["print"])
@click.option("--explain", is_flag=True, help=SAYS["explain"])
@MAP
@PASSWORD
@FORCE
def read(
    file: Path,
    pack_name: str | None,
    output: Path | None,
    explain: bool,
    map_file: Path | None,
    password: str,
    force: bool,
) -> None:
    """Print a workbook's budget as JSON; exit with 0, 1 (not all understood) or 2 (not read)."""
    options = ReadOptions(pack_name, password, map_file)
    check_map(options)
    with tell_unreadable(file, pack_name):
        if explain:
            write_text(_explained(file, options), output, force)
        pack, reading = read_file(file, options)
    if not explain:
        write_text(to_json(pack, reading.budget), output, force)
    findings = check_reading(pack, reading)
    if findings:
        click.echo(list_findings(FileResult(str(file), pack, findings, reading)), err=True)
    sys.exit(int(any(finding.severity == ERROR for finding in findings)))


def _explained(file: Path, options: ReadOptions) -> str:
    from xlbudget.layout.recognise.explain import explain
    from xlbudget.report.recognition_report import recognition_report

    pack, mapped = load_mapped_pack(options)
    book = read_raw_workbook(file, options.password)
    pack, tables = explain(pack, book.sheets, mapped)
    return recognition_report(pack, str(file), tables)

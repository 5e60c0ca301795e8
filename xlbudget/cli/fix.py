"""`xlbudget fix`: make certain corrections in a copy, and record each change."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlbudget.app.check_files import check_file
from xlbudget.app.copy_workbook import correct_copy, safe_repairs
from xlbudget.app.read_files import ReadOptions
from xlbudget.cli.failures import tell_unreadable
from xlbudget.cli.options import ALL, FORCE, PACK, PASSWORD
from xlbudget.cli.output import write_bytes
from xlbudget.core.cause import Repair
from xlbudget.messages import load_messages
from xlbudget.report.file_result import PASSED
from xlbudget.report.messages import Namer, describe_repair
from xlbudget.report.text_report import text_report

SAYS = load_messages()["commands"]["fix"]


@click.command(help=SAYS["help"], epilog=SAYS["example"])
@click.argument("file", type=click.Path(path_type=Path), metavar=ALL["file"])
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=SAYS["output"])
@click.option("--accept", metavar="N,N|all", help=SAYS["accept"])
@PACK
@PASSWORD
@FORCE
def fix(
    file: Path,
    output: Path,
    accept: str | None,
    pack_name: str | None,
    password: str,
    force: bool,
) -> None:
    """Make the corrections that are certain and accepted in a copy, and check it again."""
    checked = check_file(file, ReadOptions(pack_name, password))
    if checked.reading is None:
        click.echo(text_report([checked]), err=True)
        sys.exit(2)
    offered = safe_repairs(checked)
    namer = Namer(checked.pack, checked.reading)
    for number, repair in enumerate(offered, start=1):
        click.echo(f"{number}. {describe_repair(namer, repair)}")
    if not offered:
        click.echo(SAYS["none_offered"])
        sys.exit(int(checked.verdict != PASSED))
    chosen = _chosen(offered, accept)
    if not chosen:
        click.echo(SAYS["none_chosen"])
        sys.exit(1)
    with tell_unreadable(file, checked.pack.name):
        copy = correct_copy(file, checked, chosen, password)
    write_bytes(copy, output, force)
    click.echo(SAYS["done"].format(count=len(chosen), output=output))
    again = check_file(output, ReadOptions(pack_name))
    click.echo(text_report([again]))
    sys.exit(int(again.verdict != PASSED))


def _chosen(offered: list[Repair], accept: str | None) -> list[Repair]:
    if accept is None:
        return [
            repair
            for number, repair in enumerate(offered, start=1)
            if click.confirm(SAYS["ask"].format(number=number), default=False)
        ]
    if accept.strip() == "all":
        return offered
    wanted = {text.strip() for text in accept.split(",") if text.strip()}
    known = {str(number): repair for number, repair in enumerate(offered, start=1)}
    if wanted - known.keys():
        numbers = ALL["list"].join(sorted(wanted - known.keys()))
        raise click.UsageError(SAYS["unknown"].format(numbers=numbers))
    return [repair for number, repair in known.items() if number in wanted]

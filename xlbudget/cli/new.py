"""`xlbudget new`: the official workbook, blank or filled from budget JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlbudget.app.read_files import ReadOptions, read_file
from xlbudget.cli.failures import tell_unreadable
from xlbudget.cli.options import FORCE, PACK, PASSWORD
from xlbudget.cli.output import write_bytes
from xlbudget.core.budget import Budget
from xlbudget.core.finding import ERROR, NOTE
from xlbudget.messages import load_messages
from xlbudget.ops.check.check import check_reading
from xlbudget.packs.find import default_pack, find_form_set
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack
from xlbudget.packs.year import apply_year
from xlbudget.report.file_result import FileResult
from xlbudget.report.text_report import list_findings

SAYS = load_messages()["commands"]["new"]


@click.command(help=SAYS["help"], epilog=SAYS["example"])
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=SAYS["output"])
@PACK
@click.option("--year", type=click.IntRange(2000, 2099), help=SAYS["year"])
@click.option("--department", help=SAYS["department"])
@click.option("--from", "source", type=click.Path(path_type=Path), help=SAYS["source"])
@click.option(
    "--totals",
    type=click.Choice(["formula", "typed"]),
    help=SAYS["totals"],
)
@click.option("--leave-out", is_flag=True, help=SAYS["leave_out"])
@PASSWORD
@FORCE
def new(
    output: Path,
    pack_name: str | None,
    year: int | None,
    department: str | None,
    source: Path | None,
    totals: str | None,
    leave_out: bool,
    password: str,
    force: bool,
) -> None:
    """Write the official workbook, blank or filled from a budget; exit with 1 where the source has
    what could not be read, and nothing is written without it."""
    pack, budget = _budget(source, ReadOptions(pack_name, password), year, leave_out)
    if department:
        budget = budget._replace(department=department)
    from xlbudget.workbook.live.workbook import make_live_workbook, make_workbook

    typed = totals == "typed" or (totals is None and source is not None)
    written = (make_workbook if typed else make_live_workbook)(pack, budget)
    write_bytes(written, output, force)
    done = SAYS["done"]
    click.echo(done.format(output=output, place=pack.place, year=pack.year, forms=len(pack.forms)))


def _budget(
    source: Path | None, options: ReadOptions, year: int | None, leave_out: bool
) -> tuple[Pack, Budget]:
    """The budget to write, and the pack as printed for its year: `year`, else the source's own.
    Tells what of the source was not read as it stands; ends with 1 where something was not read at
    all, unless it is to be left out."""
    if source is None:
        name = options.pack_name or default_pack()
        pack = load_pack(find_form_set(name, year) if year and not options.pack_name else name)
        pack = apply_year(pack, year or pack.year)
        units = {form.key: form.unit for form in pack.forms.values() if form.unit}
        return pack, Budget(pack.name, pack.year, pack.unit, "", units=units)
    with tell_unreadable(source, options.pack_name):
        pack, reading = read_file(source, options)
    told = tuple(f for f in check_reading(pack, reading) if f.severity != NOTE)
    lost = sum(finding.severity == ERROR for finding in told)
    if told:
        click.echo(list_findings(FileResult(str(source), pack, told, reading)), err=True)
    if lost and not leave_out:
        click.echo(SAYS["lost"].format(count=lost), err=True)
        sys.exit(1)
    year = year or reading.budget.year
    return apply_year(pack, year), reading.budget._replace(year=year)

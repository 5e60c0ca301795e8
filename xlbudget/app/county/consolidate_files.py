"""Files that were collected and selected → the consolidated workbook, and the outcome to report."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from xlbudget.app.county.collect import CollectOptions
from xlbudget.app.county.select import Selection, load_parts, select_files_to_add, summarize
from xlbudget.app.write_files import Put, write_atomically, write_facts_file
from xlbudget.core.finding import ERROR
from xlbudget.core.overview import LeftOut
from xlbudget.core.reading import Reading
from xlbudget.messages import load_messages
from xlbudget.ops.check.check import check_sum, evaluate_sum
from xlbudget.ops.consolidate.merge import merge
from xlbudget.ops.consolidate.overview import compute_overview
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack
from xlbudget.packs.year import apply_year
from xlbudget.report.consolidation_report import ConsolidationOutcome, describe_refusal


class Results(NamedTuple):
    """The paths of the results: the workbook, the facts (parquet) and the overview's page."""

    workbook: Path
    facts: Path | None = None
    html: Path | None = None


def consolidate_files(
    options: CollectOptions,
    selection: Selection,
    name: str | None,
    results: Results,
    put: Put = write_atomically,
) -> tuple[Pack, ConsolidationOutcome]:
    """Add up the selected files and write the requested results; gives the pack of their year, and
    the outcome to report.

    `name` is the department on the workbook (else the pack's word for it). Raises
    ChangedMeanwhile, NotWritten and FigureTooLong, and what `put` raises.
    """
    from xlbudget.workbook.county.review import LINES
    from xlbudget.workbook.county.workbook import make_county_workbook

    first = selection.taken[0]  # all are of one form set and year
    pack = apply_year(load_pack(first.pack), first.year)
    parts = load_parts(options, selection, select_files_to_add(selection))
    county = merge(pack, parts, name or load_messages()["consolidate"]["name"])
    left = [LeftOut(refusal.file, describe_refusal(refusal)) for refusal in selection.refused]
    result = check_sum(pack, Reading(county.budget))
    judged = evaluate_sum(pack, county.budget, result, LINES)
    overview = compute_overview(pack, county, left)
    book = make_county_workbook(pack, county, overview, judged, result.decided)
    put(book.write_to, results.workbook)
    if results.html:
        from xlbudget.report.county_page import render_county_page

        page = render_county_page(county.sources, overview).rstrip("\n") + "\n"
        put(lambda path: path.write_bytes(page.encode()), results.html)
    if results.facts:
        from xlbudget.ops.facts.facts import list_source_facts

        write_facts_file(list_source_facts(pack, county), results.facts, put)
    errors = sum(finding.severity == ERROR for finding in result.findings)
    outcome = summarize(pack, options, selection, len(selection.found), county)
    return pack, outcome._replace(errors=errors)

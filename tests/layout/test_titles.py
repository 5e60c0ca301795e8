"""Titles of fifteen other places: each form that has a common concept is known by its title alone,
and no other title is taken for one (`tests/places/titles.csv`, titles as published)."""

from __future__ import annotations

import csv

import pytest
from conftest import ROOT

from xlbudget.core.budget import Budget
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.plan import plan
from xlbudget.layout.recognise.recognise import recognise
from xlbudget.packs.load import load_pack

COMMON = load_pack("common/2025")


def sets() -> dict[str, list[dict[str, str]]]:
    by_place: dict[str, list[dict[str, str]]] = {}
    with (ROOT / "tests" / "places" / "titles.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_place.setdefault(row["place"], []).append(row)
    return by_place


SETS = sets()


def headed(form: str, title: str) -> list[list[str]]:
    """A title over the headings of a concept, and one row of figures."""
    planned = plan(
        COMMON, COMMON.forms[form], Budget(COMMON.name, COMMON.year, COMMON.unit, "某局")
    )
    height = 1 + max(cell.row for cell in planned.cells)
    rows = [[""] * 20 for _ in range(height)]
    for cell in planned.cells:
        if cell.content not in (None, ""):
            rows[cell.row][cell.column] = str(cell.content)
    for row in rows:
        if COMMON.forms[form].title in row:
            row[row.index(COMMON.forms[form].title)] = title
    return rows


@pytest.mark.parametrize("place", SETS)
def test_the_forms_of_a_place_are_known_by_their_titles(place: str) -> None:
    titles = SETS[place]
    concepts = {row["title"]: row["concept"] for row in titles if row["concept"] in COMMON.forms}
    sheets = [
        RawSheet(f"表{number}", headed(concepts.get(row["title"], "spending"), row["title"]))
        for number, row in enumerate(titles, start=1)
    ]
    reading = recognise(COMMON, sheets)
    known = {
        printed.title.text: printed.form for printed in reading.printed if printed.title is not None
    }
    assert known == concepts

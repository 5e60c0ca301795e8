"""Catalogues by year: those of a pack, and those that a user brought in, in the user's own folder.

A user's version of a catalogue is a table of codes and names, ``codes/<year>/<key>.csv``. What a
pack knows of a code beside its name (how often it was seen, its kind, what it maps to) stays.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from xlbudget.packs.errors import Fault, PackError
from xlbudget.packs.find import user_folder
from xlbudget.packs.model import Catalogue
from xlbudget.packs.source import read_csv

Catalogues = Mapping[str, Catalogue]
FOLDER = "codes"


def versions_folder() -> Path:
    """The folder of the user's catalogues, which need not be there."""
    return user_folder().with_name(FOLDER)


def list_versions(own: Catalogues, own_year: int) -> dict[int, Catalogues]:
    """The catalogues in force from each year on: the pack's own, and those that the user brought
    in, each year with what it does not state as the year before has it. Raises PackError for a
    table that is none."""
    stated: dict[int, Catalogues] = {own_year: own}
    for folder in sorted(versions_folder().glob("20[0-9][0-9]")):
        year = int(folder.name)
        brought = {
            key: read_version(folder / f"{key}.csv", catalogue)
            for key, catalogue in own.items()
            if (folder / f"{key}.csv").is_file()
        }
        if brought:
            stated[year] = {**stated.get(year, {}), **brought}
    versions: dict[int, Catalogues] = {}
    before: Catalogues = own
    for year in sorted(stated):
        before = versions[year] = {**before, **stated[year]}
    return versions


def choose_version(versions: Mapping[int, Catalogues], year: int) -> int:
    """The year of the catalogues for a budget of this year: the newest that are not later, or the
    earliest where all are later."""
    return max((since for since in versions if since <= year), default=min(versions))


def read_version(path: Path, own: Catalogue) -> Catalogue:
    """The user's version of a catalogue. Raises PackError for a table that is none."""
    rows = read_csv(path)
    if not rows or not {"code", "name"} <= rows[0].keys():
        raise PackError([Fault(str(path), 1, "columns code and name are missing")])
    return apply_names(own, {row["code"]: row["name"] for row in rows})


def apply_names(own: Catalogue, names: Mapping[str, str]) -> Catalogue:
    """The catalogue with these codes and names; of a new code the kind is that of its parent."""
    kinds = {
        code: own.kinds.get(code) or own.kinds.get(own.parent(code), "")
        for code in names
        if own.kinds
    }
    return replace(
        own,
        names=dict(names),
        seen={code: own.seen.get(code, 0) for code in names},
        kinds={code: kind for code, kind in kinds.items() if kind},
    )


def write_version(folder: Path, key: str, names: Mapping[str, str]) -> Path:
    """Write a user's version of a catalogue into the folder of its year; gives its path. Raises
    OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{key}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("code", "name"))
        writer.writerows(sorted(names.items()))
    return path

"""The catalogues that a pack's `codes.yaml` declares, with their tables, frozen and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from xlbudget.packs.contents import CODES, Contents, Rows
from xlbudget.packs.errors import Fault, fault_in
from xlbudget.packs.model import Catalogue


def read_catalogues(contents: Contents, faults: list[Fault]) -> dict[str, Catalogue]:
    """The catalogues that one folder declares; faults are added to the list."""
    catalogues = {key: _catalogue(contents, key, faults) for key in contents.codes}
    for key, spec in contents.codes.items():
        mapping = spec.get("maps")
        if mapping and mapping["from"] not in catalogues:
            message = f"no catalogue {mapping['from']!r}; there are {sorted(catalogues)}"
            path = contents.folder / CODES
            faults.append(fault_in(path, (key, "maps", "from"), message))
        elif mapping:
            path = contents.folder / mapping["file"]
            sides = catalogues[mapping["from"]], catalogues[key]
            _check_map(path, contents.tables[path], *sides, faults)
    return catalogues


def _catalogue(contents: Contents, key: str, faults: list[Fault]) -> Catalogue:
    spec, path = contents.codes[key], contents.folder / contents.codes[key]["file"]
    rows = contents.tables[path]
    maps: dict[str, tuple[str, ...]] = {}
    if "maps" in spec:
        for row in contents.tables[contents.folder / spec["maps"]["file"]]:
            maps[row["department"]] = (*maps.get(row["department"], ()), row["government"])
    catalogue = Catalogue(
        key,
        spec["title"],
        spec["levels"],
        {row["code"]: row["name"] for row in rows},
        {row["code"]: int(row.get("seen") or 0) for row in rows},
        {row["code"]: row["kind"] for row in rows if "kind" in row},
        maps,
        spec.get("must_reach", ""),
    )
    faults += [fault_in(contents.folder / CODES, *wrong) for wrong in _wrong(key, catalogue)]
    _check_codes(path, rows, catalogue, faults)
    return catalogue


def _wrong(key: str, catalogue: Catalogue) -> Iterator[tuple[tuple[str, str], str]]:
    """The faults of the levels, each with its steps in `codes.yaml` and the reason."""
    levels = list(catalogue.levels)
    if list(catalogue.lengths) != sorted(set(catalogue.lengths)):
        yield (key, "levels"), "levels: each has more digits than the one before"
    if catalogue.must_reach and catalogue.must_reach not in levels:
        message = f"must_reach: no level {catalogue.must_reach!r}; there are {', '.join(levels)}"
        yield (key, "must_reach"), message


def _check_codes(path: Path, rows: Rows, catalogue: Catalogue, faults: list[Fault]) -> None:
    """Add a fault for each code that is repeated, lacks its parent or has the length of no level
    (reported once per length)."""
    counts = Counter(row["code"] for row in rows)
    lengths = set(catalogue.lengths)
    for line, row in enumerate(rows, start=2):
        code = row["code"]
        if counts[code] > 1:
            faults.append(Fault(str(path), line, f"code {code} stands {counts[code]} times"))
        if len(code) not in lengths:
            lengths.add(len(code))
            faults.append(Fault(str(path), line, f"code {code}: no level has {len(code)} digits"))
        parent = catalogue.parent(code)
        if parent and parent not in catalogue.names:
            faults.append(Fault(str(path), line, f"code {code} has no parent {parent}"))


def _check_map(
    path: Path, rows: Rows, source: Catalogue, target: Catalogue, faults: list[Fault]
) -> None:
    for line, row in enumerate(rows, start=2):
        for code, catalogue in ((row["department"], source), (row["government"], target)):
            if code not in catalogue.names:
                faults.append(Fault(str(path), line, f"{code} is not in {catalogue.key}"))

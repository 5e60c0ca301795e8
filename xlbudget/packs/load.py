"""Find a pack by name (``shanxi/2025``), read it with all that it extends, freeze it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlbudget.packs.catalogue_versions import list_versions
from xlbudget.packs.contents import Contents, read_contents
from xlbudget.packs.errors import Fault, PackError
from xlbudget.packs.find import HEAD, list_roots
from xlbudget.packs.freeze.catalogues import read_catalogues
from xlbudget.packs.freeze.charts import read_charts
from xlbudget.packs.freeze.cross_check import check_pack
from xlbudget.packs.freeze.forms import read_forms
from xlbudget.packs.freeze.rules import read_rules
from xlbudget.packs.model import Catalogue, ChartSpec, Form, Pack
from xlbudget.packs.schema import check_complete
from xlbudget.packs.year import fill_in_year


def load_pack(name: str, root: Path | None = None) -> Pack:
    """The pack of that name, with all that it extends, looked for in `root` first. Raises PackError
    with every fault."""
    return _load(name, (root, *list_roots()) if root else list_roots())


@lru_cache(maxsize=8)
def _load(name: str, roots: tuple[Path, ...]) -> Pack:
    folders = read_contents(name, roots)
    faults: list[Fault] = []
    head = folders[-1].head
    words = _merge_words(folders, faults)
    catalogues: dict[str, Catalogue] = {}
    forms: dict[str, Form] = {}
    for folder in folders:
        catalogues.update(read_catalogues(folder, faults))
        forms.update(read_forms(folder, catalogues, faults))
    rules = read_rules(folders, faults)
    charts: Mapping[str, ChartSpec] = {}
    for there, missing in ((forms, "forms"), (rules, "rules")):
        if not there and not faults and "extends" in head:
            faults.append(Fault(str(folders[-1].folder), 1, f"no {missing}: {missing}/*.yaml"))
    if not faults:
        path = folders[-1].folder / HEAD
        charts = read_charts(path, head.get("overview", {}), forms, catalogues, faults)
    if faults:
        raise PackError(faults)
    ordered = dict(sorted(forms.items(), key=lambda item: item[1].number))
    year, place, unit = int(head["year"]), str(head["place"]), head["unit"]
    codes_year = max((int(f.head["year"]) for f in folders if f.codes), default=year)
    pack = Pack(
        *(name, year, year, codes_year, place, unit, words),
        *(catalogues, list_versions(catalogues, codes_year), ordered, ordered, rules, charts),
    )
    pack = fill_in_year(pack, year)
    if faults := check_pack(folders, pack):
        raise PackError(faults)
    return pack


def list_folders(name: str, root: Path | None = None) -> list[Path]:
    """The folders of the pack and of all that it extends, its own last. Raises PackError."""
    contents = read_contents(name, (root, *list_roots()) if root else list_roots())
    return [each.folder for each in contents]


def _merge_words(folders: list[Contents], faults: list[Fault]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for folder in folders:
        words = _merge(words, folder.words)
    faults += check_complete(words, folders[0].folder)
    return words


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` overridden by `over`: mappings are merged, everything else is replaced."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        result[key] = _merge(below, value) if both and below is not None else value
    return result

"""Faults that only the whole pack shows: names that its files do not share, or share wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlbudget.packs.contents import CODES, Contents
from xlbudget.packs.errors import Fault, fault_in
from xlbudget.packs.find import HEAD
from xlbudget.packs.model import Pack


def check_pack(folders: list[Contents], pack: Pack) -> list[Fault]:
    """The faults between the files of a pack, whose folders are ordered the most general first."""
    checks = (_check_names, _check_units, _check_words, _check_forms, _check_kinds)
    return [fault for check in checks for fault in check(folders, pack)]


def _check_names(folders: list[Contents], pack: Pack) -> Iterator[Fault]:
    """Faults for forms in files of another name."""
    for folder in folders:
        for path, spec in folder.forms.items():
            if path.stem != spec["form"]:
                message = f"form {spec['form']!r} stands in {path.name}: one of both must change"
                yield fault_in(path, ("form",), message)


def _check_units(folders: list[Contents], pack: Pack) -> Iterator[Fault]:
    units = pack.words["units"]
    if pack.unit not in units:
        message = f"no unit {pack.unit!r}; words.yaml has {', '.join(units)}"
        yield fault_in(folders[-1].folder / HEAD, ("unit",), message)
    for folder in folders:
        for path, spec in folder.forms.items():
            if "unit" in spec and spec["unit"] not in units:
                message = f"no unit {spec['unit']!r}; words.yaml has {', '.join(units)}"
                yield fault_in(path, ("unit",), message)
    for unit in units.keys() - pack.words["decimals"].keys():
        path = _words_file(folders, "units", unit)
        yield fault_in(path, ("units", unit), f"decimals: nothing is said of {unit}")


def _check_words(folders: list[Contents], pack: Pack) -> Iterator[Fault]:
    level, levels = pack.words["unit_level"], pack.words["levels"]
    if level not in levels:
        path = next(f.folder for f in reversed(folders) if "unit_level" in f.words) / "words.yaml"
        message = f"no level {level!r}; there are {', '.join(levels)}"
        yield fault_in(path, ("unit_level",), message)


def _check_forms(folders: list[Contents], pack: Pack) -> Iterator[Fault]:
    paths = {spec["form"]: path for folder in folders for path, spec in folder.forms.items()}
    seen: dict[tuple[str, object], str] = {}
    for form in pack.forms.values():
        for word, value in (("number", form.number), ("sheet", form.sheet), ("title", form.title)):
            other = seen.setdefault((word, value), form.key)
            if other != form.key:
                message = f"{word} {value}: form {other} has it already"
                yield fault_in(paths[form.key], (word,), message)
        for block in form.blocks:
            for level in block.levels:
                if level not in pack.words["levels"]:
                    known = ", ".join(pack.words["levels"])
                    message = f"no level {level!r}; words.yaml has {known}"
                    yield fault_in(paths[form.key], ("blocks", block.key, "rows"), message)


def _check_kinds(folders: list[Contents], pack: Pack) -> Iterator[Fault]:
    """Faults for kinds of codes that have no word under `columns:`."""
    for folder in folders:
        for key in folder.codes:
            for kind in sorted(set(pack.catalogues[key].kinds.values())):
                if kind not in pack.words["columns"]:
                    message = f"kind {kind!r}: no such word under columns: in words.yaml"
                    yield fault_in(folder.folder / CODES, (key, "file"), message)


def _words_file(folders: list[Contents], word: str, inner: str) -> Path:
    """The `words.yaml` that has `inner` under `word`, of the most specific folder that has it."""
    having = (f.folder for f in reversed(folders) if inner in f.words.get(word, {}))
    return Path(next(having), "words.yaml")

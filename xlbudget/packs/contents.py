"""The files in the folder of a pack and in those it extends, read and checked against the schema.

What is returned here conforms to the schema: code that builds forms, rules and catalogues from it
need not check whether a key is there, or of which type its value is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from xlbudget.packs.errors import Fault, PackError, fault_in, suggest_word
from xlbudget.packs.find import HEAD, find_packs
from xlbudget.packs.schema import check_csv, check_yaml
from xlbudget.packs.source import read_csv, read_yaml

CODES = "codes.yaml"
KIND_OF_FILE = {HEAD: "pack", "words.yaml": "words", CODES: "codes"}
KIND_OF_FOLDER = {"forms": "form", "rules": "rules"}
Rows = list[dict[str, str]]


class Contents(NamedTuple):
    """The files of one folder: `forms`, `rules` and `tables` by path."""

    folder: Path
    head: Mapping[str, Any]
    words: Mapping[str, Any]
    codes: Mapping[str, Any]
    forms: Mapping[Path, Mapping[str, Any]]
    rules: Mapping[Path, list[Mapping[str, Any]]]
    tables: Mapping[Path, Rows]


def read_contents(name: str, roots: Sequence[Path]) -> list[Contents]:
    """The pack and all it extends, the most general first, each found on the same way. Raises
    PackError with every fault in any of the files."""
    contents: list[Contents] = []
    faults: list[Fault] = []
    packs = find_packs(roots)
    wanted, extending = name, Fault(str(roots[0] / name / HEAD), 1, "")
    while wanted:
        folder = packs.get(wanted)
        if folder is None:
            known = ", ".join(packs) or "none"
            message = f"no pack {wanted!r}; there are: {known}{suggest_word(wanted, packs)}"
            faults.append(extending._replace(message=message))
            break
        if any(folder == read.folder for read in contents):
            faults.append(extending._replace(message=f"pack {wanted!r} extends itself"))
            break
        contents.insert(0, _read_folder(folder, faults))
        wanted, extending = _extended(contents[0], wanted, faults)
    if faults:
        raise PackError(faults)
    return contents


def _extended(contents: Contents, name: str, faults: list[Fault]) -> tuple[str, Fault]:
    """The pack that this one extends (or ""), and a fault without message at its `extends:`."""
    path, head = contents.folder / HEAD, contents.head
    if not head:  # unsound, and reported
        return "", Fault("", 0, "")
    if head["pack"] != name:
        message = f"{head['pack']!r}: the folders are called {name!r}"
        faults.append(fault_in(path, ("pack",), message))
    base = head.get("extends", "")
    extending = fault_in(path, ("extends",), "") if base else Fault("", 0, "")
    since = base.rpartition("/")[2]
    if base and not (since.isdigit() and int(since) <= head["year"]):
        faults.append(extending._replace(message=f"extends {base}: of a later year"))
        return "", extending
    return base, extending


def _read_folder(folder: Path, faults: list[Fault]) -> Contents:
    faults.extend(_strangers(folder))
    files = {
        name: _read_file(folder / name, kind, faults) if (folder / name).exists() else {}
        for name, kind in KIND_OF_FILE.items()
    }
    folders = {
        name: {
            path: _read_file(path, kind, faults) for path in sorted(folder.glob(f"{name}/*.yaml"))
        }
        for name, kind in KIND_OF_FOLDER.items()
    }
    head, words, codes = files.values()
    tables = _read_tables(folder, codes, faults)
    return Contents(folder, head, words, codes, folders["forms"], folders["rules"], tables)


def _read_file(path: Path, kind: str, faults: list[Fault]) -> Any:
    """The file's data; {} where it is unsound, with its faults added to the list."""
    try:
        data = read_yaml(path)
    except PackError as error:
        faults += error.faults
        return {}
    wrong = check_yaml(kind, path, data)
    faults += wrong
    return {} if wrong else data


def _read_tables(folder: Path, codes: Mapping[str, Any], faults: list[Fault]) -> dict[Path, Rows]:
    tables: dict[Path, Rows] = {}
    for spec in codes.values():
        named = {folder / spec["file"]: "code_table"}
        if "maps" in spec:
            named[folder / spec["maps"]["file"]] = "code_map"
        for path, kind in named.items():
            try:
                tables[path] = read_csv(path)
                faults += check_csv(kind, path, tables[path])
            except PackError as error:
                faults += error.faults
    return tables


def _strangers(folder: Path) -> list[Fault]:
    """Faults for files that would not be read, and for files where folders must be."""
    allowed = ", ".join((*KIND_OF_FILE, *(f"{name}/*.yaml" for name in KIND_OF_FOLDER)))
    wrong = [
        Fault(str(path), 1, f"no file of a pack; there may be {allowed}")
        for path in sorted({*folder.rglob("*.y*ml"), *_inside(folder)})
        if not _known(path.relative_to(folder))
    ]
    for name in KIND_OF_FOLDER:
        if (folder / name).exists() and not (folder / name).is_dir():
            wrong.append(Fault(str(folder / name), 1, "must be a folder"))
    return wrong


def _inside(folder: Path) -> Iterator[Path]:
    """Whatever stands in the folders of forms and rules, hidden files apart."""
    for name in KIND_OF_FOLDER:
        yield from (path for path in folder.glob(f"{name}/*") if not path.name.startswith("."))


def _known(path: Path) -> bool:
    if len(path.parts) == 1:
        return path.name in KIND_OF_FILE
    return len(path.parts) == 2 and path.parts[0] in KIND_OF_FOLDER and path.suffix == ".yaml"

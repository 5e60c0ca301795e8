"""A file of any kind → its reading and findings: where the readers and the check meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlbudget.core.finding import Remark
from xlbudget.core.key import CellKey
from xlbudget.core.reading import Reading
from xlbudget.layout.recognise.recognise import NothingRecognised, recognise
from xlbudget.messages import load_messages
from xlbudget.ops.check import budget_json
from xlbudget.ops.check.budget_schema import Violation, violations
from xlbudget.ops.check.check import check, finding_of
from xlbudget.ops.check.derive_uncalculated import recovered
from xlbudget.packs.load import default_pack, load_pack, pack_names
from xlbudget.packs.model import Pack
from xlbudget.report.file_result import Checked

if TYPE_CHECKING:
    from xlbudget.layout.user_map import MappedTable
    from xlbudget.workbook.errors import FileFault
    from xlbudget.workbook.read.sheet import RawSheet, RawWorkbook

FOLDER_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".json")
TEXT_SUFFIXES = (".csv", ".tsv")
OWNER_FILE = "~$"


class Unreadable(Exception):
    """A file that cannot be read: the remark says why."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.kind)
        self.remark = remark


def files_in(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and those in the folders named; a folder of CSV files and nothing else to
    read is one budget, and stands for itself. Files that a program has open leave owner files
    behind, which are passed over in folders."""
    for path in paths:
        if path.is_dir():
            yield from sorted(_files_below(path))
        else:
            yield path


def _files_below(folder: Path) -> Iterator[Path]:
    try:
        files = [p for p in folder.iterdir() if not p.name.startswith(OWNER_FILE)]
    except OSError:  # reading the folder says why
        yield folder
        return
    found = [p for p in files if p.suffix.lower() in FOLDER_SUFFIXES and p.is_file()]
    yield from found
    if not found and any(p.suffix.lower() in TEXT_SUFFIXES for p in files):
        yield folder
    for below in files:
        if below.is_dir() and not below.is_symlink():
            yield from _files_below(below)


def check_file(
    path: Path, pack_name: str | None = None, password: str = "", map_file: Path | None = None
) -> Checked:
    """Read and check one file. What is wrong with it is in the findings, never raised."""
    try:
        pack, reading = read_file(path, pack_name, password, map_file)
    except Unreadable as error:
        return unreadable(path, pack_name, error)
    confrontation = check(pack, reading)
    return Checked(
        str(path),
        pack,
        confrontation.findings,
        reading,
        confrontation.counts,
        confrontation.causes,
    )


def unreadable(path: Path, pack_name: str | None, error: Unreadable) -> Checked:
    """What is said of a file that cannot be read."""
    pack = load_pack(pack_name or default_pack())
    return Checked(str(path), pack, (finding_of(pack, error.remark),))


def crashed(path: Path) -> Unreadable:
    """What is to be said of a file that made its process die."""
    return Unreadable(_remark("reader_failed", path, case="crashed"))


def read_file(
    path: Path, pack_name: str | None = None, password: str = "", map_file: Path | None = None
) -> tuple[Pack, Reading]:
    """The reading of a workbook or budget JSON, schema violations among its remarks.

    A budget JSON names its pack; a workbook is read with the one given, else the default.
    `password` opens a workbook that has one, `map_file` tells of layouts that cannot be
    recognised. Raises Unreadable, and PackError for a map that is not sound.
    """
    if path.suffix.lower() == ".json" and path.is_file():
        return _read_json(path, pack_name)
    pack, mapped = mapped_pack(pack_name, map_file)
    reading = _recognised(path, pack, mapped, password)  # the raw cells are gone by now
    data = budget_json.for_schema(pack, reading.budget)
    remarks = tuple(_at_cell(pack, reading, v) for v in violations(pack, data))
    return pack, reading._replace(remarks=reading.remarks + remarks)


def _recognised(path: Path, pack: Pack, mapped: tuple[MappedTable, ...], password: str) -> Reading:
    """The reading of a workbook, totals that were never calculated filled in. Raises Unreadable."""
    book = raw_workbook(path, password)
    try:
        reading = recovered(pack, recognise(pack, book.sheets, book.contents, mapped))
    except NothingRecognised:
        raise Unreadable(_remark("nothing_recognised", path)) from None
    return _with_sources(pack, reading, book.origins) if book.origins else reading


def _with_sources(pack: Pack, reading: Reading, sheet: RawSheet) -> Reading:
    """The reading of a consolidated workbook, with what it says of the files behind it."""
    from xlbudget.ops.consolidate.verify_sum import sourced
    from xlbudget.workbook.county.origins import read_origins

    try:
        return sourced(pack, reading, *read_origins(sheet.rows))
    except (ValueError, LookupError, TypeError, ArithmeticError):  # changed by hand
        return reading


def mapped_pack(
    pack_name: str | None, map_file: Path | None
) -> tuple[Pack, tuple[MappedTable, ...]]:
    """The pack with the words of a map, and the tables that it describes. Raises PackError, and
    OSError for a map that is not there."""
    pack = load_pack(pack_name or default_pack())
    return _mapped(pack, map_file, map_file.stat().st_mtime_ns) if map_file else (pack, ())


@lru_cache(maxsize=2)
def _mapped(pack: Pack, map_file: Path, _: int) -> tuple[Pack, tuple[MappedTable, ...]]:
    """The same pack for all files, since much is worked out once for a pack; the map is read anew
    when it has changed."""
    from xlbudget.layout.user_map import load_map

    return load_map(pack, map_file)


def raw_workbook(path: Path, password: str = "") -> RawWorkbook:
    """The raw cells of a workbook's sheets. Raises Unreadable."""
    from xlbudget.workbook.errors import FileFault
    from xlbudget.workbook.read.open import read_workbook

    words = load_messages()
    sheets = words["book"]["sheets"]
    added = [words[each]["sheet"] for each in ("annotate", "corrections", "overview", "sources")]
    passed = [name for key, name in sheets.items() if key != "contents"]
    own = (sheets["contents"], words["sources"]["origins"], *passed, *added)
    try:
        return read_workbook(path, own, password)
    except FileFault as fault:
        raise unread(path, fault) from None


def unread(path: Path, fault: FileFault) -> Unreadable:
    """Why a workbook is not read or not changed, in the words of the pack."""
    facts = dict(fault.facts)
    if "format" in facts:
        facts["format"] = load_messages()["formats"].get(facts["format"], facts["format"])
    return Unreadable(_remark(fault.kind, path, facts, fault.case))


def _remark(kind: str, path: Path, facts: Any = None, case: str = "") -> Remark:
    return Remark(kind, case, facts={"file": path.name, **(facts or {})})


def _at_cell(pack: Pack, reading: Reading, violation: Violation) -> Remark:
    """A schema violation of a workbook, at the cell that it came from."""
    found = budget_json.block_at(violation.steps)
    facts = {"detail": violation.message, "value": violation.value}
    if found is None:
        return Remark("schema", violation.word, facts=facts)
    key, number, column = found
    row = reading.budget.blocks[key][number]
    block = pack.blocks[key]
    cell = CellKey(*key, row.id, column if column in block.paths else block.text_columns[0])
    return Remark("schema", violation.word, key.form, (cell,), facts)


def _read_json(path: Path, pack_name: str | None) -> tuple[Pack, Reading]:
    """A budget JSON: valid rows are read, what is against the schema is said."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = budget_json.parse(text)
        name = data["pack"] if isinstance(data, dict) else None
    except (budget_json.NotBudgetJson, UnicodeDecodeError, KeyError, OSError) as error:
        raise Unreadable(_remark("not_budget_json", path, {"detail": str(error)})) from None
    known = isinstance(name, str) and name in pack_names()
    if not known:
        raise Unreadable(_remark("not_budget_json", path, {"detail": f"pack: {name}"}))
    pack = load_pack(pack_name or str(name))
    wrong = list(violations(pack, budget_json.as_floats(data)))
    if wrong:
        details = "；".join(f"{'/'.join(map(str, v.steps))}: {v.message}" for v in wrong[:5])
        raise Unreadable(_remark("not_budget_json", path, {"detail": details}))
    return pack, Reading(budget_json.from_data(pack, data))

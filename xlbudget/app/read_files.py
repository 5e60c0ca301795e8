"""A file of any kind → its reading: workbooks by recognition, budget JSON as it is written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.app.choose_pack import Choice, choose_pack, count_titled
from xlbudget.app.errors import Unreadable
from xlbudget.core.finding import Observation
from xlbudget.core.reading import Reading
from xlbudget.core.sheet import RawSheet
from xlbudget.layout.recognise.recognise import NothingRecognised, recognise
from xlbudget.messages import load_messages
from xlbudget.ops.check import budget_json
from xlbudget.ops.check.budget_schema import find_violations
from xlbudget.ops.check.derive_uncalculated import derive_uncalculated
from xlbudget.packs.find import default_pack, find_packs, list_roots
from xlbudget.packs.former_names import rename_blocks, rename_forms
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack
from xlbudget.packs.year import apply_year

if TYPE_CHECKING:
    from xlbudget.layout.user_map import MappedTable
    from xlbudget.workbook.errors import FileFault
    from xlbudget.workbook.read.sheet import RawWorkbook

MOST_NAMED = 8
"""The most sheets named of a workbook in which no form was found."""


TITLE_ROWS = 4
"""Rows at the top of a sheet in which its title stands."""


class ReadOptions(NamedTuple):
    """How files are to be read, as the user asked: the pack's name (without it a budget JSON names
    its own, and a workbook is read with the default place's form set that is in force in its year),
    the password of workbooks that have one, and a map of layouts that cannot be recognised."""

    pack_name: str | None = None
    password: str = ""
    map_file: Path | None = None


AS_USUAL = ReadOptions()
"""No options given."""


def read_file(path: Path, options: ReadOptions = AS_USUAL) -> tuple[Pack, Reading]:
    """The reading of a workbook or budget JSON, and the pack that it was read with, printed for the
    budget's year. Raises Unreadable, and PackError for an unsound map."""
    if path.suffix.lower() == ".json" and path.is_file():
        return _read_json(path, options.pack_name)
    return _read_workbook(path, options)


def _read_workbook(path: Path, options: ReadOptions) -> tuple[Pack, Reading]:
    """The reading of a workbook, with totals that were never calculated derived and its sources
    attached, and its pack. Raises Unreadable."""
    pack, mapped = load_mapped_pack(options)
    book = read_raw_workbook(path, options.password)
    sheets = [sheet for sheet in book.sheets if not _is_record(sheet)]
    if options.pack_name or mapped:
        choice = Choice(pack, _recognise(pack, sheets, book.contents, mapped))
    else:
        choice = choose_pack(pack, partial(_recognise, sheets=sheets, contents=book.contents))
    pack, reading = choice.pack, choice.reading
    title = "" if count_titled(choice) else _find_other_title(pack, sheets)
    if title:
        raise Unreadable(_observe("nothing_recognised", path, {"title": title}, "another"))
    if reading is None:
        facts = {"sheets": "、".join(sheet.name for sheet in book.sheets[:MOST_NAMED])}
        raise Unreadable(_observe("nothing_recognised", path, facts))
    pack = apply_year(pack, reading.budget.year)
    reading = derive_uncalculated(pack, reading)
    return pack, _with_sources(pack, reading, book.origins) if book.origins else reading


def _find_other_title(pack: Pack, sheets: Sequence[RawSheet]) -> str:
    """The first title of another document than a budget (决算) that begins a sheet; "" for none."""
    words = pack.words["lines"]["no_budget"]
    texts = (
        value
        for sheet in sheets
        for row in sheet.rows[:TITLE_ROWS]
        for value in row
        if isinstance(value, str)
    )
    return next((text.strip() for text in texts if any(word in text for word in words)), "")


def _recognise(
    pack: Pack,
    sheets: Sequence[RawSheet],
    contents: RawSheet | None,
    mapped: Sequence[MappedTable] = (),
) -> Reading | None:
    """The reading of the sheets with this pack; None where no form is recognised."""
    try:
        return recognise(pack, sheets, contents, mapped)
    except NothingRecognised:
        return None


def _is_record(sheet: RawSheet) -> bool:
    """Whether a sheet is one that a copy of ours adds: what was found, or what was corrected."""
    words = load_messages()
    return any(
        sheet.name.startswith(added["sheet"])
        and any(row[: len(added["headings"])] == added["headings"] for row in sheet.rows[:4])
        for added in (words["annotate"], words["corrections"])
    )


def _with_sources(pack: Pack, reading: Reading, sheet: RawSheet) -> Reading:
    """The reading of a consolidated workbook, with the sources that it records."""
    from xlbudget.ops.consolidate.verify_sum import verify_sum
    from xlbudget.workbook.county.origins import read_origins

    try:
        sources, contributions = read_origins(sheet.rows)
        named = [each._replace(blocks=rename_blocks(pack, each.blocks)) for each in contributions]
        return verify_sum(pack, reading, sources, tuple(named))
    except (ValueError, LookupError, TypeError, ArithmeticError):  # changed by hand
        return reading


def load_mapped_pack(options: ReadOptions) -> tuple[Pack, tuple[MappedTable, ...]]:
    """The pack with the words of a map, and the tables that the map describes. Raises PackError,
    and OSError for a missing map."""
    pack, map_file = load_pack(options.pack_name or default_pack()), options.map_file
    return _mapped(pack, map_file, map_file.stat().st_mtime_ns) if map_file else (pack, ())


@lru_cache(maxsize=2)
def _mapped(pack: Pack, map_file: Path, _: int) -> tuple[Pack, tuple[MappedTable, ...]]:
    """The same pack object for all files, since much is computed once per pack; the map is read
    again when its time of change differs."""
    from xlbudget.layout.user_map import load_map

    return load_map(pack, map_file)


def read_raw_workbook(path: Path, password: str = "") -> RawWorkbook:
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
        raise describe_fault(path, fault) from None


def is_consolidated(path: Path) -> bool:
    """Whether a file is a consolidated workbook, which records its sources."""
    try:
        return read_raw_workbook(path).origins is not None
    except Unreadable:
        return False


def describe_fault(path: Path, fault: FileFault) -> Unreadable:
    """The error for a workbook that cannot be read or changed, with its facts in words."""
    facts = dict(fault.facts)
    if "format" in facts:
        facts["format"] = load_messages()["formats"].get(facts["format"], facts["format"])
    return Unreadable(_observe(fault.kind, path, facts, fault.case))


def _observe(kind: str, path: Path, facts: Any = None, case: str = "") -> Observation:
    return Observation(kind, case, facts={"file": path.name, **(facts or {})})


def _read_json(path: Path, pack_name: str | None) -> tuple[Pack, Reading]:
    """The reading of a budget JSON, and its pack. Raises Unreadable for text that is none, an
    unknown pack or a violation of the schema."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = budget_json.parse_json(text)
        name = data["pack"] if isinstance(data, dict) else None
    except (budget_json.NotBudgetJson, UnicodeDecodeError, KeyError, OSError) as error:
        raise Unreadable(_observe("not_budget_json", path, {"detail": str(error)})) from None
    known = isinstance(name, str) and name in find_packs(list_roots())
    if not known:
        raise Unreadable(_observe("not_budget_json", path, {"detail": f"pack: {name}"}))
    pack = load_pack(pack_name or str(name))
    data["forms"] = rename_forms(pack, data.get("forms"))
    wrong = list(find_violations(pack, budget_json.convert_to_floats(data)))
    if wrong:
        details = "；".join(f"{'/'.join(map(str, v.steps))}: {v.message}" for v in wrong[:5])
        raise Unreadable(_observe("not_budget_json", path, {"detail": details}))
    budget = budget_json.build_budget(pack, data)
    return apply_year(pack, budget.year), Reading(budget)

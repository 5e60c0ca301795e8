"""What Excel demands of the written package, so that it opens without repair."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pytest
from conftest import ROOT
from openpyxl.utils import column_index_from_string

from xlbudget.core.budget import Budget
from xlbudget.packs.model import Pack
from xlbudget.workbook.live.workbook import make_live_workbook, make_workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
KNOWN_TO_ALL = {
    *("SUM", "SUMIF", "SUMPRODUCT", "COUNTIF", "IF", "AND", "OR", "ABS", "ROUND", "LEN", "LEFT"),
    *("MAX", "INDEX", "MATCH", "ISNUMBER", "IFERROR", "HYPERLINK"),
}
"""The functions that Excel 2010, WPS and LibreOffice all know (HOUSE.md)."""


@pytest.fixture(scope="module")
def blank_bytes(pack: Pack) -> bytes:
    return make_live_workbook(pack, Budget(pack.name, pack.year, pack.unit, ""))


@pytest.fixture(scope="module", params=["typed", "formula", "blank"])
def package(
    request: pytest.FixtureRequest, pack: Pack, example: Budget, blank_bytes: bytes
) -> ZipFile:
    written = {
        "typed": lambda: make_workbook(pack, example),
        "formula": lambda: make_live_workbook(pack, example),
        "blank": lambda: blank_bytes,
    }[request.param]()
    return ZipFile(BytesIO(written))


def parts(package: ZipFile, folder: str = "") -> dict[str, ElementTree.Element]:
    return {
        name: ElementTree.fromstring(package.read(name))
        for name in package.namelist()
        if name.startswith(folder) and name.endswith((".xml", ".rels"))
    }


def formulas(package: ZipFile) -> list[str]:
    sheets = parts(package, "xl/worksheets/").values()
    found = [f.text or "" for sheet in sheets for f in sheet.iter(f"{MAIN}f")]
    found += [f.text or "" for sheet in sheets for f in sheet.iter(f"{MAIN}formula")]
    for word in ("formula1", "formula2"):
        found += [f.text or "" for sheet in sheets for f in sheet.iter(f"{MAIN}{word}")]
    return found


def test_formulas_use_only_functions_that_every_program_knows(package: ZipFile) -> None:
    used = set()
    for formula in formulas(package):
        used |= set(re.findall(r"([A-Z][A-Z0-9.]*)\(", re.sub(r'"[^"]*"', "", formula)))
    assert used <= KNOWN_TO_ALL, used - KNOWN_TO_ALL


def test_every_part_is_sound_and_nothing_links_outside(package: ZipFile) -> None:
    assert len(set(package.namelist())) == len(package.namelist())
    for name, part in parts(package).items():
        if name.endswith(".rels"):
            modes = [relation.get("TargetMode") for relation in part]
            assert "External" not in modes, name
    assert not [n for n in package.namelist() if "externalLink" in n or "vbaProject" in n]


def test_formulas_are_within_excels_limits_and_all_calculated(package: ZipFile) -> None:
    assert max(len(formula) for formula in formulas(package)) <= 8192
    for name, sheet in parts(package, "xl/worksheets/").items():
        for cell in sheet.iter(f"{MAIN}c"):
            if cell.find(f"{MAIN}f") is not None:
                value = cell.find(f"{MAIN}v")
                empty = value is None or not value.text
                assert cell.get("t") == "str" if empty else True, (name, cell.get("r"))


REFERENCE = re.compile(
    r"(?:([\w.]+)!)?\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?(?![\w(!])"
)
Node = tuple[str, int, int, int, int]


def test_no_formula_depends_on_itself(package: ZipFile) -> None:
    """Ranges count whole, as Excel counts them when it warns of circular references."""
    book = openpyxl.load_workbook(BytesIO(_bytes_of(package)))
    names = {name: defined.attr_text for name, defined in book.defined_names.items()}
    needs: dict[Node, set[Node]] = {}
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "f":
                    place = (sheet.title, cell.row, cell.column, cell.row, cell.column)
                    needs[place] = set(references(cell.value, place, names))
    cells = set(needs)
    for area in {need for found in needs.values() for need in found} - cells:
        sheet, top, left, bottom, right = area
        within = (
            (sheet, r, c, r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)
        )
        needs[area] = {cell for cell in within if cell in cells}
    assert len(list(TopologicalSorter(needs).static_order())) >= len(needs)


def references(formula: str, place: Node, names: dict[str, str]) -> Iterator[Node]:
    text = re.sub(r'"[^"]*"', "", formula)
    for name, target in names.items():
        if re.search(rf"\b{name}\b", text):
            sheet, column = target.replace("$", "").split("!")
            letters = column_index_from_string(column.rstrip("0123456789"))
            yield sheet, place[1], letters, place[1], letters
    for sheet, left, top, right, bottom in REFERENCE.findall(text):
        first = column_index_from_string(left)
        last = column_index_from_string(right) if right else first
        yield sheet or place[0], int(top), first, int(bottom or top), last


def test_names_formats_and_lists_are_within_excels_limits(package: ZipFile, pack: Pack) -> None:
    book = parts(package)["xl/workbook.xml"]
    names = [sheet.get("name") or "" for sheet in book.iter(f"{MAIN}sheet")]
    assert len({name.lower() for name in names}) == len(names)
    assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
    defined = [(n.get("name"), n.get("localSheetId")) for n in book.iter(f"{MAIN}definedName")]
    assert len(set(defined)) == len(defined)
    blocks = len(pack.blocks)
    rules = validations = 0
    for sheet in parts(package, "xl/worksheets/").values():
        for rule in sheet.iter(f"{MAIN}conditionalFormatting"):
            assert re.fullmatch(r"[A-Z]+\d+(:[A-Z]+\d+)?", rule.get("sqref") or "")
            texts = [f.text or "" for f in rule.iter(f"{MAIN}formula")]
            # A format's formula may not refer to another sheet but by a name (MS-XLSX).
            assert not any("!" in text for text in texts)
            rules += len(texts)
        for validation in sheet.iter(f"{MAIN}dataValidation"):
            assert len(validation.get("promptTitle") or "") <= 32
            assert len(validation.get("prompt") or "") <= 255
            assert len(validation.get("error") or "") <= 225
            validations += 1
    assert rules >= 3 * blocks
    assert validations >= blocks + sum(bool(block.codes) for block in pack.blocks.values())


def test_labels_are_locked_and_amounts_are_not(package: ZipFile, pack: Pack) -> None:
    book = openpyxl.load_workbook(BytesIO(_bytes_of(package)))
    sheet = book[next(iter(pack.forms.values())).sheet]
    assert sheet.protection.sheet and not sheet.protection.password
    assert sheet["A6"].protection.locked
    assert not sheet["B6"].protection.locked


def test_the_files_stay_small(pack: Pack, example: Budget) -> None:
    assert len(make_workbook(pack, example)) < 315_000


def test_the_blank_workbook_lies_ready_beside_its_pack(pack: Pack, blank_bytes: bytes) -> None:
    ready = ROOT / "templates" / pack.name / "部门预算公开表.xlsx"
    there, made = ZipFile(ready), ZipFile(BytesIO(blank_bytes))
    assert there.namelist() == made.namelist()
    for name in made.namelist():
        assert there.read(name) == made.read(name), f"{name}: make templates writes it again"


def _bytes_of(package: ZipFile) -> bytes:
    assert package.fp is not None
    package.fp.seek(0)
    return package.fp.read()

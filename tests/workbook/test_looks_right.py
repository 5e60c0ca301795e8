"""Files that look right and are not, and harmless habits that look wrong: what the check says.

`looks_right.yaml` lists them: what is done to the example as a department sends it, the verdict,
and the rules with more than a note.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from helpers import sent
from helpers.commands import run
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Alignment, Font
from openpyxl.styles.colors import Color

from xlbudget.core.budget import Budget
from xlbudget.packs.model import Pack

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "looks_right.yaml").read_text("utf-8")
)


def cells_of(book: Any, place: str) -> Iterator[Any]:
    """The cells that an address names: one (表三!D7), or every figure (all, or 表三!all)."""
    name, _, address = place.rpartition("!")
    for sheet in [book[name]] if name else book.worksheets:
        if address != "all":
            yield sheet[address]
            continue
        for row in sheet.iter_rows(min_row=5):
            yield from (c for c in row if isinstance(c.value, int | float))


def changed(content: bytes, case: dict[str, Any]) -> bytes:
    """The workbook with what the case does to it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for old, new in case.get("replace", {}).items():
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str):
                        cell.value = re.sub(old, new, cell.value)
    for place, text in case.get("rows_of_others", {}).items():
        for row in book[place].iter_rows(min_row=6):
            for cell in row:
                if cell.value == "沁水县人民政府办公室":
                    cell.value = text
    for place, value in case.get("cells", {}).items():
        for cell in cells_of(book, place):
            cell.value = value.format(cell.value) if isinstance(value, str) else value
    for place, code in case.get("formats", {}).items():
        for cell in cells_of(book, place):
            cell.number_format = code
    for place, look in case.get("fonts", {}).items():
        for cell in cells_of(book, place):
            cell.font = Font(**{k: Color(**v) if k == "color" else v for k, v in look.items()})
    for place, look in case.get("alignments", {}).items():
        for cell in cells_of(book, place):
            cell.alignment = Alignment(horizontal=look)
    for column, width in case.get("widths", {}).items():
        sheet, _, letter = column.partition("!")
        book[sheet].column_dimensions[letter].width = width
    for sheet, area in case.get("print_areas", {}).items():
        book[sheet].print_area = area
    for place, above in case.get("white_above", {}).items():
        sheet, _, area = place.partition("!")
        rule = CellIsRule("greaterThan", [str(above)], font=Font(color="FFFFFFFF"))
        book[sheet].conditional_formatting.add(area, rule)
    for place, formula in case.get("white_where", {}).items():
        sheet, _, area = place.partition("!")
        rule = FormulaRule([formula], font=Font(color="FFFFFFFF"))
        book[sheet].conditional_formatting.add(area, rule)
    for sheet, text in case.get("below", {}).items():
        book[sheet].cell(book[sheet].max_row + 1, 1, text)
    for sheet, text in case.get("above", {}).items():
        book[sheet].insert_rows(1)
        book[sheet]["A1"] = text
    for text in case.get("header", ()):
        for sheet in book:
            sheet.oddHeader.right.text = text
    for sheet in case.get("copied", ()):
        copy = book.copy_worksheet(book[sheet])
        for cell in (cell for row in copy.iter_rows() for cell in row):
            if isinstance(cell.value, str):
                cell.value = cell.value.replace("沁水县人民政府办公室", case["copied"][sheet])
    for sheet, title in case.get("sheets", {}).items():
        book[sheet].title = title
    out = io.BytesIO()
    book.save(out)
    return with_stored(out.getvalue(), book.sheetnames, case.get("stored", {}))


def with_stored(content: bytes, names: list[str], stored: dict[str, float]) -> bytes:
    """The package with values behind formulas, which openpyxl leaves out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            for place, value in stored.items():
                sheet, _, address = place.partition("!")
                if name == f"xl/worksheets/sheet{names.index(sheet) + 1}.xml":
                    pattern = rf'(<c r="{address}"[^>]*><f>[^<]*</f>)<v ?/?>(?:</v>)?'
                    part = re.sub(pattern.encode(), rb"\g<1><v>%a</v>" % value, part)
            new.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_what_the_check_says(
    pack: Pack, example: Budget, tmp_path: Path, case: dict[str, Any]
) -> None:
    path = tmp_path / "预算.xlsx"
    path.write_bytes(changed(sent.workbook(pack, example), case))
    told = json.loads(run("check", path, "--format", "json").stdout)
    loud = {f["code"] for f in told["findings"] if f["severity"] != "note"}
    assert (told["verdict"], sorted(loud)) == (case["verdict"], case["rules"])
    assert case.get("says", "") in json.dumps(told, ensure_ascii=False)

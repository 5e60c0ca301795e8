"""Packages that other programs write otherwise are read as they are meant."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import layouts

from xlbudget.app.check_files import check_file
from xlbudget.core.budget import Budget
from xlbudget.packs.model import Pack
from xlbudget.workbook.read.open import read_workbook

Change = Callable[[str, bytes], tuple[str, bytes]]


def backslashes(name: str, part: bytes) -> tuple[str, bytes]:
    return name.replace("/", "\\"), part


def another_name(name: str, part: bytes) -> tuple[str, bytes]:
    return (
        name.replace("workbook.xml", "wb22.xml"),
        part.replace(b"xl/workbook.xml", b"xl/wb22.xml"),
    )


def dotted_targets(name: str, part: bytes) -> tuple[str, bytes]:
    return name, part.replace(b'Target="worksheets', b'Target="./worksheets')


def wide(name: str, part: bytes) -> tuple[str, bytes]:
    if not name.endswith((".xml", ".rels")):
        return name, part
    text = part.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    return name, text.encode("utf-16")


def folders_too(name: str, part: bytes) -> tuple[str, bytes]:
    return backslashes(*another_name(*dotted_targets(name, part)))


def rewritten(content: bytes, change: Change) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return out.getvalue()


@pytest.mark.parametrize("change", [backslashes, another_name, dotted_targets, wide, folders_too])
def test_a_sound_package_is_read_however_it_is_written(
    pack: Pack, example: Budget, tmp_path: Path, change: Change
) -> None:
    usual, other = tmp_path / "常.xlsx", tmp_path / "别.xlsx"
    usual.write_bytes(layouts.book_bytes(layouts.drawn(pack, example)))
    other.write_bytes(rewritten(usual.read_bytes(), change))
    assert read_workbook(other).sheets == read_workbook(usual).sheets


def test_formulas_that_were_never_calculated_are_no_zeros(
    pack: Pack, example: Budget, tmp_path: Path
) -> None:
    """A program that writes formulas without calculating them stores 0 for each."""
    import xlsxwriter

    path = tmp_path / "预算.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for sheet in layouts.sheets(layouts.drawn(pack, example)):
            page = book.add_worksheet(sheet.name)
            for row, cells in enumerate(sheet.rows):
                for column, value in enumerate(cells):
                    if sheet.name == "表三" and row == 5 and isinstance(value, float):
                        page.write_formula(row, column, f"=SUM({'ABCDE'[column]}7)")
                    elif value != "":
                        page.write(row, column, value)
    checked = check_file(path)
    assert {f.rule for f in checked.findings if f.severity != "note"} == set()
    assert "V205" in {f.rule for f in checked.findings}
    assert checked.reading and checked.reading.budget.blocks == example.blocks

"""Rows and columns that nobody sees, however they are hidden, are read and told."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from helpers import layouts

from xlbudget.app.check_files import check_file
from xlbudget.core.budget import Budget
from xlbudget.packs.model import Pack

COLUMNS = b'<cols><col min="4" max="4" width="%s" %s/></cols><sheetData>'
HIDDEN = {
    "row": (b'<row r="8"', b'<row r="8" hidden="1"'),
    "row of no height": (b'<row r="8"', b'<row r="8" ht="0" customHeight="1"'),
    "row of no height, with decimals": (b'<row r="8"', b'<row r="8" ht="0.00"'),
    "column": (b"<sheetData>", COLUMNS % (b"9", b'hidden="true"')),
    "column of no width": (b"<sheetData>", COLUMNS % (b"0", b'customWidth="1"')),
}


@pytest.mark.parametrize("how", HIDDEN)
def test_what_is_hidden_is_read_and_told(
    pack: Pack, example: Budget, tmp_path: Path, how: str
) -> None:
    before, after = HIDDEN[how]
    path = tmp_path / "预算.xlsx"
    usual = io.BytesIO(layouts.book_bytes(layouts.drawn(pack, example)))
    with zipfile.ZipFile(usual) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet3.xml"):
                assert part.count(before) == 1
                part = part.replace(before, after)
            new.writestr(name, part)
    checked = check_file(path)
    assert checked.reading and checked.reading.budget.blocks == example.blocks
    assert [f.facts["sheet"] for f in checked.findings if f.rule == "S115"] == ["表三"]

"""Rows and columns that nobody sees, however they are hidden, are read and told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers import layouts

from xlbudget.app.check_files import check_file
from xlbudget.core.budget import Budget
from xlbudget.packs.model import Pack


def hide_row(page: Any) -> None:
    page.row_dimensions[8].hidden = True


def no_height(page: Any) -> None:
    page.row_dimensions[8].height = 0


def hide_column(page: Any) -> None:
    page.column_dimensions["D"].hidden = True


@pytest.mark.parametrize("hide", [hide_row, no_height, hide_column])
def test_what_is_hidden_is_read_and_told(
    pack: Pack, example: Budget, tmp_path: Path, hide: Callable[[Any], None]
) -> None:
    path = tmp_path / "预算.xlsx"
    path.write_bytes(layouts.book_bytes(layouts.drawn(pack, example)))
    book = openpyxl.load_workbook(path)
    hide(book["表三"])
    book.save(path)
    checked = check_file(path)
    assert checked.reading and checked.reading.budget.blocks == example.blocks
    assert [f.facts["sheet"] for f in checked.findings if f.rule == "S115"] == ["表三"]

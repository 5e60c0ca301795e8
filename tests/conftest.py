"""The example budget and its pack, for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlbudget.core.budget import Budget
from xlbudget.ops.interchange import from_data, parse
from xlbudget.packs.load import default_pack, load_pack
from xlbudget.packs.model import Pack
from xlbudget.workbook.write import workbook_bytes

EXAMPLE = Path(__file__).parent.parent / "examples" / "qinshui-2025"


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack(default_pack())


@pytest.fixture(scope="session")
def example(pack: Pack) -> Budget:
    return from_data(pack, parse((EXAMPLE / "budget.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def example_bytes(pack: Pack, example: Budget) -> bytes:
    return workbook_bytes(pack, example)

"""The example budget and its pack, and LibreOffice, for every test."""

from __future__ import annotations

import json
import select
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formatting.formatting import ConditionalFormattingList

from xlbudget.core.budget import Budget
from xlbudget.messages import load_messages
from xlbudget.ops.check.budget_json import build_budget, parse_json
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack
from xlbudget.workbook.live.workbook import make_workbook

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "qinshui-2025"
BRIDGE = Path(__file__).parent / "helpers" / "office.py"
SYSTEM_PYTHON = "/usr/bin/python3"
PATIENCE = 120


class Office:
    """LibreOffice, answering one job at a time."""

    def __init__(self, profile: Path) -> None:
        self.process = subprocess.Popen(
            [SYSTEM_PYTHON, str(BRIDGE), str(profile)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, **job: Any) -> Any:
        assert self.process.stdin and self.process.stdout
        print(json.dumps(job), file=self.process.stdin, flush=True)
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        answer = self.process.stdout.readline() if ready else ""
        assert answer, "LibreOffice's bridge ended or hangs"
        return json.loads(answer)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(60)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack(default_pack())


@pytest.fixture(scope="session")
def example(pack: Pack) -> Budget:
    return build_budget(pack, parse_json((EXAMPLE / "budget.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def example_bytes(pack: Pack, example: Budget) -> bytes:
    """The example's workbook as `xlbudget new` writes it."""
    return make_workbook(pack, example)


@pytest.fixture(scope="session")
def forms_bytes(pack: Pack, example_bytes: bytes) -> bytes:
    """The example's forms alone, values only: what people have whose workbook is not ours."""
    return forms_only(pack, example_bytes)


def forms_only(pack: Pack, package: bytes) -> bytes:
    book = openpyxl.load_workbook(BytesIO(package), data_only=True)
    for name in load_messages()["book"]["sheets"].values():
        del book[name]
    for name in list(book.defined_names):
        del book.defined_names[name]
    for sheet in book:
        sheet.conditional_formatting = ConditionalFormattingList()
        sheet.data_validations.dataValidation = []
        sheet.protection.disable()
    written = BytesIO()
    book.save(written)
    return written.getvalue()

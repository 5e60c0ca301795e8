"""What xlbudget offers to other programs, and what belongs to it when it is installed."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import EXAMPLE, ROOT

import xlbudget


def test_a_program_reads_and_checks_a_file_without_the_commands() -> None:
    code = (
        "import sys, xlbudget; from pathlib import Path;"
        "before = [name for name in sys.modules if name.startswith('xlbudget.')];"
        "checked = xlbudget.check_file(Path(sys.argv[1]));"
        "print(before, len(checked.findings) > 0, checked.reading.budget.department,"
        "'click' in sys.modules)"
    )
    python = [sys.executable, "-c", code, str(EXAMPLE / "预算-有错.xlsx")]
    done = subprocess.run(python, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "True", "沁水县人民政府办公室", "False"]


def test_a_file_that_cannot_be_read_is_raised_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(xlbudget.Unreadable) as raised:
        xlbudget.read_file(tmp_path / "无.xlsx")
    assert isinstance(raised.value, xlbudget.AppError)
    assert raised.value.remark.kind == "not_found"


def test_every_public_name_is_there() -> None:
    assert [name for name in xlbudget.__all__ if getattr(xlbudget, name) is None] == []
    unknown = "nothing_of_the_kind"
    with pytest.raises(AttributeError, match=unknown):
        getattr(xlbudget, unknown)


def test_every_folder_of_modules_is_installed() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = set(setup["options"]["packages"].split())
    folders = {path.parent for path in (ROOT / "xlbudget").rglob("*.py")}
    names = {".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert listed == names | {"xlbudget.schemas", "xlbudget.templates"}

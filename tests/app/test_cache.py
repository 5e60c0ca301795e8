"""What was read before is trusted only by the very same program and packs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xlbudget.app import cache


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the program's, its packs' and its schemas'."""
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "rules.yaml").write_text("a: 1\n", encoding="utf-8")

    class Module:
        __path__ = (str(folder),)

    monkeypatch.setattr("importlib.import_module", lambda name: Module)
    return folder


def changed(program: Path) -> str:
    cache.fingerprint.cache_clear()
    try:
        return cache.fingerprint()
    finally:
        cache.fingerprint.cache_clear()


def test_a_file_of_equal_size_and_later_time_is_another_program(program: Path) -> None:
    before = changed(program)
    assert changed(program) == before
    file = program / "rules.yaml"
    state = file.stat()
    file.write_text("a: 2\n", encoding="utf-8")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert changed(program) != before


def test_a_file_more_or_under_another_name_is_another_program(program: Path) -> None:
    before = changed(program)
    (program / "more.yaml").touch()
    more = changed(program)
    assert more != before
    (program / "more.yaml").rename(program / "other.yaml")
    assert changed(program) not in (before, more)


def test_compiled_files_do_not_count(program: Path) -> None:
    before = changed(program)
    (program / "rules.pyc").write_bytes(b"x")
    assert changed(program) == before

"""Changed copies of a user's workbook: with what is wrong marked, or with figures put right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xlbudget.app.read_files import describe_fault
from xlbudget.core.cause import Repair
from xlbudget.messages import load_messages
from xlbudget.report.file_result import Checked, explained

CERTAIN = 2
"""How many broken constraints a single repair must put right to be offered: where only one is
broken, another of its cells may be the wrong one."""


def annotate_copy(path: Path, checked: Checked, password: str) -> bytes:
    """The workbook with what its check found marked in it. Raises Unreadable where it cannot be
    changed."""
    from xlbudget.report.annotations import entries_of, words_of
    from xlbudget.workbook.edit.annotate import annotated

    entries, words = entries_of(checked), words_of(checked)
    return _edit_copy(path, password, lambda book: annotated(book, entries, words))


def safe_repairs(checked: Checked) -> list[Repair]:
    """Repairs of causes that one cell explains, that no other explains as well, and that put
    several constraints right."""
    return [
        cause.only
        for cause, findings in explained(checked)
        if cause.only and len(findings) >= CERTAIN
    ]


def correct_copy(path: Path, checked: Checked, repairs: Sequence[Repair], password: str) -> bytes:
    """The workbook with figures put right, each change recorded on a sheet of its own. Raises
    Unreadable where it cannot be changed."""
    from xlbudget.report.messages import Namer, money, repair
    from xlbudget.workbook.edit.correct import Correction, corrected

    assert checked.reading is not None
    namer = Namer(checked.pack, checked.reading)
    words = load_messages()["corrections"]
    corrections = []
    for one in repairs:
        place = checked.reading.place(one.cell)
        if place is not None:
            old = "" if one.old is None else money(one.old)
            corrections.append(Correction(place, old, one.new, repair(namer, one)))
    sheet, headings = words["sheet"], words["headings"]
    return _edit_copy(path, password, lambda book: corrected(book, corrections, sheet, headings))


def _edit_copy(path: Path, password: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook of that file, changed. Raises Unreadable."""
    from xlbudget.workbook.errors import FileFault
    from xlbudget.workbook.read.open import package_bytes

    try:
        return change(package_bytes(path, password))
    except FileFault as fault:
        raise describe_fault(path, fault) from None

"""Changed copies of a user's workbook: with what is wrong marked, or with figures put right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xlbudget.app.read_files import describe_fault
from xlbudget.core.cause import Repair
from xlbudget.messages import load_messages
from xlbudget.report.file_result import FileResult, group_by_cause

CERTAIN = 2
"""How many broken constraints a single repair must put right to be offered: where only one is
broken, another of its cells may be the wrong one."""


def annotate_copy(path: Path, checked: FileResult, password: str) -> bytes:
    """The workbook with what its check found marked in it. Raises Unreadable where it cannot be
    changed."""
    from xlbudget.report.annotations import choose_words, list_annotations
    from xlbudget.workbook.edit.annotate import annotate

    entries, words = list_annotations(checked), choose_words(checked)
    return _edit_copy(path, password, lambda book: annotate(book, entries, words))


def safe_repairs(checked: FileResult) -> list[Repair]:
    """Repairs of causes that one cell explains, that no other explains as well, and that put
    several constraints right."""
    return [
        cause.only
        for cause, findings in group_by_cause(checked)
        if cause.only and len(findings) >= CERTAIN
    ]


def correct_copy(
    path: Path, checked: FileResult, repairs: Sequence[Repair], password: str
) -> bytes:
    """The workbook with figures put right, each change recorded on a sheet of its own. Raises
    Unreadable where it cannot be changed."""
    from xlbudget.report.messages import Namer, describe_repair, format_money
    from xlbudget.workbook.edit.correct import Correction, correct

    assert checked.reading is not None
    namer = Namer(checked.pack, checked.reading)
    words = load_messages()["corrections"]
    corrections = []
    for one in repairs:
        place = checked.reading.locate(one.cell)
        if place is not None:
            old = "" if one.old is None else format_money(one.old)
            corrections.append(Correction(place, old, one.new, describe_repair(namer, one)))
    sheet, headings = words["sheet"], words["headings"]
    return _edit_copy(path, password, lambda book: correct(book, corrections, sheet, headings))


def _edit_copy(path: Path, password: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook of that file, changed. Raises Unreadable."""
    from xlbudget.workbook.errors import FileFault
    from xlbudget.workbook.read.open import read_package_bytes

    try:
        return change(read_package_bytes(path, password))
    except FileFault as fault:
        raise describe_fault(path, fault) from None

"""Changed copies of a user's workbook: with errors marked, or with figures corrected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xlbudget.app.read_files import describe_fault
from xlbudget.core.cause import Repair
from xlbudget.messages import load_messages
from xlbudget.report.file_result import FileResult, group_by_cause

CERTAIN = 2
"""How many findings a single repair must explain to be offered: where only one is broken, another
of its cells may be the wrong one."""


def annotate_copy(path: Path, checked: FileResult, password: str) -> bytes:
    """The workbook with the findings of its check marked in it. Raises Unreadable where it cannot
    be changed."""
    from xlbudget.report.annotations import choose_words, list_annotations
    from xlbudget.workbook.edit.annotate import annotate

    entries, words = list_annotations(checked), choose_words(checked)
    return _edit_copy(path, password, lambda book: annotate(book, entries, words))


def safe_repairs(checked: FileResult) -> list[Repair]:
    """The repairs of causes with a single cell and no alternative that explain several findings,
    but those of cells with a formula: it would be lost, and is right once its parts are."""
    reading = checked.reading
    return [
        cause.only
        for cause, findings in group_by_cause(checked)
        if cause.only
        and len(findings) >= CERTAIN
        and not (reading and reading.locate(cause.only.cell) in reading.formulas)
    ]


def correct_copy(
    path: Path, checked: FileResult, repairs: Sequence[Repair], password: str
) -> bytes:
    """The workbook with corrected figures, each change recorded on a separate sheet. Raises
    Unreadable where it cannot be changed."""
    from xlbudget.report.messages import Namer, describe_repair, format_money
    from xlbudget.workbook.edit.correct import Correction, correct

    assert checked.reading is not None
    namer = Namer(checked.pack, checked.reading)
    words = load_messages()["corrections"]
    corrections = []
    for repair in repairs:
        cell = checked.reading.locate(repair.cell)
        if cell is not None:
            old = "" if repair.old is None else format_money(repair.old)
            power = checked.reading.powers.get(repair.cell, 0)
            new = None if repair.new is None else repair.new.scaleb(power)
            corrections.append(Correction(cell, old, new, describe_repair(namer, repair)))
    sheet, headings = words["sheet"], words["headings"]
    forms = {row.sheet for row in checked.reading.rows.values()}
    return _edit_copy(
        path, password, lambda book: correct(book, corrections, forms, sheet, headings)
    )


def _edit_copy(path: Path, password: str, change: Callable[[bytes], bytes]) -> bytes:
    """The changed workbook of that file. Raises Unreadable."""
    from xlbudget.workbook.errors import FileFault
    from xlbudget.workbook.read.open import read_package_bytes

    try:
        return change(read_package_bytes(path, password))
    except FileFault as fault:
        raise describe_fault(path, fault) from None

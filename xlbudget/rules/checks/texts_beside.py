"""The texts that stand beside the tables, and words in texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from xlbudget.core.key import SheetCell
from xlbudget.core.reading import PrintedText
from xlbudget.layout.normalize import normalize_text
from xlbudget.rules.checks.context import Context

FormText = tuple[str, PrintedText]
"""A form, and a text printed around its table."""


def list_beside(context: Context) -> Iterator[FormText]:
    """The texts that belong to no table, each with the form on its sheet ("" for none, or for
    several)."""
    on_sheet: dict[str, set[str]] = {}
    for (block, _), row in context.reading.rows.items():
        on_sheet.setdefault(row.sheet, set()).add(block.form)
    for printed in context.reading.printed:
        for line in (printed.title, *printed.headings[:1]):
            if line:
                on_sheet.setdefault(line.cell.sheet, set()).add(printed.form)
    passed = _passed_sheets(context)
    for text in context.reading.beside:
        if text.cell.sheet in passed and text.cell.sheet not in on_sheet:
            continue
        forms = on_sheet.get(text.cell.sheet, set())
        yield (next(iter(forms)) if len(forms) == 1 else ""), text


def _passed_sheets(context: Context) -> set[str]:
    """The sheets whose table is not read, which is told of itself."""
    return {
        cell.sheet
        for each in context.reading.observations
        if each.kind in ("other_year_table", "forms_present")
        for cell in each.cells
        if isinstance(cell, SheetCell)
    }


def find_words(words: Sequence[str], texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Texts that contain one of the words in any case, each with the word as written in it.

    Few texts have even the first character of one, which is quick to test.
    """
    first = re.compile("|".join(re.escape(word[:1]) for word in words), re.IGNORECASE)
    whole = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    for text in texts:
        cleaned = normalize_text(text)
        match = whole.search(cleaned) if first.search(cleaned) else None
        if match:
            yield text, match[0]

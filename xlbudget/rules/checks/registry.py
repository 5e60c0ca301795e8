"""Rules that are not equations: one function per kind, in a closed registry named by the pack.

A kind takes the reading and yields observations; ids, words and severities are the pack's. The
kinds in `READ_KINDS` are observed while a file is read and only have their names here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from xlbudget.core.finding import Observation
from xlbudget.rules.checks.code_checks import (
    code_column,
    code_depth,
    code_digits,
    code_known,
    code_map,
    code_name,
    code_once,
    code_order,
    code_parents,
    same_codes,
)
from xlbudget.rules.checks.context import Context, Kind
from xlbudget.rules.checks.document_checks import another_document
from xlbudget.rules.checks.note_checks import empty_note
from xlbudget.rules.checks.text_checks import (
    department_named,
    form_set,
    forms_present,
    other_year,
    placeholders,
    same_everywhere,
)
from xlbudget.rules.checks.value_checks import (
    anything_filled,
    value_negative,
    value_size,
)


def run_checks(context: Context, kinds: Collection[str]) -> Iterator[Observation]:
    """The observations of those of these kinds that the pack's rules name."""
    for rule in context.pack.rules.values():
        for part in rule.parts:
            if part.kind in kinds:
                yield from KINDS[part.kind](context, part)


_OF_ROWS: tuple[Kind, ...] = (
    code_known,
    code_name,
    code_parents,
    code_once,
    code_order,
    code_map,
    code_column,
    same_codes,
)

KINDS: Mapping[str, Kind] = {
    kind.__name__: kind
    for kind in (
        *_OF_ROWS,
        code_digits,
        code_depth,
        value_negative,
        value_size,
        anything_filled,
        department_named,
        empty_note,
        same_everywhere,
        other_year,
        form_set,
        forms_present,
        placeholders,
        another_document,
    )
}
"""The closed registry: the kinds that a pack may name in `kind:`."""

BETWEEN_FORMS = (same_codes.__name__,)
"""Kinds that compare the forms named in `blocks:`."""

ROW_KINDS = frozenset(kind.__name__ for kind in _OF_ROWS)
"""Kinds that check which rows there are and their codes and names."""

JSON_KINDS = frozenset({code_digits.__name__})
"""Kinds that check what the schema of budget JSON refuses and a workbook may hold."""

FILE_KINDS = frozenset(
    {
        "not_found",
        "no_permission",
        "is_empty",
        "owner_file",
        "encrypted",
        "old_format",
        "not_workbook",
        "damaged",
        "too_large",
        "unsafe",
        "duplicate_cells",
        "duplicate_sheets",
        "stray_cell",
        "not_budget_json",
        "nothing_recognised",
        "not_changed",
        "outside",
        "reader_failed",
        "unknown_encoding",
    }
)
"""Kinds observed when a file is opened; each prevents the file from being read."""

READ_KINDS = FILE_KINDS | {
    "unknown_row",
    "unnamed_row",
    "unknown_column",
    "other_year_column",
    "other_year_table",
    "missing_column",
    "near_heading",
    "leftover",
    "leftover_amounts",
    "untitled_table",
    "pack_chosen",
    "label_differs",
    "unclear_table",
    "unclear_level",
    "unknown_table",
    "hidden_sheet",
    "hidden_lines",
    "unused_map",
    "not_the_sum",
    "value_text",
    "value_error",
    "value_hidden_decimals",
    "value_uncalculated",
    "value_unreadable",
    "value_unshown",
    "value_stale",
    "value_scaled",
    "unit_line",
    "form_not_filled",
    "value_scale",
}
"""Kinds observed while a file is read, or once its sums have been checked."""

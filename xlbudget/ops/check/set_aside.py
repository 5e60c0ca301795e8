"""Forms that are no evidence against others: those in a wrong unit, and those not filled yet.

Their figures would break every sum between forms; one sentence says what is wrong with them, and
the others are checked without them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from xlbudget.core.budget import Budget
from xlbudget.core.finding import ERROR, Finding, Observation
from xlbudget.core.key import CellKey
from xlbudget.core.reading import Reading
from xlbudget.packs.model import Pack
from xlbudget.packs.names import name_forms
from xlbudget.rules.checks.note_checks import says_empty

OF_UNITS = ("value_scale", "unit_line")
"""Kinds whose errors say that a form's figures are of another size than they say."""
NOT_FILLED = "form_not_filled"
EMPTY_NOTE = "empty_note"


def find_wrong_units(pack: Pack, findings: Iterable[Finding]) -> frozenset[str]:
    """The forms of which a finding says that their unit is wrong."""
    rules = {pack.by_kind[kind].id for kind in OF_UNITS if kind in pack.by_kind}
    return frozenset(f.form for f in findings if f.rule in rules and f.severity == ERROR)


def find_unfilled(pack: Pack, reading: Reading, findings: Iterable[Finding]) -> frozenset[str]:
    """The forms without an amount and without a note that they are empty, which the filled ones
    contradict. None where nothing is filled."""
    amounts = {cell.form for cell, amount in reading.budget.amounts() if amount}
    amounts |= {cell.form for cell in reading.unreadable}
    blank = {
        printed.form
        for printed in reading.printed
        if printed.form not in amounts
        and not printed.unknown_below
        and not any(says_empty(note.text, pack.words) for note in printed.notes)
    }
    if not amounts or not blank:
        return frozenset()
    return frozenset(
        cell.form
        for finding in findings
        if finding.constraint is not None and finding.severity == ERROR
        for cell in finding.cells
        if isinstance(cell, CellKey) and cell.form in blank
    )


def without_forms(budget: Budget, forms: Collection[str]) -> Budget:
    """The budget as if these forms were missing: what concerns them is then undecided."""
    kept = {key: rows for key, rows in budget.blocks.items() if key.form not in forms}
    return budget._replace(blocks=kept)


def observe_unfilled(pack: Pack, forms: Collection[str]) -> Observation:
    """What to say of the forms that are not filled yet: one sentence for all."""
    named = [form for form in pack.forms.values() if form.key in forms]
    facts = {"forms": name_forms(pack, forms), "count": str(len(named))}
    return Observation(NOT_FILLED, "", named[0].key, (), facts)


def concerns_unfilled(pack: Pack, finding: Finding, forms: Collection[str]) -> bool:
    """Whether a finding only asks a form that is not filled yet for its note."""
    rule = pack.by_kind.get(EMPTY_NOTE)
    return rule is not None and finding.rule == rule.id and finding.form in forms

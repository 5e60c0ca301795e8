"""The terms of a rule added up in whole numbers, a column at a time, to find where it fails.

Nearly every constraint holds to the last unit; those are only counted, never built.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlbudget.core.tolerance import holds_exactly
from xlbudget.rules.scaled_amounts import ColumnKey, ScaledColumn
from xlbudget.rules.terms import SelectedRows, Terms

Columns = Mapping[ColumnKey, ScaledColumn]
Values = Mapping[str, int]
"""Row → scaled units; an absent row is 0."""


def find_inexact(terms: Terms, columns: Columns) -> list[tuple[str, str]]:
    """The rows and columns in which a rule does not hold to the last unit, row by row."""
    relation = terms.bound.relation
    wrong: list[tuple[str, set[str]]] = []
    for column in terms.bound.columns:
        always, by_row = _residuals(terms, column, columns)
        if always or any(by_row.values()):  # 0 satisfies either relation
            residuals = ((row, always + by_row.get(row, 0)) for row in terms.rows)
            rows = {row for row, value in residuals if not holds_exactly(value, relation)}
            wrong.append((column, rows))
    if not wrong:
        return []
    return [(row, column) for row in terms.rows for column, rows in wrong if row in rows]


def _residuals(terms: Terms, column: str, columns: Columns) -> tuple[int, Values]:
    """Left − right: the part common to every row, and the rest by row, possibly including rows
    that the rule does not iterate over."""
    always = 0
    by_row: dict[str, int] = {}
    for sign, meanings in ((1, terms.left), (-1, terms.right)):
        for meaning in meanings:
            coefficient, (form, block), _, _, own = meaning.selector
            scaled = columns.get((form, block, own or column))
            if scaled is None:
                continue
            times = sign * coefficient
            if meaning.always is not None:
                always += times * _total(scaled.values, meaning.always)
                continue
            each = _each(meaning, scaled.values)
            if times == 1 and not by_row:
                by_row = dict(each)
                continue
            before = by_row.get
            for row, value in each.items():
                by_row[row] = before(row, 0) + times * value
    return always, by_row


def _each(meaning: SelectedRows, values: Values) -> Values:
    """Row of the rule → the sum of the rows selected for it."""
    totals = {r: _total(values, ids) for r, ids in meaning.listed.items() if ids != (r,)}
    if not meaning.itself:
        return totals
    return {**values, **totals} if totals else values


def _total(values: Values, ids: Iterable[str]) -> int:
    return sum(filter(None, map(values.get, ids)))

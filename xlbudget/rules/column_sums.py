"""The terms of a rule added up in whole numbers, a column at a time: where does it not hold?

Nearly every constraint holds to the last unit, and nobody looks at those: they are counted, never
built.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlbudget.core.tolerance import holds_exactly
from xlbudget.rules.scaled_amounts import ColumnKey, ScaledColumn
from xlbudget.rules.terms import SelectedRows, Terms

Columns = Mapping[ColumnKey, ScaledColumn]
Values = Mapping[str, int]
"""Row → scaled units; nothing stands for 0."""


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
    """Left − right: what it comes to in every row, and what more in single rows, perhaps also in
    some that the rule does not go over."""
    always = 0
    by_row: dict[str, int] = {}
    for sign, meanings in ((1, terms.left), (-1, terms.right)):
        for meaning in meanings:
            coefficient, (form, block), _, _, own = meaning.selector
            there = columns.get((form, block, own or column))
            if there is None:
                continue
            times = sign * coefficient
            if meaning.always is not None:
                always += times * _total(there.values, meaning.always)
                continue
            each = _each(meaning, there.values)
            if times == 1 and not by_row:
                by_row = dict(each)
                continue
            before = by_row.get
            for row, value in each.items():
                by_row[row] = before(row, 0) + times * value
    return always, by_row


def _each(meaning: SelectedRows, values: Values) -> Values:
    """Row of the rule → what the rows meant there come to."""
    listed = {r: _total(values, ids) for r, ids in meaning.listed.items() if ids != (r,)}
    if not meaning.itself:
        return listed
    return {**values, **listed} if listed else values


def _total(values: Values, ids: Iterable[str]) -> int:
    return sum(filter(None, map(values.get, ids)))

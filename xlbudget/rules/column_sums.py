"""The terms of a rule added up in whole numbers, a column at a time: where does it not hold?

Nearly every constraint holds to the last unit, and nobody looks at those: they are counted, never
built.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlbudget.core.tolerance import holds_exactly
from xlbudget.rules.scaled_amounts import ColumnKey, ScaledColumn
from xlbudget.rules.terms import Meaning, Terms

Columns = Mapping[ColumnKey, ScaledColumn]
Values = Mapping[str, int]
"""Row → scaled units; nothing stands for 0."""


def inexact(terms: Terms, columns: Columns) -> list[tuple[str, str]]:
    """The rows and columns in which a rule does not hold to the last unit, row by row."""
    relation = terms.bound.relation
    wrong: list[tuple[str, set[str]]] = []
    for column in terms.bound.columns:
        always, by_row = _residuals(terms, column, columns)
        rows = {row for row, more in by_row.items() if not holds_exactly(always + more, relation)}
        if not holds_exactly(always, relation):
            rows.update(row for row in terms.rows if row not in by_row)
        if rows:
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
            times, (form, block), _, _, own = meaning.selector
            there = columns.get((form, block, own or column))
            if there is None:
                continue
            if meaning.always is not None:
                always += sign * times * _total(there.values, meaning.always)
                continue
            for row, value in _each(meaning, there.values).items():
                by_row[row] = by_row.get(row, 0) + sign * times * value
    return always, by_row


def _each(meaning: Meaning, values: Values) -> Values:
    """Row of the rule → what the rows meant there come to."""
    listed = {r: _total(values, ids) for r, ids in meaning.listed.items() if ids != (r,)}
    return {**values, **listed} if meaning.itself else listed


def _total(values: Values, ids: Iterable[str]) -> int:
    return sum(filter(None, map(values.get, ids)))

"""Bound rules applied to a budget: a constraint for each row, column, class or code of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlbudget.core.constraint import Constraint, Term
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.packs.model import Pack
from xlbudget.rules.terms import SelectedRows, Terms, Value, derive_terms
from xlbudget.rules.tree import Trees


class Instance(NamedTuple):
    """The identity of a constraint: the position of its bound rule among all, row and column."""

    bound: int
    row: str
    column: str


def blank(_: CellKey) -> int:
    """The value of every cell of a budget without amounts: 0."""
    return 0


def instantiate(
    pack: Pack, trees: Trees, value: Value = blank, block: BlockKey | None = None
) -> Iterator[tuple[Instance, Constraint]]:
    """Every constraint that the pack's rules put on this budget with its instance, rule by rule and
    row by row; with a `block` only those of the rules that name it."""
    for position, terms in derive_terms(pack, trees, value, block):
        for row in terms.rows:
            for column in terms.bound.columns:
                yield Instance(position, row, column), instantiate_at(terms, row, column)


def instantiate_at(terms: Terms, row: str, column: str) -> Constraint:
    """The constraint that a bound rule puts on one row and column."""
    bound = terms.bound
    about = tuple(bound.words.items())
    if row:
        about += ((bound.row_word, row),)
    if column:
        about += (("column", column),)
    left, right = _side(terms.left, row, column), _side(terms.right, row, column)
    return Constraint(
        bound.rule.id, bound.number, bound.relation, left, right, about, terms.condition
    )


def _side(meanings: tuple[SelectedRows, ...], row: str, column: str) -> tuple[Term, ...]:
    terms: list[Term] = []
    for meaning in meanings:
        times, (form, block), _, _, own = meaning.selector
        name = own or column
        for identity in meaning.rows(row):
            terms.append(Term(times, CellKey(form, block, identity, name)))
    return tuple(terms)

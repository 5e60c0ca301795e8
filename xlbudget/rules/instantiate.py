"""Bound rules laid over a budget: a constraint for each row, column, class or code they mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlbudget.core.constraint import Constraint, Term
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.packs.model import Pack
from xlbudget.rules.bound_rules import bound_rules, rules_in_block
from xlbudget.rules.terms import Meaning, Terms, Value, applies, terms_of
from xlbudget.rules.tree import Trees


class Instance(NamedTuple):
    """Which constraint of a rule set: the bound rule by its place among all, row and column."""

    bound: int
    row: str
    column: str


def blank(_: CellKey) -> int:
    """What stands in the cells of a budget without amounts."""
    return 0


def instances(
    pack: Pack, trees: Trees, value: Value = blank, block: BlockKey | None = None
) -> Iterator[tuple[Instance, Constraint]]:
    """Every constraint that the pack's rules put on this budget, with where it comes from; with
    a `block` only those of the expressions that name it.

    Amounts matter only to `when`, which picks constraints and never enters them.
    """
    every = bound_rules(pack)
    for place in rules_in_block(pack, block) if block else range(len(every)):
        if applies(every[place], trees, value):
            yield from instantiate(place, terms_of(every[place], pack, trees))


def instantiate(place: int, terms: Terms) -> Iterator[tuple[Instance, Constraint]]:
    """Every constraint of a bound rule, row by row."""
    for row in terms.rows:
        for column in terms.bound.columns:
            yield Instance(place, row, column), instantiate_at(terms, row, column)


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


def _side(meanings: tuple[Meaning, ...], row: str, column: str) -> tuple[Term, ...]:
    terms: list[Term] = []
    for meaning in meanings:
        times, (form, block), _, _, own = meaning.selector
        name = own or column
        for identity in meaning.rows(row):
            terms.append(Term(times, CellKey(form, block, identity, name)))
    return tuple(terms)

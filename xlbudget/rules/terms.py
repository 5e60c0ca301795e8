"""The terms of a bound rule on a budget: the rows it iterates over, and the rows of its terms.

Defined only here: `instantiate` makes constraints of them, `column_sums` adds them up by column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.core.constraint import EQUAL
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.bound_rules import (
    BOUND,
    CHILDREN,
    FIXED,
    GROUP,
    OWN_ROW,
    TOPS,
    BoundRule,
    Selector,
    bound_rules,
    rules_in_block,
)
from xlbudget.rules.tree import Trees

Value = Callable[[CellKey], int]
"""The value of a cell in scaled units; 0 for a blank."""


class SelectedRows(NamedTuple):
    """The rows that a selector selects in its block: `always` the same, or (None) for each row of
    the rule those `listed` under it, and where none are, the row with the same id if `itself`."""

    selector: Selector
    always: tuple[str, ...] | None
    listed: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    itself: bool = False

    def rows(self, row: str) -> tuple[str, ...]:
        """Ids of the rows selected where the rule is on `row`."""
        if self.always is not None:
            return self.always
        return self.listed.get(row) or ((row,) if self.itself else ())


def resolve_selector(selector: Selector, trees: Trees) -> SelectedRows:
    """The rows that a selector selects. A code or level that is nowhere in its form still gives a
    row (without amounts), so that a sentence can state that the row is missing."""
    how, row = selector.how, selector.row
    if how == FIXED:
        return SelectedRows(selector, (row,))
    if how == BOUND and row in OWN_ROW:
        return SelectedRows(selector, None, itself=True)
    tree = trees[selector.block]
    if how == BOUND:
        return SelectedRows(selector, None, tree.by_code, itself=True)
    if how == GROUP and row == CHILDREN:
        return SelectedRows(selector, None, tree.children)
    if how == GROUP and row == TOPS:
        return SelectedRows(selector, tree.tops)
    members = tree.groups if how == GROUP else tree.by_code
    return SelectedRows(selector, members.get(row) or (row,))


class Terms(NamedTuple):
    """A bound rule on a budget: the rows, classes or codes that it iterates over ("" alone where
    there are none), the rows that each side selects, and the cells of its condition."""

    bound: BoundRule
    rows: tuple[str, ...]
    left: tuple[SelectedRows, ...]
    right: tuple[SelectedRows, ...]
    condition: tuple[CellKey, ...]


def _terms(bound: BoundRule, pack: Pack, trees: Trees) -> Terms:
    """The terms of a bound rule; rows on which it would have none are left out."""
    left = tuple(resolve_selector(selector, trees) for selector in bound.left)
    right = tuple(resolve_selector(selector, trees) for selector in bound.right)
    rows = _rows(bound, pack, trees)
    if not any(meaning.itself or meaning.always for meaning in (*left, *right)):
        rows = tuple(row for row in rows if any(m.rows(row) for m in (*left, *right)))
    condition = tuple(cell for _, cell in _condition(bound, trees)) if bound.when else ()
    return Terms(bound, rows, left, right, condition)


def derive_terms(
    pack: Pack, trees: Trees, value: Value, block: BlockKey | None = None
) -> Iterator[tuple[int, Terms]]:
    """The terms of every bound rule that applies to this budget, with its position among all; with
    a `block` only those of the rules that name it. Amounts matter only to conditions (`when`)."""
    every = bound_rules(pack)
    for position in rules_in_block(pack, block) if block else range(len(every)):
        if _applies(every[position], trees, value):
            yield position, _terms(every[position], pack, trees)


def _applies(bound: BoundRule, trees: Trees, value: Value) -> bool:
    """Whether the rule has no condition (`when`), or it is met."""
    if not bound.when:
        return True
    nothing = not sum(a * value(cell) for a, cell in _condition(bound, trees))
    return nothing == (bound.when[1] == EQUAL)


def find_condition_cells(pack: Pack, trees: Trees) -> Iterator[CellKey]:
    """The cells whose amounts decide which constraints apply (`when`)."""
    for bound in bound_rules(pack):
        for _, cell in _condition(bound, trees):
            yield cell


def _condition(bound: BoundRule, trees: Trees) -> Iterator[tuple[int, CellKey]]:
    for selector in bound.when[0] if bound.when else ():
        for row in resolve_selector(selector, trees).rows(""):
            yield selector.coefficient, CellKey(*selector.block, row, selector.column)


def _rows(bound: BoundRule, pack: Pack, trees: Trees) -> tuple[str, ...]:
    word = bound.row_word
    if not word:
        return ("",)
    if word == "class":
        return list_classes(bound, pack)
    if word == "code":
        blocks = dict.fromkeys(selector.block for selector in bound.selectors)
        return _in_order(set().union(*(trees[block].by_code for block in blocks)))
    tree = trees[bound.on] if bound.on else None
    if tree is None:
        return ()
    if word == "parent":
        return tuple(tree.children)
    return tree.childless if word == "childless" else tree.ids


def _in_order(codes: set[str]) -> tuple[str, ...]:
    """The total, then codes by their digits, then ids that are no code."""
    ordered = sorted(codes - {TOTAL})
    numbers = [code for code in ordered if code[:1].isdigit()]
    others = [code for code in ordered if not code[:1].isdigit()] if numbers != ordered else []
    return (TOTAL, *numbers, *others)


def list_classes(bound: BoundRule, pack: Pack) -> tuple[str, ...]:
    """The top codes of the catalogue of the rule's first open block; without one, the first set of
    its first block."""
    for selector in bound.selectors:
        codes = pack.blocks[selector.block].codes
        if codes:
            return pack.catalogues[codes].tops
    block = pack.blocks[bound.first.block]
    return next(iter(block.sets.values()))

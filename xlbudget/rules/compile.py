"""Shapes laid over a budget: one constraint for each row, column, class or code that they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.constraint import EQUAL, Constraint, Term
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.tolerance import Figure
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.shapes import (
    BOUND,
    CHILDREN,
    FIXED,
    GROUP,
    OWN_ROW,
    TOPS,
    Pick,
    Shape,
    shapes_of,
)
from xlbudget.rules.tree import Tree, tree_of

Trees = Mapping[BlockKey, Tree]
Value = Callable[[CellKey], int]
"""What stands in a cell, in scaled units; 0 for a blank."""


class Instance(NamedTuple):
    """Which constraint of a rule set: the shape by its place in `shapes_of`, row and column."""

    shape: int
    row: str
    column: str


def trees_of(pack: Pack, budget: Budget) -> Trees:
    """The tree of every block of the pack; a block that the budget lacks has no rows."""
    return {
        key: tree_of(block, budget.blocks.get(key, ()), pack.catalogues.get(block.codes))
        for key, block in pack.blocks.items()
    }


def instances(
    pack: Pack, trees: Trees, figures: Mapping[CellKey, Figure], block: BlockKey | None = None
) -> Iterator[tuple[Instance, Constraint]]:
    """Every constraint that the pack's rules put on this budget, with where it comes from; with
    a `block` only those of the expressions that name it.

    Amounts matter only to `when`, which picks constraints and never enters them.
    """

    def value(cell: CellKey) -> int:
        return figures[cell].value if cell in figures else 0

    unchanging = _unchanging(pack)
    shapes = shapes_of(pack)
    for place in naming(pack, block) if block else range(len(shapes)):
        if place in unchanging:
            yield from unchanging[place]
        elif applies(shapes[place], trees, value):
            yield from laid(place, shapes[place], pack, trees)


def applies(shape: Shape, trees: Trees, value: Value) -> bool:
    """Is the condition met, if there is one, on which the choice of this expression rests?"""
    if not shape.when:
        return True
    nothing = not sum(a * value(cell) for a, cell in _side(shape.when[0], trees, "", ""))
    return nothing == (shape.when[1] == EQUAL)


def condition_of(shape: Shape, trees: Trees) -> tuple[CellKey, ...]:
    """The cells of the condition."""
    if not shape.when:
        return ()
    return tuple(cell for _, cell in _side(shape.when[0], trees, "", ""))


@lru_cache(maxsize=64)
def naming(pack: Pack, block: BlockKey) -> tuple[int, ...]:
    """Which shapes have a term or a condition in this block, by their place in `shapes_of`."""
    return tuple(n for n, shape in enumerate(shapes_of(pack)) if block in shape.blocks)


def conditions(pack: Pack, trees: Trees) -> Iterator[CellKey]:
    """Cells whose amounts pick constraints (`when`)."""
    for shape in shapes_of(pack):
        yield from condition_of(shape, trees)


@lru_cache(maxsize=8)
def _unchanging(pack: Pack) -> dict[int, tuple[tuple[Instance, Constraint], ...]]:
    """Constraints of shapes over fixed rows only: the same for every budget."""
    trees = trees_of(pack, Budget(pack.name, pack.year, pack.unit, ""))
    return {
        place: tuple(laid(place, shape, pack, trees))
        for place, shape in enumerate(shapes_of(pack))
        if not shape.when and all(pack.blocks[key].fixed for key in shape.blocks)
    }


def laid(
    place: int, shape: Shape, pack: Pack, trees: Trees
) -> Iterator[tuple[Instance, Constraint]]:
    """Every constraint of a shape, row by row."""
    condition = condition_of(shape, trees)
    for row in rows_of(shape, pack, trees):
        for column in shape.columns:
            constraint = laid_at(shape, trees, row, column, condition)
            if constraint.left or constraint.right:
                yield Instance(place, row, column), constraint


def laid_at(
    shape: Shape, trees: Trees, row: str, column: str, condition: tuple[CellKey, ...]
) -> Constraint:
    """The constraint that a shape puts on one row and column; without terms it is none."""
    about = tuple(shape.words.items())
    if row:
        about += ((shape.row_word, row),)
    if column:
        about += (("column", column),)
    left, right = _side(shape.left, trees, row, column), _side(shape.right, trees, row, column)
    return Constraint(shape.rule.id, shape.number, shape.relation, left, right, about, condition)


def rows_of(shape: Shape, pack: Pack, trees: Trees) -> tuple[str, ...]:
    """The rows, classes or codes that a shape goes over; one without a name where it goes over
    none."""
    word = shape.row_word
    if not word:
        return ("",)
    if word == "class":
        return classes_of(shape, pack)
    if word == "code":
        blocks = dict.fromkeys(pick.block for pick in (*shape.left, *shape.right))
        return _in_order(set().union(*(trees[block].by_code for block in blocks)))
    tree = trees[shape.on] if shape.on else None
    if tree is None:
        return ()
    if word == "parent":
        return tuple(tree.children)
    return tree.childless if word == "childless" else tree.ids


def _in_order(codes: set[str]) -> tuple[str, ...]:
    """The total, then codes by their digits, then what is no code."""
    listed = sorted(codes - {TOTAL})
    numbers = [code for code in listed if code[:1].isdigit()]
    others = [code for code in listed if not code[:1].isdigit()] if numbers != listed else []
    return (TOTAL, *numbers, *others)


def classes_of(shape: Shape, pack: Pack) -> tuple[str, ...]:
    """Top codes of the catalogue that the expression's open blocks list."""
    for pick in (*shape.left, *shape.right):
        codes = pack.blocks[pick.block].codes
        if codes:
            return pack.catalogues[codes].tops
    block = pack.blocks[shape.first.block]
    return next(iter(block.sets.values()))


def _side(picks: tuple[Pick, ...], trees: Trees, row: str, column: str) -> tuple[Term, ...]:
    terms: list[Term] = []
    for pick in picks:
        (form, block), times, name = pick.block, pick.coefficient, pick.column or column
        terms += [Term(times, CellKey(form, block, i, name)) for i in ids_of(pick, trees, row)]
    return tuple(terms)


def ids_of(pick: Pick, trees: Trees, row: str) -> tuple[str, ...]:
    """The ids of the rows that a term means. A code or level that stands nowhere in its form still
    gives a row (nothing stands there), so that a sentence can say that the row is missing."""
    if pick.how == FIXED:
        return (pick.row,)
    if pick.how == BOUND and pick.row in OWN_ROW:
        return (row,)
    tree = trees[pick.block]
    if pick.how == GROUP:
        if pick.row == CHILDREN:
            return tree.children.get(row, ())
        if pick.row == TOPS:
            return tree.tops
        return tree.groups.get(pick.row) or (pick.row,)
    code = row if pick.how == BOUND else pick.row
    return tree.by_code.get(code, (code,))

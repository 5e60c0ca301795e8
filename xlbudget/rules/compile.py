"""Shapes laid over a budget: one constraint for each row, column, class or code that they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from xlbudget.core.budget import Budget
from xlbudget.core.constraint import EQUAL, Constraint, Term
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.tolerance import Figure
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.shapes import BOUND, FIXED, GROUP, Pick, Shape, shapes_of
from xlbudget.rules.tree import Tree, tree_of

Trees = Mapping[BlockKey, Tree]


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
    unchanging = _unchanging(pack)
    shapes = shapes_of(pack)
    for place in naming(pack, block) if block else range(len(shapes)):
        shape = shapes[place]
        if place in unchanging:
            yield from unchanging[place]
            continue
        condition: tuple[CellKey, ...] = ()
        if shape.when:
            cells = tuple(cell for pick in shape.when[0] for cell in _cells(pick, trees, "", ""))
            nothing = not sum(figures[cell].value for cell in cells if cell in figures)
            if nothing != (shape.when[1] == EQUAL):
                continue
            condition = cells
        yield from _laid(place, shape, pack, trees, condition)


@lru_cache(maxsize=64)
def naming(pack: Pack, block: BlockKey) -> tuple[int, ...]:
    """Which shapes have a term or a condition in this block, by their place in `shapes_of`."""
    return tuple(
        place
        for place, shape in enumerate(shapes_of(pack))
        if any(
            pick.block == block
            for pick in (*shape.left, *shape.right, *(shape.when[0] if shape.when else ()))
        )
    )


def conditions(pack: Pack) -> Iterator[CellKey]:
    """Cells whose amounts pick constraints (`when`)."""
    for shape in shapes_of(pack):
        for pick in shape.when[0] if shape.when else ():
            yield CellKey(*pick.block, pick.row, pick.column)


@lru_cache(maxsize=8)
def _unchanging(pack: Pack) -> dict[int, tuple[tuple[Instance, Constraint], ...]]:
    """Constraints of shapes over fixed rows only: the same for every budget."""
    trees = trees_of(pack, Budget(pack.name, pack.year, pack.unit, ""))
    return {
        place: tuple(_laid(place, shape, pack, trees, ()))
        for place, shape in enumerate(shapes_of(pack))
        if not shape.when
        and all(pack.blocks[pick.block].fixed for pick in (*shape.left, *shape.right))
    }


def _laid(
    place: int, shape: Shape, pack: Pack, trees: Trees, condition: tuple[CellKey, ...]
) -> Iterator[tuple[Instance, Constraint]]:
    words = tuple(shape.words.items())
    for row in _rows(shape, pack, trees):
        for column in shape.columns:
            about = words
            if row:
                about += ((shape.row_word, row),)
            if column:
                about += (("column", column),)
            left = _side(shape.left, trees, row, column)
            right = _side(shape.right, trees, row, column)
            if left or right:
                constraint = Constraint(
                    shape.rule.id, shape.number, shape.relation, left, right, about, condition
                )
                yield Instance(place, row, column), constraint


def _rows(shape: Shape, pack: Pack, trees: Trees) -> tuple[str, ...]:
    word = shape.row_word
    if not word:
        return ("",)
    if word == "class":
        return classes_of(shape, pack)
    if word == "code":
        blocks = dict.fromkeys(pick.block for pick in (*shape.left, *shape.right))
        found = dict.fromkeys(code for block in blocks for code in trees[block].by_code)
        return tuple(dict.fromkeys((TOTAL, *sorted(found, key=_code_order))))
    tree = trees[shape.on] if shape.on else None
    if tree is None:
        return ()
    if word == "parent":
        return tuple(tree.children)
    return tree.childless if word == "childless" else tree.ids


def _code_order(code: str) -> tuple[bool, str]:
    return not code[:1].isdigit(), code


def classes_of(shape: Shape, pack: Pack) -> tuple[str, ...]:
    """Top codes of the catalogue that the expression's open blocks list."""
    for pick in (*shape.left, *shape.right):
        codes = pack.blocks[pick.block].codes
        if codes:
            return pack.catalogues[codes].tops
    block = pack.blocks[shape.left[0].block]
    return next(iter(block.sets.values()))


def _side(picks: tuple[Pick, ...], trees: Trees, row: str, column: str) -> tuple[Term, ...]:
    return tuple(
        Term(pick.coefficient, cell) for pick in picks for cell in _cells(pick, trees, row, column)
    )


def _cells(pick: Pick, trees: Trees, row: str, column: str) -> list[CellKey]:
    """The cells that a term means. A code or level that stands nowhere in its form still gives a
    cell (nothing stands there), so that a sentence can say that the row is missing."""
    form, block = pick.block
    tree = trees[pick.block]
    name = pick.column or column
    if pick.how == FIXED:
        return [CellKey(form, block, pick.row, name)]
    if pick.how == GROUP:
        if pick.row == "children":
            ids = tree.children.get(row, ())
        elif pick.row == "tops":
            ids = tree.tops
        else:
            ids = tree.groups.get(pick.row) or (pick.row,)
    elif pick.how == BOUND and pick.row in ("row", "parent", "childless"):
        ids = (row,)
    else:
        code = row if pick.how == BOUND else pick.row
        ids = tree.by_code.get(code, (code,))
    return [CellKey(form, block, identity, name) for identity in ids]

"""The hierarchy of the rows of a block: a code's children, a total's tops, a unit's projects."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from xlbudget.core.budget import Budget, Row
from xlbudget.core.key import BlockKey
from xlbudget.packs.model import TOTAL, Block, Catalogue, Pack


class Tree(NamedTuple):
    """The row ids of one block, and their hierarchy.

    `children` lists only rows that have some; `tops` are the rows under no other; `childless` are
    rows that should have children but have none; `groups` are the named sets and levels.
    """

    ids: tuple[str, ...]
    by_code: Mapping[str, tuple[str, ...]]
    children: Mapping[str, tuple[str, ...]]
    tops: tuple[str, ...]
    childless: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]


Trees = Mapping[BlockKey, Tree]


def build_trees(pack: Pack, budget: Budget) -> Trees:
    """The tree of every block of the pack; a block that the budget lacks has no rows."""
    return {
        key: build_tree(block, budget.blocks.get(key, ()), pack.catalogues.get(block.codes))
        for key, block in pack.blocks.items()
    }


def build_tree(block: Block, rows: tuple[Row, ...], catalogue: Catalogue | None) -> Tree:
    """The tree of a block's rows. A row whose parent is missing is put under its nearest present
    ancestor, so that a missing 款 is reported once and not again by every sum."""
    if block.fixed:
        return _of_fixed(block)
    parents = _by_level(block, rows) if block.levels else _by_code(rows, catalogue)
    children: dict[str, list[str]] = {}
    tops = []
    for row, parent in zip(rows, parents, strict=True):
        if row.id == TOTAL:
            continue
        if parent:
            children.setdefault(parent, []).append(row.id)
        else:
            tops.append(row.id)
    groups = {level: tuple(row.id for row in rows if row.level == level) for level in block.levels}
    codes: dict[str, list[str]] = {}
    for row in rows:
        if row.code or row.id == TOTAL:
            codes.setdefault(row.code or TOTAL, []).append(row.id)
    ids = tuple(row.id for row in rows)
    if block.total is not None and TOTAL not in codes:
        ids = (TOTAL, *ids)
    return Tree(
        ids,
        {code: tuple(same) for code, same in codes.items()},
        {parent: tuple(below) for parent, below in children.items()},
        tuple(tops),
        tuple(_childless(block, rows, children, catalogue)),
        groups,
    )


@lru_cache(maxsize=256)
def _of_fixed(block: Block) -> Tree:
    ids = block.row_keys
    return Tree(ids, {key: (key,) for key in ids}, {}, (), (), block.sets)


def _by_code(rows: tuple[Row, ...], catalogue: Catalogue | None) -> list[str]:
    """Parent ids by code prefix; a row without a code is put under the last top row above it."""
    lengths = catalogue.lengths if catalogue else ()
    first: dict[str, str] = {}
    for row in rows:
        if row.code:
            first.setdefault(row.code, row.id)
    parents = []
    last_top = ""
    for row in rows:
        parent = ""
        for length in reversed(lengths):
            if length < len(row.code) and row.code[:length] in first:
                parent = first[row.code[:length]]
                break
        if not row.code and row.id != TOTAL:
            parent = last_top
        if row.code and len(row.code) == lengths[0]:
            last_top = row.id
        parents.append(parent)
    return parents


def _by_level(block: Block, rows: tuple[Row, ...]) -> list[str]:
    """Parent ids by outline: the last row above with a higher level. Rows without a level say what
    is in another, and belong to none."""
    depth = {level: index for index, level in enumerate(block.levels)}
    open_rows: list[tuple[int, str]] = []
    parents = []
    for row in rows:
        if row.level not in depth:
            parents.append("")
            continue
        mine = depth[row.level]
        while open_rows and open_rows[-1][0] >= mine:
            open_rows.pop()
        parents.append(open_rows[-1][1] if open_rows else "")
        open_rows.append((mine, row.id))
    return parents


def _childless(
    block: Block, rows: tuple[Row, ...], children: Container[str], catalogue: Catalogue | None
) -> Iterator[str]:
    """Rows that should have children but have none. In a form whose codes go down to the last
    level, that is any code above it, unless the catalogue has none below it."""
    if block.levels:
        lowest = ("", block.levels[-1])
        yield from (row.id for row in rows if row.level not in lowest and row.id not in children)
    elif catalogue and any(len(row.code) == catalogue.lengths[-1] for row in rows):
        names, last = catalogue.names, catalogue.lengths[-1]
        for row in rows:
            above = 0 < len(row.code) < last and row.id not in children
            if above and (row.code not in names or row.code in catalogue.with_parts):
                yield row.id

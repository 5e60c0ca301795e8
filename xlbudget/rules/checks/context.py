"""The input of a rule that is not an equation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from xlbudget.core.budget import Row
from xlbudget.core.finding import Observation
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.reading import Reading
from xlbudget.packs.model import Block, Pack, RuleClause
from xlbudget.rules.tree import Tree


class Context(NamedTuple):
    """The input of a kind: the pack, the reading, and the tree of each block."""

    pack: Pack
    reading: Reading
    trees: Mapping[BlockKey, Tree]


Kind = Callable[[Context, RuleClause], Iterator[Observation]]


def text_cell(block: Block, row: Row, column: str) -> tuple[CellKey]:
    """The cell of a row in a text column, or in the first one where the form does not print it."""
    printed = column if column in block.paths else block.text_columns[0]
    return (CellKey(block.form, block.key, row.id, printed),)


def has_amount(row: Row) -> bool:
    """Whether a row has an amount; a written zero is none."""
    return any(row.amounts.values())

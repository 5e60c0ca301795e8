"""What a rule that is no equation may look at."""

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
    """What a kind may look at."""

    pack: Pack
    reading: Reading
    trees: Mapping[BlockKey, Tree]


Kind = Callable[[Context, RuleClause], Iterator[Observation]]


def text_cell(block: Block, row: Row, column: str) -> tuple[CellKey]:
    """The cell of a row's text column, or the next one that the form prints."""
    printed = column if column in block.paths else block.text_columns[0]
    return (CellKey(block.form, block.key, row.id, printed),)


def has_amount(row: Row) -> bool:
    """Has a row an amount? A written zero is none."""
    return any(row.amounts.values())

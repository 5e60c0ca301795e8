"""Names of the columns and blocks of a form in one or two printed words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from xlbudget.packs.model import Block, Pack
from xlbudget.rules.wording import name_column

BETWEEN = "·"
"""Separator between headings that are printed above each other."""


@lru_cache(maxsize=256)
def name_columns(pack: Pack, block: Block) -> Mapping[str, str]:
    """Amount column → its printed heading, no two alike within the block.

    A heading with the year in it is replaced by the general word, so that a column has the same
    name in every year. Where several are alike, the headings above them are included.
    """
    words = {column: _word(pack, block, column) for column in block.columns}
    often = Counter(words.values())
    return {
        column: word if often[word] == 1 else BETWEEN.join(block.paths[column])
        for column, word in words.items()
    }


def _word(pack: Pack, block: Block, column: str) -> str:
    printed = block.paths[column][-1]
    return name_column(pack, block.id, column) if str(pack.year) in printed else printed


def name_block(pack: Pack, block: Block) -> str:
    """The heading over all of a block's columns (收入, 支出), where its form has several."""
    tops = {path[0] for path in block.paths.values()}
    alone = len(pack.forms[block.form].blocks) == 1
    return "" if alone or len(tops) != 1 else next(iter(tops))

"""A rule's sentence about one row, column, class or code: the pack's template, filled in."""

from __future__ import annotations

from collections.abc import Callable

from xlbudget.core.key import BlockKey
from xlbudget.packs.model import Pack, Rule, RuleClause

COLUMN = "column"
ROW_LIKE = ("row", "parent", "childless", "class", "code")


class Blanks(dict[str, str]):
    """Values for a template; a word without one keeps its braces."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def render_sentence(
    pack: Pack,
    part: RuleClause,
    rule: Rule,
    about: tuple[tuple[str, str], ...],
    block: BlockKey,
    called: Callable[[str, str], str],
) -> str:
    """The sentence that states what must hold. `about` are its words with their values, `block`
    that of its first figure, `called` names a row, class or code as printed."""
    template = part.says or rule.sentence
    words = {word: _word(pack, word, value, block, called) for word, value in about}
    says = template.format_map(Blanks(words))
    if COLUMN in words and "{column}" not in template and len(pack.blocks[block].columns) > 1:
        says += f"（{words[COLUMN]}）"
    return says


def _word(
    pack: Pack, word: str, value: str, block: BlockKey, called: Callable[[str, str], str]
) -> str:
    if word == COLUMN:
        return name_column(pack, block, value)
    if word in ROW_LIKE:
        return called(word, value)
    form = value.partition(".")[0]
    if form in pack.forms:
        return pack.forms[form].sheet
    return str(pack.words["columns"].get(value, value))


def name_column(pack: Pack, block: BlockKey, column: str) -> str:
    """The column's printed heading, or the pack's word for it where it has one."""
    return str(pack.words["columns"].get(column, "")) or pack.blocks[block].paths[column][-1]

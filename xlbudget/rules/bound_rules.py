"""Every rule's expressions, resolved against the forms: names become rows, columns and sets.

A *bound rule* is one expression on one block with its `for` words filled in; only what depends on
a budget (which rows there are) is still open. A name that resolves to nothing is a fault of the
pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from xlbudget.core.key import BlockKey
from xlbudget.packs.errors import Fault, PackError, fault_at, suggest_word
from xlbudget.packs.model import Block, Pack, Rule, RuleClause
from xlbudget.rules.expression import NotLinear, Ref, Relation, Side, parse_relation

OWN_ROW = ("row", "parent", "childless")
"""Words for a row of the block that an expression is on."""
ROW_WORDS = (*OWN_ROW, "class", "code")
COLUMN_WORD = "column"
CHILDREN, TOPS = OWN_SETS = ("children", "tops")

FIXED, BOUND, GROUP, BY_CODE = "fixed", "bound", "group", "code"


class Selector(NamedTuple):
    """The cells of a term: rows by `how` and `row`; `column` is empty where it is bound."""

    coefficient: int
    block: BlockKey
    how: str
    row: str
    column: str


class BoundRule(NamedTuple):
    """One expression, ready to be applied to a budget. `blocks` are those in which it has a term or
    a condition."""

    rule: Rule
    part: RuleClause
    number: int
    on: BlockKey | None
    row_word: str
    columns: tuple[str, ...]
    left: tuple[Selector, ...]
    relation: str
    right: tuple[Selector, ...]
    when: tuple[tuple[Selector, ...], str] | None
    words: Mapping[str, str]
    blocks: frozenset[BlockKey]

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """The selectors of both sides, left side first."""
        return *self.left, *self.right

    @property
    def within(self) -> bool:
        """Whether all its figures are in one form."""
        return len({selector.block.form for selector in self.selectors}) == 1

    @property
    def first(self) -> Selector:
        """Its first term, whose form is where the expression is shown."""
        return self.selectors[0]


@lru_cache(maxsize=8)
def bound_rules(pack: Pack) -> tuple[BoundRule, ...]:
    """Every expression of every rule of the pack on each of its blocks, in order. Raises PackError
    with every fault."""
    faults: list[Fault] = []
    bound: list[BoundRule] = []
    for rule in pack.rules.values():
        for number, part in enumerate(rule.parts):
            if part.holds:
                bound.extend(_bind(pack, rule, number, part, faults))
    if faults:
        raise PackError(faults)
    return tuple(bound)


def rules_in_block(pack: Pack, block: BlockKey) -> tuple[int, ...]:
    """The positions, among all, of the bound rules with a term or a condition in this block."""
    return tuple(n for n, bound in enumerate(bound_rules(pack)) if block in bound.blocks)


def _bind(
    pack: Pack, rule: Rule, number: int, part: RuleClause, faults: list[Fault]
) -> Iterator[BoundRule]:
    for name in part.on or ("",):
        for binding in part.bindings:
            key = "holds"
            try:
                binder = _Binder(pack, part, name, binding)
                bound = binder.bound_rule(rule, number)
                key = "when"
                yield binder.with_condition(bound)
            except NotLinear as error:
                faults.append(fault_at(part.where, key, f"{rule.id}: {error}"))


class _Binder:
    """Resolves the names of one part on one block with one set of `for` words."""

    def __init__(self, pack: Pack, part: RuleClause, on: str, binding: Mapping[str, str]) -> None:
        self.pack, self.part, self.binding = pack, part, binding
        self.on = self.block(on) if on else None
        row_words = [word for word in part.each if word in ROW_WORDS]
        unknown = [word for word in part.each if word not in (*ROW_WORDS, COLUMN_WORD)]
        if unknown:
            raise NotLinear(f"each: {_unknown('word', unknown[0], (*ROW_WORDS, COLUMN_WORD))}")
        if len(row_words) > 1:
            raise NotLinear(f"each: {' and '.join(row_words)}: one word for rows at most")
        self.row_word = row_words[0] if row_words else ""
        self.by_column = COLUMN_WORD in part.each

    def bound_rule(self, rule: Rule, number: int) -> BoundRule:
        relation = parse_relation(self.part.holds)
        if relation.relation == "!=":
            raise NotLinear("!= cannot be required, only asked in when:")
        left, right = self.side(relation.left), self.side(relation.right)
        self.refuse_rows((*left, *right))
        return BoundRule(
            rule=rule,
            part=self.part,
            number=number,
            on=self.on.id if self.on else None,
            row_word=self.row_word,
            columns=self.columns(relation),
            left=left,
            relation=relation.relation,
            right=right,
            when=None,
            words=self.binding,
            blocks=frozenset(selector.block for selector in (*left, *right)),
        )

    def refuse_rows(self, selectors: tuple[Selector, ...]) -> None:
        """Raise NotLinear for terms that would mean no row, so that nothing would be checked."""
        if self.row_word != "parent" and any(s.row == CHILDREN for s in selectors):
            raise NotLinear(f"sum({CHILDREN}) are the rows below a parent: it needs each: parent")
        blocks = [self.pack.blocks[selector.block] for selector in selectors]
        has_classes = any(block.codes for block in blocks) or blocks[0].sets
        if self.row_word == "class" and not has_classes:
            raise NotLinear("each: class needs a block of codes, or a set in the first block")

    def with_condition(self, bound: BoundRule) -> BoundRule:
        """The bound rule with its `when`, which is evaluated once, before the expression is applied
        to any row or column: it may use cells, sets, levels and top rows, but not words that
        `each` binds. Raises NotLinear for any other condition."""
        if not self.part.when:
            return bound
        relation = parse_relation(self.part.when)
        if relation.relation not in ("==", "!=") or relation.right.terms:
            raise NotLinear("when: must compare figures with 0 by == or !=")
        selectors = self.side(relation.left)
        if any(s.how == BOUND or s.row == CHILDREN or not s.column for s in selectors):
            raise NotLinear("when: is asked once for all rows and columns; name them")
        blocks = bound.blocks.union(selector.block for selector in selectors)
        return bound._replace(when=(selectors, relation.relation), blocks=blocks)

    def columns(self, relation: Relation) -> tuple[str, ...]:
        """The columns to iterate over: those of every block in the expression; ("",) for none."""
        if not self.by_column or self.on is None:
            return ("",)
        others = [
            self.block(ref.block)
            for side in (relation.left, relation.right)
            for _, ref in side.terms
            if ref.column == COLUMN_WORD
        ]
        return tuple(
            column for column in self.on.columns if all(column in b.columns for b in others)
        )

    def side(self, side: Side) -> tuple[Selector, ...]:
        return tuple(self.selector(a, ref) for a, ref in side.terms)

    def selector(self, coefficient: int, ref: Ref) -> Selector:
        if ref.block:
            block = self.block(ref.block)
            row = self.binding.get(ref.row, ref.row)
            column = self.binding.get(ref.column, ref.column)
            return Selector(
                coefficient, block.id, *self.row(block, row), self.column(block, column)
            )
        if self.on is None:
            raise NotLinear(f"{ref.row}: a bare name needs on:")
        block, name = self.on, ref.row
        rows_are_named = self.by_column or self.row_word == "" or ref.summed
        if rows_are_named or name == self.row_word:
            if self.row_word and not ref.summed and name != self.row_word:
                raise NotLinear(f"{name}: bound words here are {self.row_word}")
            column = "" if self.by_column else self.column(block, "")
            return Selector(coefficient, block.id, *self.row(block, name), column)
        return Selector(coefficient, block.id, BOUND, self.row_word, self.column(block, name))

    def block(self, name: str) -> Block:
        name = self.binding.get(name, name)
        form, _, key = name.partition(".")
        if form not in self.pack.forms:
            raise NotLinear(_unknown("form", form, self.pack.forms))
        blocks = {block.key: block for block in self.pack.forms[form].blocks}
        if not key and len(blocks) == 1:
            return next(iter(blocks.values()))
        if key not in blocks:
            raise NotLinear(_unknown("block", name, [f"{form}.{block}" for block in blocks]))
        return blocks[key]

    def row(self, block: Block, name: str) -> tuple[str, str]:
        if name == self.row_word:
            return BOUND, name
        if name in OWN_SETS or name in block.sets or name in block.levels:
            return GROUP, name
        if name in block.row_keys:
            return FIXED, name
        if block.codes and name in self.pack.catalogues[block.codes].names:
            return BY_CODE, name
        allowed = [*block.row_keys, *block.sets, *block.levels]
        raise NotLinear(f"{'.'.join(block.id)}: {_unknown('row', name, allowed)}")

    def column(self, block: Block, name: str) -> str:
        if name == COLUMN_WORD and self.by_column:
            return ""
        if not name and len(block.columns) == 1:
            return block.columns[0]
        if name not in block.columns:
            if not name:
                raise NotLinear(
                    f"{'.'.join(block.id)}[…]: say of which column: {_list(block.columns)}"
                )
            raise NotLinear(f"{'.'.join(block.id)}: {_unknown('column', name, block.columns)}")
        return name


def _unknown(kind: str, name: str, allowed: Iterable[str]) -> str:
    return f"no {kind} {name!r}{suggest_word(name, allowed)}; there are {_list(allowed)}"


def _list(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"

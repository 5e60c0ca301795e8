"""A small budget that breaks a rule between figures: round figures, one of them mistyped.

Nothing is written per rule: rows come from the forms and catalogues, figures from the rule's own
terms, the verdict from the check itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from xlbudget.core.budget import Budget, Row
from xlbudget.core.constraint import AT_MOST, Constraint, Term
from xlbudget.core.finding import Finding
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.reading import Reading
from xlbudget.ops.check.check import make_figure_findings
from xlbudget.packs.model import TOTAL, Block, Catalogue, Pack, Rule
from xlbudget.rules.bound_rules import BY_CODE, bound_rules
from xlbudget.rules.evaluate import evaluate_all
from xlbudget.rules.instantiate import instantiate
from xlbudget.rules.tree import build_trees

MEANT, TYPED = 45, 54
"""The amount of one side, and the same with its digits transposed."""

WEIGHTS = {0: (), 1: (1,), 2: (2, 1), 3: (4, 3, 2)}
"""How a side is divided among its first figures: 45 is 30 and 15, or 20, 15 and 10."""

TAKEN_OFF = 15
"""A figure that a side subtracts."""


class RuleExample(NamedTuple):
    """A budget, and what the check finds wrong with it by the rule in question."""

    reading: Reading
    finding: Finding


def make_example(pack: Pack, rule: Rule) -> RuleExample | None:
    """An example that breaks the rule; None where the rule has no constraint between figures."""
    rows = {key: tuple(_rows(pack, block, rule)) for key, block in pack.blocks.items()}
    blank = Budget(pack.name, pack.year, pack.unit, "", blocks=rows)
    every = instantiate(pack, build_trees(pack, blank))
    of_rule = [
        (instance, constraint) for instance, constraint in every if constraint.rule == rule.id
    ]
    if not of_rule:
        return None
    # A row of its own says more than the total row.
    _, chosen = next((pair for pair in of_rule if pair[0].row != TOTAL), of_rule[0])
    budget = _filled(blank, _figures(chosen))
    amounts, judged = evaluate_all(pack, budget, build_trees(pack, budget))
    mine = [judgement for judgement in judged if judgement.constraint == chosen]
    (finding,) = make_figure_findings(pack, budget, mine, amounts.per_yuan)
    return RuleExample(Reading(budget), finding)


def _rows(pack: Pack, block: Block, rule: Rule) -> Iterator[Row]:
    """The rows that the form always has, and some example rows where rows are open."""
    yield from (Row(key, {}) for key in block.row_keys)
    if block.codes:
        catalogue = pack.catalogues[block.codes]
        codes = {*_tree(catalogue), *_named(pack, block, rule)}
        yield from (Row(code, {}, code, catalogue.names[code]) for code in sorted(codes))
    elif block.levels:
        yield from _outline(pack, block)


def _tree(catalogue: Catalogue) -> Iterator[str]:
    """The two most frequent top codes, and below the first of them two parts on every level; the
    second has none of the parts that it should have."""

    def most_seen(codes: Iterable[str]) -> list[str]:
        return sorted(codes, key=lambda code: -catalogue.seen[code])[:2]

    level = most_seen(code for code in catalogue.tops if code in catalogue.with_parts)
    while level:
        yield from level
        level = most_seen(code for code in catalogue.names if catalogue.parent(code) == level[0])


def _named(pack: Pack, block: Block, rule: Rule) -> Iterator[str]:
    """The codes that the rule's expressions name."""
    for bound in bound_rules(pack):
        if bound.rule is rule:
            for selector in bound.selectors:
                if selector.how == BY_CODE and selector.block == block.id:
                    yield selector.row


def _outline(pack: Pack, block: Block) -> Iterator[Row]:
    """Every level once from the top down, then all but the first again from the bottom up: a
    department, a unit, two projects, a unit without any."""
    first, *below = block.levels
    again = below or [first]
    for ordinal, level in enumerate((first, *below, *reversed(again)), start=1):
        number = "" if below and level == first else 1 + (ordinal > len(block.levels))
        yield Row(f"@{ordinal}", {}, name=f"{pack.words['levels'][level]}{number}", level=level)


def _figures(constraint: Constraint) -> Mapping[CellKey, Decimal]:
    """Amounts by cell for two sides that would be equal if the side of a single figure were not
    mistyped."""
    left, right = constraint.left, constraint.right
    on_left = constraint.relation == AT_MOST or len(left) == 1 or len(right) != 1
    amounts = (TYPED, MEANT) if on_left else (MEANT, TYPED)
    return {**_parted(left, amounts[0]), **_parted(right, amounts[1])}


def _parted(terms: tuple[Term, ...], amount: int) -> Mapping[CellKey, Decimal]:
    """Round figures for the first cells of a side that add up to the amount."""
    taken = {cell: Decimal(TAKEN_OFF) for a, cell in terms if a < 0}
    added = [term for term in terms if term.coefficient > 0][: max(WEIGHTS)]
    weights = WEIGHTS[len(added)]
    whole = Decimal(amount + sum(-a * TAKEN_OFF for a, cell in terms if cell in taken))
    amounts = {
        cell: whole * weight / sum(weights) / a
        for (a, cell), weight in zip(added, weights, strict=True)
    }
    return {**taken, **amounts}


def _filled(budget: Budget, figures: Mapping[CellKey, Decimal]) -> Budget:
    def filled(key: BlockKey, row: Row) -> Row:
        mine = {c.column: f for c, f in figures.items() if c[:3] == (*key, row.id)}
        return row._replace(amounts=mine)

    blocks = {key: tuple(filled(key, r) for r in rows) for key, rows in budget.blocks.items()}
    return budget._replace(blocks=blocks)

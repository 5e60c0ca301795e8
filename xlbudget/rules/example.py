"""A small budget that breaks a rule, made from the rule itself: two figures of its total's turned
round, as people do."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlbudget.core.amount import shown_with
from xlbudget.core.budget import Budget, Row
from xlbudget.core.constraint import AT_MOST, Constraint, Term
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.tolerance import Figure
from xlbudget.packs.model import Block, Catalogue, Pack, Rule
from xlbudget.rules.compile import conditions, instances, trees_of

PARTS = (Decimal("12.30"), Decimal("20.50"), Decimal("9.20"), Decimal("1.40"))
"""The parts of a total; where there are more they are left blank."""

CARRIED = Decimal("3.60")
SLIP = Decimal("9.00")


def broken_example(pack: Pack, rule: Rule) -> tuple[Budget, Constraint] | None:
    """A budget in the pack's unit, and the constraint of the rule that its figures break; None
    for a rule that is no equation."""
    bare = _bare(pack)
    for carried in ({}, dict.fromkeys(conditions(pack), Figure(360, 1))):
        for _, constraint in instances(pack, trees_of(pack, bare), carried):
            if constraint.rule == rule.id and _tells(constraint):
                known = {cell: CARRIED for cell in constraint.condition if carried}
                return _filled(pack, bare, known | _figures(constraint)), constraint
    return None


def _tells(constraint: Constraint) -> bool:
    """Has it a figure on the left, and none on both sides?"""
    left = {term.cell for term in constraint.left}
    return bool(left) and left.isdisjoint(term.cell for term in constraint.right)


def _figures(constraint: Constraint) -> dict[CellKey, Decimal]:
    """Parts on the right, and on the left a total that is wrong by turned digits; an upper bound
    is exceeded."""
    figures = dict(zip((term.cell for term in constraint.right), PARTS, strict=False))
    first, *others = constraint.left
    figures |= dict(zip((term.cell for term in others), PARTS[-1:], strict=False))
    right = _sum(constraint.right, figures) - _sum(tuple(others), figures)
    turned = _turned(right / first.coefficient)
    figures[first.cell] = turned if constraint.relation != AT_MOST else right + SLIP
    return figures


def _sum(terms: tuple[Term, ...], figures: dict[CellKey, Decimal]) -> Decimal:
    return sum((a * figures.get(cell, Decimal(0)) for a, cell in terms), Decimal(0))


def _turned(right: Decimal) -> Decimal:
    digits = str(shown_with(right, 2))
    if right <= 0 or digits[0] == digits[1] or not digits[1].isdigit():
        return right + SLIP
    return Decimal(digits[1] + digits[0] + digits[2:])


def _bare(pack: Pack) -> Budget:
    """Every form with a few rows and no figures."""
    blocks = {key: tuple(_rows(pack, block)) for key, block in pack.blocks.items()}
    return Budget(pack.name, pack.year, pack.unit, "", blocks=blocks)


def _rows(pack: Pack, block: Block) -> Iterator[Row]:
    for key in block.row_keys:
        yield Row(key, {})
    if block.codes:
        catalogue = pack.catalogues[block.codes]
        for code in _codes(catalogue):
            yield Row(code, {}, code, catalogue.names[code])
    for number, level in enumerate((*block.levels, *block.levels[-1:]), start=1):
        yield Row(f"@{number}", {}, name=pack.words["levels"][level], level=level)


def _codes(catalogue: Catalogue) -> list[str]:
    """A top code with two codes below it, each with one below that, and a top code without any."""
    top = next(code for code in catalogue.tops if code in catalogue.with_parts)
    found = [top, *[code for code in catalogue.names if catalogue.parent(code) == top][:2]]
    for code in found[1:]:
        found += [leaf for leaf in catalogue.names if catalogue.parent(leaf) == code][:1]
    return [*sorted(found), *[code for code in catalogue.tops if code != top][:1]]


def _filled(pack: Pack, budget: Budget, figures: dict[CellKey, Decimal]) -> Budget:
    """The budget with these figures, and with rows of the codes that a rule names itself."""
    blocks = dict(budget.blocks)
    for cell, amount in figures.items():
        block = pack.blocks[BlockKey(cell.form, cell.block)]
        rows = {row.id: row for row in blocks[block.id]}
        if cell.row not in rows:
            name = pack.catalogues[block.codes].names[cell.row]
            rows[cell.row] = Row(cell.row, {}, cell.row, name)
        row = rows[cell.row]
        rows[cell.row] = row._replace(amounts={**row.amounts, cell.column: amount})
        blocks[block.id] = tuple(rows.values())
    return budget._replace(blocks=blocks)

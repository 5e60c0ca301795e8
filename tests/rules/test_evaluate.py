"""The check adds rules up by column and builds only the constraints that do not hold; built one
by one, all of them say the same of any budget."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from helpers.departments import department
from helpers.mutants import applied, of_filled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbudget.core.budget import Budget, Row
from xlbudget.core.key import CellKey
from xlbudget.core.tolerance import HELD
from xlbudget.packs.find import default_pack, templates_root
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.evaluate import evaluate, evaluate_all, sample_near_totals
from xlbudget.rules.tree import Trees, build_trees

ODD = """
- id: A991
  why: {0}
  source: {0}
  common_mistake: {0}
  fix: {0}
  says: {0}
  parts:
    - on: income
      each: [parent, column]
      holds: sum(children) <= 2 * sum(tops)
    - on: spending
      each: [parent, column]
      holds: sum(tops) <= sum(children)
    - on: income
      each: row
      holds: 2 * total == general - 3 * summary.income[carryover].amount
    - on: projects
      each: column
      holds: sum(unit) == sum(project)
    - each: class
      when: general_spending[total].total + general_basic[total].total != 0
      holds: general_spending[class].total - general_spending[total].basic <= spending[class].total
"""
"""What no rule of the packs happens to say: factors, sides without terms, cells named beside
rows that are gone over, levels."""


def with_odd_rules() -> Pack:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(templates_root(), Path(folder) / "templates"))
        path = next(p for p in copy.rglob("rules/*.yaml") if default_pack() in str(p))
        text = path.read_text(encoding="utf-8") + ODD.format("试一试")
        path.write_text(text, encoding="utf-8")
        return load_pack(default_pack(), copy)


PACK = with_odd_rules()
BUDGETS = [department(PACK, seed) for seed in range(6)]


def mistyped(budget: Budget, rng: random.Random) -> Budget:
    for mutant in rng.sample(list(of_filled(budget)), rng.choice([1, 5, 30])):
        budget = applied(PACK, budget, mutant)
    return budget


def cents_off(budget: Budget, rng: random.Random) -> Budget:
    return _written(budget, lambda a: a + rng.choice([0] * 9 + [1, -1, 2]) * Decimal("0.01"))


def in_other_decimals(budget: Budget, rng: random.Random) -> Budget:
    finer = [Decimal("0.001"), Decimal("0.00004"), Decimal("0.0000")]
    return _written(
        budget,
        lambda a: rng.choice(
            [a, a.normalize(), round(a, 0), a + finer[0 if a > 99 else 1], a + finer[2]]
        ),
    )


def with_written_zeros(budget: Budget, rng: random.Random) -> Budget:
    zeros = [Decimal("0"), Decimal("0.000")]
    return _written(budget, lambda a: rng.choice([a] * 9 + zeros))


def without_forms(budget: Budget, rng: random.Random) -> Budget:
    gone = rng.sample(list(budget.blocks), rng.randint(1, 4))
    return budget._replace(blocks={k: v for k, v in budget.blocks.items() if k not in gone})


def without_rows(budget: Budget, rng: random.Random) -> Budget:
    return _rows(budget, lambda rows: [row for row in rows if rng.random() < 0.9])


def doubled(budget: Budget, rng: random.Random) -> Budget:
    """Rows that stand twice, also without their code."""

    def again(rows: list[Row]) -> list[Row]:
        more = [row._replace(id=f"{row.id}#2") for row in rows if rng.random() < 0.2]
        return sorted([*rows, *(r._replace(code=rng.choice([r.code, ""])) for r in more)])

    return _rows(budget, again)


def miscoded(budget: Budget, rng: random.Random) -> Budget:
    """Codes that are not those of the rows' ids, and ids that are codes of other rows."""

    def coded(rows: list[Row]) -> list[Row]:
        codes = [row.code for row in rows]
        return [
            row._replace(code=rng.choice(codes)) if row.code and rng.random() < 0.1 else row
            for row in rows
        ]

    return _rows(budget, coded)


def in_yuan(budget: Budget, rng: random.Random) -> Budget:
    """Some forms in 元, to the 元 or not; in some, in whole 万元 that are called 元."""
    forms = rng.sample(list(PACK.forms), rng.randint(1, 13))
    exact = rng.choice([Decimal(1), Decimal("0.01")])
    blocks = {
        key: tuple(
            row._replace(amounts={c: (a * 10000).quantize(exact) for c, a in row.amounts.items()})
            for row in rows
        )
        if key.form in forms
        else rows
        for key, rows in budget.blocks.items()
    }
    return budget._replace(blocks=blocks, units=dict.fromkeys(forms, "元"))


def of_a_sum(budget: Budget, rng: random.Random) -> Budget:
    """Figures that are the sum of several roundings."""
    cells = [cell for cell, _ in budget.amounts()]
    return budget._replace(roundings={c: rng.randint(1, 40) for c in cells if rng.random() < 0.7})


def blank(budget: Budget, rng: random.Random) -> Budget:
    return _rows(budget, lambda rows: [row._replace(amounts={}) for row in rows])


CHANGES: list[Callable[[Budget, random.Random], Budget]] = [
    mistyped,
    cents_off,
    in_other_decimals,
    with_written_zeros,
    without_forms,
    without_rows,
    doubled,
    miscoded,
    in_yuan,
    of_a_sum,
    blank,
]


def _rows(budget: Budget, change: Callable[[list[Row]], list[Row]]) -> Budget:
    """The open rows changed."""
    blocks = {
        key: rows if PACK.blocks[key].fixed else tuple(change(list(rows)))
        for key, rows in budget.blocks.items()
    }
    return budget._replace(blocks=blocks)


def _written(budget: Budget, change: Callable[[Decimal], Decimal]) -> Budget:
    blocks = {
        key: tuple(
            row._replace(amounts={c: change(a) for c, a in row.amounts.items()}) for row in rows
        )
        for key, rows in budget.blocks.items()
    }
    return budget._replace(blocks=blocks)


def agree(budget: Budget, trees: Trees, unreadable: frozenset[CellKey]) -> Mapping[str, int]:
    amounts, every = evaluate_all(PACK, budget, trees, unreadable)
    counts, judged, per_yuan = evaluate(PACK, budget, trees, unreadable)
    outcomes = Counter(one.verdict.outcome for one in every)
    assert {outcome: n for outcome, n in counts.items() if n} == outcomes
    assert list(judged) == [one for one in every if one.verdict.outcome != HELD]
    assert per_yuan == amounts.per_yuan
    return outcomes


@given(
    st.integers(0, len(BUDGETS) - 1),
    st.lists(st.sampled_from(CHANGES), max_size=4, unique=True),
    st.sampled_from([0, 0, 1, 3]),
    st.booleans(),
    st.integers(0, 2**32),
)
@settings(max_examples=150, deadline=None)
def test_both_say_the_same(
    which: int,
    changes: list[Callable[[Budget, random.Random], Budget]],
    unreadable: int,
    summed: bool,
    seed: int,
) -> None:
    budget, rng = BUDGETS[which], random.Random(seed)
    cells = [cell for cell, _ in budget.amounts()]
    for change in changes:
        budget = change(budget, rng)
    trees = build_trees(PACK, budget)
    if summed:
        trees = {
            key: tree._replace(ids=(TOTAL,), childless=()) if PACK.blocks[key].levels else tree
            for key, tree in trees.items()
        }
    agree(budget, trees, frozenset(rng.sample(cells, unreadable)))


def test_the_nearest_are_those_that_all_are_but_in_their_order() -> None:
    """Asked for all, all come; asked for some, those of totals and fixed rows come first."""
    budget = of_a_sum(BUDGETS[2], random.Random(5))
    trees = build_trees(PACK, budget)
    _, every = evaluate_all(PACK, budget, trees)
    held = {one.instance for one in every if one.verdict.outcome == HELD}
    beside = {one.instance for one in every} - held
    found = list(sample_near_totals(PACK, budget, trees, len(every), beside))
    assert sorted(found) == sorted(one for one in every if one.instance in held)
    some = list(sample_near_totals(PACK, budget, trees, 40, beside))
    assert some == found[:40]
    rows = {(c.form, c.block): PACK.blocks[c[:2]] for one in some for c in one.constraint.cells()}
    first = [one.constraint.cells()[0] for one in some]
    assert all(c.row == TOTAL or rows[c.form, c.block].fixed for c in first)


def test_each_outcome_is_among_them() -> None:
    """What is held against each other is not all of one kind."""
    rng, found = random.Random(3), set[str]()
    for change in CHANGES:
        budget = change(cents_off(BUDGETS[1], rng), rng)
        found |= agree(budget, build_trees(PACK, budget), frozenset()).keys()
    assert {"held", "rounding", "suspicious", "broken", "undecided", "one_unit"} >= found
    assert {"held", "rounding", "broken", "undecided"} <= found

"""A pack with rules that no place happens to have (`odd/`), and budgets in several units."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import yaml

from helpers.departments import Office, in_yuan, leaves, payments_of
from xlbudget.core.budget import Budget, Row
from xlbudget.packs.find import default_pack, templates_root
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack

ODD = Path(__file__).parent / "odd"
UNITS = ("元", "千元", "万元")


def with_odd_rules() -> Pack:
    """The usual pack with the rules and sets of `tests/helpers/odd` besides its own."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(templates_root(), Path(folder) / "templates"))
        place = copy / default_pack()
        shutil.copy(ODD / "rules.yaml", place / "rules" / "odd.yaml")
        for name, sets in yaml.safe_load((ODD / "sets.yaml").read_text(encoding="utf-8")).items():
            form, _, block = name.partition(".")
            path = place / "forms" / f"{form}.yaml"
            spec = yaml.safe_load(path.read_text(encoding="utf-8"))
            spec["blocks"][block].setdefault("sets", {}).update(sets)
            path.write_text(yaml.safe_dump(spec, allow_unicode=True, sort_keys=False))
        return load_pack(default_pack(), copy)


def in_units(pack: Pack, seed: int, units: Mapping[str, str], codes: int = 4) -> Budget:
    """A department that spends under so many codes, its forms each stated in the unit given and
    rounded as such forms are: 元 to the 元, others to two decimals; 万元 where none is given."""
    rng = random.Random(seed)
    names = tuple(f"第{n + 1}所" for n in range(rng.randint(1, 3)))
    office = Office(f"第{seed}局", names, codes, seed % 2 == 1)
    exact = in_yuan(pack, rng, office, list(payments_of(rng, office, leaves(pack))))
    blocks = {
        key: tuple(_stated(pack, row, units.get(key.form, pack.unit)) for row in rows)
        for key, rows in exact.blocks.items()
    }
    return exact._replace(unit=pack.unit, units=units, blocks=blocks)


def _stated(pack: Pack, row: Row, unit: str) -> Row:
    decimals = Decimal(1).scaleb(-pack.least_decimals(unit))
    yuan = {column: Decimal(int(amount)) for column, amount in row.amounts.items()}
    stated = {
        column: (amount / pack.yuan(unit)).quantize(decimals, ROUND_HALF_UP)
        for column, amount in yuan.items()
    }
    return row._replace(amounts={column: amount for column, amount in stated.items() if amount})


def off_by_units(budget: Budget, rng: random.Random) -> Budget:
    """A few figures are off by some of their last decimal, one in five by much."""
    return _changed(
        budget,
        rng,
        lambda amount: (
            amount
            + rng.choice([-1, 1, 2, 6, 400]) * Decimal(1).scaleb(int(amount.as_tuple().exponent))
        ),
    )


def in_other_decimals(budget: Budget, rng: random.Random) -> Budget:
    """A few figures with more decimals than the others, or with fewer."""
    return _changed(
        budget,
        rng,
        lambda amount: rng.choice(
            [amount + Decimal("0.001"), amount + Decimal("0.0000"), amount.quantize(Decimal(1))]
        ),
    )


def one_form_higher(budget: Budget, form: str) -> Budget:
    """All figures of a form's first codes, one below the other, are higher by 0.01, and so is its
    total: the form balances within itself, and no other form agrees."""
    key = next(key for key in budget.blocks if key.form == form)
    rows = budget.blocks[key]
    deepest = next(row.code for row in rows if len(row.code) == 7)
    blocks = dict(budget.blocks)
    blocks[key] = tuple(
        row._replace(
            amounts={
                column: amount + Decimal("0.01") * (column in ("total", "basic"))
                for column, amount in row.amounts.items()
            }
        )
        if deepest.startswith(row.code)
        else row
        for row in rows
    )
    return budget._replace(blocks=blocks)


def total_off(budget: Budget, form: str, by: Decimal) -> Budget:
    """The total row of a form is off by so much."""
    key = next(key for key in budget.blocks if key.form == form)
    total, *rows = budget.blocks[key]
    amounts = {column: amount + by for column, amount in total.amounts.items()}
    blocks = {**budget.blocks, key: (total._replace(amounts=amounts), *rows)}
    return budget._replace(blocks=blocks)


def _changed(budget: Budget, rng: random.Random, change: Callable[[Decimal], Decimal]) -> Budget:
    blocks = {
        key: tuple(
            row._replace(
                amounts={
                    column: change(amount) if rng.random() < 0.12 else amount
                    for column, amount in row.amounts.items()
                }
            )
            for row in rows
        )
        for key, rows in budget.blocks.items()
    }
    return budget._replace(blocks=blocks)

"""What `when:` may ask: figures that are the same for every row and column of the rule."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from xlbudget.core.budget import Budget, Row
from xlbudget.core.key import BlockKey
from xlbudget.packs.errors import PackError
from xlbudget.packs.find import default_pack, templates_root
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack
from xlbudget.rules.bound_rules import bound_rules
from xlbudget.rules.evaluate import evaluate_all
from xlbudget.rules.tree import build_trees

RULE = """
- id: A992
  {each}
  when: {when}
  holds: {holds}
  says: &text 试一试
  why: *text
  source: *text
  common_mistake: *text
  fix: *text
"""


def with_rule(folder: Path, each: str, when: str, holds: str) -> tuple[Pack, Path]:
    """The usual pack with one rule more, and that rule's file."""
    copy = Path(shutil.copytree(templates_root(), folder / "templates"))
    path = copy / default_pack() / "rules" / "one.yaml"
    path.write_text(RULE.format(each=each, when=when, holds=holds), encoding="utf-8")
    return load_pack(default_pack(), copy), path


@pytest.mark.parametrize(
    ("each", "when", "holds"),
    [
        ("on: income\n  each: row", "general != 0", "total == general"),
        ("on: income\n  each: column", "total != 0", "total == sum(tops)"),
        ("on: income\n  each: parent", "income[children].total != 0", "total == general"),
        ("each: class", "income[class].total == 0", "income[class].total == spending[class].total"),
        ("each: code", "spending[code].total == 0", "income[code].total == spending[code].total"),
    ],
)
def test_a_condition_on_what_each_binds_is_refused_where_it_stands(
    each: str, when: str, holds: str, tmp_path: Path
) -> None:
    """It would be asked of no row at all: the rule would hold always, or never."""
    pack, path = with_rule(tmp_path, each, when, holds)
    with pytest.raises(PackError) as raised:
        bound_rules(pack)
    (fault,) = raised.value.faults
    line = path.read_text(encoding="utf-8").split("\n").index(f"  when: {when}") + 1
    assert (fault.file, fault.line) == (str(path), line)
    assert fault.message.startswith("A992: when:")


@pytest.mark.parametrize(
    ("when", "applies"),
    [
        ("summary.income[sources].amount != 0", True),
        ("summary.income[sources].amount == 0", False),
        # Signs and factors count: 3 + 4 in 万元, and 7 or 35 000 元.
        ("summary.income[sources].amount - summary.expenditure[grand_total].total == 0", True),
        ("2 * summary.income[sources].amount - summary.expenditure[grand_total].total == 0", False),
        ("summary.income[sources].amount - 2 * general_spending[total].total == 0", True),
        ("summary.income[sources].amount - general_spending[tops].total == 0", False),
    ],
)
def test_a_condition_may_ask_a_set_and_add_up_what_it_names(
    when: str, applies: bool, tmp_path: Path
) -> None:
    pack, _ = with_rule(
        tmp_path, "severity: note", when, "income[total].total == spending[total].total"
    )
    blocks: dict[BlockKey, tuple[Row, ...]] = dict.fromkeys(pack.blocks, ())
    blocks[BlockKey("summary", "income")] = (
        Row("general", {"amount": Decimal("3.00")}),
        Row("unit_funds", {"amount": Decimal("4.00")}),
    )
    total = Row("grand_total", {"total": Decimal("7.00")})
    blocks[BlockKey("summary", "expenditure")] = (total,)
    blocks[BlockKey("general_spending", "rows")] = (Row("total", {"total": Decimal(35000)}),)
    budget = Budget(
        pack.name, pack.year, pack.unit, "", blocks=blocks, units={"general_spending": "元"}
    )
    _, judged = evaluate_all(pack, budget, build_trees(pack, budget))
    assert any(one.constraint.rule == "A992" for one in judged) == applies

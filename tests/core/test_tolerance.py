"""RULES.md, Tolerance: signs, blanks, exact bounds, units, likely and unlikely residuals."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlbudget.core.constraint import Constraint, Term
from xlbudget.core.key import CellKey
from xlbudget.core.tolerance import judge
from xlbudget.rules.scaled_amounts import StatedColumn, Unit, scale

YUAN, WAN = (1, 0), (10000, 2)

CASES = [
    ("two equal figures hold", "==", "5.00", ["5.00"], WAN, "held"),
    ("two figures must be equal to the cent", "==", "5.01", ["5.00"], WAN, "broken"),
    ("three figures may be a cent off", "==", "5.01", ["2.00", "3.00"], WAN, "rounding"),
    ("a blank adds nothing to the bound", "==", "5.01", ["5.00", None], WAN, "broken"),
    ("a written zero adds nothing to the bound", "==", "5.01", ["5.00", "0.00"], WAN, "broken"),
    ("the bound itself is broken", "==", "5.02", ["2.00", "2.00", "1.00"], WAN, "broken"),
    ("two cents over five figures", "==", "8.02", ["2.00"] * 4, WAN, "rounding"),
    ("within the bound but unlikely", "==", "20.05", ["1.00"] * 20, WAN, "rounding"),
    ("ten cents over twenty-one figures", "==", "20.10", ["1.00"] * 20, WAN, "suspicious"),
    ("four standard deviations exactly", "==", "11.04", ["1.00"] * 11, WAN, "rounding"),
    ("more than four standard deviations", "==", "10.04", ["1.00"] * 10, WAN, "suspicious"),
    ("a negative figure is a figure", "==", "-1.00", ["-2.00", "1.00"], WAN, "held"),
    ("nothing over nothing", "==", None, [], WAN, "held"),
    ("something over nothing", "==", "5.00", [], WAN, "broken"),
    ("a total of nothing over something", "==", None, ["5.00"], WAN, "broken"),
    ("whole 元 stand for half a 元 either way", "==", "101", ["50", "50"], YUAN, "rounding"),
    ("whole 元, one too many", "==", "102", ["50", "50"], YUAN, "broken"),
    ("two decimals are assumed in 万元", "==", "6", ["2", "3"], WAN, "broken"),
    ("less is allowed by at most", "<=", "4.00", ["5.00"], WAN, "held"),
    ("more is not", "<=", "5.01", ["5.00"], WAN, "broken"),
    ("more within rounding", "<=", "5.01", ["3.00", "2.00"], WAN, "rounding"),
    ("a finer figure sharpens the bound", "==", "5.001", ["5.000"], WAN, "broken"),
]


@pytest.mark.parametrize(("_", "relation", "left", "right", "unit", "outcome"), CASES)
def test_outcome(
    _: str,
    relation: str,
    left: str | None,
    right: list[str | None],
    unit: tuple[int, int],
    outcome: str,
) -> None:
    cells = [CellKey("f", "b", str(n), "c") for n in range(len(right) + 1)]
    amounts = dict(zip(cells, [left, *right], strict=True))
    filled = {cell.row: Decimal(a) for cell, a in amounts.items() if a is not None}
    figures = scale({("f", "b", "c"): StatedColumn(Unit(*unit), filled)}).figures(cells)
    terms = tuple(Term(1, cell) for cell in cells[1:])
    constraint = Constraint("R1", 0, relation, (Term(1, cells[0]),), terms)
    assert judge(constraint, figures).outcome == outcome


def test_each_cell_keeps_its_interval_in_its_own_unit() -> None:
    """1.00 万元 stands for 9 950 to 10 050 元: 10 040 元 agrees with it, 10 060 元 does not."""
    wan, yuan = CellKey("f", "b", "0", "c"), CellKey("g", "b", "0", "c")
    same = Constraint("R1", 0, "==", (Term(1, wan),), (Term(1, yuan),))
    for figure, outcome in (("10040", "rounding"), ("10060", "broken")):
        stated = {
            ("f", "b", "c"): StatedColumn(Unit(*WAN), {"0": Decimal("1.00")}),
            ("g", "b", "c"): StatedColumn(Unit(*YUAN), {"0": Decimal(figure)}),
        }
        assert judge(same, scale(stated).figures((wan, yuan))).outcome == outcome

"""Tables that print no levels: a row is a unit where the rows below it add up to it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlbudget.core.budget import Row
from xlbudget.layout.recognise.row_levels import infer_levels

LEVELS = ("department", "unit", "project")


@pytest.mark.parametrize(
    ("amounts", "unclear"),
    [
        (["5.00", "5.00"], []),
        (["5.00", "5.01"], [1]),  # two figures must be equal to the cent
        (["5.00", "2.00", "3.01"], []),  # three may be a cent apart
        (["5.00", "2.00", "3.02"], [1]),
        (["5.00", "1.00", "2.00", "2.02"], [1]),  # four may be a cent apart, not two
        (["5.00", "1.00", "2.00", "2.01"], []),
        (["0.00", "0.00"], [1]),  # nothing adds up to nothing
        (["5.00"], [1]),
    ],
)
def test_a_unit_is_the_sum_of_its_projects_but_for_rounding(
    amounts: list[str], unclear: list[int]
) -> None:
    """The first row is the department; `unclear` are the places of rows that may be either."""
    figures = ["9.00", *amounts]
    rows = [Row(f"@{n}", {"total": Decimal(a)}, name=f"第{n}行") for n, a in enumerate(figures)]
    found = infer_levels(rows, LEVELS, (), "total")
    assert found.levels == ["department", "unit", *["project"] * (len(amounts) - 1)]
    assert found.unclear == unclear

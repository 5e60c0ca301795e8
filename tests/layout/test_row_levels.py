"""Tables that print no levels: the reading that breaks the fewest sums."""

from __future__ import annotations

from decimal import Decimal

import pytest
from helpers import mutants
from helpers.departments import department
from helpers.soak import part_of

from xlbudget.core.budget import Row
from xlbudget.layout.normalize import mark_level
from xlbudget.layout.recognise.rows.row_levels import infer_levels
from xlbudget.packs.model import Pack

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


def read(outline: str, units: tuple[str, ...] = ()) -> tuple[str, list[int]]:
    """The levels inferred for rows written as `name: total general`, a letter each."""
    rows, marks = [], []
    for n, line in enumerate(outline.strip("\n").split("\n")):
        name, _, figures = line.partition(":")
        amounts = dict(zip(("total", "general", "gov_fund"), figures.split(), strict=False))
        given = {key: Decimal(figure) for key, figure in amounts.items() if figure != "-"}
        rows.append(Row(f"@{n}", given, name=name.strip()))
        marks.append(mark_level(name))
    details = [n for n, row in enumerate(rows) if row.name.startswith("其中")]
    found = infer_levels(rows, LEVELS, units, marks, details)
    return "".join(level[:1] or "-" for level in found.levels), found.unclear


@pytest.mark.parametrize(
    ("kind", "outline", "levels", "unclear"),
    [
        (
            "one wrong 合计 of a unit: the other columns tell",
            "局: 10 10\n甲所: 60 6\n事一: 4 4\n事二: 2 2\n乙所: 4 4\n事三: 3 3\n事四: 1 1",
            "duppupp",
            [],
        ),
        (
            "one wrong 合计 of a project, units with one project",
            "局: 10 10\n甲所: 6 6\n事一: 60 6\n乙所: 4 4\n事三: 4 4",
            "dupup",
            [],
        ),
        (
            "columns that not every unit has",
            "局: 10 6 4\n甲所: 6 6\n事一: 6 6\n乙所: 5 - 4\n事三: 3 - 3\n事四: 1 - 1",
            "dupupp",
            [],
        ),
        ("projects right below the department", "局: 9 9\n事一: 5 5\n事二: 4 4", "dpp", [1]),
        ("the same with a wrong 合计", "局: 9 9\n事一: 50 5\n事二: 4 4", "dpp", [1]),
        (
            "two wrong, indentation tells",
            "局: 13 13\n  甲所: 9 9\n    事一: 50 5\n    事二: 4 40\n  乙所: 4 4\n    事三: 4 4",
            "duppup",
            [],
        ),
        (
            "ordinals tell",
            "局: 13\n一、甲所: 90\n1.事一: 5\n2.事二: 4\n二、乙所: 4\n1.事三: 4",
            "duppup",
            [],
        ),
        (
            "indentation that sums contradict",
            "局: 9 9\n  甲所: 5 5\n  事一: 5 5\n    乙所: 4 4\n    事三: 4 4",
            "dupup",
            [],
        ),
        (
            "what is in the row above",
            "局: 9 9\n甲所: 9 9\n事一: 5 5\n其中：购车: 2 2\n事二: 4 4",
            "dup-p",
            [],
        ),
        (
            "a first project named 其中",
            "局: 9 9\n甲所: 9 9\n其中：购车: 5 5\n事二: 4 4",
            "dupp",
            [],
        ),
    ],
)
def test_the_reading_that_breaks_the_fewest_sums_counts(
    kind: str, outline: str, levels: str, unclear: list[int]
) -> None:
    assert read(outline) == (levels, unclear), kind


def test_names_known_from_elsewhere_are_units_whatever_the_sums() -> None:
    outline = "局: 9 9\n甲所: 50 5\n事一: 4 4\n乙所: 40 4\n事二: 1 1"
    assert read(outline, ("甲所", "乙所"))[0] == "dupup"


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("listed", [True, False], ids=["in form 11", "in no form"])
def test_one_wrong_figure_leaves_the_levels_as_they_are(
    pack: Pack, seed: int, listed: bool
) -> None:
    """Forms 12 and 13 of departments whose units stand in form 11, or (事业单位) nowhere else."""
    budget = department(pack, seed)
    if not listed:
        budget = budget._replace(
            blocks={
                k: () if k.form == "running_costs" else rows for k, rows in budget.blocks.items()
            }
        )
    read_anew = mutants.read_levels(pack, budget)
    assert read_anew == budget
    for mutant in part_of(list(mutants.of_outlines(pack, budget)), 3):
        changed = mutants.applied(pack, budget, mutant)
        found = mutants.read_levels(pack, changed)
        wrong = [
            r.id
            for k in found.blocks
            for r, w in zip(found.blocks[k], changed.blocks[k], strict=True)
            if r != w
        ]
        assert not wrong, mutant

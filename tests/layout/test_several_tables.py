"""Two tables for one form: a copy, an older one, a part that goes on elsewhere."""

from __future__ import annotations

import copy

import pytest
from helpers import layouts

from xlbudget.core.budget import Budget
from xlbudget.core.finding import NOTE
from xlbudget.layout.recognise.recognise import recognise
from xlbudget.ops.check.check import check
from xlbudget.packs.model import Pack


def told(pack: Pack, forms: list[layouts.Drawn]) -> tuple[Budget, list[tuple[str, str]]]:
    reading = recognise(pack, layouts.sheets(forms))
    found = check(pack, reading).findings
    return reading.budget, [(f.rule, f.severity) for f in found if f.severity != NOTE]


@pytest.mark.parametrize("first", [True, False])
def test_a_hidden_copy_is_said_and_not_read(pack: Pack, example: Budget, first: bool) -> None:
    forms = layouts.drawn(pack, example)
    spare = copy.deepcopy(forms[2])
    spare.sheet, spare.hidden = "底稿", True
    spare.body[0][2] = 1.0
    forms.insert(0 if first else len(forms), spare)
    budget, found = told(pack, forms)
    assert budget.blocks == example.blocks
    assert found == [("D604", "warning")]


@pytest.mark.parametrize("first", [True, False])
def test_a_blank_one_beside_the_filled_one_is_said(
    pack: Pack, example: Budget, first: bool
) -> None:
    forms = layouts.drawn(pack, example)
    spare = copy.deepcopy(forms[2])
    spare.sheet, spare.body, spare.rows = "空表", [], []
    forms.insert(0 if first else len(forms), spare)
    budget, found = told(pack, forms)
    assert budget.blocks == example.blocks
    assert found == [("D604", "warning")]


def test_two_that_are_filled_and_visible_are_an_error(pack: Pack, example: Budget) -> None:
    forms = layouts.drawn(pack, example)
    spare = copy.deepcopy(forms[2])
    spare.sheet = "另一张"
    assert told(pack, [*forms, spare])[1] == [("D604", "warning")]  # a mere copy
    spare.body[0][2] = 1.0
    _, found = told(pack, [*forms, spare])
    assert ("D604", "error") in found


@pytest.mark.parametrize(("label", "title"), [("预算公开表5", ""), ("", "表五")])
def test_a_title_below_the_number_of_another_form_is_to_be_confirmed(
    pack: Pack, example: Budget, label: str, title: str
) -> None:
    forms = layouts.drawn(pack, example)
    other = next(form for form in forms if form.sheet == "表五")
    one = forms[2]
    if title:
        one.title[-1], other.title[-1] = other.title[-1], one.title[-1]
    else:
        one.title[0] = label
    _, found = told(pack, forms)
    assert found == [("S121", "unconfirmed")] * (2 if title else 1)


@pytest.mark.parametrize(
    ("title", "sheet"),
    [("{}（续）", "表三（2）"), ("{}续表", "表三（2）"), ("{}", "表三续"), ("{}续", "表三续1")],
)
def test_a_form_goes_on_from_another_sheet(
    pack: Pack, example: Budget, title: str, sheet: str
) -> None:
    forms = layouts.drawn(pack, example)
    one = forms[2]
    rest = copy.deepcopy(one)
    half = len(one.body) // 2
    rest.sheet, rest.title[-1] = sheet, title.format(one.title[-1])
    rest.body, rest.rows = one.body[half:], one.rows[half:]
    one.body, one.rows = one.body[:half], one.rows[:half]
    budget, found = told(pack, [*forms[:3], rest, *forms[3:]])
    assert budget.blocks == example.blocks
    assert found == []

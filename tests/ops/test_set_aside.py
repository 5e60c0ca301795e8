"""Forms that are no evidence against others: in a wrong unit, or not filled yet."""

from __future__ import annotations

from decimal import Decimal

import pytest
from helpers import layouts

from xlbudget.core.budget import Budget
from xlbudget.core.finding import ERROR
from xlbudget.core.key import CellKey
from xlbudget.core.reading import Reading
from xlbudget.layout.recognise.recognise import recognise
from xlbudget.ops.check.check import CheckResult, check
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack

FORMS = [form.key for form in load_pack(default_pack()).forms.values()]


def scaled(budget: Budget, form: str, factor: Decimal) -> Budget:
    blocks = {
        key: tuple(
            row._replace(amounts={c: amount * factor for c, amount in row.amounts.items()})
            for row in rows
        )
        if key.form == form
        else rows
        for key, rows in budget.blocks.items()
    }
    return budget._replace(blocks=blocks)


def errors(result: CheckResult) -> list[tuple[str, str]]:
    return [(f.rule, f.form) for f in result.findings if f.severity == ERROR]


@pytest.mark.parametrize("factor", [Decimal(10000), Decimal("0.0001")])
@pytest.mark.parametrize("form", FORMS)
def test_one_form_of_another_size_is_one_error(
    pack: Pack, example: Budget, form: str, factor: Decimal
) -> None:
    """It alone is accused, whichever it is; the sums that it breaks are not told beside it."""
    if not any(amount for cell, amount in example.amounts() if cell.form == form):
        assert errors(check(pack, Reading(scaled(example, form, factor)))) == []
        return
    result = check(pack, Reading(scaled(example, form, factor)))
    own = [(rule, at) for rule, at in errors(result) if rule.startswith("A") and at == form]
    assert [error for error in errors(result) if error not in own] == [("V206", form)]
    assert (
        not own or form == "general_basic"
    )  # its cents, ten thousand times as large, are no rounding
    assert result.causes == () or own


def test_an_error_within_a_form_of_another_size_is_still_told(pack: Pack, example: Budget) -> None:
    large = scaled(example, "spending", Decimal(10000))
    (key,) = [key for key in large.blocks if key.form == "spending"]
    first, *others = large.blocks[key]
    wrong = first._replace(amounts={**first.amounts, "basic": Decimal(1)})
    result = check(pack, Reading(large._replace(blocks={**large.blocks, key: (wrong, *others)})))
    assert ("V206", "spending") in errors(result)
    assert any(rule.startswith("A") for rule, _ in errors(result))


@pytest.mark.parametrize(
    "filled", [{"projects"}, {"summary", "income"}, set(FORMS) - {"appropriation"}]
)
def test_forms_that_are_not_filled_are_one_sentence_and_no_evidence(
    pack: Pack, example: Budget, filled: set[str]
) -> None:
    forms = layouts.drawn(pack, example)
    for one in forms:
        if one.form.key not in filled:
            for row in one.body:
                for column in one.columns.values():
                    if isinstance(row[column], float):
                        row[column] = ""
            one.below = []
    result = check(pack, recognise(pack, layouts.sheets(forms)))
    told = [f for f in result.findings if f.rule == "D608"]
    assert len(told) == 1
    unfilled = [form.sheet for form in pack.forms.values() if form.sheet in told[0].facts["forms"]]
    assert unfilled and not {pack.forms[key].sheet for key in filled} & set(unfilled)
    assert not [f for f in result.findings if f.constraint and f.severity == ERROR]
    for cause in result.causes:
        for repair in cause.repairs:
            assert isinstance(repair.cell, CellKey) and repair.cell.form not in filled

"""The synthetic county that consolidation is measured with: is it what it says?"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from helpers.counties import ROSTER, ROSTER_HEAD, Ledger, county, ledgers, make_county, write_county
from helpers.departments import FISCAL, Payment, printed
from helpers.offices import FEWEST_CODES, MOST_CODES, UNITS, offices

from xlbudget.app.check_files import check_file
from xlbudget.app.read_files import read_file
from xlbudget.core.budget import Budget
from xlbudget.core.finding import ERROR
from xlbudget.core.key import CellKey
from xlbudget.packs.model import Pack

SEED = 7
MANY, FEW = 60, 8
HALF_A_CENT = Decimal(50)
"""The most that rounding to 0.01 万元 takes from a figure or adds to it, in 元."""


class Sent(NamedTuple):
    """A few departments' workbooks as files."""

    folder: Path
    budgets: list[Budget]
    paths: list[Path]


@pytest.fixture(scope="module")
def sent(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder, budgets = tmp_path_factory.mktemp("county") / "部门", list(county(pack, FEW, SEED))
    return Sent(folder, budgets, write_county(folder, pack, budgets))


@pytest.fixture(scope="module")
def books(pack: Pack) -> list[Ledger]:
    return list(ledgers(pack, MANY, SEED))


def test_the_same_seed_gives_the_same_county(pack: Pack) -> None:
    assert list(county(pack, FEW, SEED)) == list(county(pack, FEW, SEED))
    assert list(county(pack, FEW, SEED)) != list(county(pack, FEW, SEED + 1))


def test_departments_are_of_every_size(books: list[Ledger]) -> None:
    sizes = [(len(book.office.units), book.office.codes) for book in books]
    assert sizes[:2] == [(1, FEWEST_CODES), (len(UNITS), MOST_CODES)]
    assert len(set(sizes)) > MANY // 2
    figures = sorted(sum(1 for _ in book.exact.amounts()) for book in books)
    assert figures[-1] > 10 * figures[0]


def test_no_two_departments_have_the_same_name_or_code() -> None:
    every = offices(1200, SEED)
    assert len({office.name for office in every}) == len({office.code for office in every}) == 1200
    assert Counter(len(office.code) for office in every) == {3: 300, 6: 900}
    with pytest.raises(ValueError, match="names"):
        offices(2000, SEED)


def test_the_roster_names_every_department(sent: Sent) -> None:
    with (sent.folder.parent / ROSTER).open(encoding="utf-8-sig", newline="") as file:
        head, *lines = csv.reader(file)
    assert tuple(head) == ROSTER_HEAD
    assert [(b.department_code, b.department) for b in sent.budgets] == [
        (code, name) for code, name, _ in lines
    ]
    assert not any(above for _, _, above in lines)


def test_what_is_sent_reads_to_the_same_figures_without_an_error(sent: Sent) -> None:
    for path, budget in zip(sent.paths, sent.budgets, strict=True):
        checked = check_file(path)
        assert [f.rule for f in checked.findings if f.severity == ERROR] == []
        assert checked.reading is not None
        assert filled(checked.reading.budget) == filled(budget)
        assert checked.reading.budget.department == budget.department


def test_several_processes_write_the_same_county(sent: Sent, tmp_path: Path) -> None:
    make_county(tmp_path / "部门", FEW, SEED)
    assert {path.name for path in sent.paths} == {p.name for p in (tmp_path / "部门").iterdir()}
    for path in sent.paths:
        assert filled(read(path)) == filled(read(tmp_path / "部门" / path.name))
    assert (tmp_path / ROSTER).read_bytes() == (sent.folder.parent / ROSTER).read_bytes()


def test_a_county_is_never_written_into_a_folder_that_is_there(pack: Pack, tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        write_county(tmp_path, pack, ())


def read(path: Path) -> Budget:
    return read_file(path)[1].budget


def filled(budget: Budget) -> dict[CellKey, Decimal]:
    return {cell: amount for cell, amount in budget.amounts() if amount}


def test_every_sum_of_printed_figures_is_within_rounding(pack: Pack, books: list[Ledger]) -> None:
    """Of every cell in every form; rows without a code by their place."""
    exact, rounded = sums(book.exact for book in books), Counter[CellKey]()
    assert {cell.form for cell in exact} == set(pack.forms)
    totals: dict[CellKey, Decimal] = defaultdict(Decimal)
    for book in books:
        for cell, amount in printed(pack, book.exact).amounts():
            totals[cell] += amount * pack.yuan(pack.unit)
            rounded[cell] += 1
    assert exact.keys() == totals.keys()
    assert all(abs(totals[c] - exact[c]) <= HALF_A_CENT * rounded[c] for c in exact)
    assert any(totals[cell] != exact[cell] for cell in exact)


def sums(budgets: Iterable[Budget]) -> dict[CellKey, Decimal]:
    added: dict[CellKey, Decimal] = defaultdict(Decimal)
    for budget in budgets:
        for cell, amount in budget.amounts():
            added[cell] += amount
    return added


def test_the_forms_are_the_payments_added_up(books: list[Ledger]) -> None:
    """By another route: each payment put into every cell that it is a part of. 表六, 表七, 表十
    and 表十一 divide the money further, 表十二 and 表十三 list it: of these the totals."""
    expected: dict[CellKey, int] = defaultdict(int)
    for book in books:
        for payment in book.payments:
            for cell in belongs(payment):
                expected[cell] += payment.yuan
    told = sums(book.exact for book in books)
    assert {cell: told[cell] for cell in expected} == expected
    whole = {"summary", "income", "spending", "appropriation", "general_spending", "fund_spending"}
    assert {c for c in told if c.form in whole} == {c for c in expected if c.form in whole}


def belongs(payment: Payment) -> Iterator[CellKey]:
    yield from _by_row(payment)
    yield from _by_code(payment)
    own = {"gov_fund": ("fund_income", "rows"), "state_capital": ("state_capital", "income")}
    if payment.source in own and not payment.carried:
        yield CellKey(*own[payment.source], "total", "amount")
    if payment.kind == "basic":
        yield CellKey("general_basic", "rows", "total", "total")
    else:
        form = "projects_carried" if payment.carried else "projects"
        yield from (CellKey(form, "rows", "@1", column) for column in ("total", payment.source))


def _by_row(payment: Payment) -> Iterator[CellKey]:
    """表一 and, if the money is the treasury's, 表四."""
    sums = ["carryover"] if payment.carried else ["current_total"]
    own = f"carryover_{payment.source}" if payment.carried else payment.source
    income = {"summary": sums if payment.carried else [*sums, own], "appropriation": [*sums, own]}
    split = {
        "summary": "carryover" if payment.carried else "current",
        "appropriation": payment.source,
    }
    for form in ("summary", "appropriation") if payment.source in FISCAL else ("summary",):
        for row in (*income[form], "grand_total"):
            yield CellKey(form, "income", row, "amount")
        for row in (payment.code[:3], "current_total", "grand_total"):
            yield CellKey(form, "expenditure", row, "total")
            yield CellKey(form, "expenditure", row, split[form])


def _by_code(payment: Payment) -> Iterator[CellKey]:
    """表二, 表三, and 表五, 表八 or 表九 for what the treasury gives this year."""
    own = {"general": ("general_spending", "rows"), "gov_fund": ("fund_spending", "rows")}
    own["state_capital"] = ("state_capital", "spending")
    for row in ("total", *(payment.code[:length] for length in (3, 5, 7))):
        for column in ["carryover"] if payment.carried else ["total", payment.source]:
            yield CellKey("income", "rows", row, column)
        for column in ("total", payment.kind):
            yield CellKey("spending", "rows", row, column)
            if payment.source in own and not payment.carried:
                yield CellKey(*own[payment.source], row, column)

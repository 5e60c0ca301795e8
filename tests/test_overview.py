"""A county's workbook and page: the sheets 概览, 来源 and 溯源, and the same figures as a page."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from departments import department
from hypothesis import given
from hypothesis import strategies as st

from xlbudget.cli.checking import read_file
from xlbudget.core.budget import Budget, Row
from xlbudget.core.consolidation import Consolidation, Origin, Source
from xlbudget.core.key import BlockKey, CellKey, Place
from xlbudget.core.overview import LeftOut
from xlbudget.ops.check import judged_in_sum
from xlbudget.ops.overview import CLASSES, DEPARTMENTS, overview
from xlbudget.packs.faults import PackError
from xlbudget.packs.load import load_pack, templates_root
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.report.county_html import county_page
from xlbudget.workbook.county import consolidated_workbook_bytes
from xlbudget.workbook.origins import LIMIT, origin_rows, read_origins
from xlbudget.workbook.sources import BODY_ROW, CHECKSUM, ERRORS, FILE, SPENT

NAMES = ("预算.xlsx", "第 2 局/预算 #1.xlsx", "50%局.xlsx", "a&b'c（定）.xlsx", "=1+1.xlsx")


def consolidated(pack: Pack, departments: Sequence[Budget]) -> Consolidation:
    """Departments added up by cell key; of outlines, whose rows have no codes, only the total."""
    origins: dict[CellKey, list[Origin]] = defaultdict(list)
    rows: dict[BlockKey, dict[str, Row]] = defaultdict(dict)
    for number, budget in enumerate(departments):
        for key, listed in budget.blocks.items():
            for row in listed:
                if not pack.blocks[key].levels or row.id == TOTAL:
                    rows[key].setdefault(row.id, row)
                    for column, amount in row.amounts.items():
                        place = Place(pack.forms[key.form].sheet, len(rows[key]), 2)
                        origins[CellKey(*key, row.id, column)].append(Origin(number, place, amount))
    sums = {cell: sum((o.amount for o in of), Decimal(0)) for cell, of in origins.items()}
    blocks = {}
    for key, block in pack.blocks.items():
        order = {row: place for place, row in enumerate(block.row_keys)}
        ids = sorted(rows[key], key=lambda row: (order.get(row, 99), row))
        blocks[key] = tuple(_summed(key, rows[key][row], sums) for row in ids)
    county = departments[0]._replace(department="某县", department_code="", blocks=blocks)
    sources = tuple(_source(pack, n, budget) for n, budget in enumerate(departments))
    return Consolidation(county, sources, {cell: tuple(of) for cell, of in origins.items()})


def workbook(pack: Pack, county: Consolidation) -> bytes:
    """The county's workbook with all that stands in it."""
    judged = judged_in_sum(pack, county.budget)
    return consolidated_workbook_bytes(pack, county, overview(pack, county), judged)


def _summed(key: BlockKey, row: Row, sums: dict[CellKey, Decimal]) -> Row:
    amounts = {c.column: amount for c, amount in sums.items() if c[:3] == (*key, row.id)}
    return row._replace(amounts=amounts)


def _source(pack: Pack, number: int, budget: Budget) -> Source:
    file = NAMES[number] if number < len(NAMES) else f"第{number}局/预算.xlsx"
    rows = {row.id: row.amounts for row in budget.blocks[BlockKey("f01", "expenditure")]}
    total = rows["grand_total"]["total"]
    code = f"{101 + number}"
    errors = number % 3 // 2 * (number + 1)
    checksum = f"{number:064x}"
    return Source(file, budget.department, code, total, "2025-02-03", checksum, errors)


@pytest.fixture(scope="module")
def departments(pack: Pack) -> list[Budget]:
    return [department(pack, seed) for seed in range(1, 6)]


@pytest.fixture(scope="module")
def county(pack: Pack, departments: list[Budget]) -> Consolidation:
    return consolidated(pack, departments)


@pytest.fixture(scope="module")
def county_bytes(pack: Pack, county: Consolidation, departments: list[Budget]) -> bytes:
    return workbook(pack, county)


def test_read_back(pack: Pack, county: Consolidation, county_bytes: bytes, tmp_path: Path) -> None:
    """The workbook is read as the county's budget; of the added sheets nothing is said."""
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(county_bytes)
    _, reading = read_file(path)
    filled = {cell: amount for cell, amount in county.budget.amounts() if amount}
    assert {cell: amount for cell, amount in reading.budget.amounts() if amount} == filled
    assert reading.budget.department == "某县"
    assert reading.remarks == ()


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
money = st.decimals(allow_nan=False, allow_infinity=False, places=None)
dates = st.just("2025-02-03")
whole = st.integers(0, 99)
source = st.builds(Source, words, words, words, money, dates, words, whole)
place = st.builds(Place, words, st.integers(0, 1_048_575), st.integers(0, 16_383))
columns = st.sampled_from(["total", "general"])
key = st.builds(CellKey, st.sampled_from(["f01", "f12"]), words, words, columns)


@st.composite
def consolidations(draw: st.DrawFn) -> tuple[tuple[Source, ...], dict[CellKey, Any]]:
    sources = tuple(draw(st.lists(source, min_size=1, max_size=4)))
    origin = st.builds(Origin, st.integers(0, len(sources) - 1), place, money)
    return sources, draw(st.dictionaries(key, st.lists(origin, max_size=5).map(tuple)))


@given(consolidations())
def test_origins_survive(pack: Pack, behind: tuple[tuple[Source, ...], dict[CellKey, Any]]) -> None:
    """Whatever sheets, files and rows are called, what is written is what is read."""
    rows = origin_rows(Consolidation(Budget(pack.name, 2025, "万元", "某县"), *behind))
    assert read_origins([c or None for c in row] for row in rows)[:2] == behind


NASTY = ("a!b;c=d", "it's: x", " 空 格 ", "_x0041_", '"[]{}', "表一", "1:2!A1=3;4")


def test_origins_survive_in_a_workbook(
    pack: Pack, county: Consolidation, departments: list[Budget]
) -> None:
    """Sheet names that look like our own signs; more behind a cell than Excel takes in one."""
    cell = CellKey("f03", "rows", "_x0041_; =", "total")
    origins = tuple(
        Origin(n % 5, Place(NASTY[n % len(NASTY)], n, n % 30), Decimal(n) / 100)
        for n in range(9000)
    )
    full = county._replace(origins={**county.origins, cell: origins})
    assert max(len(text) for row in origin_rows(full) for text in row) <= LIMIT
    package = workbook(pack, full)
    sheet = openpyxl.load_workbook(BytesIO(package))[pack.words["sources"]["origins"]]
    assert sheet.sheet_state == "hidden"
    assert read_origins(sheet.iter_rows(values_only=True))[:2] == (full.sources, full.origins)


def test_sources_sheet(pack: Pack, county: Consolidation, county_bytes: bytes) -> None:
    """Each department with its file and fingerprint; the sum is live and has its value."""
    name = pack.words["sources"]["sheet"]
    end = BODY_ROW + len(county.sources)
    shown = openpyxl.load_workbook(BytesIO(county_bytes), data_only=True)[name]
    live = openpyxl.load_workbook(BytesIO(county_bytes))[name]
    rows = list(shown.iter_rows(BODY_ROW + 1, end, values_only=True))
    assert [row[FILE] for row in rows] == [source.file for source in county.sources]
    assert [row[CHECKSUM] for row in rows] == [source.checksum for source in county.sources]
    assert [row[ERRORS] for row in rows] == [source.errors for source in county.sources]
    assert live.cell(end + 1, SPENT + 1).value == f"=SUM($D${BODY_ROW + 1}:$D${end})"
    total = sum(source.total for source in county.sources)
    assert Decimal(str(shown.cell(end + 1, SPENT + 1).value)) == total
    assert live.auto_filter.ref == f"A{BODY_ROW}:H{end}"


def test_links_to_files(pack: Pack, county_bytes: bytes) -> None:
    """Names with spaces, #, % and Chinese are links to these files and to nothing else."""
    with zipfile.ZipFile(BytesIO(county_bytes)) as package:
        parts = [package.read(n).decode() for n in package.namelist() if n.endswith(".rels")]
    found = re.findall('Target="([^"]*)" TargetMode="External"', "".join(parts))
    assert found == [
        "预算.xlsx",
        "第%202%20局\\预算%20%231.xlsx",
        "50%25局.xlsx",
        "a%26b%27c（定）.xlsx",
        "%3D1%2B1.xlsx",
    ]


def test_titles_lead_to_the_sources(pack: Pack, county: Consolidation, county_bytes: bytes) -> None:
    """Each form's title is a link to the sheet of sources, and still its title."""
    book = openpyxl.load_workbook(BytesIO(county_bytes), data_only=True)
    for form in pack.forms.values():
        (title,) = [cell for row in book[form.sheet].iter_rows() for cell in row if cell.hyperlink]
        assert title.value == form.title
        assert title.hyperlink.location == f"'{pack.words['sources']['sheet']}'!A1"


def test_same_bytes(
    pack: Pack, county: Consolidation, departments: list[Budget], county_bytes: bytes
) -> None:
    again = workbook(pack, county)
    assert again == county_bytes


def test_tables(pack: Pack, county: Consolidation, departments: list[Budget]) -> None:
    """Largest first, small classes together, nothing lost; only departments with errors flagged."""
    shown = overview(pack, county)
    amounts = [bar.amount for bar in shown.classes[:-1]]
    assert len(shown.classes) == CLASSES and amounts == sorted(amounts, reverse=True)
    classes = county.budget.blocks[BlockKey("f01", "expenditure")]
    printed = [row.amounts["total"] for row in classes if row.id.isdigit()]
    assert sum(bar.amount for bar in shown.classes) == sum(printed)
    assert [source.errors for source in shown.flagged] == [3]
    for stack, budget in zip(
        sorted(shown.three_public, key=lambda stack: stack.name), departments, strict=True
    ):
        rows = {row.id: row.amounts for row in budget.blocks[BlockKey("f10", "rows")]}
        assert stack.amounts == (0, rows["reception"]["total"], rows["vehicles"]["total"])


def test_many(pack: Pack) -> None:
    """The largest twenty of twenty-five, whatever unit the county is in."""
    budget = department(pack, 2)
    county = consolidated(pack, [budget] * 25)
    shown = overview(pack, county)
    assert len(shown.largest) == len(shown.three_public) == DEPARTMENTS
    in_yuan = county._replace(budget=county.budget._replace(units={"f10": "元"}))
    stacks = overview(pack, in_yuan).three_public
    assert stacks[0].total.scaleb(4) == shown.three_public[0].total


def test_overview_sheet(
    pack: Pack, county: Consolidation, county_bytes: bytes, departments: list[Budget]
) -> None:
    """Four charts; their figures stand on the sheet; departments with errors come first."""
    with zipfile.ZipFile(BytesIO(county_bytes)) as package:
        assert sum(name.startswith("xl/charts/chart") for name in package.namelist()) == 4
    book = openpyxl.load_workbook(BytesIO(county_bytes))
    names = [pack.words["overview"]["sheet"], pack.words["sources"]["sheet"]]
    assert book.sheetnames[1:3] == names
    cells = [cell.value for row in book[names[0]].iter_rows() for cell in row]
    shown = overview(pack, county)
    for bar in (*shown.classes, *shown.income, *shown.largest):
        assert cells[cells.index(bar.name) :].count(float(bar.amount)) >= 1
    assert cells.index(shown.flagged[0].department) < cells.index(shown.classes[0].name)


def test_nothing_to_show(pack: Pack) -> None:
    """A county without any figure has its sheets and its page all the same."""
    nothing = Consolidation(Budget(pack.name, pack.year, "万元", "某县"), (), {})
    assert workbook(pack, nothing)
    assert pack.words["overview"]["clean"] in county_page(pack, nothing)


def test_words_stay_words(pack: Pack, departments: list[Budget]) -> None:
    """Names that would be formulas, links or markup are shown as they are."""
    named = [
        budget._replace(department=name)
        for budget, name in zip(
            departments, ("=1+1", "<script>x</script>", "http://a.b", "@x", "+1"), strict=True
        )
    ]
    county = consolidated(pack, named)
    page = county_page(pack, county, [LeftOut("<b>.xlsx", "读不出")])
    assert "<script" not in page and "<b>.xlsx" not in page
    package = workbook(pack, county)
    sheet = openpyxl.load_workbook(BytesIO(package))[pack.words["overview"]["sheet"]]
    assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_page(pack: Pack, county: Consolidation, departments: list[Budget]) -> None:
    """What is wrong first, the pictures with the sheet's figures, all departments; one file."""
    left = [LeftOut("民政局.xlsx", "读不出")]
    page = county_page(pack, county, left)
    shown = overview(pack, county, left)
    text = pack.words["overview"]
    assert text["left_out"].format(count=1) in page and "民政局.xlsx" in page
    assert page.index(text["flagged"].format(count=1)) < page.index('class="bar"')
    for bar in (*shown.classes, *shown.income, *shown.largest):
        assert bar.name in page and f"{bar.amount:,.2f}" in page
    assert page.count('<tr id="department-') == len(departments)
    assert "http" not in page and "src=" not in page


@pytest.mark.parametrize(
    ("right", "wrong", "line_says"),
    [
        ("on: f10.rows", "on: f10.row", "no block 'f10.row'"),
        ("reception: 公", "receptoin: 公", "no row 'receptoin' in f10.rows"),
        ("column: total, names", "column: totla, names", "no column 'totla' in f01.expenditure"),
        ("names: function", "names: functions", "no catalogue 'functions'"),
    ],
)
def test_faults_of_the_pack(tmp_path: Path, right: str, wrong: str, line_says: str) -> None:
    """A picture of something that is not in the forms is a fault with file and line."""
    shutil.copytree(templates_root(), tmp_path / "t")
    path = tmp_path / "t/shanxi/2025/pack.yaml"
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(PackError, match=re.escape(line_says)) as error:
        load_pack("shanxi/2025", tmp_path / "t")
    assert all(fault.line > 1 for fault in error.value.faults)


def test_small(pack: Pack) -> None:
    """75 000 origins of 300 departments in little space."""
    sources = tuple(Source(f"{n}.xlsx", f"{n}局", "", Decimal(n), "", "") for n in range(300))
    origins = {
        CellKey("f03", "rows", str(row), "total"): tuple(
            Origin(n, Place("表三", row, 2), Decimal(n * row) / 100) for n in range(300)
        )
        for row in range(250)
    }
    full = Consolidation(Budget(pack.name, 2025, "万元", "某县"), sources, origins)
    package = workbook(pack, full)
    assert len(package) < 3_000_000

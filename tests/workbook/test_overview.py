"""A county's workbook and page: the sheets 概览, 来源 and 溯源, and the same figures as a page."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from helpers.departments import department
from hypothesis import given
from hypothesis import strategies as st

from xlbudget.app.read_files import read_file
from xlbudget.core.budget import Budget, Row
from xlbudget.core.consolidation import Consolidation, Contribution, Source
from xlbudget.core.key import BlockKey
from xlbudget.core.overview import LeftOut
from xlbudget.core.reading import Reading, SheetRow
from xlbudget.messages import load_messages
from xlbudget.ops.check.check import check_sum, evaluate_sum
from xlbudget.ops.consolidate.contribution import make_contribution, rebuild_reading
from xlbudget.ops.consolidate.file_record import FileRecord, decode_contributions, encode_entry
from xlbudget.ops.consolidate.merge import make_part, make_part_in_memory, merge
from xlbudget.ops.consolidate.overview import CLASSES, DEPARTMENTS, compute_overview
from xlbudget.packs.errors import PackError
from xlbudget.packs.find import templates_root
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.report.county_page import render_county_page
from xlbudget.workbook.county.origins import LIMIT, count_rows, read_origins, write_origins
from xlbudget.workbook.county.review import LINES
from xlbudget.workbook.county.sources import BODY_ROW, CHECKSUM, ERRORS, FILE, SPENT
from xlbudget.workbook.county.workbook import make_county_workbook
from xlbudget.workbook.live.workbook import make_workbook

NAMES = ("预算.xlsx", "第 2 局/预算 #1.xlsx", "50%局.xlsx", "a&b'c（定）.xlsx", "=1+1.xlsx")


def consolidated(pack: Pack, departments: Sequence[Budget]) -> Consolidation:
    """Departments added up, each under a file of its own."""
    parts = [
        make_part(pack, _source(pack, number, budget), _placed(pack, budget))
        for number, budget in enumerate(departments)
    ]
    return merge(pack, parts, "某县")


def _placed(pack: Pack, budget: Budget) -> Reading:
    """The budget as if read from sheets, every row in a line of its own."""
    rows = {
        (key, row.id): SheetRow(
            pack.forms[key.form].sheet, line, {c: n for n, c in enumerate(pack.blocks[key].columns)}
        )
        for key, listed in budget.blocks.items()
        for line, row in enumerate(listed)
    }
    return Reading(budget, rows)


def workbook(pack: Pack, county: Consolidation) -> bytes:
    """The county's workbook with all that stands in it."""
    found = check_sum(pack, Reading(county.budget))
    judged = evaluate_sum(pack, county.budget, found, LINES)
    book = make_county_workbook(pack, county, compute_overview(pack, county), judged, found.decided)
    return book.to_bytes()


def _source(pack: Pack, number: int, budget: Budget) -> Source:
    file = NAMES[number] if number < len(NAMES) else f"第{number}局/预算.xlsx"
    rows = {
        row.id: row.amounts for row in budget.blocks.get(BlockKey("summary", "expenditure"), ())
    }
    total = rows["grand_total"]["total"] if rows else Decimal(0)
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

    def listed(key: BlockKey) -> list[Row]:
        return list(county.appended[key].rows()) if key in county.appended else []

    path = tmp_path / "汇总.xlsx"
    path.write_bytes(county_bytes)
    _, reading = read_file(path)
    blocks = {
        key: [*(row for row in rows if row.id == TOTAL or key not in county.appended), *listed(key)]
        for key, rows in county.budget.blocks.items()
    }
    whole = county.budget._replace(blocks=blocks)
    filled = {cell: amount for cell, amount in whole.amounts() if amount}
    assert {cell: amount for cell, amount in reading.budget.amounts() if amount} == filled
    assert reading.budget.department == "某县"
    assert reading.observations == ()


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
money = st.decimals(allow_nan=False, allow_infinity=False, places=None)
dates = st.just("2025-02-03")
whole = st.integers(0, 99)
source = st.builds(Source, words, words, words, money, dates, words, whole)


def readings(pack: Pack) -> st.SearchStrategy[Reading]:
    """Rows of any words and figures in a form of codes and one of projects, placed or not."""
    keys = [BlockKey("spending", "rows"), BlockKey("projects", "rows")]
    amounts = st.dictionaries(st.sampled_from(["total", "project", "general"]), money)
    levels = st.sampled_from(["", "department", "project"])
    row = st.builds(Row, words, amounts, words, words, levels, words)
    blocks = {key: st.lists(row, max_size=4, unique_by=lambda row: row.id) for key in keys}
    units = st.dictionaries(st.sampled_from(["spending"]), st.just("元"))

    def reading(found: dict[BlockKey, list[Row]], units: dict[str, str], sheet: str) -> Reading:
        kept = {
            key: tuple(
                row._replace(
                    amounts={
                        c: row.amounts[c] for c in pack.blocks[key].columns if c in row.amounts
                    }
                )
                for row in rows
            )
            for key, rows in found.items()
        }
        budget = Budget(pack.name, 2025, "万元", "", blocks=kept, units=units)
        return _placed(pack, budget) if sheet else Reading(budget)

    return st.builds(reading, st.fixed_dictionaries(blocks), units, words)


@given(st.data())
def test_shares_survive(pack: Pack, data: st.DataObject) -> None:
    """Whatever rows are called and whatever figures stand in them: a share is its reading."""
    reading = data.draw(readings(pack))
    source = Source("a\tb.xlsx", "某局", "1", Decimal("0.1"), "", "")
    content = encode_entry(FileRecord(source), make_contribution(pack, reading), [])
    ((_, share),) = decode_contributions(content)
    again = rebuild_reading(pack, share, "", "")
    assert again == reading
    written = [[str(a) for a in row.amounts.values()] for _, row in _rows(reading)]
    assert [[str(a) for a in row.amounts.values()] for _, row in _rows(again)] == written


def _rows(reading: Reading) -> list[tuple[BlockKey, Row]]:
    return [(key, row) for key, rows in reading.budget.blocks.items() for row in rows]


@given(st.data())
def test_origins_survive(pack: Pack, data: st.DataObject) -> None:
    """Whatever sheets, files and rows are called, what is written is what is read."""
    sources = data.draw(st.lists(source, min_size=1, max_size=4).map(tuple))
    shares = tuple(make_contribution(pack, data.draw(readings(pack))) for _ in sources)
    county = merge(pack, list(map(make_part_in_memory, sources, shares)), "某县")
    rows = list(write_origins(county))
    assert len(rows) == count_rows(county)
    again, contributions = read_origins([c or None for c in row] for row in rows)
    assert again == county.sources
    assert list(map(meaning, contributions)) == list(map(meaning, county.contributions()))


def meaning(contribution: Contribution) -> Contribution:
    """What a contribution's rows say, however their text is escaped."""
    said = {key: json.dumps(json.loads(text)) for key, text in contribution.blocks.items()}
    return contribution._replace(blocks=said)


BLANK = Budget("", 2025, "万元", "某县")
NASTY = ("a!b;c=d", "it's: x", " 空 格 ", "_x0041_", '"[]{}<&>', "表一", "\x0b\r\n\t", "=1+1")


def test_origins_survive_in_a_workbook(pack: Pack, tmp_path: Path) -> None:
    """Names that look like signs of ours or of Excel; more of a source than one cell takes."""
    columns = pack.blocks[BlockKey("projects", "rows")].columns
    rows = tuple(
        Row(f"@{n + 1}", {columns[0]: Decimal(n) / 100}, "", NASTY[n % len(NASTY)], "project")
        for n in range(3000)
    )
    budget = BLANK._replace(pack=pack.name, blocks={BlockKey("projects", "rows"): rows})
    county = consolidated(pack, [budget])
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(workbook(pack, county))
    assert max(len(text) for row in write_origins(county) for text in row) == LIMIT
    sheet = openpyxl.load_workbook(path)[load_messages()["sources"]["origins"]]
    assert sheet.sheet_state == "hidden"
    reading = read_file(path)[1]
    assert reading.sources == county.sources
    (share,) = reading.contributions
    (own,) = county.contributions()
    assert rebuild_reading(pack, share, "", "") == rebuild_reading(pack, own, "", "")
    assert read_origins(sheet.iter_rows(values_only=True)) == (
        county.sources,
        reading.contributions,
    )


def test_listed_rows_stand_as_their_plan_says(pack: Pack, tmp_path: Path) -> None:
    """Rows made while the sheet is packed: the same cells, in the same looks, as planned ones."""
    budget = department(pack, 3)
    county = consolidated(pack, [budget])
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(workbook(pack, county))
    sheets = openpyxl.load_workbook(path)
    plain = openpyxl.load_workbook(BytesIO(make_workbook(pack, budget)))
    for key in county.appended:
        name = pack.forms[key.form].sheet
        one, other = ([seen(row) for row in book[name].iter_rows(5)] for book in (sheets, plain))
        assert one[:-1] == other[:-1]  # below stands the note, live in the one that is typed into


def seen(row: Sequence[Any]) -> list[Any]:
    """What a row shows: contents, number formats, borders, indentation."""
    return [
        (c.value, c.number_format, c.border.left.style, c.alignment.indent, c.protection.locked)
        for c in row
    ]


def test_sources_sheet(pack: Pack, county: Consolidation, county_bytes: bytes) -> None:
    """Each department with its file and fingerprint; the sum is live and has its value."""
    name = load_messages()["sources"]["sheet"]
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
        assert title.hyperlink.location == f"'{load_messages()['sources']['sheet']}'!A1"


def test_same_bytes(
    pack: Pack, county: Consolidation, departments: list[Budget], county_bytes: bytes
) -> None:
    again = workbook(pack, county)
    assert again == county_bytes


def test_tables(pack: Pack, county: Consolidation, departments: list[Budget]) -> None:
    """Largest first, small classes together, nothing lost; only departments with errors flagged."""
    shown = compute_overview(pack, county)
    amounts = [bar.amount for bar in shown.classes[:-1]]
    assert len(shown.classes) == CLASSES and amounts == sorted(amounts, reverse=True)
    classes = county.budget.blocks[BlockKey("summary", "expenditure")]
    printed = [row.amounts["total"] for row in classes if row.id.isdigit()]
    assert sum(bar.amount for bar in shown.classes) == sum(printed)
    assert [source.errors for source in shown.flagged] == [3]
    for stack, budget in zip(
        sorted(shown.three_public, key=lambda stack: stack.name), departments, strict=True
    ):
        rows = {row.id: row.amounts for row in budget.blocks[BlockKey("three_public", "rows")]}
        assert stack.amounts == (0, rows["reception"]["total"], rows["vehicles"]["total"])


def test_many(pack: Pack) -> None:
    """The largest twenty of twenty-five, whatever unit the county is in."""
    budget = department(pack, 2)
    county = consolidated(pack, [budget] * 25)
    shown = compute_overview(pack, county)
    assert len(shown.largest) == len(shown.three_public) == DEPARTMENTS
    in_yuan = county._replace(budget=county.budget._replace(units={"three_public": "元"}))
    stacks = compute_overview(pack, in_yuan).three_public
    assert stacks[0].total.scaleb(4) == shown.three_public[0].total


def test_overview_sheet(
    pack: Pack, county: Consolidation, county_bytes: bytes, departments: list[Budget]
) -> None:
    """Four charts; their figures stand on the sheet; departments with errors come first."""
    with zipfile.ZipFile(BytesIO(county_bytes)) as package:
        assert sum(name.startswith("xl/charts/chart") for name in package.namelist()) == 4
    book = openpyxl.load_workbook(BytesIO(county_bytes))
    names = [load_messages()["overview"]["sheet"], load_messages()["sources"]["sheet"]]
    assert book.sheetnames[1:3] == names
    cells = [cell.value for row in book[names[0]].iter_rows() for cell in row]
    shown = compute_overview(pack, county)
    for bar in (*shown.classes, *shown.income, *shown.largest):
        assert cells[cells.index(bar.name) :].count(float(bar.amount)) >= 1
    assert cells.index(shown.flagged[0].department) < cells.index(shown.classes[0].name)


def test_nothing_to_show(pack: Pack) -> None:
    """A county without any figure has its sheets and its page all the same."""
    budget = Budget(pack.name, pack.year, "万元", "某县")
    nothing = Consolidation(budget, ())
    assert workbook(pack, nothing)
    assert load_messages()["overview"]["clean"] in render_county_page(
        (), compute_overview(pack, nothing)
    )


def test_words_stay_words(pack: Pack, departments: list[Budget]) -> None:
    """Names that would be formulas, links or markup are shown as they are."""
    named = [
        budget._replace(department=name)
        for budget, name in zip(
            departments, ("=1+1", "<script>x</script>", "http://a.b", "@x", "+1"), strict=True
        )
    ]
    county = consolidated(pack, named)
    left = [LeftOut("<b>.xlsx", "读不出")]
    page = render_county_page(county.sources, compute_overview(pack, county, left))
    assert "<script" not in page and "<b>.xlsx" not in page
    package = workbook(pack, county)
    sheet = openpyxl.load_workbook(BytesIO(package))[load_messages()["overview"]["sheet"]]
    assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_page(pack: Pack, county: Consolidation, departments: list[Budget]) -> None:
    """What is wrong first, the pictures with the sheet's figures, all departments; one file."""
    left = [LeftOut("民政局.xlsx", "读不出")]
    shown = compute_overview(pack, county, left)
    page = render_county_page(county.sources, shown)
    text = load_messages()["overview"]
    assert text["left_out"].format(count=1) in page and "民政局.xlsx" in page
    assert page.index(text["flagged"].format(count=1)) < page.index('class="bar"')
    for bar in (*shown.classes, *shown.income, *shown.largest):
        assert bar.name in page and f"{bar.amount:,.2f}" in page
    assert page.count('<tr id="department-') == len(departments)
    assert "http" not in page and "src=" not in page


@pytest.mark.parametrize(
    ("right", "wrong", "line_says"),
    [
        ("on: three_public.rows", "on: three_public.row", "no block 'three_public.row'"),
        ("reception: 公", "receptoin: 公", "no row 'receptoin' in three_public.rows"),
        (
            "column: total, names",
            "column: totla, names",
            "no column 'totla' in summary.expenditure",
        ),
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
    """75 000 figures of 300 departments in little space."""
    names = list(pack.catalogues["function"].names.items())[:250]
    rows = tuple(Row(c, {"total": Decimal(n) / 100}, c, name) for n, (c, name) in enumerate(names))
    budget = BLANK._replace(pack=pack.name, blocks={BlockKey("spending", "rows"): rows})
    share = make_contribution(pack, _placed(pack, budget))
    sources = [Source(f"{n}.xlsx", f"{n}局", "", Decimal(n), "", "") for n in range(300)]
    county = merge(pack, [make_part_in_memory(source, share) for source in sources], "某县")
    assert len(workbook(pack, county)) < 3_000_000

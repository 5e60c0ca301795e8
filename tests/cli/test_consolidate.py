"""Three hundred departments into one: sums, order, what goes in, node check, faults; real files,
real commands."""

from __future__ import annotations

import csv
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner, Result
from conftest import EXAMPLE, Office
from helpers import layouts
from helpers.counties import make_county
from helpers.departments import department
from helpers.soak import number_of
from msoffcrypto.format.ooxml import OOXMLFile

from xlbudget.app.check_files import check_file
from xlbudget.app.read_files import read_file
from xlbudget.cli.main import main
from xlbudget.core.budget import Budget, Row
from xlbudget.core.consolidation import Consolidation, Source
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.core.reading import Reading
from xlbudget.messages import load_messages
from xlbudget.ops.check.budget_json import to_json
from xlbudget.ops.check.check import check_sum, evaluate_sum
from xlbudget.ops.consolidate.admission import Admission, select_files
from xlbudget.ops.consolidate.file_record import FileRecord
from xlbudget.ops.consolidate.merge import make_part, merge
from xlbudget.packs.model import TOTAL, Pack
from xlbudget.rules.outcomes import decide_severity
from xlbudget.workbook.county.review import LINES
from xlbudget.workbook.live.review import BODY_ROW, GOES_TO

COMMAND = Path(sys.executable).with_name("xlbudget")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def sent(pack: Pack, path: Path, budget: Budget) -> Path:
    """A department's workbook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(layouts.book_bytes(layouts.drawn(pack, budget)))
    return path


@pytest.fixture
def small(pack: Pack, tmp_path: Path) -> Path:
    """Two departments: all lines of the review are written."""
    for seed in (1, 2):
        sent(pack, tmp_path / "各部门" / f"{seed}.xlsx", department(pack, seed))
    return tmp_path / "各部门"


@pytest.fixture
def county(pack: Pack, tmp_path: Path) -> Path:
    """A folder with what four departments sent."""
    for seed in range(1, 5):
        sent(pack, tmp_path / "各部门" / f"{seed}.xlsx", department(pack, seed))
    return tmp_path / "各部门"


def run(*words: str | Path) -> Result:
    result = CliRunner().invoke(main, list(map(str, words)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def consolidated(folder: Path, *more: str | Path) -> tuple[Result, Path]:
    output = folder.parent / "汇总.xlsx"
    return run("consolidate", folder, "-o", output, "--jobs", "2", *more), output


def amounts(path: Path) -> dict[CellKey, Decimal]:
    return dict(read_file(path)[1].budget.amounts())


@pytest.mark.xdist_group("county")
def test_departments_equal_what_duckdb_adds_up(tmp_path: Path, pack: Pack) -> None:
    """Cell by cell: fixed rows and totals by row, codes by code; listed rows are all there. Three
    hundred departments in a soak, else sixty."""
    count = number_of(300, 5)
    make_county(tmp_path / "各部门", count, 7)
    facts = tmp_path / "facts.parquet"
    result, output = consolidated(tmp_path / "各部门", "--facts", facts)
    assert (result.exit_code, result.stdout) == (
        0,
        f"通过：{count} 个文件，汇总了 {count} 个部门\n",
    )
    budget = read_file(output)[1].budget
    found: dict[tuple[str, ...], Decimal] = {}
    listed = 0
    for key, rows in budget.blocks.items():
        for row in rows:
            open_row = bool(pack.blocks[key].levels) and row.id != TOTAL
            listed += len(row.amounts) * open_row
            name = row.code or row.id
            for column, amount in row.amounts.items() if not open_row else ():
                cell = (*key, name, row.government, column)
                found[cell] = amount * pack.yuan(budget.unit_of(key.form))
    query = f"""
        SELECT form, block, CASE WHEN row_key = 'total' OR level = '' AND code = '' THEN row_key
               WHEN form IN ('summary', 'appropriation') THEN row_key ELSE code END,
               government, column_key, sum(amount)
        FROM '{facts}' WHERE level = '' OR row_key = 'total' GROUP BY ALL"""
    sums = {tuple(line[:5]): line[5] for line in duckdb.sql(query).fetchall()}
    assert found == sums
    counted = f"SELECT count(*) FROM '{facts}' WHERE level <> '' AND row_key <> 'total'"
    assert duckdb.sql(counted).fetchall() == [(listed,)]


def parts(pack: Pack, seeds: Sequence[int]) -> list[tuple[Source, Reading]]:
    return [
        (
            Source(f"{seed}.xlsx", f"第{seed}局", f"{seed:03}", Decimal(0), "", ""),
            Reading(department(pack, seed)),
        )
        for seed in seeds
    ]


def test_neither_order_nor_halves_make_a_difference(pack: Pack) -> None:
    every = [make_part(pack, *one) for one in parts(pack, range(1, 12))]
    whole = merge(pack, every, "某县")
    for seed in range(5):
        rng = random.Random(seed)
        mixed = rng.sample(every, len(every))
        assert shown(merge(pack, mixed, "某县")) == shown(whole)
        cut = rng.randrange(1, len(every))
        halves = [merge(pack, half, "一半") for half in (mixed[:cut], mixed[cut:])]
        again = merge(pack, [part for half in halves for part in half.parts], "某县")
        assert shown(again) == shown(whole)


def shown(county: Consolidation) -> list[object]:
    """All that a sum says."""
    listed = {key: [*found[:3], list(found.rows())] for key, found in county.appended.items()}
    return [county.budget, county.sources, list(county.contributions()), listed, county.drawn]


def test_consolidating_consolidated_halves_equals_consolidating_all(
    county: Path, tmp_path: Path
) -> None:
    _, whole = consolidated(county)
    halves = tmp_path / "halves"
    for nth, names in enumerate((("1", "3"), ("2", "4"))):
        files = [county / f"{name}.xlsx" for name in names]
        assert run("consolidate", *files, "-o", tmp_path / f"{nth}.xlsx").exit_code == 0
        halves.mkdir(exist_ok=True)
        shutil.copy(tmp_path / f"{nth}.xlsx", halves / f"{nth}.xlsx")
    result, _ = consolidated(county, "--force")
    assert result.exit_code == 0
    again = tmp_path / "again.xlsx"
    result = run("consolidate", halves, "-o", again)
    assert (result.exit_code, result.stdout) == (0, "通过：2 个文件，汇总了 4 个部门\n")
    one, other = read_file(whole)[1], read_file(again)[1]
    assert one.budget == other.budget
    assert [s.department for s in one.sources] == [s.department for s in other.sources]
    assert one.contributions == other.contributions


def test_the_same_files_give_the_same_bytes_in_every_run(
    pack: Pack, county: Path, tmp_path: Path
) -> None:
    """Of two consolidated files that share several departments, too: which of these is named
    depends on no order that changes from run to run."""
    folder = tmp_path / "收到"
    folder.mkdir()
    for nth, names in enumerate(("123", "234")):
        files = [county / f"{name}.xlsx" for name in names]
        assert run("consolidate", *files, "-o", folder / f"{nth}.xlsx").exit_code == 0
    sent(pack, folder / "5.xlsx", department(pack, 5))
    said = {}
    for seed in range(4):
        output, page = tmp_path / f"{seed}.xlsx", tmp_path / f"{seed}.html"
        command = [COMMAND, "consolidate", folder, "-o", output, "--html", page, "--no-cache"]
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        ran = subprocess.run(command, env=environment, capture_output=True)
        assert ran.returncode == 1, ran.stderr.decode()
        said[seed] = (ran.stdout, output.read_bytes(), page.read_bytes())
    assert "第2局 交了几份不同的文件" in said[0][0].decode()
    assert all(each == said[0] for each in said.values())


def test_a_sum_of_sums_leads_to_the_departments_and_their_files(
    county: Path, tmp_path: Path
) -> None:
    """Figures, links and facts are those of the departments, from wherever the sum lies."""
    _, output = consolidated(county)
    target = tmp_path / "市" / "全市.xlsx"
    target.parent.mkdir()
    facts = tmp_path / "facts.parquet"
    assert run("consolidate", output, "-o", target, "--facts", facts).exit_code == 0
    result = run("trace", target, "表一!B6")
    assert result.exit_code == 0 and "文件已不在那里" not in result.stdout
    assert "  ../各部门/1.xlsx 表一!B6" in result.stdout
    query = f"SELECT department, file, count(*) > 100 FROM '{facts}' GROUP BY ALL ORDER BY ALL"
    assert duckdb.sql(query).fetchall() == [
        (f"第{n}局", f"../各部门/{n}.xlsx", True) for n in range(1, 5)
    ]


def test_the_sum_of_rounded_figures_has_their_tolerance(pack: Pack) -> None:
    """A county passes its own check; with one rounding a figure it would not."""
    county = merge(
        pack, [make_part(pack, *one) for one in parts(pack, range(1, 40))], "某县"
    ).budget
    findings = check_sum(pack, Reading(county)).findings
    assert {finding.severity for finding in findings} == {"note"}
    strict = check_sum(pack, Reading(county._replace(roundings={}))).findings
    assert {"error", "warning"} <= {finding.severity for finding in strict}


def test_a_written_zero_is_exactly_nothing_in_a_sum_too(pack: Pack) -> None:
    """It adds nothing to the tolerance of the sum (RULES.md, Tolerance)."""
    key = BlockKey("summary", "income")

    def stated(*figures: str) -> dict[CellKey, int]:
        parts = []
        for nth, figure in enumerate(figures):
            rows = (Row("general", {"amount": Decimal(figure)}),)
            budget = Budget(pack.name, pack.year, pack.unit, f"{nth}局", blocks={key: rows})
            source = Source(f"{nth}.xlsx", f"{nth}局", "", Decimal(0), "", "")
            parts.append(make_part(pack, source, Reading(budget)))
        return dict(merge(pack, parts, "某县").budget.roundings)

    cell = CellKey(*key, "general", "amount")
    assert stated("1.00", "0.00", "2.00", "0", "3.000") == {cell: 3}
    assert stated("1.00", "0.00") == {}


def test_the_workbook_checks_itself(small: Path, pack: Pack) -> None:
    """The formulas of 校验 bear the verdicts of the check, and its verdict stands on 目录."""
    _, output = consolidated(small)
    reading = read_file(output)[1]
    assert reading.observations == ()
    names, words = load_messages()["book"]["sheets"], load_messages()["book"]["states"]
    book = openpyxl.load_workbook(output, data_only=True)
    states = [row[7] for row in book[names["review"]].iter_rows(min_row=5, values_only=True)]
    found = check_sum(pack, reading)
    notes = sum(f.severity == "note" for f in found.findings)
    assert (states.count(words["note"]), set(states)) == (notes, {words["note"], words[""]})
    assert len(states) == sum(found.counts.values())
    assert str(book[names["contents"]]["A5"].value).startswith("通过　共 ")


@pytest.mark.xdist_group("office")
@pytest.mark.parametrize("more", [0, 5])
def test_its_formulas_calculate_to_what_the_check_says(
    small: Path, pack: Pack, office: Office, more: int
) -> None:
    """Recalculated by LibreOffice, as it is and with a figure changed: difference and state of
    every line."""
    _, output = consolidated(small)
    book = openpyxl.load_workbook(output)
    book["表一"]["B6"].value += more
    book.save(output)
    names, words = load_messages()["book"]["sheets"], load_messages()["book"]["states"]
    (rows,) = office.do(load=str(output), show=[[names["review"], BODY_ROW, GOES_TO]])
    reading = read_file(output)[1]
    unit = Decimal(100)
    assert Counter((row[2], round(Decimal(str(row[6])), 2), row[7]) for row in rows if row[0]) == (
        Counter(
            (
                constraint.rule,
                round(Decimal(verdict.residual) / unit, 2),
                words[decide_severity(pack, constraint, verdict)],
            )
            for _, constraint, verdict in evaluate_sum(
                pack, reading.budget, check_sum(pack, reading), LINES
            )
        )
    )


def test_what_has_errors_stays_out_unless_it_is_asked_for(county: Path, pack: Pack) -> None:
    shutil.copy(EXAMPLE / "预算-有错.xlsx", county / "5.xlsx")
    result, output = consolidated(county)
    assert result.exit_code == 1
    assert "没有汇总 各部门/5.xlsx：有 " in result.stdout and "--include-failing" in result.stdout
    assert len(read_file(output)[1].sources) == 4
    result, output = consolidated(county, "--include-failing", "--force")
    assert result.exit_code == 1
    assert "带错汇总 各部门/5.xlsx：有 " in result.stdout
    sources = read_file(output)[1].sources
    assert [bool(source.errors) for source in sources].count(True) == 1


def test_a_department_twice_another_year_or_unit_are_named_with_the_other_file(
    county: Path, pack: Pack
) -> None:
    again = department(pack, 1)._replace(department="第2局")
    sent(pack, county / "二局新.xlsx", again)
    shutil.copy(county / "3.xlsx", county / "三局副本.xlsx")
    forms = layouts.drawn(pack, department(pack, 6))
    layouts.in_yuan(pack, forms, random.Random(1))
    (county / "六局.xlsx").write_bytes(layouts.book_bytes(forms))
    forms = layouts.drawn(pack, department(pack, 7))
    for one in forms:
        one.title = [line.replace("2025", "2024") for line in one.title]
    (county / "七局.xlsx").write_bytes(layouts.book_bytes(forms))
    result, output = consolidated(county, "--include-failing")
    assert result.exit_code == 1
    told = {
        line.removeprefix("没有汇总 各部门/").partition("：")[0]: line
        for line in result.stdout.splitlines()
        if line.startswith("没有汇总")
    }
    assert "第2局" in told["2.xlsx"] and "二局新.xlsx" in told["2.xlsx"]
    assert "2.xlsx" in told["二局新.xlsx"]
    assert "完全相同" in told["三局副本.xlsx"] and "3.xlsx" in told["三局副本.xlsx"]
    assert "万元" in told["六局.xlsx"] and "1.xlsx" in told["六局.xlsx"]
    assert "2024 年" in told["七局.xlsx"]
    assert [s.department for s in read_file(output)[1].sources] == ["第1局", "第3局", "第4局"]


def roster(folder: Path, *lines: tuple[str, str, str]) -> Path:
    path = folder.parent / "名单.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([("编码", "名称", "上级"), *lines])
    return path


def test_the_roster_says_who_is_missing_and_who_is_not_on_it(county: Path) -> None:
    lines = [("001", "第1局", ""), ("002", "第2局", ""), ("003", "第3局", "")]
    listed = roster(county, *lines, ("009", "第9局", ""), ("00901", "九局一所", "009"))
    result, output = consolidated(county, "--roster", listed)
    assert result.exit_code == 1
    assert "名单上有 1 个没有交：第9局" in result.stdout
    assert "没有汇总 各部门/4.xlsx：第4局 不在名单上（支出合计 " in result.stdout
    codes = {s.department: s.code for s in read_file(output)[1].sources}
    assert codes == {"第1局": "001", "第2局": "002", "第3局": "003"}
    result, output = consolidated(county, "--roster", listed, "--with-strangers", "--force")
    assert result.exit_code == 1
    assert "不在名单上：各部门/4.xlsx" in result.stdout
    assert len(read_file(output)[1].sources) == 4


def test_an_office_is_added_without_its_units_however_the_roster_names_it(
    pack: Pack, county: Path
) -> None:
    """上级 by code or by name: the same sum; a word that is nobody's ends the run."""
    sent(pack, county / "总局.xlsx", parent_of(pack, (1, 2, 3), "总局"))
    totals = set()
    for above in ("10", "总局"):
        lines = [(f"10{n}", f"第{n}局", above) for n in (1, 2, 3)]
        listed = roster(county, ("10", "总局", ""), *lines, ("11", "第4局", ""))
        result, output = consolidated(county, "--roster", listed, "--include-failing", "--force")
        assert result.exit_code in (0, 1)
        sources = read_file(output)[1].sources
        assert [s.department for s in sources] == ["总局", "第4局"]
        totals.add(sum(s.total for s in sources))
    assert len(totals) == 1
    listed = roster(county, ("10", "总局", ""), ("101", "第1局", "总所"))
    result, _ = consolidated(county, "--roster", listed, "--force")
    assert result.exit_code == 2
    assert "名单第 3 行的上级“总所”不在名单上" in result.stderr


@pytest.mark.parametrize("flat", [False, True])
def test_an_office_and_the_units_that_its_tables_list_are_not_both_added(
    pack: Pack, county: Path, flat: bool
) -> None:
    """Without a roster, and with one that does not say who is under whom."""
    own = parent_of(pack, (1, 2, 3), "总局")
    key = BlockKey("running_costs", "rows")
    total, *units = own.blocks[key]
    units = [row._replace(name=f"第{nth}局") for nth, row in enumerate(units, start=1)][:2]
    sent(pack, county / "总局.xlsx", own._replace(blocks={**own.blocks, key: (total, *units)}))
    lines = [(f"0{n}", f"第{n}局", "") for n in (1, 2, 3, 4)]
    extra = ["--roster", roster(county, ("10", "总局", ""), *lines)] if flat else []
    result, output = consolidated(county, "--include-failing", *extra)
    assert result.exit_code == 1
    told = [line for line in result.stdout.splitlines() if "没有再加一遍" in line]
    assert any(line.startswith("没有汇总 各部门/1.xlsx：各部门/总局.xlsx 的表里") for line in told)
    departments = {s.department for s in read_file(output)[1].sources}
    assert departments == {"总局", "第3局", "第4局"}
    decisions = county.parent / "决定.csv"
    decisions.write_text("部门或文件,决定\n1.xlsx,另算\n第8局,另算\n", encoding="utf-8")
    result, output = consolidated(
        county, "--include-failing", *extra, "--decisions", decisions, "--force"
    )
    departments = {s.department for s in read_file(output)[1].sources}
    assert departments == {"总局", "第1局", "第3局", "第4局"}
    assert "决定文件里的“第8局”没有对上任何文件或部门" in result.stdout


@pytest.mark.parametrize(
    ("listed", "name", "within"),
    [
        ("甲县第一中学", "甲县第一中学", True),
        ("第一中学", "甲县第一中学", True),  # without the place that the office begins with
        ("二、甲县第一中学", "甲县第一中学", True),
        ("2.甲县第一中学", "甲县第一中学", True),
        ("101002-甲县第一中学", "甲县第一中学", True),
        ("[101003]甲县第一中学", "甲县第一中学", True),
        ("甲县第一中学（事业）", "甲县第一中学", True),
        ("第一中学", "乙县第一中学", False),
        ("中学", "甲县第一中学", False),
        ("甲县教育局", "甲县教育局（本级）", True),
        ("甲县教育局", "甲县教育局机关", True),
        ("甲县教育局", "甲县教育局本级", True),
        ("甲县第二中学", "甲县第一中学", False),
    ],
)
def test_a_unit_is_known_by_what_its_office_lists(listed: str, name: str, within: bool) -> None:
    def record(file: str, department: str, total: int, *bodies: str) -> FileRecord:
        source = Source(file, department, "", Decimal(total), "", file)
        return FileRecord(source, bodies=tuple(("", body) for body in bodies))

    files = [record("局.xlsx", "甲县教育局", 9, listed), record("校.xlsx", name, 3)]
    taken, refused = select_files(files, Admission())
    assert [r.file for r in refused] == (["校.xlsx"] if within else [])
    both = [files[0], record("校.xlsx", name, 3, "甲县教育局")]  # which names its parent
    taken, refused = select_files(both, Admission())
    assert "局.xlsx" in [each.source.file for each in taken] or not within


def test_a_unit_beside_the_sum_that_has_its_office_is_not_added_twice(
    pack: Pack, county: Path, tmp_path: Path
) -> None:
    own = parent_of(pack, (1, 2), "总局")
    key = BlockKey("running_costs", "rows")
    total, *units = own.blocks[key]
    renamed = [row._replace(name=f"第{nth}局") for nth, row in enumerate(units, start=1)][:2]
    office = own._replace(blocks={**own.blocks, key: (total, *renamed)})
    other = sent(pack, tmp_path / "总局.xlsx", office)
    summed = tmp_path / "上报.xlsx"
    run("consolidate", other, "-o", summed, "--include-failing", "--jobs", "1")
    shutil.move(summed, county / "上报.xlsx")
    result, output = consolidated(county, "--include-failing")
    assert "没有汇总 各部门/1.xlsx：各部门/上报.xlsx 的表里列着" in result.stdout
    departments = {s.department for s in read_file(output)[1].sources}
    assert departments == {"总局", "第3局", "第4局"}


def test_no_result_takes_the_place_of_what_is_read_or_of_another(county: Path) -> None:
    listed = roster(county, ("001", "第1局", ""))
    for words in (
        ("-o", county / "1.xlsx"),
        ("-o", listed, "--roster", listed),
        ("-o", county.parent / "汇总.xlsx", "--html", county.parent / "汇总.xlsx"),
    ):
        before = {path: path.read_bytes() for path in (county / "1.xlsx", listed)}
        result = run("consolidate", county, *words, "--force", "--jobs", "1")
        assert result.exit_code == 2 and "不能写到" in result.stderr
        assert {path: path.read_bytes() for path in before} == before


def test_yesterdays_sum_in_the_folder_is_no_department(county: Path) -> None:
    _, output = consolidated(county)
    shutil.copy(output, county / "旧汇总.xlsx")
    result, output = consolidated(county, "--force")
    assert result.exit_code == 1
    assert "没有汇总 各部门/旧汇总.xlsx：这是汇总表，其中的第1局另有自己的文件" in result.stdout
    assert len(read_file(output)[1].sources) == 4


def test_a_code_of_another_office_blames_the_file_that_bears_it(pack: Pack, county: Path) -> None:
    lines = [(f"00{n}", f"第{n}局", "") for n in (1, 2, 3, 4)]
    for number in (1, 2):
        budget = department(pack, number)._replace(department_code="001")
        (county / f"{number}.xlsx").unlink()
        (county / f"{number}.json").write_text(to_json(pack, budget), encoding="utf-8")
    result, output = consolidated(county, "--roster", roster(county, *lines))
    assert "没有汇总 各部门/2.json：001 第2局 对得上名单上的几个：001 第1局、002 第2局" in (
        result.stdout
    )
    assert [s.department for s in read_file(output)[1].sources] == ["第1局", "第3局", "第4局"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("编码,名称\n1,甲\n", "第一行应当是：编码、名称、上级；现在是：编码、名称"),
        ("", "名单 名单.csv 第一行应当是：编码、名称、上级"),
        ("编码,名称,上级\n1,甲,\n1,乙,\n", "名单第 3 行的编码 1 前面已经有了"),
        ("编码,名称,上级\n1,甲,2\n2,乙,1\n", "名单第 2 行的编码 1 的上级绕成了圈"),
        ("编码,名称,上级\n,甲,\n", "名单第 2 行缺少编码或名称：甲"),
    ],
)
def test_a_roster_that_is_wrong_is_refused(county: Path, text: str, said: str) -> None:
    path = county.parent / "名单.csv"
    path.write_text(text, encoding="utf-8")
    result, output = consolidated(county, "--roster", path)
    assert (result.exit_code, output.exists()) == (2, False)
    assert said in result.stderr


def parent_of(pack: Pack, seeds: Sequence[int], name: str) -> Budget:
    """A department's own workbook: what its units have, each unit once, its projects below."""
    total = merge(pack, [make_part(pack, *one) for one in parts(pack, seeds)], name).budget
    blocks = dict(total.blocks)
    for key, rows in total.blocks.items():
        top = (*pack.blocks[key].levels, "")[0]
        if len(pack.blocks[key].levels) == 3 and rows:
            units = [row for row in rows if row.level == top]
            columns = list(dict.fromkeys(c for row in units for c in row.amounts))
            sums = {
                c: sum((row.amounts.get(c, Decimal(0)) for row in units), Decimal(0))
                for c in columns
            }
            kept = [
                row._replace(level="unit", name=f"单位{row.id}") if row.level == top else row
                for row in rows
                if row.level in (top, "project")
            ]
            head = Row("@0", sums, name=name, level=top)
            blocks[key] = (head, *kept)
    return total._replace(blocks=blocks, roundings={})


def test_the_node_check_names_figure_difference_and_units(
    pack: Pack, county: Path, tmp_path: Path
) -> None:
    """An office's own workbook is added up, not its units as well; where they differ, it says."""
    own = parent_of(pack, (1, 2, 3), "总局")
    path = sent(pack, county / "总局.xlsx", own)
    lines = [(f"10{n}", f"第{n}局", "10") for n in (1, 2, 3)]
    listed = roster(county, ("10", "总局", ""), *lines, ("11", "第4局", ""))
    result, output = consolidated(county, "--roster", listed, "--include-failing")
    assert "节点检查 总局：与所属 3 个单位之和相符" in result.stdout
    assert sorted(s.department for s in read_file(output)[1].sources) == ["总局", "第4局"]
    book = openpyxl.load_workbook(path)
    cell = next(c for row in book["表十"] for c in row if isinstance(c.value, float))
    label = str(book["表十"].cell(cell.row, 1).value).strip()
    cell.value += 3.5
    book.save(path)
    result, _ = consolidated(county, "--roster", listed, "--include-failing", "--force")
    assert result.exit_code == 1
    (line,) = [one for one in result.stdout.splitlines() if one.startswith("    表十 ")]
    assert label in line and "相差 3.50（第1局 " in line and "第3局 " in line


def test_units_that_are_not_all_there_are_not_compared(pack: Pack, county: Path) -> None:
    sent(pack, county / "总局.xlsx", parent_of(pack, (1, 2, 3), "总局"))
    (county / "3.xlsx").unlink()
    lines = [(f"10{n}", f"第{n}局", "10") for n in (1, 2, 3)]
    listed = roster(county, ("10", "总局", ""), *lines, ("11", "第4局", ""))
    result, _ = consolidated(county, "--roster", listed, "--include-failing")
    assert "节点检查 总局：所属单位没有全部汇总，没有核对（缺 第3局）" in result.stdout


def test_every_figure_can_be_traced(county: Path, pack: Pack) -> None:
    _, output = consolidated(county)
    result = run("trace", output, "表一!B6")
    assert result.exit_code == 0
    head, *lines = result.stdout.splitlines()
    assert head.startswith("表一!B6 一、一般公共预算·金额：") and head.endswith("由 4 个数相加")
    assert [line.split()[0] for line in lines] == ["第1局", "第2局", "第3局", "第4局"]
    assert all(line.endswith("表一!B6") for line in lines)
    figures = sum(Decimal(line.split()[1].replace(",", "")) for line in lines)
    assert f"{figures:,.2f}" in head
    (county / "1.xlsx").unlink()
    shutil.copy(county / "3.xlsx", county / "2.xlsx")
    lines = run("trace", output, "表一!B6").stdout.splitlines()
    assert lines[1].endswith("（文件已不在那里）") and lines[2].endswith("（文件后来改过）")


def test_a_traced_figure_that_somebody_changed_is_said(county: Path) -> None:
    _, output = consolidated(county)
    book = openpyxl.load_workbook(output)
    book["表一"]["B6"].value += 1
    book.save(output)
    result = run("trace", output, "表一!B6")
    assert result.exit_code == 1 and "汇总以后有人改过这个数" in result.stdout


def test_a_sum_that_somebody_changed_is_not_added_up_again(county: Path, tmp_path: Path) -> None:
    """S117: above the county the departments' figures are added, so that a change would be lost."""
    _, output = consolidated(county)
    assert [f.severity for f in check_file(output).findings if f.severity == "error"] == []
    book = openpyxl.load_workbook(output)
    book["表一"]["B6"].value += 1
    book["表十二"]["B20"].value = 7
    book.save(output)
    told = [f for f in check_file(output).findings if f.rule == "S117"]
    assert [(f.form, f.facts["count"], f.facts["cell"]) for f in told] == [
        ("summary", "1", "表一!B6"),
        ("projects", "1", "表十二!B20"),
    ]
    (tmp_path / "市").mkdir()
    shutil.copy(output, tmp_path / "市")
    result = run("consolidate", tmp_path / "市", "-o", tmp_path / "全市.xlsx")
    assert result.exit_code == 2 and "S117" in result.stderr


@pytest.mark.parametrize(
    ("cell", "said"),
    [("B6", "不是单元格地址"), ("表一!A6", "不是表里的金额"), ("表一!B9999", "不是")],
)
def test_what_cannot_be_traced_is_said(county: Path, cell: str, said: str) -> None:
    _, output = consolidated(county)
    result = run("trace", output, cell)
    assert result.exit_code == 2 and said in result.stderr
    result = run("trace", county / "1.xlsx", "表一!B6")
    assert result.exit_code == 2 and "不是汇总表" in result.stderr


def entries(tmp_path: Path) -> dict[Path, int]:
    return {p: p.stat().st_mtime_ns for p in (tmp_path / "cache").rglob("*.json")}


def test_what_has_not_changed_is_not_read_again(pack: Pack, county: Path, tmp_path: Path) -> None:
    _, output = consolidated(county)
    first, before = entries(tmp_path), amounts(output)
    sent(pack, county / "4.xlsx", department(pack, 9)._replace(department="第4局"))
    consolidated(county, "--force")
    second = entries(tmp_path)
    assert len(first) == 4 and len(second.keys() - first.keys()) == 1
    assert all(second[path] == when for path, when in first.items())
    assert amounts(output) != before


def test_a_damaged_or_deleted_cache_is_read_anew(county: Path, tmp_path: Path) -> None:
    _, output = consolidated(county)
    before = amounts(output)
    for path in entries(tmp_path):
        path.write_bytes(path.read_bytes()[:50])
    assert consolidated(county, "--force")[0].exit_code == 0
    assert amounts(output) == before
    shutil.rmtree(tmp_path / "cache")
    assert consolidated(county, "--force")[0].exit_code == 0
    assert amounts(output) == before


@pytest.mark.parametrize(("changed", "code"), [(False, 0), (True, 2)])
def test_a_cache_that_is_deleted_meanwhile_is_made_anew(
    pack: Pack,
    county: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changed: bool,
    code: int,
) -> None:
    """Another version of the program deletes it; a file that changes at that moment is said."""
    from xlbudget.app.county import consolidate_files

    def late(*given: object) -> object:
        shutil.rmtree(tmp_path / "cache")
        for folder in {path.parent for path in before}:
            folder.mkdir(parents=True)
        if changed:
            sent(pack, county / "2.xlsx", department(pack, 9))
        return merge(*given)  # type: ignore[arg-type]

    _, output = consolidated(county)
    before, sums = entries(tmp_path), amounts(output)
    output.unlink()
    monkeypatch.setattr(consolidate_files, "merge", late)
    result, _ = consolidated(county)
    assert (result.exit_code, output.exists()) == (code, not changed)
    if changed:
        assert "2.xlsx 在汇总的时候被改动或删除了，请再运行一次。" in result.stderr
    else:
        assert amounts(output) == sums


def test_the_cache_of_another_version_is_not_used(
    county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    consolidated(county)
    first = entries(tmp_path)
    monkeypatch.setattr("xlbudget.app.cache.fingerprint", lambda: "another" * 8)
    consolidated(county, "--force")
    second = entries(tmp_path)
    assert len(second) == 4 and not second.keys() & first.keys()


def process(county: Path, *before: str, **how: object) -> subprocess.Popen[str]:
    words = [*before, COMMAND, "consolidate", county, "-o", county.parent / "汇总.xlsx"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(list(map(str, words)), **pipes, **how)  # type: ignore[call-overload]


def test_one_broken_file_never_stops_the_rest(county: Path) -> None:
    whole = (county / "1.xlsx").read_bytes()
    (county / "截断.xlsx").write_bytes(whole[: len(whole) // 2])
    (county / "空.xlsx").write_bytes(b"")
    (county / "网页.xls").write_bytes(b"<html><table><tr><td>1</td></tr></table></html>")
    locked = BytesIO()
    OOXMLFile(BytesIO(whole)).encrypt("abc", locked)
    (county / "加密.xlsx").write_bytes(locked.getvalue())
    result, output = consolidated(county)
    assert result.exit_code == 1
    told = [line for line in result.stdout.splitlines() if line.startswith("没有汇总")]
    assert [line.partition("：")[0].rpartition("/")[2] for line in told] == [
        *("加密.xlsx", "截断.xlsx", "空.xlsx", "网页.xls"),
    ]
    assert "密码" in told[0]
    assert len(read_file(output)[1].sources) == 4


def test_a_folder_without_permission_is_named(county: Path) -> None:
    closed = county / "不开放"
    closed.mkdir()
    closed.chmod(0)
    # To root nothing is closed, unless it goes without these two powers.
    root = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
    ran = process(county, *(root if os.geteuid() == 0 else ()))
    out, _ = ran.communicate(timeout=60)
    closed.chmod(0o700)
    assert ran.returncode == 1
    assert "没有汇总 各部门/不开放：F102 " in out and "汇总了 4 个部门" in out


def test_no_room_when_writing_leaves_nothing_behind(county: Path) -> None:
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    before = {p.name for p in county.parent.iterdir()}
    ran = process(county, preexec_fn=small)
    _, error = ran.communicate(timeout=60)
    assert ran.returncode == 2
    assert error.startswith("错误：写不了文件") and "磁盘是否已满" in error
    assert "Traceback" not in error
    after = {p.name for p in county.parent.iterdir()}
    assert after - before <= {"cache"}


def waiting_for(ran: subprocess.Popen[str], tmp_path: Path) -> Iterator[None]:
    """Until the first file has been read."""
    for _ in range(6000):
        if entries(tmp_path) or ran.poll() is not None:
            return
        time.sleep(0.01)
        yield


def heed_stop() -> None:
    """Heed Ctrl-C also where the tests themselves run in the background, which shells start with
    it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize(("signal_", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_stopped_in_the_middle_nothing_is_half_written(
    pack: Pack, county: Path, tmp_path: Path, signal_: int, code: int
) -> None:
    """And the next run goes on from there."""
    output = county.parent / "汇总.xlsx"
    for seed in range(5, 25):
        sent(pack, county / f"{seed}.xlsx", department(pack, seed))
    ran = process(county, preexec_fn=heed_stop)
    list(waiting_for(ran, tmp_path))
    ran.send_signal(signal_)
    _, error = ran.communicate(timeout=60)
    assert ran.returncode == code and not output.exists()
    if signal_ == signal.SIGINT:
        assert error.strip().endswith("已中止，没有写出汇总表。")
    result, _ = consolidated(county)
    assert (result.exit_code, output.exists()) == (0, True)


def test_a_process_that_dies_is_said_and_the_others_go_on(
    county: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is known that kills the reader of .xlsx; so one is made that dies."""
    from xlbudget.app.county import collect

    real = collect.read_file

    def deadly(path: Path, *more: object) -> object:
        if path.name == "2.xlsx":
            os._exit(1)
        return real(path, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(collect, "read_file", deadly)
    result, output = consolidated(county)
    assert result.exit_code == 1
    assert "没有汇总 各部门/2.xlsx：F115 读取程序中途退出" in result.stdout
    assert len(read_file(output)[1].sources) == 3


def test_one_process_and_several_write_the_same_bytes(county: Path) -> None:
    _, output = consolidated(county, "--force", "--jobs", "2")
    by_several = output.read_bytes()
    consolidated(county, "--force", "--jobs", "1", "--no-cache")
    assert output.read_bytes() == by_several


def test_an_output_that_is_there_is_kept(county: Path) -> None:
    output = county.parent / "汇总.xlsx"
    output.write_bytes(b"mine")
    result, _ = consolidated(county)
    assert (result.exit_code, output.read_bytes()) == (2, b"mine")
    assert "--force" in result.stderr


def test_where_nothing_can_be_added_nothing_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "各部门"
    folder.mkdir()
    (folder / "空.xlsx").write_bytes(b"")
    result, output = consolidated(folder)
    assert (result.exit_code, output.exists()) == (2, False)
    assert "没有一个文件可以汇总" in result.stderr


def test_the_page_names_what_was_left_out(county: Path) -> None:
    (county / "空.xlsx").write_bytes(b"")
    page = county.parent / "概览.html"
    consolidated(county, "--html", page)
    assert "空.xlsx" in page.read_text(encoding="utf-8")


def test_json_and_folders_of_csv_are_departments_too(pack: Pack, county: Path) -> None:
    shutil.copy(EXAMPLE / "budget.json", county / "012.json")
    result, output = consolidated(county)
    assert result.exit_code == 0
    reading = read_file(output)[1]
    assert len(reading.sources) == 5
    result = run("trace", output, "表一!B6")
    assert "各部门/012.json" in result.stdout

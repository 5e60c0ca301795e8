"""Facts: every figure with its address, exact through parquet, asked for in the forms' words."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

import click
import duckdb
import openpyxl
import pandas
import pytest
from conftest import EXAMPLE

from xlbudget.app.read_files import read_file
from xlbudget.app.write_files import write_facts_file
from xlbudget.cli.failures import Failed, tell_failures
from xlbudget.cli.output import write_file
from xlbudget.core.key import CellKey
from xlbudget.ops.facts.column_names import name_columns
from xlbudget.ops.facts.facts import Fact, convert_to_yuan, list_facts
from xlbudget.packs.model import Pack
from xlbudget.report.facts.database import Refused, open_facts
from xlbudget.report.facts.parquet import TooLong, write_facts
from xlbudget.report.facts.query import Answer, ask
from xlbudget.report.facts.query_output import format_csv, format_json, format_table

HOSTILE = (
    *("逗号,引号\"单引号'", "换行\r\n第二行\n", "", "NULL", "\\N", "013", "=1+1", "\x00\x1b[31m"),
    *("\u202e\u2028\ufeff", "😀\t", "{}[]", " 前后空格 ", "x'); DROP VIEW facts; --"),
)


def example_facts(name: str) -> list[Fact]:
    pack, reading = read_file(EXAMPLE / name)
    return list(list_facts(pack, reading, name))


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("facts") / "facts.parquet"
    assert write_facts(example_facts("预算.xlsx"), path) == 185
    return path


def query(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    code = "from xlbudget.cli.main import main; main()"
    command = [sys.executable, "-c", code, "query", *map(str, words)]
    return subprocess.run(command, capture_output=True, timeout=60)


def said(*words: str | Path) -> list[dict[str, object]]:
    done = query(*words, "--format", "json")
    assert (done.returncode, done.stderr) == (0, b"")
    answer: list[dict[str, object]] = json.loads(done.stdout)
    return answer


def rows(sql: str, *files: Path) -> list[tuple[object, ...]]:
    with open_facts(files) as facts:
        return list(ask(facts.connection, sql).rows)


def test_every_amount_is_a_fact_in_yuan() -> None:
    """Ten thousand times what stands in the JSON, figure by figure, nothing more."""
    pack, reading = read_file(EXAMPLE / "budget.json")
    facts = list(list_facts(pack, reading, "budget.json"))
    keys = [CellKey(f.form, f.block, f.row_key, f.column_key) for f in facts]
    assert dict(zip(keys, (f.amount for f in facts), strict=True)) == {
        cell: amount * 10000 for cell, amount in reading.budget.amounts()
    }
    assert {(f.department_code, f.sheet, f.cell) for f in facts} == {("013", "", "")}


def test_a_fact_of_a_workbook_stands_where_it_says() -> None:
    book = openpyxl.load_workbook(EXAMPLE / "预算.xlsx", data_only=True)
    facts = example_facts("预算.xlsx")
    assert len(facts) == len(example_facts("budget.json"))
    for fact in facts:
        assert fact.sheet == fact.form_name
        there = Decimal(str(book[fact.sheet][fact.cell].value))
        assert there * 10000 == fact.amount and Decimal(fact.printed) == there


def test_what_a_fact_says_of_its_row() -> None:
    facts = {(f.form, f.block, f.row_key, f.column_key): f for f in example_facts("预算.xlsx")}
    classed = facts["summary", "expenditure", "201", "current"]
    assert (classed.code, classed.name) == ("201", "一、一般公共服务支出")
    assert (classed.block_name, classed.column_name) == ("支出", "当年预算安排")
    wages = facts["general_basic", "rows", "30101", "personnel"]
    assert (wages.code, wages.name, wages.government) == ("30101", "基本工资", "50101")
    assert facts["spending", "rows", "total", "total"].name == "合计"
    whole, unit, project = (facts["projects", "rows", f"@{n}", "total"] for n in (1, 2, 3))
    assert [f.level for f in (whole, unit, project)] == ["department", "unit", "project"]
    assert [f.unit for f in (whole, unit, project)] == ["", unit.name, unit.name]
    assert project.name == "县乡视频会议费" and project.printed == "20.00"


def test_a_unit_ends_where_the_next_department_begins() -> None:
    pack, reading = read_file(EXAMPLE / "budget.json")
    blocks = dict(reading.budget.blocks)
    key = next(key for key in blocks if key.form == "projects")
    blocks[key] = (*blocks[key], blocks[key][0]._replace(id="@9", name="另一部门"))
    other = reading._replace(budget=reading.budget._replace(blocks=blocks))
    found = {f.row_key: f.unit for f in list_facts(pack, other, "") if f.form == "projects"}
    assert found["@5"] and found["@9"] == ""


@pytest.mark.parametrize(
    ("amount", "unit", "yuan"),
    [
        ("7.00", "万元", "70000"),
        ("0.000001", "万元", "0.01"),
        ("123456789012345678901234567890.12", "万元", "1234567890123456789012345678901200"),
        ("-0.1", "元", "-0.1"),
        ("0.001", "亿元", "100000"),
    ],
)
def test_amounts_are_exact_whatever_their_unit(
    pack: Pack, amount: str, unit: str, yuan: str
) -> None:
    assert convert_to_yuan(Decimal(amount), pack.yuan(unit)) == Decimal(yuan)


def test_columns_of_a_block_have_names_of_their_own(pack: Pack) -> None:
    for block in pack.blocks.values():
        words = name_columns(pack, block)
        assert tuple(words) == block.columns and len(set(words.values())) == len(words)
        assert not any(str(pack.year) in word for word in words.values())


def test_parquet_gives_back_what_was_written(parquet: Path) -> None:
    facts = example_facts("预算.xlsx")
    found = duckdb.execute("FROM read_parquet(?)", [str(parquet)])
    assert {name: str(kind) for name, kind, *_ in found.description} == {
        field: {"year": "INTEGER", "amount": "DECIMAL(18,2)"}.get(field, "VARCHAR")
        for field in Fact._fields
    }
    assert [Fact(*row) for row in found.fetchall()] == facts
    frame = pandas.read_parquet(parquet)
    assert [Fact(*row) for row in frame.itertuples(index=False, name=None)] == facts
    assert all(isinstance(amount, Decimal) for amount in frame["amount"])


def test_the_same_facts_give_the_same_bytes(parquet: Path, tmp_path: Path) -> None:
    folder = tmp_path / "[2025] a*'"
    folder.mkdir()
    write_facts(iter(example_facts("预算.xlsx")), folder / "again.parquet")
    assert (folder / "again.parquet").read_bytes() == parquet.read_bytes()
    assert [p.name for p in folder.iterdir()] == ["again.parquet"]


def of_texts(texts: tuple[str, ...]) -> Iterator[Fact]:
    for number, text in enumerate(texts):
        about = ("shanxi/2025", "山西省", 2025, text, text, text)
        yield Fact(*about, name=text, code=text, unit=text, amount=Decimal(number))


def test_hostile_texts_come_through(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    assert write_facts(of_texts(HOSTILE), path) == len(HOSTILE)
    for field in ("department", "department_code", "file", "name", "code", "unit"):
        assert [text for (text,) in rows(f"SELECT {field} FROM facts", path)] == list(HOSTILE)
    assert write_facts(of_texts(("\ud800",)), path) == 1
    assert rows("SELECT name FROM facts", path) == [("?",)]


def test_wide_amounts_stay_exact_and_absurd_ones_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    (fact,) = of_texts(("x",))
    wide = [Decimal("12345678901234567890.123456789"), Decimal("-0.01"), Decimal("0E-99999999")]
    write_facts((fact._replace(amount=amount) for amount in wide), path)
    assert [amount for (amount,) in rows("SELECT amount FROM facts", path)] == [*wide[:2], 0]
    for absurd in ("1E+40", "1E-99999999", "1" * 37 + ".001"):
        with pytest.raises(TooLong):
            write_facts([fact._replace(amount=Decimal(absurd))], tmp_path / "b.parquet")
        with pytest.raises(Failed, match="太长"):
            put_facts([fact._replace(amount=Decimal(absurd))], tmp_path / "b.parquet", False)
    assert [p.name for p in tmp_path.iterdir()] == ["a.parquet"]
    assert write_facts([], path) == 0 and rows("FROM facts", path) == rows("FROM 表三", path) == []


def put_facts(facts: Iterable[Fact], path: Path, force: bool) -> int:
    """As `consolidate --facts` puts them."""
    with tell_failures():
        return write_facts_file(facts, path, partial(write_file, force=force))


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_text("mine")
    with pytest.raises(click.UsageError, match="--force"):
        put_facts(of_texts(("x",)), path, False)
    assert path.read_text() == "mine"
    assert put_facts(of_texts(("x",)), path, True) == 1
    with pytest.raises(Failed, match="写不了文件"):
        put_facts(of_texts(("x",)), tmp_path / "no" / "a.parquet", False)


def test_forms_are_views_in_their_own_words(parquet: Path) -> None:
    """A line of the view for each row with figures, its amounts under the printed headings."""
    (row,) = said("select * from 表三 where 编码 = '20103'", parquet)
    assert row == {
        **{"部门": "沁水县人民政府办公室", "单位": "", "编码": "20103"},
        "名称": "政府办公厅（室）及相关机构事务",
        **{"合计": "6213900.00", "基本支出": "5399700.00", "项目支出": "814200.00"},
        **{"年份": 2025, "文件": "预算.xlsx"},
    }
    assert said("from spending", parquet) == said("from 表三", parquet)
    assert [r["名称"] for r in said("from 表一 where 部分 = '收入'", parquet)] == [
        *("一、一般公共预算", "本年收入合计", "收入总计"),
    ]
    assert [r["层级"] for r in said("from 表十二", parquet)] == ["部门", "单位", *["项目"] * 3]
    (all_of_it,) = said("select count(*) as n, sum(金额) as 和 from 事实", parquet)
    total = sum(f.amount for f in example_facts("预算.xlsx"))
    assert all_of_it == {"n": 185, "和": f"{total:f}"}


def test_every_form_shows_every_figure_once(pack: Pack, parquet: Path) -> None:
    facts = example_facts("预算.xlsx")
    for form in pack.forms.values():
        words = [w for b in form.blocks for w in name_columns(pack, b).values()]
        shown = [v for r in said(f"from {form.sheet}", parquet) for w, v in r.items() if w in words]
        figures = sorted(Decimal(str(value)) for value in shown if value is not None)
        assert figures == sorted(f.amount for f in facts if f.form == form.key)


def test_several_files_with_odd_names_are_one(parquet: Path, tmp_path: Path) -> None:
    """A name that is a pattern means that file alone; amounts of other widths go together."""
    odd, beside = tmp_path / "[2025] *'.parquet", tmp_path / "2 x'.parquet"
    (fact,) = of_texts(("x",))
    wide = Decimal("12345678901234567890.12345")
    write_facts([fact._replace(amount=wide, pack="无/2025")], odd)
    write_facts([fact], beside)
    assert rows("SELECT count(*) FROM facts", odd, parquet, odd) == [(186,)]
    assert rows("SELECT max(amount), min(file) FROM facts", parquet, odd) == [(wide, "x")]
    done = query("from 表三", odd)
    assert done.returncode == 0 and "没有表样 无/2025" in done.stderr.decode()


def test_forms_of_several_packs_are_one_view(
    pack: Pack, parquet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of both under the same headings, each figure once."""
    next_year, path = dataclasses.replace(pack, name="shanxi/next"), tmp_path / "next.parquet"
    facts = [f._replace(pack=next_year.name, year=2026) for f in example_facts("预算.xlsx")]
    write_facts(facts, path)
    known = {pack.name: pack, next_year.name: next_year}
    monkeypatch.setattr("xlbudget.report.facts.database.find_packs", lambda _: known)
    monkeypatch.setattr("xlbudget.report.facts.database.load_pack", known.__getitem__)
    sql = "SELECT 年份, 合计 FROM 表三 WHERE 编码 = '20103'"
    assert rows(sql, path, parquet) == [
        (2026, Decimal("6213900.00")),
        (2025, Decimal("6213900.00")),
    ]


def test_without_sql_the_views_are_listed(parquet: Path) -> None:
    listed = query(parquet).stdout.decode().splitlines()
    place = listed.index("表三、spending  2025年预算支出总表")
    assert listed[place + 1] == "    部门、单位、编码、名称、合计、基本支出、项目支出、年份、文件"
    assert listed[0] == "facts" and listed[2] == "事实"


REFUSED = (
    *("select * from read_text('{other}')", "select * from '{other}'", "from glob('/*')"),
    *("select * from read_csv('{other}')", "from sniff_csv('{other}')"),
    *("select * from read_parquet('{parquet}')", "select * from read_parquet('s3://a/b')"),
    *("copy facts to '{parquet}'", "copy (select 1) to '{new}'", "attach '{new}'"),
    *("copy facts to '{parquet}' (format parquet, use_tmp_file false)", "install httpfs"),
    *("load httpfs", "set enable_external_access = true", "set lock_configuration = false"),
    *("export database '{new}'", "create table t as from facts", "drop view facts"),
    *("pragma enable_profiling", "call enable_logging(storage='file', storage_path='{new}')"),
    "explain analyze copy facts to '{parquet}' (format parquet, use_tmp_file false)",
    *("from query('drop view facts')", "prepare a as from facts", "explain from facts"),
    # DuckDB counts these as SELECT.
    "with a as (copy facts to '{parquet}' (use_tmp_file false)) from a",
    "with a as (copy facts to '{new}') from a",
    "from json_execute_serialized_sql(json_serialize_sql('from read_text(''{other}'')'))",
    "from query('from read_text(''{other}'')')",
    *("select 1; drop view facts", "", ";", "  ", "-- nothing", "select * from secret_variable"),
    *("select", "select error('x')", "select nothing from facts", "\x00", "\ud800"),
)


@pytest.mark.parametrize("sql", REFUSED)
def test_nothing_but_the_facts_can_be_read_and_nothing_written(
    sql: str, parquet: Path, tmp_path: Path
) -> None:
    secret_variable = pandas.DataFrame({"a": [1]})
    other, before = tmp_path / "other.csv", parquet.read_bytes()
    other.write_text("a,b\n1,2\n")
    sql = sql.format(other=other, parquet=parquet, new=tmp_path / "new")
    with open_facts([parquet]) as facts:
        with pytest.raises(Refused):
            list(ask(facts.connection, sql).rows)
        assert len(list(ask(facts.connection, "from facts").rows)) == 185
    assert parquet.read_bytes() == before and len(secret_variable) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["other.csv"]


def test_what_is_not_taken_is_said_in_chinese(parquet: Path, tmp_path: Path) -> None:
    text, foreign = tmp_path / "a.txt", tmp_path / "foreign.parquet"
    text.write_text("预算")
    duckdb.execute(f"COPY (SELECT 1 AS year, 2.5::DOUBLE AS amount) TO '{foreign}'")
    for words, part in (
        (["from 表三", tmp_path / "没有.parquet"], "没有这个文件"),
        (["from 表三", tmp_path], "没有这个文件"),
        (["from 表三", text], "不是 parquet 文件"),
        (["from 表三", foreign], "缺少（或类型不对）：pack"),
        (["select 部 from 表三", parquet], "DuckDB 的说明如下：\nBinder Error"),
        (["select 1; select 2", parquet], "一次只能写一条"),
        (["drop view facts", parquet], "只能查询"),
        (["select 1 from 表三"], "请写上要查的数据文件"),
        (["from 表三", parquet, "-o", text], "--force"),
    ):
        done = query(*words)
        assert done.returncode == 2 and part in done.stderr.decode(), words
        assert "Traceback" not in done.stderr.decode()
    assert text.read_text() == "预算"


def test_answers_as_table_csv_and_json(parquet: Path, tmp_path: Path) -> None:
    def answer() -> Answer:
        row = ("中文\x1b[31m", Decimal("-1234567.80"), None, "=1+1", "-0.50", True, float("nan"))
        return Answer((*"甲bcdef", "b"), iter([row, (*row[:1], Decimal("1.00"), *row[2:])]))

    assert "".join(format_table(answer())).splitlines() == [
        "甲                     b  c  d     e      f       b",
        "─────────  ─────────────  ─  ────  ─────  ────  ───",
        "中文 [31m  -1,234,567.80     =1+1  -0.50  true  nan",
        "中文 [31m           1.00     =1+1  -0.50  true  nan",
    ]
    written = "".join(format_csv(answer()))
    assert written.startswith("\ufeff甲,b,c") and "\r\n" in written
    first = list(csv.reader(io.StringIO(written[1:], newline="")))[1]
    assert first == ["中文\x1b[31m", "-1234567.80", "", "'=1+1", "-0.50", "true", "nan"]
    assert json.loads("".join(format_json(answer())))[0] == {
        **{"甲": "中文\x1b[31m", "b": "-1234567.80", "c": None, "d": "=1+1"},
        **{"e": "-0.50", "f": True, "b#2": None},
    }
    out = tmp_path / "答.csv"
    assert query("from 表三", parquet, "--format", "csv", "-o", out).returncode == 0
    assert out.read_bytes() == query("from 表三", parquet, "--format", "csv").stdout
    assert query("from 表三 where false", parquet, "--format", "json").stdout == b"[]\n"


def test_other_commands_do_not_load_duckdb() -> None:
    code = (
        "import sys, xlbudget.cli.check, xlbudget.cli.query, xlbudget.cli.consolidate;"
        "print('duckdb' in sys.modules, 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]

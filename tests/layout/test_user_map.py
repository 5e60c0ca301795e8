"""`read --explain` shows what was recognised; `--map` says what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from conftest import EXAMPLE
from helpers import layouts

from xlbudget.cli.main import main
from xlbudget.core.budget import Budget
from xlbudget.packs.model import Pack

MAP = """
tables:
  - form: 表五
    sheet: 支出*
    heading: 4-5
    columns: {A: 科目编码, B: 科目名称, C: 合计, D: 基本支出, E: 项目支出}
words:
  表六: [基本支出明细]
  人员经费: 养人
"""
STRANGE = {"科目编码": "类款项号", "科目名称": "用途", "合计": "金额数"}
STRANGE |= {"基本支出": "保运转", "项目支出": "促发展", "项目": "内容", "2025年预算数": "本年"}


@pytest.fixture
def strange(pack: Pack, example: Budget, tmp_path: Path) -> Path:
    """The example with a form whose title and headings nobody knows, and another with other
    words."""
    forms = layouts.drawn(pack, example)
    forms[4].sheet, forms[4].title = "支出明细", ["", "本级支出"]
    forms[4].head = [[STRANGE.get(text, text) for text in row] for row in forms[4].head]
    forms[5].sheet, forms[5].title = "基本", ["", "基本支出明细"]
    forms[5].head[-1] = [{"人员经费": "养人"}.get(text, text) for text in forms[5].head[-1]]
    path = tmp_path / "预算.xlsx"
    path.write_bytes(layouts.book_bytes(forms))
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_every_table_and_column_of_the_example_is_explained() -> None:
    told = run("read", "--explain", EXAMPLE / "预算.xlsx")
    assert told.exit_code == 0
    golden = Path(__file__).parent.parent / "golden" / "explain.txt"
    assert told.stdout == golden.read_text(encoding="utf-8").replace("{example}", str(EXAMPLE))


def test_what_is_not_recognised_is_shown_with_the_beginning_of_a_map(strange: Path) -> None:
    told = run("read", "--explain", strange).stdout
    assert "没有认出的表：工作表“支出明细”" in told
    assert "A 列  没有用到（“类款项号”）" in told
    assert "没有找到的表：表五" in told
    assert "    columns:\n      # A: 类款项号\n      # B: 用途" in told


def test_a_map_reads_what_cannot_be_recognised(
    strange: Path, tmp_path: Path, pack: Pack, example: Budget
) -> None:
    refused = run("check", strange, "--format", "json")
    assert refused.exit_code == 1
    mapped = run("check", strange, "--map", written(tmp_path / "map.yaml", MAP), "--format", "json")
    found = json.loads(mapped.stdout)
    assert mapped.exit_code == 0
    assert found["summary"]["errors"] == found["summary"]["warnings"] == 0
    read = json.loads(run("read", strange, "--map", tmp_path / "map.yaml").stdout)
    official = json.loads((EXAMPLE / "budget.json").read_text(encoding="utf-8"))
    assert read["forms"] == official["forms"]


def test_the_explanation_says_by_which_word_and_by_the_map(strange: Path, tmp_path: Path) -> None:
    told = run("read", "--explain", strange, "--map", written(tmp_path / "m.yaml", MAP)).stdout
    assert "A 列  项目/科目编码（按对照文件）" in told
    assert "人员经费（写作“2025年预算数/养人”）" in told
    assert "没有找到的表" not in told


def test_figures_outside_the_mapped_columns_are_said(strange: Path, tmp_path: Path) -> None:
    """Nothing is lost in silence: a column that the map leaves out is an error, unless it is to be
    ignored."""
    short = MAP.replace(", E: 项目支出", "")
    found = run("check", strange, "--map", written(tmp_path / "a.yaml", short), "--format", "json")
    codes = {f["code"] for f in json.loads(found.stdout)["findings"] if f["severity"] == "error"}
    assert {"S104", "S105"} <= codes
    ignoring = short.replace("heading: 4-5", "heading: 4-5\n    ignore: [E]")
    found = run(
        "check", strange, "--map", written(tmp_path / "b.yaml", ignoring), "--format", "json"
    )
    codes = {f["code"] for f in json.loads(found.stdout)["findings"] if f["severity"] == "error"}
    assert "S104" not in codes


def test_a_sheet_that_the_map_names_and_the_file_lacks_is_said(tmp_path: Path) -> None:
    other = written(tmp_path / "map.yaml", MAP.replace("支出*", "没有这个"))
    told = run("check", EXAMPLE / "预算.xlsx", "--map", other).stdout
    assert "S116" in told and "工作表“没有这个”（表五）不在这个文件里" in told


def test_every_fault_of_a_map_is_told_with_its_line(tmp_path: Path) -> None:
    wrong = written(
        tmp_path / "map.yaml",
        """tables:
  - form: 表五十
    sheet: 支出
    heading: 4-5
    columns: {A: 科目编码}
  - form: 表五
    sheet: 支出
    heading: 零
    columns: {A1: 科目编码, B: 科目称, C: 合计, D: 合计}
  - {form: 表六}
words:
  没有这个: 别的
""",
    )
    told = run("check", EXAMPLE / "预算.xlsx", "--map", wrong)
    assert told.exit_code == 2
    lines = [line.removeprefix(f"{wrong}:") for line in told.stderr.splitlines()[1:]]
    assert "对照文件有 7 处不对" in told.stderr
    assert [line.split("；")[0] for line in lines] == [
        "12: 表样上没有“没有这个”这个说法",
        "2: 没有“表五十”这张表",
        "8: 行号“零”不对",
        "9: 列号“A1”不对",
        "9: 这张表没有“科目称”这一列",
        "9: “合计”已经对应了别的列",
        "10: 这张表还缺少：sheet、heading、columns",
    ]


@pytest.mark.parametrize("text", ["", "- a", "a: [", "tables: 5", "tables: [5]", "\x00"])
def test_a_map_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    told = run("check", EXAMPLE / "预算.xlsx", "--map", written(tmp_path / "map.yaml", text))
    assert (told.exit_code, "对照文件" in told.stderr) == (2, True)


def test_a_file_without_any_form_is_explained_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "电话"])
    book.save(tmp_path / "通讯录.xlsx")
    told = run("read", "--explain", tmp_path / "通讯录.xlsx")
    assert told.exit_code == 2
    assert "认出 0 张表" in told.stdout and "      # A: 姓名\n      # B: 电话" in told.stdout


WHOLE = """
tables:
  - form: 表五
    sheet: 底稿
    heading: 3-4
    columns: {A: 项目/科目编码, B: 项目/科目名称, C: 合计, D: 基本支出, E: 项目支出}
    ignore: [G, F]
    unit: 元
"""


def whole(tmp_path: Path, below: list[list[object]]) -> Path:
    """One sheet whose first row is the title and whose headings nobody knows."""
    book = openpyxl.Workbook()
    book.active.title = "底稿"
    rows: list[list[object]] = [
        ["2025年一般公共预算支出预算表（不含上年结转）"],
        ["部门名称：沁水县档案馆", "", "", "", "单位：元"],
        ["甲", "", "乙"],
        ["子", "丑", "寅", "卯", "辰", "巳", "午"],
        *below,
    ]
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "底稿.xlsx")
    return tmp_path / "底稿.xlsx"


BODY: list[list[object]] = [
    ["", "合计", 120000.0, 20000.0, 100000.0, 5.0, 6.0],
    ["201", "一般公共服务支出", 120000.0, 20000.0, 100000.0],
]
BELOW: list[list[object]] = [["注：本表无数据，按要求公开空表"], ["单位负责人：  填表人：张三"]]


def test_what_stands_round_a_mapped_table_is_read(tmp_path: Path) -> None:
    """Title and department above, the unit that the map states, a row that is the sheet's last;
    nothing of it is left over."""
    path, chart = whole(tmp_path, BODY), written(tmp_path / "m.yaml", WHOLE)
    read = json.loads(run("read", path, "--map", chart).stdout)
    assert (read["department"]["name"], read["unit"]) == ("沁水县档案馆", "元")
    rows = read["forms"]["general_spending"]["rows"]
    assert [(row.get("code", ""), row["total"]) for row in rows] == [
        ("", 120000),
        ("201", 120000),
    ]
    told = json.loads(run("check", path, "--map", chart, "--format", "json").stdout)
    assert not [f for f in told["findings"] if set(f["cells"]) & {"底稿!A1", "底稿!A2", "底稿!E2"}]
    assert not {f["code"] for f in told["findings"]} & {"S103", "S104", "S105", "S116"}


def test_notes_and_footers_of_a_mapped_table_are_no_rows(tmp_path: Path) -> None:
    path, chart = whole(tmp_path, BELOW), written(tmp_path / "m.yaml", WHOLE)
    read = json.loads(run("read", path, "--map", chart).stdout)
    assert not read["forms"]["general_spending"].get("rows")
    told = json.loads(run("check", path, "--map", chart, "--format", "json").stdout)
    assert not [f for f in told["findings"] if "张三" in f["message"] or "空表" in f["message"]]


def test_a_mapped_heading_may_be_the_last_row(tmp_path: Path) -> None:
    path, chart = whole(tmp_path, []), written(tmp_path / "m.yaml", WHOLE)
    told = run("check", path, "--map", chart).stdout
    assert "S116" not in told and "F114" not in told
    longer = written(tmp_path / "n.yaml", WHOLE.replace("3-4", "3-5"))
    assert "F114" in run("check", path, "--map", longer).stdout


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("3-4", "0-4", "行号“0-4”不对"),
        ("3-4", "4-3", "行号“4-3”不对"),
        ("unit: 元", "unit: 吨", "吨"),
        ("A: 项目/科目编码", "A: 收入/科目编码", "没有“收入/科目编码”这一列"),
    ],
)
def test_a_place_that_cannot_be_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = whole(tmp_path, BODY)
    refused = run("check", path, "--map", written(tmp_path / "m.yaml", WHOLE.replace(old, new)))
    assert refused.exit_code == 2
    assert told in refused.stderr


def test_one_heading_row_may_be_the_first(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "底稿"
    for row in (["子", "丑", "寅"], ["", "合计", 7.0]):
        book.active.append(row)
    book.save(tmp_path / "底稿.xlsx")
    chart = WHOLE.replace("3-4", "1").replace(", D: 基本支出, E: 项目支出", "")
    read = run("read", tmp_path / "底稿.xlsx", "--map", written(tmp_path / "m.yaml", chart))
    assert json.loads(read.stdout)["forms"]["general_spending"]["rows"][0]["total"] == 7


def test_what_a_known_table_lacks_and_a_sheet_without_one_are_explained(tmp_path: Path) -> None:
    """A sheet whose first and middle rows are empty is shown too."""
    path = whole(tmp_path, BODY)
    book = openpyxl.load_workbook(path)
    page = book.create_sheet("通讯录")
    page["A2"], page["B2"], page["A4"] = "姓名", "电话", "张三"
    book.save(path)
    chart = written(tmp_path / "m.yaml", WHOLE.replace(", E: 项目支出", ""))
    told = run("read", "--explain", path, "--map", chart).stdout
    assert "项目支出" in told.split("通讯录")[0]
    assert "      # A: 姓名\n      # B: 电话" in told


@pytest.mark.parametrize("texts", [["姓名", "电话"], ["姓\x07名\u200e", "项\n目"], [None, 5.0]])
def test_what_is_explained_is_accepted_as_a_map(tmp_path: Path, texts: list[object]) -> None:
    """Whatever a sheet holds, the map that is printed for it can be given back as it is, and bears
    no sign that does not show."""
    path = tmp_path / "通讯录.csv"
    path.write_text(
        "\n".join([",".join(str(t or "") for t in texts).replace("\n", " ")] * 3), "utf-8"
    )
    told = run("read", "--explain", path).stdout
    assert told.isprintable() or all(c.isprintable() or c == "\n" for c in told)
    chart = written(tmp_path / "m.yaml", told[told.index("tables:") :])
    again = run("check", path, "--map", chart)
    assert again.exit_code in (1, 2) and "对照文件有" not in again.output

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
    assert 'columns: {A: "类款项号", B: "用途"' in told


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
    assert "认出 0 张表" in told.stdout and '{A: "姓名", B: "电话"}' in told.stdout

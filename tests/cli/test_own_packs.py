"""A pack of one's own, begun in an empty folder and changed by hand: for every command, from
anywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from conftest import EXAMPLE

from xlbudget.cli.main import main
from xlbudget.packs.find import VARIABLE, find_packs, find_root, list_roots, user_folder

COMMAND = Path(sys.executable).with_name("xlbudget")


@pytest.fixture(autouse=True)
def nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folders of packs but the package's, and none remembered."""
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def run(*words: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, list(map(str, words)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(params=["某市/2027", "我的表样"])
def own(request: pytest.FixtureRequest) -> Path:
    """A new year, a renamed heading, a new column with its place in a rule."""
    folder = Path(request.param)
    run("pack", "new", folder, "--from", "shanxi/2025", "--year", "2027", "--place", "某市")
    form = folder / "forms" / "running_costs.yaml"
    change(form, "name: 单位名称", "name: 行政单位")
    change(
        form,
        "- state_capital: 国有资本经营预算",
        "- state_capital: 国有资本经营预算\n          - other: 其他来源",
    )
    rules = folder / "rules" / "a-within.yaml"
    change(rules, "  on: [three_public, running_costs]\n", "  on: three_public\n")
    added = """
- id: A1104
  on: running_costs
  each: row
  holds: total == general + gov_fund + state_capital + other
  defines: total
  says: "{row}的合计应等于各种来源之和"
  why: 机关运行经费的合计是各种来源之和。
  source: 表十一的栏次
  common_mistake: 改了一种来源，合计没有跟着改。
  fix: 核对这一行的各个数。
"""
    rules.write_text(rules.read_text(encoding="utf-8") + added, encoding="utf-8")
    return folder


def test_a_pack_of_ones_own_works_for_every_command(own: Path) -> None:
    name, _ = find_root(own)
    assert name.endswith("/2027")
    told = run("pack", "check", own).stdout
    assert f"{name}：13 张表" in told
    run("new", "-o", "空白.xlsx", "--pack", own)
    assert openpyxl.load_workbook("空白.xlsx")["表十一"]["F5"].value == "其他来源"
    run(
        "new", "-o", "填好.xlsx", "--pack", own, "--from", EXAMPLE / "budget.json", "--year", "2027"
    )
    checked = run("check", "填好.xlsx", "--pack", own).stdout
    assert "填好.xlsx：通过" in checked and "S118 用的是 2025 年的科目目录" in checked
    book = openpyxl.load_workbook("填好.xlsx")
    book["表十一"]["F6"].value = 5.0
    book.save("有错.xlsx")
    assert "A1104" in run("check", "有错.xlsx", "--pack", own, code=1).stdout
    budget = run("read", "填好.xlsx", "--pack", own).stdout
    assert f'"pack": "{name}"' in budget
    Path("预算.json").write_text(budget, encoding="utf-8")
    assert "通过" in run("check", "预算.json", "--pack", own).stdout
    run(
        "consolidate",
        "填好.xlsx",
        "-o",
        "汇总.xlsx",
        "--pack",
        own,
        "--facts",
        "f.parquet",
        "--jobs",
        "1",
    )
    assert "由 1 个数相加" in run("trace", "汇总.xlsx", "表一!B6", "--pack", own).stdout
    assert (
        "2027" in run("query", "select 年份 from 表十一 limit 1", "f.parquet", "--pack", own).stdout
    )
    assert "各种来源之和" in run("rule", "A1104", "--pack", own).stdout
    run("fix", "有错.xlsx", "-o", "改好.xlsx", "--accept", "all", "--pack", own)
    shown = run("pack", "show", own).stdout
    assert "其他来源(other)" in shown and "shanxi" not in shown and "national/2025" in shown
    differing = run("pack", "diff", "shanxi/2025", own, code=1).stdout.splitlines()
    assert any(line.startswith("+ A1104") for line in differing)
    assert any(line.startswith("+ ") and "行政单位(name)" in line for line in differing)


def test_the_users_folder_and_folders_that_are_named_are_looked_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run("pack", "new", user_folder() / "甲市" / "2026", "--place", "甲市")
    run("pack", "new", "别处/乙市/2027", "--year", "2027")
    assert "甲市/2026" in find_packs(list_roots()) and "乙市/2027" not in find_packs(list_roots())
    monkeypatch.setenv(VARIABLE, str(tmp_path / "别处"))
    run("new", "-o", "甲.xlsx", "--pack", "甲市/2026")
    run("new", "-o", "乙.xlsx", "--pack", "乙市/2027")
    assert "没有发现问题" in run("pack", "check", "别处/乙市/2027").stdout


def test_what_is_no_pack_is_said_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    told = run("check", "x.xlsx", "--pack", "空", code=2).stderr
    assert "文件夹 空 里没有 pack.yaml，不是表样包" in told
    told = run("check", "x.xlsx", "--pack", "shanxi/2O25", code=2).stderr
    assert "没有表样 shanxi/2O25，是不是 shanxi/2025？" in told
    (tmp_path / "满").mkdir()
    (tmp_path / "满" / "文件").touch()
    assert "不是空的" in run("pack", "new", "满", code=2).stderr
    run("pack", "new", "坏")
    change(Path("坏/forms/running_costs.yaml"), "total: 合计", "totl: 合计")
    told = run("check", EXAMPLE / "预算.xlsx", "--pack", "坏", code=2).stderr
    assert "表样包有" in told and "坏/rules/" in told


def test_a_city_has_what_its_province_has_and_its_own() -> None:
    """A pack of one file: all else is the province's, the catalogues' year among it."""
    folder = Path("某县/2027")
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        "pack: 某县/2027\nextends: shanxi/2025\nyear: 2027\nplace: 某县\nunit: 元\n",
        encoding="utf-8",
    )
    assert "13 张表" in run("pack", "check", folder).stdout
    run(
        "new",
        "-o",
        "县.xlsx",
        "--pack",
        folder,
        "--from",
        EXAMPLE / "budget.json",
        "--year",
        "2027",
    )
    assert "通过" in run("check", "县.xlsx", "--pack", folder).stdout
    shown = run("pack", "show", folder).stdout
    assert shown.index("某县/2027") < shown.index("shanxi/2025") < shown.index("national/2025")
    assert "（2025 年，" in shown


def test_what_was_read_with_a_pack_is_read_again_when_the_pack_has_changed() -> None:
    folder = Path("某市/2027")
    run("pack", "new", folder, "--year", "2027")
    run("new", "-o", "甲.xlsx", "--pack", folder, "--from", EXAMPLE / "budget.json")
    told = ("consolidate", "甲.xlsx", "-o", "汇总.xlsx", "--force", "--pack", folder)
    assert "通过" in subprocess_run(*told)
    change(folder / "forms" / "running_costs.yaml", "general: 一般公共预算", "general: 某种资金")
    assert "没有一个文件可以汇总" in subprocess_run(*told)


def subprocess_run(*words: str | Path) -> str:
    done = subprocess.run([COMMAND, *words], capture_output=True, check=False)
    return (done.stdout + done.stderr).decode()


def test_the_folder_of_a_year_says_the_year() -> None:
    run("pack", "new", "己市/2026")
    assert "year: 2026" in Path("己市/2026/pack.yaml").read_text("utf-8")


def test_a_places_own_pack_is_used_before_the_common_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its titles are the common ones, word for word."""
    run("pack", "new", "庚市/2025", "--from", "common/2025", "--place", "庚市")
    for path in Path("庚市/2025/forms").glob("*.yaml"):
        text = path.read_text("utf-8")
        start, end = text.index("known_by:"), text.index("blocks:")
        path.write_text(text[:start] + text[end:], encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(Path("庚市/2025").resolve()))
    run("new", "-o", "甲.xlsx", "--pack", "庚市/2025", "--department", "某局")
    assert "（庚市/2025）" in run("check", "甲.xlsx", code=1).stdout


def test_a_form_in_a_unit_that_there_is_not_is_told() -> None:
    run("pack", "new", "辛市/2025", "--from", "shanghai/2025")
    change(Path("辛市/2025/forms/three_public.yaml"), "unit: 万元", "unit: 万圆")
    told = run("pack", "check", "辛市/2025", code=1).stderr
    assert "three_public.yaml:" in told and "no unit '万圆'; words.yaml has 元" in told

"""通过, 待核实, 不通过, 无法读取: one verdict for headline, exit code and every format."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from helpers import layouts

from xlbudget.cli.main import main
from xlbudget.core.budget import Budget
from xlbudget.packs.model import Pack


def run(*words: str | Path) -> Result:
    result = CliRunner().invoke(main, list(map(str, words)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def workbook(
    pack: Pack, budget: Budget, path: Path, unit: bool = True, wrong: bool = False
) -> Path:
    forms = layouts.drawn(pack, budget)
    for one in forms:
        one.about = [one.about[0], one.about[1] if unit else ("", "")]
    if wrong:
        forms[0].body[0][1] = 1.0
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(layouts.book_bytes(forms))
    return path


VERDICTS = {
    "通过": ("passed", 0, {}),
    "待核实": ("unconfirmed", 1, {"unit": False}),
    "不通过": ("failed", 1, {"wrong": True}),
}


@pytest.mark.parametrize("headline", VERDICTS)
def test_headline_exit_code_and_formats_agree(
    pack: Pack, example: Budget, tmp_path: Path, headline: str
) -> None:
    verdict, code, how = VERDICTS[headline]
    path = workbook(pack, example, tmp_path / "预算.xlsx", **how)
    told = run("check", path)
    assert told.exit_code == code
    assert told.stdout.startswith(f"{path}：{headline}（")
    data = json.loads(run("check", path, "--format", "json").stdout)
    assert data["verdict"] == verdict
    assert {f["severity"] for f in data["findings"]} <= {"error", "warning", "note"}
    page = run("check", path, "--format", "html").stdout
    assert f'class="verdict {verdict}"' in page
    levels = {
        result["level"]
        for result in json.loads(run("check", path, "--format", "sarif").stdout)["runs"][0][
            "results"
        ]
    }
    assert ("error" in levels) is (verdict == "failed")


def test_an_assumption_is_named_and_may_be_accepted(
    pack: Pack, example: Budget, tmp_path: Path
) -> None:
    path = workbook(pack, example, tmp_path / "预算.xlsx", unit=False)
    told = run("check", path)
    assert "待核实 V208 表一!A4 表一至表十三" in told.stdout
    assert "没有写金额单位，暂按万元读取" in told.stdout
    accepted = run("check", path, "--accept-assumptions")
    assert accepted.exit_code == 0
    assert "通过（1 项待核实的已按所说的假定" in accepted.stdout
    assert "暂按万元读取" in accepted.stdout
    assert (
        json.loads(run("check", path, "--accept-assumptions", "--format", "json").stdout)["verdict"]
        == "passed"
    )


def test_several_files_are_counted_by_verdict(pack: Pack, example: Budget, tmp_path: Path) -> None:
    workbook(pack, example, tmp_path / "各部门" / "1.xlsx")
    workbook(pack, example, tmp_path / "各部门" / "2.xlsx", unit=False)
    workbook(pack, example, tmp_path / "各部门" / "3.xlsx", wrong=True)
    (tmp_path / "各部门" / "4.xlsx").write_bytes(b"")
    told = run("check", tmp_path / "各部门")
    assert told.exit_code == 2
    first = told.stdout.splitlines()[0]
    assert first == "共检查 4 个文件：1 个通过，1 个待核实，1 个不通过，1 个无法读取"


def of_office(budget: Budget, name: str) -> Budget:
    """The budget with another department's name, in its outlines too."""
    blocks = {
        key: tuple(r._replace(name=name) if r.name == budget.department else r for r in rows)
        for key, rows in budget.blocks.items()
    }
    return budget._replace(department=name, blocks=blocks)


def test_a_sum_waits_for_a_decision(pack: Pack, example: Budget, tmp_path: Path) -> None:
    """What is to be confirmed is left out until a line in the file beside the roster confirms it;
    a budget of nobody always is, and a blank one is not handed in."""
    folder = tmp_path / "各部门"
    workbook(pack, of_office(example, "甲局"), folder / "甲.xlsx")
    workbook(pack, of_office(example, "乙局"), folder / "乙.xlsx", unit=False)
    workbook(pack, example._replace(department=""), folder / "无名.xlsx")
    blank = Budget(pack.name, 2025, "万元", "丙局", blocks=dict.fromkeys(pack.blocks, ()))
    workbook(pack, blank, folder / "丙.xlsx")
    roster = tmp_path / "名单.csv"
    rows = [["编码", "名称", "上级"], ["1", "甲局", ""], ["2", "乙局", ""], ["3", "丙局", ""]]
    with roster.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    first = run("consolidate", folder, "-o", tmp_path / "1.xlsx", "--roster", roster)
    assert first.exit_code == 1
    assert "乙.xlsx" in first.stdout and "暂按万元读取" in first.stdout
    assert "没有写是哪个部门" in first.stdout
    assert "丙局" in next(line for line in first.stdout.splitlines() if "没有交" in line)
    decisions = tmp_path / "名单.决定.csv"
    decisions.write_text("部门或文件,决定\n乙局,确认\n各部门/无名.xlsx,确认\n", "utf-8")
    again = run("consolidate", folder, "-o", tmp_path / "2.xlsx", "--roster", roster)
    assert "暂按万元读取" not in again.stdout
    assert "没有写是哪个部门" in again.stdout
    decisions.write_text("部门或文件,决定\n乙局,大概\n", "utf-8")
    refused = run("consolidate", folder, "-o", tmp_path / "3.xlsx", "--roster", roster)
    assert refused.exit_code == 2
    assert "第 2 行的决定“大概”认不出来" in refused.stderr


def test_what_systems_leave_beside_files_is_passed_over_and_documents_are_named(
    pack: Pack, example: Budget, tmp_path: Path
) -> None:
    folder = tmp_path / "各部门"
    workbook(pack, example, folder / "甲.xlsx")
    for name in ("._甲.xlsx", ".~甲.xlsx", "~$甲.xlsx", "__MACOSX/._甲.xlsx", ".隐/乙.xlsx"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"\0\5\26\7" + bytes(99))
    for name in ("乙.zip", "丙.pdf", "丁.docx"):
        (folder / name).write_bytes(b"PK")
    told = run("check", folder)
    assert told.exit_code == 0
    assert "有 3 个压缩包或文档没有读取：丁.docx、丙.pdf、乙.zip" in told.stderr


def test_a_workbook_is_not_filled_from_half_of_another(
    pack: Pack, example: Budget, tmp_path: Path
) -> None:
    """What was not read of the source is told; without it only where that is asked for."""
    forms = layouts.drawn(pack, example)
    forms[0].body[0][0] = "六、不知道的收入"
    source, output = tmp_path / "源.xlsx", tmp_path / "新.xlsx"
    source.write_bytes(layouts.book_bytes(forms))
    refused = run("new", "-o", output, "--from", source)
    assert refused.exit_code == 1 and not output.exists()
    assert "六、不知道的收入" in refused.stderr and "--leave-out" in refused.stderr
    written = run("new", "-o", output, "--from", source, "--leave-out")
    assert written.exit_code == 0 and output.exists()
    assert "六、不知道的收入" in written.stderr
    again = run("new", "-o", output, "--from", source, "--force")
    assert again.exit_code == 1  # --force overwrites, and does nothing else


def test_what_a_new_workbook_does_not_take_over_is_told(
    pack: Pack, example: Budget, tmp_path: Path
) -> None:
    """Decimals that do not show, and figures beside the table; neither hinders."""
    source, output = tmp_path / "源.xlsx", tmp_path / "新.xlsx"
    book = openpyxl.load_workbook(workbook(pack, example, source))
    sheet = book.worksheets[0]
    cell = next(c for row in sheet.iter_rows() for c in row if isinstance(c.value, float))
    cell.value, cell.number_format = cell.value + 0.0004, "0.00"
    sheet.cell(8, 20).value = 777.77
    book.save(source)
    written = run("new", "-o", output, "--from", source)
    assert written.exit_code == 0 and output.exists()
    assert "V203" in written.stderr and cell.coordinate in written.stderr
    assert "S107" in written.stderr and "777.77" in written.stderr

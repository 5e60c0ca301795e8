"""Catalogues that a bureau has: brought in, learned, used in the years that they are for."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from conftest import EXAMPLE

from xlbudget.cli.main import main
from xlbudget.packs.catalogue_versions import apply_names, choose_version, versions_folder
from xlbudget.packs.find import default_pack
from xlbudget.packs.load import _load, load_pack
from xlbudget.packs.model import Pack

NEW, GONE, RENAMED = "2010397", "2010107", "20101"


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterable[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    _load.cache_clear()
    yield
    _load.cache_clear()


def run(*words: str | Path, code: int = 0, typed: str | None = None) -> Result:
    _load.cache_clear()  # each command is a process of its own
    result = CliRunner().invoke(main, list(map(str, words)), input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def bureau(pack: Pack) -> dict[str, str]:
    """A bureau's function codes: one more, one less, one with another name."""
    names = dict(pack.catalogues["function"].names) | {NEW: "数字政务", RENAMED: "人民代表大会事务"}
    del names[GONE]
    return dict(sorted(names.items()))


def whole(names: dict[str, str]) -> list[list[Any]]:
    return [["2027年科目"], ["科目编码", "科目名称"], *map(list, names.items())]


def numbers(names: dict[str, str]) -> list[list[Any]]:
    return [
        ["序号", "编码", "名称"],
        *([n, float(c), t] for n, (c, t) in enumerate(names.items(), 1)),
    ]


def together(names: dict[str, str]) -> list[list[Any]]:
    return [["功能科目"], *([f"{code} {name}"] for code, name in names.items())]


def divided(names: dict[str, str]) -> list[list[Any]]:
    """类 | 款 | 项 | 名称, each level in its own column, what is above left blank."""
    rows: list[list[Any]] = [["科目编码", "", "", "科目名称"], ["类", "款", "项", ""]]
    for code, name in names.items():
        parts = [code[:3], code[3:5], code[5:7]]
        depth = sum(map(bool, parts)) - 1
        rows.append([*("" if n != depth else part for n, part in enumerate(parts)), name])
    return rows


def in_full(names: dict[str, str]) -> list[list[Any]]:
    """The same, each code written in full in the column of its level."""
    rows: list[list[Any]] = [["类", "款", "项", "科目名称", "说明"]]
    for code, name in names.items():
        depth = {3: 0, 5: 1, 7: 2}[len(code)]
        rows.append([*("" if n != depth else code for n in range(3)), name, "反映……"])
    return rows


SHAPES = (whole, numbers, together, divided, in_full)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bureaus_list_is_used_for_the_years_from_its_own_on(
    pack: Pack, shape: Callable[[dict[str, str]], list[list[Any]]]
) -> None:
    book = openpyxl.Workbook()
    for row in shape(bureau(pack)):
        book.active.append(row)
    book.save("科目.xlsx")
    told = run("codes", "import", "科目.xlsx", "--year", "2027", code=1, typed="n\n").stdout
    assert "新增 1 个，取消 1 个，改名 1 个" in told and "没有采用" in told
    assert f"  + {NEW} 数字政务" in told and f"  * {RENAMED} 人大事务 → 人民代表大会事务" in told
    assert not versions_folder().exists()
    run("codes", "import", "科目.xlsx", "--year", "2027", "--yes")
    assert "数字政务" in run("codes", NEW).stdout
    run("codes", NEW, "--year", "2026", code=1)
    having = [NEW in load_in(y).catalogues["function"].names for y in (2025, 2026, 2027, 2028)]
    assert having == [False, False, True, True]


def load_in(year: int) -> Pack:
    from xlbudget.packs.year import apply_year

    _load.cache_clear()
    return apply_year(load_pack(default_pack()), year)


def test_a_list_in_text_is_read_too(pack: Pack) -> None:
    with Path("科目.csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(whole(bureau(pack)))
    assert "新增 1 个" in run("codes", "import", "科目.csv", "--year", "2027", "--yes").stdout


def test_what_is_no_whole_catalogue_is_not_taken(pack: Pack) -> None:
    names = bureau(pack)
    few = {code: names[code] for code in list(names)[:20]}
    write("少.xlsx", whole(few))
    assert (
        "不像是整个目录，没有采用"
        in run("codes", "import", "少.xlsx", "--year", "2027", code=1).stderr
    )
    del names["20103"]
    write("缺.xlsx", whole(names))
    assert (
        "没有上级科目 20103" in run("codes", "import", "缺.xlsx", "--year", "2027", code=1).stderr
    )
    write("无.xlsx", [["没有", "科目"]])
    assert (
        "没有认得出的科目编码" in run("codes", "import", "无.xlsx", "--year", "2027", code=2).stderr
    )
    run("codes", "import", "没有.xlsx", "--year", "2027", code=2)
    assert not versions_folder().exists()


def import_of(path: str, code: int) -> str:
    return run("codes", "import", path, "--year", "2027", code=code).stderr


def write(path: str, rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def test_codes_are_learned_from_workbooks_one_by_one(pack: Pack) -> None:
    book = openpyxl.load_workbook(EXAMPLE / "预算.xlsx", data_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if str(cell.value) == "2010301":
                    cell.value, row[cell.column].value = NEW, "数字政务"
    book.save("甲.xlsx")
    before = run("check", "甲.xlsx").stdout
    assert "C301" in before
    told = run("codes", "learn", "甲.xlsx", code=0, typed="n\n").stdout
    assert f"没有 {NEW} 数字政务（1 个文件里有）" in told and not versions_folder().exists()
    run("codes", "learn", "甲.xlsx", typed="y\n")
    assert "C301" not in run("check", "甲.xlsx").stdout
    assert "没有目录以外的科目" in run("codes", "learn", "甲.xlsx").stdout


def test_a_budget_of_a_year_with_its_own_catalogue_is_told_so(pack: Pack) -> None:
    """And an unknown code is an error then, not a note."""
    write("科目.xlsx", whole(bureau(pack)))
    run("codes", "import", "科目.xlsx", "--year", "2027", "--yes")
    run("new", "-o", "甲.xlsx", "--from", EXAMPLE / "budget.json", "--year", "2027")
    checked = run("check", "甲.xlsx").stdout
    assert "年起的表样和 2027 年的科目目录" in checked


def test_a_new_code_has_the_kind_of_its_parent(pack: Pack) -> None:
    own = pack.catalogues["economic-department"]
    changed = apply_names(own, {**own.names, "30198": "新的津贴"})
    assert changed.kinds["30198"] == own.kinds["301"]
    assert changed.names.keys() - own.names.keys() == {"30198"}


def test_the_newest_catalogues_that_are_not_later_are_used(pack: Pack) -> None:
    versions = dict.fromkeys((2025, 2027), pack.catalogues)
    years = (2023, 2025, 2026, 2027, 2030)
    assert [choose_version(versions, year) for year in years] == [2025, 2025, 2025, 2027, 2027]

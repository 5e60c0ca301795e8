"""Packs: sound, strict, and enough: a rule or a column is added by data alone."""

from __future__ import annotations

import ast
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from conftest import EXAMPLE

from xlbudget.core.budget import Budget, Row
from xlbudget.core.key import BlockKey, CellKey
from xlbudget.layout.recognise.recognise import recognise
from xlbudget.messages import load_messages
from xlbudget.ops.check.budget_schema import format_schema
from xlbudget.ops.check.check import check
from xlbudget.packs.errors import PackError
from xlbudget.packs.find import find_packs, list_roots, templates_root
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import Pack
from xlbudget.report.rule_pages import render_rule_page
from xlbudget.rules.bound_rules import bound_rules
from xlbudget.rules.lint import lint
from xlbudget.workbook.live.workbook import make_workbook
from xlbudget.workbook.read.open import read_workbook

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A temporary copy of all packs."""
    return Path(shutil.copytree(templates_root(), tmp_path / "templates"))


@pytest.mark.parametrize("name", find_packs(list_roots()))
def test_every_pack_is_sound(name: str) -> None:
    assert lint(load_pack(name), templates_root()) == []


def test_every_rule_says_why_and_what_to_do(pack: Pack) -> None:
    for rule in pack.rules.values():
        assert rule.sentence and rule.why and rule.common_mistake and rule.fix, rule.id
        assert rule.source or rule.id[0] in "FSV", rule.id


def test_all_rules_of_the_specification_are_there(pack: Pack) -> None:
    families = {family: [r for r in pack.rules if r[0] == family] for family in "AXCVD"}
    counts = {family: len(rules) for family, rules in families.items()}
    assert counts == {"A": 26, "X": 20, "C": 7, "V": 12, "D": 9}


def test_budget_schema_has_not_drifted(pack: Pack) -> None:
    kept = (ROOT / "schemas" / "budget.schema.json").read_text(encoding="utf-8")
    assert kept == format_schema(pack)
    jsonschema.Draft202012Validator.check_schema(json.loads(kept))


def test_the_example_is_valid_by_the_kept_schema() -> None:
    schema = json.loads((ROOT / "schemas" / "budget.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads((EXAMPLE / "budget.json").read_text(encoding="utf-8")), schema)


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_adding_a_rule_and_a_column_is_data_only(copy: Path, tmp_path: Path) -> None:
    """The check, the workbook and the reader know both, with no line of Python changed."""
    folder = copy / "shanxi" / "2025"
    _change(
        folder / "forms" / "three_public.yaml",
        "          - state_capital: 国有资本经营预算\n",
        "          - state_capital: 国有资本经营预算\n      - last_year: 上年预算数\n",
    )
    with (folder / "rules" / "a-within.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "- id: A1099\n  on: three_public\n  each: row\n  holds: total <= last_year\n"
            "  says: '{row}不应大于上年预算数'\n  why: 只减不增。\n  source: 试验\n"
            "  common_mistake: 比上年多报了。\n  fix: 核对。\n"
        )
    pack = load_pack("shanxi/2025", copy)
    assert lint(pack, copy) == []
    key = BlockKey("three_public", "rows")
    row = Row("abroad", {"total": Decimal("10.00"), "last_year": Decimal("8.00")})
    budget = Budget(pack.name, pack.year, pack.unit, "某局", blocks={key: (row,)})
    path = tmp_path / "a.xlsx"
    path.write_bytes(make_workbook(pack, budget))
    assert "上年预算数" in [c.value for r in openpyxl.load_workbook(path)["表十"] for c in r]
    reading = recognise(pack, read_workbook(path).sheets)
    assert reading.budget.blocks[key] == (row,)
    found = [f for f in check(pack, reading).findings if f.rule == "A1099"]
    assert [f.cells[0] for f in found] == [CellKey("three_public", "rows", "abroad", "total")]
    page = render_rule_page(pack, pack.rules["A1099"])
    assert "因公出国（境）费不应大于上年预算数：54.00 大于 45.00，超出 9.00" in page


FAULTS = [
    (
        "rules/a-within.yaml",
        "holds: total == current + carryover",
        "holds: total == curent",
        23,
        "curent",
    ),
    ("rules/a-within.yaml", "on: summary.income", "on: f21.income", 4, "f21"),
    ("rules/a-within.yaml", "- id: A102", "- id: A101", 11, "stands already"),
    ("rules/a-within.yaml", "sum(sources)", "current * carryover", 4, "not linear"),
    (
        "rules/a-within.yaml",
        "  defines: current_total",
        "  define: current_total",
        5,
        "unknown word",
    ),
    ("forms/income.yaml", "codes: function", "codes: functions", 24, "no catalogue"),
    ("forms/summary.yaml", "income: carryover", "income: carry", 41, "no row"),
    (
        "forms/running_costs.yaml",
        "    rows: {total",
        "    rows: {levels: [unit]}\n  more:\n    columns: [name: 单位, a: 金额]\n    rows: {total",
        21,
        "one block of a form at most",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "message"), FAULTS)
def test_faults_name_file_and_line(
    copy: Path, file: str, old: str, new: str, line: int, message: str
) -> None:
    path = copy / "shanxi" / "2025" / file
    _change(path, old, new)
    with pytest.raises(PackError) as error:
        bound_rules(load_pack("shanxi/2025", copy))
    fault = error.value.faults[0]
    assert (Path(fault.file).name, message in fault.message) == (path.name, True)
    assert fault.line == line


def test_codes_without_parents_and_doubled_are_faults(copy: Path) -> None:
    path = copy / "national" / "2025" / "codes" / "function.csv"
    with path.open("a", encoding="utf-8") as file:
        file.write("2990101,无,0\n201,一般公共服务支出,1\n")
    with pytest.raises(PackError) as error:
        load_pack("shanxi/2025", copy)
    text = str(error.value)
    assert "2990101 has no parent 29901" in text and "code 201 stands 2 times" in text


def test_a_pack_extends_none_of_a_later_year(copy: Path) -> None:
    _change(copy / "shanxi" / "2025" / "pack.yaml", "national/2025", "national/2026")
    shutil.copytree(copy / "national" / "2025", copy / "national" / "2026")
    with pytest.raises(PackError, match="of a later year"):
        load_pack("shanxi/2025", copy)


def test_the_programs_sentences_are_as_their_schema_says() -> None:
    """Every sentence that the program looks up, and in it only the words that it fills in."""
    schema = json.loads((ROOT / "schemas" / "messages.schema.json").read_text(encoding="utf-8"))
    errors = jsonschema.Draft202012Validator(schema).iter_errors(load_messages())
    assert [(error.json_path, error.message) for error in errors] == []


SPELLED_IN_CODE = {
    *("layout/normalize.py", "layout/captions.py", "layout/user_map.py", "packs/freeze/forms.py"),
    *("layout/recognise/rows/column_number_rows.py", "workbook/xlsx/styles.py"),
    *("layout/about_lines.py", "layout/parse_code.py", "workbook/read/number_formats.py"),
}
"""Modules that spell Chinese: what a parser takes for a number, an amount of money, a date or a
note, and names of fonts."""


def test_no_sentence_stands_in_python() -> None:
    """No Chinese word in a literal of the package, docstrings apart."""
    spelled = set()
    for path in sorted((ROOT / "xlbudget").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        nodes = list(ast.walk(tree))
        stated = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            literal = isinstance(node, ast.Constant) and id(node) not in stated
            if literal and re.search("[\u4e00-\u9fff]", str(node.value)):
                spelled.add(path.relative_to(ROOT / "xlbudget").as_posix())
    assert spelled == SPELLED_IN_CODE


def test_the_nations_pack_counts_no_forms() -> None:
    """How many forms there are is a place's to say."""
    nation = [
        *(templates_root() / "national").rglob("*.yaml"),
        *(ROOT / "xlbudget").rglob("*.yaml"),
    ]
    assert len(nation) > 5
    for path in nation:
        assert not re.search("十[一二三]张", path.read_text(encoding="utf-8")), path


def test_nothing_about_a_form_stands_in_python(pack: Pack) -> None:
    """No title, form key, sheet name, rule id or code of a catalogue in the package's code."""
    words = {form.title.replace(str(pack.year) + "年", "") for form in pack.forms.values()}
    # A chart may be called as a form is, and a report has a summary.
    keys = pack.forms.keys() - pack.charts.keys() - {"summary"}
    words |= {f'"{key}"' for key in (*keys, *pack.rules)}
    for catalogue in pack.catalogues.values():
        words |= {f'"{code}"' for code in catalogue.names}
    for path in (ROOT / "xlbudget").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        code = re.sub(r'"""[\s\S]*?"""', "", text)
        assert [word for word in words if word in code] == [], path


SLIPS = {
    "tab": ("pack.yaml", b"pack: a/2025\n\tyear: 2025\n", 2, "a tab cannot indent"),
    "not YAML": ("forms/income.yaml", b"form: [\n", 2, "not YAML"),
    "deep": ("forms/income.yaml", b"[" * 200_000 + b"]" * 200_000, 1, "nested too deep"),
    "deep by lines": (
        "forms/income.yaml",
        b"[\n" * 200_000 + b"]" * 200_000,
        51,
        "nested too deep",
    ),
    "rather deep": ("forms/income.yaml", b"[" * 999 + b"]" * 999, 1, "cannot be checked"),
    "half a character": ("forms/income.yaml", b'form: "\\ud800"\n', 1, ""),
    "control character": ("words.yaml", b"print:\n  empty: \x00\n", 2, "not YAML"),
    "not UTF-8": ("words.yaml", "print:\n  empty: 空".encode("gb18030"), 2, "not UTF-8"),
    "empty": ("rules/a-within.yaml", b"", 1, "nothing: must be a list"),
    "only a comment": ("pack.yaml", b"# 2025\n", 1, "nothing: must be a mapping"),
    "two documents": ("pack.yaml", b"a: 1\n---\na: 1\n", 2, "not YAML"),
    "key twice": ("codes.yaml", b"a:\n  title: a\n  title: b\n", 3, "'title' stands twice"),
    "list for a key": ("codes.yaml", b"? [a]\n: b\n", 1, "where a word must stand"),
    "tag": ("codes.yaml", b"a: !!python/name:os.system x\n", 1, "not YAML"),
    "binary": ("codes.yaml", b"a: !!binary eHg=\n", 1, "not YAML"),
    "wrong number": ("codes.yaml", b"a: !!int x\n", 1, "not YAML"),
    "in itself": ("codes.yaml", b"a: &a [*a]\n", 1, "an alias inside of itself"),
    "without end": (
        "codes.yaml",
        b"a: &a0 [x]\n"
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b"*a%d," % (n - 1) * 9) for n in range(1, 9)),
        6,
        "aliases without end",
    ),
    "number for a text": ("pack.yaml", b"pack: 7\n", 1, "7: must be a text (put it into quotes)"),
    "text for a number": ("pack.yaml", b"year: '2025'\n", 1, "'2025': must be a whole number"),
    "near word": ("pack.yaml", b"yaer: 2025\n", 1, "did you mean 'year'?"),
    "list for a map": ("words.yaml", b"units: [a]\n", 1, "['a']: must be a mapping"),
    "brace": ("forms/income.yaml", b"title: '{yaer}'\n", 1, "only {year} is filled in"),
    "no such pack": (
        "pack.yaml",
        "pack: shanxi/2025\nyear: 2025\nplace: 山西省\nunit: 万元\nextends: mars/2025\n".encode(),
        5,
        "no pack 'mars/2025'; there are: common/2025, national/2025, shanghai-unit/2025",
    ),
    "itself": (
        "pack.yaml",
        "pack: shanxi/2025\nyear: 2025\nplace: 山西省\nunit: 万元\nextends: shanxi/2025\n".encode(),
        5,
        "extends itself",
    ),
    "not its folder": (
        "pack.yaml",
        "pack: shanxi/2026\nyear: 2025\nplace: 山西省\nunit: 万元\n".encode(),
        1,
        "the folders are called 'shanxi/2025'",
    ),
    "no table": ("codes.yaml", "a: {title: 甲, file: a.csv, levels: {类: 3}}\n".encode(), 1, ""),
    "outside": ("codes.yaml", b"a:\n  file: ../a.csv\n", 2, "inside of the pack's folder"),
    "unknown file": ("words.yml", b"a: b\n", 1, "no file of a pack; there may be pack.yaml"),
    "unknown folder": ("rule/a.yaml", b"[]", 1, "no file of a pack"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_what_stands_in_a_pack_is_told_never_fallen_over(copy: Path, slip: str) -> None:
    file, data, line, message = SLIPS[slip]
    path = copy / "shanxi" / "2025" / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    with pytest.raises(PackError) as error:
        load_pack("shanxi/2025", copy)
    if slip == "no table":
        path = path.with_name("a.csv")
    faults = error.value.faults
    assert [f for f in faults if (f.file, f.line) == (str(path), line) and message in f.message], (
        faults
    )


TABLES = {
    "empty": ("function.csv", "", 1, "the file is empty"),
    "only a head": ("function.csv", "code,name\n", 1, "nothing stands here"),
    "no name": ("function.csv", "code,nmae\n201,甲\n", 1, "'name' is missing"),
    "unknown column": ("function.csv", "code,name,x\n201,甲,1\n", 1, "unknown word 'x'"),
    "column twice": ("function.csv", "code,name,name\n201,甲,甲\n", 1, "'name' stands twice"),
    "short row": ("function.csv", "code,name\n201,甲\n202\n", 3, "1 cells; the first line has 2"),
    "letters": ("function.csv", "code,name\n201,甲\n2O2,乙\n", 3, "code: '2O2': must be digits"),
    "no number": ("function.csv", "code,name,seen\n201,甲,x\n", 2, "seen: 'x': must be a whole"),
    "no code": ("economic-map.csv", "department,government\n,\n", 2, "nothing stands here"),
    "unknown code": ("economic-map.csv", "department,government\n9,9\n", 2, "9 is not in"),
    "over two lines": ("function.csv", 'code,name\n201,"甲\n乙"\n', 2, "over several lines"),
    "open quote": ("function.csv", 'code,name\n201,"甲\n', 1, "not CSV"),
}


@pytest.mark.parametrize("slip", TABLES)
def test_tables_are_told_by_line(copy: Path, slip: str) -> None:
    file, text, line, message = TABLES[slip]
    path = copy / "national" / "2025" / "codes" / file
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as error:
        load_pack("shanxi/2025", copy)
    told = [f for f in error.value.faults if f.file == str(path)]
    assert (told[0].line, message in told[0].message) == (line, True), told


def test_files_and_folders_in_each_others_place(copy: Path) -> None:
    folder = copy / "shanxi" / "2025"
    shutil.rmtree(folder / "forms")
    (folder / "forms").write_text("", encoding="utf-8")
    (folder / "words.yaml").mkdir()
    (copy / "national" / "2025" / "codes" / "function.csv").unlink()
    with pytest.raises(PackError) as error:
        load_pack("shanxi/2025", copy)
    told = {Path(fault.file).name: fault.message for fault in error.value.faults}
    assert told == {
        "forms": "must be a folder",
        "words.yaml": "cannot be read: Is a directory",
        "function.csv": "cannot be read: No such file or directory",
    }


def test_all_faults_are_told_at_once(copy: Path) -> None:
    folder = copy / "shanxi" / "2025"
    _change(folder / "pack.yaml", "year: 2025", "yaer: 2025")
    _change(folder / "forms" / "summary.yaml", "number: 1", "number: one")
    _change(folder / "rules" / "a-within.yaml", "  why: ", "  wy: ")
    _change(copy / "national" / "2025" / "codes.yaml", "title: 支出功能分类科目", "titel: 支出")
    with pytest.raises(PackError) as error:
        load_pack("shanxi/2025", copy)
    assert {Path(fault.file).name for fault in error.value.faults} == {
        *("pack.yaml", "summary.yaml", "a-within.yaml")
    }


NAMES = [
    ("forms/summary.yaml", "each: function", "each: functions", "no catalogue 'functions'"),
    ("forms/summary.yaml", "level: 类", "level: 目", "no level '目'; there are 类, 款, 项"),
    ("forms/summary.yaml", "set: classes", "set: current_total", "a row is called so too"),
    ("forms/summary.yaml", "- gov_fund: 二", "- general: 二", "row 'general' stands 2 times"),
    ("forms/income.yaml", "- gov_fund: 政", "- general: 政", "column 'general' stands 2 times"),
    (
        "forms/income.yaml",
        "- code: 科目编码\n          - name: 科目名称",
        "- a: b",
        "names the rows",
    ),
    ("forms/general_basic.yaml", ", government: economic-government", "", "go together"),
    ("forms/income.yaml", "number: 2", "number: 3", "form income has it already"),
    (
        "forms/income.yaml",
        "form: income",
        "form: summary",
        "form summary stands in another file too",
    ),
    ("forms/running_costs.yaml", "levels: [unit]", "levels: [office]", "no level 'office'"),
    (
        "pack.yaml",
        "unit: 万元",
        "unit: 百元",
        "no unit '百元'; words.yaml has 元, 千元, 万元, 亿元",
    ),
    ("pack.yaml", "year: 2025", "year: 2025\nremoves: [A999]", "there is no rule A999"),
    (
        "rules/x-between.yaml",
        "blocks: [income, spending]",
        "blocks: [income, f93]",
        "no form 'f93'",
    ),
    ("rules/x-between.yaml", "      blocks: [income, spending]\n", "", "names two forms or more"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), NAMES)
def test_names_that_mean_nothing_or_two_things(
    copy: Path, file: str, old: str, new: str, message: str
) -> None:
    _change(copy / "shanxi" / "2025" / file, old, new)
    try:
        told = "\n".join(map(str, lint(load_pack("shanxi/2025", copy), copy)))
    except PackError as error:
        told = str(error)
    assert message in told


RULE = """
- id: A1099
  on: three_public
  each: row
  why: 试验
  common_mistake: 试验
  fix: 核对
"""


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (
            "  holds: total <= total\n  says: '{rwo}不对'\n",
            "nothing fills in {rwo}; there are: row",
        ),
        ("  holds: total <= total\n  kind: code_order\n  says: 试验\n", "exactly one of"),
        (
            "  holds: total <= total\n  says: 试验\n  parts: [{holds: general <= total}]\n",
            "exactly one of holds, kind, parts must stand here",
        ),
    ],
)
def test_a_rule_says_one_thing_in_words_that_are_filled_in(
    copy: Path, words: str, fault: str
) -> None:
    path = copy / "shanxi" / "2025" / "rules" / "a-within.yaml"
    lines = len(path.read_text(encoding="utf-8").splitlines())
    with path.open("a", encoding="utf-8") as file:
        file.write(RULE + words)
    try:
        faults = lint(load_pack("shanxi/2025", copy), copy)
    except PackError as error:
        faults = error.faults
    assert [fault in found.message for found in faults] == [True], faults
    assert faults[0].file == str(path) and faults[0].line > lines

"""Packs: sound, strict, and enough: a rule or a column is added by data alone."""

from __future__ import annotations

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
from xlbudget.layout.recognise import recognise
from xlbudget.messages import load_messages
from xlbudget.ops.check import check
from xlbudget.ops.schema import schema_text
from xlbudget.packs.faults import PackError
from xlbudget.packs.load import load_pack, pack_names, templates_root
from xlbudget.packs.model import Pack
from xlbudget.report.rules import rule_page
from xlbudget.rules.lint import lint
from xlbudget.rules.shapes import shapes_of
from xlbudget.workbook.read import read_workbook
from xlbudget.workbook.write import workbook_bytes

ROOT = Path(__file__).parent.parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A temporary copy of all packs."""
    return Path(shutil.copytree(templates_root(), tmp_path / "templates"))


@pytest.mark.parametrize("name", pack_names())
def test_every_pack_is_sound(name: str) -> None:
    assert lint(load_pack(name), templates_root()) == []


def test_every_rule_says_why_and_what_to_do(pack: Pack) -> None:
    for rule in pack.rules.values():
        assert rule.sentence and rule.why and rule.usual and rule.mend, rule.id
        assert rule.source or rule.id[0] in "FSV", rule.id


def test_all_rules_of_the_specification_are_there(pack: Pack) -> None:
    families = {family: [r for r in pack.rules if r[0] == family] for family in "AXCVD"}
    counts = {family: len(rules) for family, rules in families.items()}
    assert counts == {"A": 26, "X": 20, "C": 7, "V": 7, "D": 5}


def test_budget_schema_has_not_drifted(pack: Pack) -> None:
    kept = (ROOT / "schemas" / "budget.schema.json").read_text(encoding="utf-8")
    assert kept == schema_text(pack)
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
        folder / "forms" / "f10.yaml",
        "          - state_capital: 国有资本经营预算\n",
        "          - state_capital: 国有资本经营预算\n      - last_year: 上年预算数\n",
    )
    with (folder / "rules" / "a-within.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "- id: A1099\n  on: f10\n  each: row\n  holds: total <= last_year\n"
            "  says: '{row}不应大于上年预算数'\n  why: 只减不增。\n  source: 试验\n"
            "  usual: 比上年多报了。\n  mend: 核对。\n"
        )
    pack = load_pack("shanxi/2025", copy)
    assert lint(pack, copy) == []
    key = BlockKey("f10", "rows")
    row = Row("abroad", {"total": Decimal("10.00"), "last_year": Decimal("8.00")})
    budget = Budget(pack.name, pack.year, pack.unit, "某局", blocks={key: (row,)})
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook_bytes(pack, budget))
    assert "上年预算数" in [c.value for r in openpyxl.load_workbook(path)["表十"] for c in r]
    reading = recognise(pack, read_workbook(path).sheets)
    assert reading.budget.blocks[key] == (row,)
    found = [f for f in check(pack, reading).findings if f.rule == "A1099"]
    assert [f.cells[0] for f in found] == [CellKey("f10", "rows", "abroad", "total")]
    page = rule_page(pack, pack.rules["A1099"])
    assert "因公出国（境）费不应大于上年预算数：54.00 大于 45.00，超出 9.00" in page


FAULTS = [
    (
        "rules/a-within.yaml",
        "holds: total == current + carryover",
        "holds: total == curent",
        23,
        "curent",
    ),
    ("rules/a-within.yaml", "on: f01.income", "on: f21.income", 4, "f21"),
    ("rules/a-within.yaml", "- id: A102", "- id: A101", 11, "stands already"),
    ("rules/a-within.yaml", "sum(sources)", "current * carryover", 4, "not linear"),
    (
        "rules/a-within.yaml",
        "  defines: current_total",
        "  define: current_total",
        5,
        "unknown word",
    ),
    ("forms/f02.yaml", "codes: function", "codes: functions", 24, "no catalogue"),
    ("forms/f01.yaml", "income: carryover", "income: carry", 41, "no row"),
    (
        "forms/f11.yaml",
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
        shapes_of(load_pack("shanxi/2025", copy))
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


def test_a_pack_extends_only_its_own_year(copy: Path) -> None:
    _change(copy / "shanxi" / "2025" / "pack.yaml", "national/2025", "national/2024")
    with pytest.raises(PackError, match="not of the same year"):
        load_pack("shanxi/2025", copy)


def test_the_programs_sentences_are_as_their_schema_says() -> None:
    """Every sentence that the program looks up, and in it only the words that it fills in."""
    schema = json.loads((ROOT / "schemas" / "messages.schema.json").read_text(encoding="utf-8"))
    errors = jsonschema.Draft202012Validator(schema).iter_errors(load_messages())
    assert [(error.json_path, error.message) for error in errors] == []


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
    words |= {f'"{key}"' for key in (*pack.forms, *pack.rules)}
    for catalogue in pack.catalogues.values():
        words |= {f'"{code}"' for code in catalogue.names}
    for path in (ROOT / "xlbudget").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        code = re.sub(r'"""[\s\S]*?"""', "", text)
        assert [word for word in words if word in code] == [], path

"""Budget → workbook → budget is the identity, here and through LibreOffice."""

from __future__ import annotations

import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from helpers.soak import number_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlbudget.app.check_files import check_file
from xlbudget.app.read_files import read_file
from xlbudget.core.budget import Budget, Row, make_unique
from xlbudget.core.finding import UNCONFIRMED
from xlbudget.core.key import BlockKey
from xlbudget.ops.check.budget_json import build_budget, parse_json, to_json
from xlbudget.packs.find import default_pack
from xlbudget.packs.former_names import rename_blocks
from xlbudget.packs.load import load_pack
from xlbudget.packs.model import TOTAL, Block
from xlbudget.workbook.live.workbook import make_workbook

PACK = load_pack(default_pack())
NAMES = st.from_regex(
    r"[一-龥]{2,8}(（[一-龥]{1,4}）|“[一-龥]{1,3}”|\([a-z]{1,3}\))?费", fullmatch=True
)
AMOUNTS = st.decimals(0, Decimal(10) ** 12, places=2).filter(bool)


def filled(draw: Any, block: Block, at_least: int = 0) -> dict[str, Decimal]:
    columns = draw(st.lists(st.sampled_from(block.columns), unique=True, min_size=at_least))
    return {column: draw(AMOUNTS) for column in block.columns if column in columns}


@st.composite
def rows_of(draw: Any, block: Block) -> tuple[Row, ...]:
    if block.fixed:
        keys = draw(st.lists(st.sampled_from(block.row_keys), unique=True))
        return tuple(Row(k, filled(draw, block, 1)) for k in block.row_keys if k in keys)
    rows = []
    if block.total is not None and draw(st.booleans()):
        rows.append(Row(TOTAL, filled(draw, block, 1)))
    if block.codes:
        rows += _code_rows(draw, block)
    elif len(block.levels) == 1:
        names = draw(st.lists(NAMES, unique=True, max_size=4))
        rows += [Row("", filled(draw, block, 1), "", n, block.levels[0]) for n in names]
    return _with_ids(rows)


def _code_rows(draw: Any, block: Block) -> list[Row]:
    catalogue = PACK.catalogues[block.codes]
    codes = sorted(draw(st.lists(st.sampled_from(list(catalogue.names)), unique=True, max_size=6)))
    codes = sorted({c[:n] for c in codes for n in catalogue.lengths if n <= len(c)})
    rows = []
    for code in codes:
        government = ""
        if block.government and len(code) > catalogue.lengths[0]:
            government = draw(st.sampled_from(PACK.catalogues[block.government].maps[code]))
        name = catalogue.names[code]
        rows.append(Row("", filled(draw, block), code, name, "", government))
    return rows


def _with_ids(rows: list[Row]) -> tuple[Row, ...]:
    taken: set[str] = set()
    totals = sum(row.id == TOTAL for row in rows)
    return tuple(
        row._replace(id=make_unique(row.id or row.code or f"@{place - totals}", taken))
        for place, row in enumerate(rows, start=1)
    )


@st.composite
def budgets(draw: Any) -> Budget:
    blocks = {key: draw(rows_of(block)) for key, block in PACK.blocks.items()}
    units = blocks[BlockKey("running_costs", "rows")]
    names = [row.name for row in units if row.id != TOTAL]
    for key, block in PACK.blocks.items():
        if len(block.levels) > 1 and names:
            outline = [Row("", filled(draw, block, 1), "", "部门", block.levels[0])]
            for name in names:
                outline.append(Row("", filled(draw, block, 1), "", name, block.levels[1]))
                projects = draw(st.lists(NAMES.filter(lambda n: n not in names), max_size=2))
                outline += [
                    Row("", filled(draw, block, 1), "", n + "项目", block.levels[2])
                    for n in projects
                ]
            blocks[key] = _with_ids(outline)
    return Budget(PACK.name, PACK.year, PACK.unit, draw(NAMES), "", blocks)


@settings(max_examples=number_of(60, 4), deadline=None, suppress_health_check=list(HealthCheck))
@given(budgets())
def test_workbook(budget: Budget) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "预算.xlsx"
        path.write_bytes(make_workbook(PACK, budget))
        _, reading = read_file(path)
    for key in PACK.blocks:
        assert reading.budget.blocks[key] == budget.blocks[key]
    assert reading.budget == budget


@settings(max_examples=number_of(60, 4), deadline=None, suppress_health_check=list(HealthCheck))
@given(budgets())
def test_json(budget: Budget) -> None:
    assert build_budget(PACK, parse_json(to_json(PACK, budget))) == budget


def test_the_same_input_gives_the_same_bytes(example: Budget) -> None:
    assert make_workbook(PACK, example) == make_workbook(PACK, example)


def test_a_blank_workbook_is_a_budget_of_nothing_that_is_to_be_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "空白.xlsx"
    path.write_bytes(make_workbook(PACK, Budget(PACK.name, PACK.year, PACK.unit, "某局")))
    result = check_file(path)
    assert result.reading is not None
    assert list(result.reading.budget.amounts()) == []
    assert [finding.rule for finding in result.findings] == ["D607"]
    assert result.verdict == UNCONFIRMED


def test_libreoffice_opens_it_and_says_the_same(tmp_path: Path, example: Budget) -> None:
    """LibreOffice loads the workbook and saves it anew: the same budget, the same six notes."""
    source = tmp_path / "预算.xlsx"
    source.write_bytes(make_workbook(PACK, example))
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["libreoffice", home, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    command += ["--outdir", str(tmp_path / "out"), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    result = check_file(tmp_path / "out" / "预算.xlsx")
    assert result.reading is not None
    assert result.reading.budget.blocks == example.blocks
    assert [f.rule for f in result.findings] == ["A602"] * 6


def test_budget_json_with_the_names_of_before_is_read(tmp_path: Path) -> None:
    """Its forms were called f01 to f13; what is written bears the names of what they are."""
    example = Path("examples/qinshui-2025/budget.json")
    _, now = read_file(example)
    text = example.read_text("utf-8")
    for form in PACK.forms.values():
        text = text.replace(f'"{form.key}": {{', f'"{form.formerly}": {{')
        for block in form.blocks:
            if block.formerly:
                text = text.replace(f'"{block.key}": []', f'"{block.formerly}": []', 1)
    assert '"f09"' in text and '"revenue"' in text and '"summary"' not in text
    before = tmp_path / "以前.json"
    before.write_text(text, "utf-8")
    assert read_file(before)[1].budget == now.budget


def test_records_of_before_are_read_under_the_names_of_now() -> None:
    now = {key: index for index, key in enumerate(PACK.blocks)}
    before = {
        BlockKey(PACK.forms[key.form].formerly, PACK.blocks[key].formerly or key.block): index
        for key, index in now.items()
    }
    assert before.keys().isdisjoint(now)
    assert rename_blocks(PACK, before) == rename_blocks(PACK, now) == now

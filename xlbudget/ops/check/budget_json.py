"""Budget JSON: the written form of a budget, with every amount's decimals as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from xlbudget.core.amount import plain
from xlbudget.core.budget import Budget, Row, numbered
from xlbudget.core.key import BlockKey
from xlbudget.packs.model import TOTAL, Block, Pack


class NotBudgetJson(Exception):
    """The text is no budget JSON; the argument says why."""


def to_json(pack: Pack, budget: Budget) -> str:
    """The budget as JSON text, one row a line, amounts as numbers with their printed decimals."""
    head = {"pack": budget.pack, "year": budget.year, "unit": budget.unit}
    department = {"code": budget.department_code} if budget.department_code else {}
    department["name"] = budget.department
    lines = [f" {_text(key)}: {_text(value)}," for key, value in head.items()]
    lines.append(f' "department": {_text(department)},')
    forms = ",\n".join(_form(pack, budget, form) for form in _forms_of(budget))
    lines.append(' "forms": {\n' + forms + "}}")
    return "{" + "\n".join(lines)[1:] + "\n"


def _forms_of(budget: Budget) -> Iterable[str]:
    return dict.fromkeys(key.form for key in budget.blocks)


def _form(pack: Pack, budget: Budget, form: str) -> str:
    blocks = []
    for key, rows in budget.blocks.items():
        if key.form == form:
            inside = ",\n".join("   " + _row(pack.blocks[key], row) for row in rows)
            blocks.append(f"{_text(key.block)}: [" + (f"\n{inside}" if inside else "") + "]")
    unit = f'"unit": {_text(budget.units[form])},\n  ' if form in budget.units else ""
    return f"  {_text(form)}: {{{unit}" + ",\n  ".join(blocks) + "}"


def _row(block: Block, row: Row) -> str:
    said = {key: _text(value) for key, value in row_words(block, row).items()}
    said |= {column: plain(amount) for column, amount in row.amounts.items()}
    return "{" + ", ".join(f"{_text(key)}: {value}" for key, value in said.items()) + "}"


def row_words(block: Block, row: Row) -> dict[str, str]:
    """What identifies a row in JSON: its row key, or its code and name, or its level and name."""
    if block.fixed or row.id == TOTAL:
        return {"row": row.id}
    _, _, code, name, level, government = row
    said = (("code", code), ("level", level), ("name", name), ("government", government))
    return {key: value for key, value in said if value}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def parse(text: str) -> Any:
    """JSON text → plain data with amounts as Decimal. Raises NotBudgetJson."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotBudgetJson(str(error)) from None


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def from_data(pack: Pack, data: Mapping[str, Any]) -> Budget:
    """The budget that plain data says; the data must be valid against the pack's schema."""
    blocks = {}
    units = {}
    for key, block in pack.blocks.items():
        form = data["forms"].get(key.form)
        if form is None:
            continue
        if "unit" in form:
            units[key.form] = form["unit"]
        blocks[key] = _rows(block, form.get(key.block, []))
    department = data["department"]
    return Budget(
        pack=data["pack"],
        year=data["year"],
        unit=data["unit"],
        department=department["name"],
        department_code=department.get("code", ""),
        blocks=blocks,
        units=units,
    )


def _rows(block: Block, listed: Iterable[Mapping[str, Any]]) -> tuple[Row, ...]:
    taken: set[str] = set()
    rows = []
    place = 0
    for item in listed:
        place += item.get("row") != TOTAL
        amounts = {c: Decimal(item[c]) for c in block.columns if c in item}
        wanted = item.get("row") or item.get("code") or f"@{place}"
        words = [str(item.get(word, "")) for word in ("code", "name", "level", "government")]
        rows.append(Row(numbered(wanted, taken), amounts, *words))
    return tuple(rows)


def for_schema(pack: Pack, budget: Budget) -> dict[str, Any]:
    """The budget as plain data for the schema, which asks of amounts that they are numbers: each is
    a zero."""
    forms: dict[str, Any] = {}
    for key, rows in budget.blocks.items():
        block = pack.blocks[key]
        form = forms.setdefault(key.form, {})
        if key.form in budget.units:
            form["unit"] = budget.units[key.form]
        form[key.block] = [
            {**row_words(block, row), **dict.fromkeys(row.amounts, 0.0)} for row in rows
        ]
    department = {"name": budget.department}
    if budget.department_code:
        department["code"] = budget.department_code
    return {
        "pack": budget.pack,
        "year": budget.year,
        "unit": budget.unit,
        "department": department,
        "forms": forms,
    }


def block_at(steps: tuple[Any, ...]) -> tuple[BlockKey, int, str] | None:
    """The block, row number and column that a path in the data leads to, if to a row."""
    if len(steps) >= 4 and steps[0] == "forms" and isinstance(steps[3], int):
        return BlockKey(steps[1], steps[2]), steps[3], str(steps[4]) if len(steps) > 4 else ""
    return None


def as_floats(data: Any) -> Any:
    """The same plain data with its decimals as floats, good for their type only."""
    if isinstance(data, Decimal):
        return float(data)
    if isinstance(data, dict):
        return {key: as_floats(value) for key, value in data.items()}
    return [as_floats(value) for value in data] if isinstance(data, list) else data

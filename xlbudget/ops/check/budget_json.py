"""Budget JSON: the written form of a budget, with every amount's decimals as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from xlbudget.core.amount import format_plain
from xlbudget.core.budget import Budget, Row, make_unique
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
    fields = {key: _text(value) for key, value in identify_in_json(block, row).items()}
    fields |= {column: format_plain(amount) for column, amount in row.amounts.items()}
    return "{" + ", ".join(f"{_text(key)}: {value}" for key, value in fields.items()) + "}"


def identify_in_json(block: Block, row: Row) -> dict[str, str]:
    """What identifies a row in JSON: its row key, or its code and name, or its level and name."""
    if block.fixed or row.id == TOTAL:
        return {"row": row.id}
    _, _, code, name, level, government = row
    words = (("code", code), ("level", level), ("name", name), ("government", government))
    return {key: value for key, value in words if value}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def parse_json(text: str) -> Any:
    """JSON text → plain data with amounts as Decimal. Raises NotBudgetJson."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotBudgetJson(str(error)) from None


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def build_budget(pack: Pack, data: Mapping[str, Any]) -> Budget:
    """The budget that plain data describes; the data must be valid against the pack's schema."""
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
        year=int(data["year"]),
        unit=data["unit"],
        department=department["name"],
        department_code=department.get("code", ""),
        blocks=blocks,
        units=units,
    )


def _rows(block: Block, items: Iterable[Mapping[str, Any]]) -> tuple[Row, ...]:
    taken: set[str] = set()
    rows = []
    ordinal = 0
    for item in items:
        ordinal += item.get("row") != TOTAL
        amounts = {c: Decimal(item[c]) for c in block.columns if c in item}
        row_id = item.get("row") or item.get("code") or f"@{ordinal}"
        words = [str(item.get(word, "")) for word in ("code", "name", "level", "government")]
        rows.append(Row(make_unique(row_id, taken), amounts, *words))
    return tuple(rows)


def convert_to_floats(data: Any) -> Any:
    """The same plain data with floats in place of decimals, for checks of type, not of value."""
    if isinstance(data, Decimal):
        return float(data)
    if isinstance(data, dict):
        return {key: convert_to_floats(value) for key, value in data.items()}
    return [convert_to_floats(value) for value in data] if isinstance(data, list) else data

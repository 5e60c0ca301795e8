"""The JSON Schema of a pack's budgets, derived from its forms, and validation against it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from xlbudget.packs.model import GOVERNMENT, NAME, TOTAL, Block, Catalogue, Pack

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Violation(NamedTuple):
    """A violation of the schema: the path within the data, and the validator's message."""

    steps: tuple[Any, ...]
    message: str


def derive_schema(pack: Pack) -> dict[str, Any]:
    """The schema of budget JSON for this pack."""
    unit = {"enum": list(pack.words["units"])}
    return {
        "$schema": DIALECT,
        "title": f"xlbudget budget, pack {pack.name}",
        "type": "object",
        "required": ["pack", "year", "unit", "department", "forms"],
        "additionalProperties": False,
        "properties": {
            "pack": {"type": "string"},
            "year": {"type": "integer", "minimum": 2000, "maximum": 2099},
            "unit": unit,
            "department": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {"code": {"type": "string"}, "name": {"type": "string"}},
            },
            "forms": {
                "type": "object",
                "additionalProperties": False,
                "properties": {key: _form(pack, key, unit) for key in pack.forms},
            },
        },
    }


def format_schema(pack: Pack) -> str:
    """The schema as JSON text, as it is kept in the repository."""
    return json.dumps(derive_schema(pack), ensure_ascii=False, indent=1) + "\n"


def _form(pack: Pack, key: str, unit: Mapping[str, Any]) -> dict[str, Any]:
    form = pack.forms[key]
    blocks = {b.key: {"type": "array", "items": _item(pack, b)} for b in form.blocks}
    return {
        "title": form.title,
        "type": "object",
        "required": list(blocks),
        "additionalProperties": False,
        "properties": {"unit": unit, **blocks},
    }


def _item(pack: Pack, block: Block) -> dict[str, Any]:
    amounts = {column: {"type": "number"} for column in block.columns}
    if block.fixed:
        return _object({"row": {"enum": list(block.row_keys)}, **amounts}, ["row"])
    words: dict[str, Any] = {NAME: {"type": "string"}}
    required = [NAME]
    if block.codes:
        words["code"] = {"type": "string", "pattern": _pattern(pack.catalogues[block.codes])}
        required = ["code"] if "code" in block.paths else [NAME]
    if block.levels:
        words["level"] = {"enum": list(block.levels)}
        required = ["level", NAME]
    if block.government:
        words[GOVERNMENT] = {"type": "string"}
    item = _object({**words, **amounts}, required)
    if block.total is None:
        return item
    total = _object({"row": {"const": TOTAL}, **amounts}, ["row"])
    return {"if": {"required": ["row"]}, "then": total, "else": item}


def _object(properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": properties,
    }


def _pattern(catalogue: Catalogue) -> str:
    """A regular expression for codes: as many digits as one of the catalogue's levels has."""
    return "^(" + "|".join(rf"\d{{{digits}}}" for digits in catalogue.lengths) + ")$"


@lru_cache(maxsize=8)
def _validator(pack: Pack) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(derive_schema(pack))


def find_violations(pack: Pack, data: Any) -> Iterator[Violation]:
    """Every violation of the pack's schema in the data."""
    for error in _validator(pack).iter_errors(data):
        yield Violation(tuple(error.instance_path), error.message)

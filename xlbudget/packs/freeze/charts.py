"""The pack's `overview:`: the figures of the forms that are shown as charts, with their names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlbudget.core.key import BlockKey
from xlbudget.packs.errors import Fault, find_line
from xlbudget.packs.model import Block, Catalogue, ChartSpec, Form


def read_charts(
    path: Path,
    spec: Mapping[str, Mapping[str, Any]],
    forms: Mapping[str, Form],
    catalogues: Mapping[str, Catalogue],
    faults: list[Fault],
) -> Mapping[str, ChartSpec]:
    """The charts that a pack declares; faults are added to the list."""
    blocks = {block.id: block for form in forms.values() for block in form.blocks}
    charts = {}
    for name, body in spec.items():
        wrong = list(_wrong(body, blocks, catalogues))
        line = find_line(path, ("overview", name)) if wrong else 0
        faults += [Fault(str(path), line, f"overview {name}: {each}") for each in wrong]
        if not wrong:
            key = _block_of(body)
            charts[name] = ChartSpec(key.form, key.block, body["column"], _rows(body, catalogues))
    return charts


def _block_of(body: Mapping[str, Any]) -> BlockKey:
    form, _, block = body["on"].partition(".")
    return BlockKey(form, block)


def _rows(body: Mapping[str, Any], catalogues: Mapping[str, Catalogue]) -> Mapping[str, str]:
    """Row id → its name: as listed, or for the top codes of a catalogue."""
    if "names" not in body:
        return dict(body["rows"])
    catalogue = catalogues[body["names"]]
    return {code: catalogue.names[code] for code in catalogue.tops}


def _wrong(
    body: Mapping[str, Any], blocks: Mapping[BlockKey, Block], catalogues: Mapping[str, Catalogue]
) -> list[str]:
    block = blocks.get(_block_of(body))
    if block is None:
        return [f"no block {body['on']!r}"]
    if body["column"] not in block.columns:
        return [f"no column {body['column']!r} in {body['on']}; there are {list(block.columns)}"]
    if "names" in body:
        known = body["names"] in catalogues
        return [] if known else [f"no catalogue {body['names']!r}; there are {sorted(catalogues)}"]
    missing = [row for row in body["rows"] if row not in block.row_keys]
    return [f"no row {row!r} in {body['on']}" for row in missing]

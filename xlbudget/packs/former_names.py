"""Names of forms and blocks in budget JSON and records of before → the pack's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from xlbudget.core.key import BlockKey
from xlbudget.packs.model import Pack


def rename_block(pack: Pack, key: BlockKey) -> BlockKey:
    """The block's key now; one that was never another's name stays as it is."""
    for form in pack.forms.values():
        if key.form in (form.key, form.formerly):
            now = (b.key for b in form.blocks if key.block in (b.key, b.formerly))
            return BlockKey(form.key, next(now, key.block))
    return key


Of = TypeVar("Of")


def rename_blocks(pack: Pack, blocks: Mapping[BlockKey, Of]) -> dict[BlockKey, Of]:
    """What belongs to blocks, under their keys now."""
    return {rename_block(pack, key): each for key, each in blocks.items()}


def rename_forms(pack: Pack, forms: Any) -> Any:
    """The `forms` of budget JSON under the names that the pack has now; what is no mapping stays
    as it is."""
    if not isinstance(forms, dict):
        return forms
    return {
        rename_block(pack, BlockKey(str(form), "")).form: _rename_rows(pack, str(form), blocks)
        for form, blocks in forms.items()
    }


def _rename_rows(pack: Pack, form: str, blocks: Any) -> Any:
    if not isinstance(blocks, Mapping):
        return blocks
    return {
        rename_block(pack, BlockKey(form, str(block))).block: rows for block, rows in blocks.items()
    }

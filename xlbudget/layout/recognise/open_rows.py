"""Rows that a form does not fix: codes from a catalogue, or an outline."""

from __future__ import annotations

import re

from xlbudget.core.budget import Row, make_unique
from xlbudget.layout.normalize import normalize_text
from xlbudget.layout.recognise.amount_cells import RowAmounts
from xlbudget.layout.recognise.block_reader import BlockReader
from xlbudget.packs.model import TOTAL, Catalogue

CODE_AND_NAME = re.compile(r"^(\d{3,11})\s*[-－—_]?\s*(\D.*)$", re.DOTALL)

NOTHING = Row("", {})
"""Stands for an empty row."""


def read_open_row(
    body: BlockReader, number: int, figures: RowAmounts, after_gap: bool, shared: bool
) -> Row | None:
    """A code or outline row, NOTHING, or None for a row not understood. `shared` is whether a
    block beside this one has its total here."""
    block = body.block
    code, name, total = _words(body, number)
    if not name and (number, body.name) in body.sheet.uncalculated:
        name = body.codes.names.get(code, "") if body.codes else ""
        total = _is_total(code, name, body.totals)
    if shared and not total and not block.total and not normalize_text(code + name):
        total = figures.filled
    if block.total is not None and (total or number in body.headings):
        return _total(body, figures)
    if not code and not name:
        return None if figures.filled else NOTHING
    if block.codes and code and not code.isdigit():
        return None
    if body.coded and block.codes and not code:
        return None
    if after_gap and not block.codes and not figures.filled:
        return None
    return _new_row(body, number, code, name, figures)


def _total(body: BlockReader, figures: RowAmounts) -> Row | None:
    if TOTAL in body.taken:
        return None
    body.taken.add(TOTAL)
    return Row(TOTAL, figures.amounts)


def _words(body: BlockReader, number: int) -> tuple[str, str, bool]:
    """The row's code and name, and whether they name the total."""
    code = _joined(body, number) if body.parts else body.cell(number, body.code)
    name = body.cell(number, body.name)
    if code.__class__ is float and code.is_integer():
        code = int(code)
    return _read_words(str(code), str(name), body.coded, body.totals)


def _read_words(code: str, name: str, coded: bool, totals: frozenset[str]) -> tuple[str, str, bool]:
    """Code and name in normal form, split where one cell holds both, and whether they name the
    total."""
    code, name = normalize_text(code), name.strip()
    both = CODE_AND_NAME.match(code or name) if coded and not (code and name) else None
    if both:
        code, name = both[1], both[2].strip()
    return code, name, _is_total(code, name, totals)


def _is_total(code: str, name: str, totals: frozenset[str]) -> bool:
    words = {normalize_text(code), normalize_text(name)} - {""}
    return bool(words) and words <= totals


def _joined(body: BlockReader, number: int) -> str:
    """A code with each level in a column of its own, zeros restored; levels left blank are taken
    from the rows above."""
    values = [body.cell(number, column) for column in body.parts]
    texts = [str(int(v)) if isinstance(v, float) else normalize_text(str(v)) for v in values]
    depth = max((n for n, text in enumerate(texts) if text), default=-1)
    if depth < 0 or not texts[depth].isdigit():
        return "".join(texts)
    stems = [*body.stems, *[""] * len(texts)][: len(texts)]
    body.stems = [
        text.zfill(width) if text else stem
        for text, stem, width in zip(texts[: depth + 1], stems, body.digits, strict=False)
    ]
    return "".join(body.stems)


def _new_row(body: BlockReader, number: int, code: str, name: str, figures: RowAmounts) -> Row:
    block = body.block
    ordinal = 1 + len(body.rows) - (TOTAL in body.taken)
    government = ""
    if block.government and body.codes:
        line = body.merged.get(number, number)
        item = str(body.cell(line, body.government)).strip()
        if not code:
            code = find_code(body.codes, name, body.top, bool(item))
        if len(code) == body.codes.lengths[0]:
            body.top = code
        government = _government(body.pack.catalogues[block.government], code, item)
    identity = make_unique(code or f"@{ordinal}", body.taken)
    level = block.levels[0] if len(block.levels) == 1 else ""
    return Row(identity, figures.amounts, code, name, level, government)


def find_code(catalogue: Catalogue, name: str, top: str, mapped: bool) -> str:
    """The code of an item known by its name only, under the last class `top`; "" where unclear.

    A class and an item may share a name (其他支出): the item is the one that names its
    government item (`mapped`), or that stands under its class.
    """
    codes = catalogue.by_name.get(normalize_text(name), ())
    classes = [code for code in codes if len(code) == catalogue.lengths[0]]
    items = [code for code in codes if code not in classes]
    under = [code for code in items if top and code.startswith(top)]
    if classes and not mapped and not (under and classes[0] == top):
        return classes[0]
    if under:
        return under[0]
    return items[0] if len(items) == 1 else ""


def _government(catalogue: Catalogue, code: str, name: str) -> str:
    """The government-economic code of that name, preferably one that the item may map to; the
    name itself where no code has it."""
    if not name:
        return ""
    codes = catalogue.by_name.get(normalize_text(name), ())
    allowed = catalogue.maps.get(code, ())
    for candidate in codes:
        if candidate in allowed:
            return candidate
    return codes[0] if codes else name

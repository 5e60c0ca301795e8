"""Rows that a form does not fix: codes from a catalogue, or an outline."""

from __future__ import annotations

from xlbudget.core.budget import Row, make_unique
from xlbudget.layout.normalize import normalize_text
from xlbudget.layout.parse_code import parse_code
from xlbudget.layout.recognise.rows.amount_cells import RowAmounts
from xlbudget.layout.recognise.rows.block_reader import BlockReader
from xlbudget.packs.model import TOTAL, Catalogue

CODE_BEGINS = "0123456789[【（("
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
    remark = after_gap if not block.codes else _is_remark(body, name)
    if remark and not figures.filled:
        return None
    return _new_row(body, number, code, name, figures)


def _is_remark(body: BlockReader, name: str) -> bool:
    """Whether a name is none of the catalogue of a form that prints no codes."""
    return (
        not body.coded and body.codes is not None and normalize_text(name) not in body.codes.by_name
    )


def _total(body: BlockReader, figures: RowAmounts) -> Row | None:
    if TOTAL in body.taken:
        return None
    body.taken.add(TOTAL)
    return Row(TOTAL, figures.amounts)


def _words(body: BlockReader, number: int) -> tuple[str, str, bool]:
    """The row's code and name, and whether they name the total. One cell may hold both; what
    stands for a code and is none keeps its normal form."""
    name = str(body.cell(number, body.name)).strip()
    if not body.codes:
        return "", name, _is_total("", name, body.totals)
    raw = _joined(body, number) if body.parts else body.cell(number, body.code)
    code, beside = parse_code(raw)
    if not code and beside and not _is_total("", beside, body.totals):
        return normalize_text(beside), name, _is_total(beside, name, body.totals)
    if not code or not name:
        coded = parse_code(name)
        if coded.code and not code:
            code, name = coded.code, coded.name or body.codes.names.get(coded.code, name)
    elif name[0] in CODE_BEGINS and (coded := parse_code(name)).code == code:
        name = coded.name or name  # the code stands before its name once more
    name = name or beside
    return code, name, _is_total(code, name, body.totals)


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
        item = body.cell(line, body.government)
        if not code:
            code = find_code(body.codes, name, body.top, item != "")
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


def _government(catalogue: Catalogue, code: str, item: object) -> str:
    """The government-economic code of an item written as code, name or both; of several codes of
    one name preferably one that the row's own may map to. What is neither is kept as written."""
    stated, name = parse_code(item)
    if stated in catalogue.names:
        return stated
    codes = catalogue.by_name.get(normalize_text(name), ())
    allowed = catalogue.maps.get(code, ())
    for candidate in codes:
        if candidate in allowed:
            return candidate
    return codes[0] if codes else stated or str(item).strip()

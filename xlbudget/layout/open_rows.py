"""Rows of which a form does not say which there are: codes from a catalogue, or an outline."""

from __future__ import annotations

import re
from typing import Any

from xlbudget.core.budget import Row, numbered
from xlbudget.layout.bodies import Body
from xlbudget.layout.figures import Figures
from xlbudget.layout.labels import tidy
from xlbudget.packs.model import CODE, TOTAL, Catalogue

CODE_AND_NAME = re.compile(r"^(\d{3,11})\s*[-－—_]?\s*(\D.*)$", re.DOTALL)

NOTHING = Row("", {})
"""Stands for a row in which nothing stands."""


def open_row(
    body: Body, number: int, figures: Figures, after_gap: bool, shared: bool
) -> Row | None:
    """A code or outline row, NOTHING, or None for a row not understood. `shared` says that a
    block beside this one has its total here."""
    block = body.block
    code, name = _code_and_name(body, number)
    if not name and (number, body.name) in body.sheet.uncalculated:
        name = body.codes.names.get(code, "") if body.codes else ""
    summed = number in body.headings or _is_total(body, code, name, shared and figures.filled)
    if block.total is not None and summed:
        return _total(body, figures)
    if not code and not name:
        return None if figures.filled else NOTHING
    if block.codes and code and not code.isdigit():
        return None
    if block.codes and CODE in block.paths and not code:
        return None
    if after_gap and not block.codes and not figures.filled:
        return None
    return _new_row(body, number, code, name, figures)


def _total(body: Body, figures: Figures) -> Row | None:
    if TOTAL in body.taken:
        return None
    body.taken.add(TOTAL)
    return Row(TOTAL, figures.amounts)


def _is_total(body: Body, code: str, name: str, beside: bool) -> bool:
    """Do the row's words say that it is the total? `beside`: it has figures beside a total."""
    words = (tidy(code), tidy(name))
    if not any(words):
        return beside and not body.block.total
    return all(not word or word in body.totals for word in words)


def _code_and_name(body: Body, number: int) -> tuple[str, str]:
    code: Any = _joined(body, number) if body.parts else body.cell(number, body.code)
    if isinstance(code, float) and code.is_integer():
        code = int(code)
    code = tidy(str(code))
    name = str(body.cell(number, body.name)).strip()
    if not (code and name) and CODE in body.block.paths:
        both = CODE_AND_NAME.match(code or name)
        if both:
            return both[1], both[2].strip()
    return code, name


def _joined(body: Body, number: int) -> str:
    """A code of which every level stands in a column of its own, its zeros perhaps lost; levels
    left blank are those of the rows above."""
    said = [body.cell(number, column) for column in body.parts]
    texts = [str(int(v)) if isinstance(v, float) else tidy(str(v)) for v in said]
    depth = max((n for n, text in enumerate(texts) if text), default=-1)
    if depth < 0 or not texts[depth].isdigit():
        return "".join(texts)
    stems = [*body.stems, *[""] * len(texts)][: len(texts)]
    body.stems = [
        text.zfill(width) if text else stem
        for text, stem, width in zip(texts[: depth + 1], stems, body.digits, strict=False)
    ]
    return "".join(body.stems)


def _new_row(body: Body, number: int, code: str, name: str, figures: Figures) -> Row:
    block = body.block
    place = 1 + len(body.rows) - (TOTAL in body.taken)
    government = ""
    if block.government and body.codes:
        line = body.merged.get(number, number)
        said = str(body.cell(line, body.government)).strip()
        if not code:
            code = code_by_name(body.codes, name, body.top, bool(said))
        if len(code) == body.codes.lengths[0]:
            body.top = code
        government = _government(body.pack.catalogues[block.government], code, said)
    identity = numbered(code or f"@{place}", body.taken)
    level = block.levels[0] if len(block.levels) == 1 else ""
    return Row(identity, figures.amounts, code, name, level, government)


def code_by_name(catalogue: Catalogue, name: str, top: str, mapped: bool) -> str:
    """The code of an item known by its name only, under the class last seen.

    A class and an item may bear one name (其他支出): the item is the one that names its
    government item (`mapped`), or that stands under its class.
    """
    codes = catalogue.by_name.get(tidy(name), ())
    classes = [code for code in codes if len(code) == catalogue.lengths[0]]
    items = [code for code in codes if code not in classes]
    under = [code for code in items if top and code.startswith(top)]
    if classes and not mapped and not (under and classes[0] == top):
        return classes[0]
    if under:
        return under[0]
    return items[0] if len(items) == 1 else ""


def _government(catalogue: Catalogue, code: str, said: str) -> str:
    """The government-economic code of that name, of those that the item may map to if any."""
    if not said:
        return ""
    codes = catalogue.by_name.get(tidy(said), ())
    allowed = catalogue.maps.get(code, ())
    for candidate in codes:
        if candidate in allowed:
            return candidate
    return codes[0] if codes else said

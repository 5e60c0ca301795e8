"""The content of an amount cell: an amount as printed, nothing, or something to report."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from xlbudget.core.amount import (
    NOT_STATED,
    SHOWS_PERCENT,
    displayed_if_exact,
    displayed_value,
    format_plain,
    round_as_displayed,
)
from xlbudget.layout.normalize import normalize_text
from xlbudget.packs.model import Pack

NUMBER = re.compile(r"^([+-]?)([\d,，]*\.?\d+|[\d,，]+\.?)(\D*)$")


class ParsedAmount(NamedTuple):
    """An amount cell: `amount` is None for a blank or for what is not `readable`.

    `exact` is the stored figure where it has more decimals than the cell shows.
    """

    amount: Decimal | None = None
    readable: bool = True
    kind: str = ""
    case: str = ""
    facts: Mapping[str, str] = MappingProxyType({})
    exact: Decimal | None = None


BLANK = ParsedAmount()


def parse_amount(pack: Pack, raw: Any, decimals: int, unit: str) -> ParsedAmount:
    """The amount that a cell holds, in `unit`, with the decimals that its format shows."""
    if raw == "" or raw is None:
        return BLANK
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        return _number(raw, decimals, pack.least_decimals(unit))
    if isinstance(raw, str):
        return _text(pack, raw, unit)
    text = raw.isoformat() if isinstance(raw, datetime.date | datetime.time) else str(raw)
    return _unreadable(text)


def _unreadable(text: str) -> ParsedAmount:
    return ParsedAmount(None, False, "value_unreadable", "", {"text": text})


def _number(raw: float, decimals: int, least: int) -> ParsedAmount:
    if not math.isfinite(raw):
        return ParsedAmount(None, False, "value_error", "", {"text": str(raw)})
    value = displayed_value(raw)
    if decimals == SHOWS_PERCENT and value:
        return _unreadable(f"{format_plain((100 * value).normalize())}%")
    if decimals in (NOT_STATED, SHOWS_PERCENT):
        return ParsedAmount(value)
    rounded = round_as_displayed(value, max(decimals, least))
    return ParsedAmount(rounded, exact=None if rounded == value else value)


@lru_cache(maxsize=1024)
def parse_number(raw: float, decimals: int) -> Decimal | None:
    """The amount of a stored number with this many decimals, None where `parse_amount` may have
    more to report. Cached, since a figure stands in several forms."""
    if decimals == SHOWS_PERCENT or not math.isfinite(raw):
        return None
    return displayed_value(raw) if decimals == NOT_STATED else displayed_if_exact(raw, decimals)


def _text(pack: Pack, raw: str, unit: str) -> ParsedAmount:
    """The amount that a text states."""
    text = normalize_text(raw)
    if not text or text in pack.words["no_amount"]:
        return BLANK
    bracketed = text.startswith("（") and text.endswith("）")
    match = NUMBER.match(text[1:-1] if bracketed else text.replace("－", "-"))
    if not match:
        return _unreadable(raw.strip())
    sign, digits, suffix = match.groups()
    try:
        amount = Decimal(sign + digits.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return _unreadable(raw.strip())
    if bracketed:
        amount = -amount
    return _with_unit(pack, raw.strip(), amount, suffix, unit)


def _with_unit(pack: Pack, raw: str, amount: Decimal, suffix: str, unit: str) -> ParsedAmount:
    """The amount, converted where its `suffix` is a unit other than the form's."""
    if suffix and suffix not in pack.words["units"]:
        return _unreadable(raw)
    case = "text"
    if suffix and suffix != unit:
        amount = amount * pack.yuan(suffix) / pack.yuan(unit)
        case = "unit"
    facts = {"text": raw, "value": format_plain(amount), "unit": unit}
    return ParsedAmount(amount, True, "value_text", case, facts)

"""What stands in an amount cell: an amount as printed, nothing, or something to be said."""

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
    """An amount cell: `amount` is None for a blank or for what cannot be read (`readable`).

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
    shown = raw.isoformat() if isinstance(raw, datetime.date | datetime.time) else str(raw)
    return _unreadable(shown)


def _unreadable(shown: str) -> ParsedAmount:
    return ParsedAmount(None, False, "value_unreadable", "", {"text": shown})


def _number(raw: float, decimals: int, least: int) -> ParsedAmount:
    if not math.isfinite(raw):
        return ParsedAmount(None, False, "value_error", "", {"text": str(raw)})
    value = displayed_value(raw)
    if decimals == SHOWS_PERCENT and value:
        return _unreadable(f"{format_plain((100 * value).normalize())}%")
    if decimals in (NOT_STATED, SHOWS_PERCENT):
        return ParsedAmount(value)
    shown = round_as_displayed(value, max(decimals, least))
    return ParsedAmount(shown, exact=None if shown == value else value)


@lru_cache(maxsize=1024)
def parse_number(raw: float, decimals: int) -> Decimal | None:
    """The amount that a stored number is with so many decimals, None where `parse_amount` may have
    more to say of it. A figure stands in several forms, so it is kept for a while."""
    if decimals == SHOWS_PERCENT or not math.isfinite(raw):
        return None
    return displayed_value(raw) if decimals == NOT_STATED else displayed_if_exact(raw, decimals)


def _text(pack: Pack, raw: str, unit: str) -> ParsedAmount:
    """The amount that a text says."""
    text = normalize_text(raw)
    if not text or text in pack.words["no_amount"]:
        return BLANK
    bracketed = text.startswith("（") and text.endswith("）")
    found = NUMBER.match(text[1:-1] if bracketed else text.replace("－", "-"))
    if not found:
        return _unreadable(raw.strip())
    sign, digits, behind = found.groups()
    try:
        amount = Decimal(sign + digits.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return _unreadable(raw.strip())
    if bracketed:
        amount = -amount
    return _with_unit(pack, raw.strip(), amount, behind, unit)


def _with_unit(pack: Pack, raw: str, amount: Decimal, behind: str, unit: str) -> ParsedAmount:
    """A unit behind the number is converted where it differs from the form's."""
    if behind and behind not in pack.words["units"]:
        return _unreadable(raw)
    case = "text"
    if behind and behind != unit:
        amount = amount * pack.yuan(behind) / pack.yuan(unit)
        case = "unit"
    facts = {"text": raw, "value": format_plain(amount), "unit": unit}
    return ParsedAmount(amount, True, "value_text", case, facts)

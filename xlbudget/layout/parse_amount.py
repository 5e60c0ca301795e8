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
from xlbudget.core.number_format import SHAPED, NumberFormat, Shown
from xlbudget.layout.normalize import normalize_text
from xlbudget.packs.model import Pack

NUMBER = re.compile(r"^([+-]?)([\d,]*\.?\d+|[\d,]+\.?)(\D*)$")
APART = re.compile(
    r"[\d.,]\s*[\n\r \t\u3000]\s*[\d.,]|\u202e|[\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]"
)
"""Two figures with white space between them (a space that does not break only groups digits), a
mark that has them printed in another order, or a small figure above or below the others."""


class ParsedAmount(NamedTuple):
    """An amount cell: `amount` is None for a blank or for what is not `readable`.

    `exact` is the stored figure where it has more decimals than the cell shows, `unshown` whether
    the cell prints nothing of it, `power` by how many powers of ten the cell shows it smaller,
    `printed` the unit that its format prints.
    """

    amount: Decimal | None = None
    readable: bool = True
    kind: str = ""
    case: str = ""
    facts: Mapping[str, str] = MappingProxyType({})
    exact: Decimal | None = None
    unshown: bool = False
    power: int = 0
    printed: str = ""


BLANK = ParsedAmount()


def parse_amount(pack: Pack, raw: Any, shown: int | NumberFormat, unit: str) -> ParsedAmount:
    """The amount that a cell holds, in `unit`, as its format shows it (decimals, or a format that
    shows another figure than the stored one)."""
    if raw == "" or raw is None:
        return BLANK
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        return _number(raw, shown, pack.least_decimals(unit))
    if isinstance(raw, str):
        return _text(pack, raw, unit)
    text = raw.isoformat() if isinstance(raw, datetime.date | datetime.time) else str(raw)
    return _unreadable(text)


def _unreadable(text: str) -> ParsedAmount:
    return ParsedAmount(None, False, "value_unreadable", "", {"text": text})


def _number(raw: float, format_: int | NumberFormat, least: int) -> ParsedAmount:
    if not math.isfinite(raw):
        return ParsedAmount(None, False, "value_error", "", {"text": str(raw)})
    value = displayed_value(raw)
    if isinstance(format_, NumberFormat):
        return _shaped(value, format_.shown(value), format_.code, least)
    decimals = format_
    if decimals == SHOWS_PERCENT and value:
        return _unreadable(f"{format_plain((100 * value).normalize())}%")
    if decimals in (NOT_STATED, SHOWS_PERCENT):
        return ParsedAmount(value)
    return _rounded(value, decimals, least)


def _rounded(value: Decimal, decimals: int, least: int) -> ParsedAmount:
    """The figure as printed, written with no fewer decimals than the unit's: what fewer decimals
    hide is no wider interval, but hidden."""
    rounded = round_as_displayed(round_as_displayed(value, decimals), max(decimals, least))
    return ParsedAmount(rounded, exact=None if rounded == value else value)


def _shaped(value: Decimal, shown: Shown, code: str, least: int) -> ParsedAmount:
    """The figure that a format shows which shows another one than is stored."""
    if shown.odd:
        return _unreadable(f"{format_plain(value)}（{code}）")
    scaled = value.scaleb(-shown.power)
    unshown = bool(value) and (shown.hides or shown.alters)
    if shown.hides or shown.decimals == NOT_STATED:
        return ParsedAmount(scaled, unshown=unshown)
    rounded = _rounded(scaled, shown.decimals, least)
    return rounded._replace(power=shown.power, printed=shown.unit, unshown=unshown)


@lru_cache(maxsize=1024)
def parse_number(raw: float, shown: int, least: int) -> Decimal | None:
    """The amount of a stored number whose cell shows this many decimals, written with at least
    `least`; None where `parse_amount` may have more to report. Cached, since a figure stands in
    several forms."""
    if not math.isfinite(raw):
        return None
    if shown < SHAPED:
        exact = displayed_if_exact(raw, shown)
        return exact if exact is None or shown >= least else round_as_displayed(exact, least)
    return displayed_value(raw) if shown == NOT_STATED else None


def _text(pack: Pack, raw: str, unit: str) -> ParsedAmount:
    """The amount that a text states."""
    text = normalize_text(raw)
    if not text or text in _nothings(pack):
        return BLANK
    text = _money_sign(pack).sub(r"\1", text)
    bracketed = text.startswith("（") and text.endswith("）")
    match = NUMBER.match(text[1:-1] if bracketed else text)
    if not match or APART.search(raw):
        return _unreadable(raw.strip())
    sign, digits, suffix = match.groups()
    try:
        amount = Decimal(sign + digits.replace(",", ""))
    except InvalidOperation:
        return _unreadable(raw.strip())
    if bracketed:
        amount = -amount
    return _with_unit(pack, raw.strip(), amount, suffix, unit)


@lru_cache(maxsize=8)
def _nothings(pack: Pack) -> frozenset[str]:
    """The texts that stand for no amount, in normal form."""
    return frozenset(map(normalize_text, pack.words["no_amount"]))


@lru_cache(maxsize=8)
def _money_sign(pack: Pack) -> re.Pattern[str]:
    """What says before a figure that it is money, and of no unit."""
    signs = "|".join(map(re.escape, map(normalize_text, pack.words["money_signs"])))
    return re.compile(rf"^([-+]?)(?:{signs})", re.IGNORECASE)


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

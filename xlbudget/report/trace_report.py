"""The figures behind one consolidated figure, as a list that adds up to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from xlbudget.core.consolidation import Origin
from xlbudget.core.key import CellKey, address
from xlbudget.core.reading import Reading
from xlbudget.layout.plan import measure_width
from xlbudget.messages import load_messages
from xlbudget.packs.model import Pack
from xlbudget.report.messages import Namer, format_money


class SourceState(Enum):
    """The state of a source's file compared with when it was added; the messages have a word for
    each."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


class TracedFigure(NamedTuple):
    """A figure of a consolidated workbook: the address asked for, its cell, its amount in `unit`,
    and the figures behind it."""

    asked: str
    cell: CellKey
    amount: Decimal | None
    unit: str
    origins: tuple[Origin, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the figures behind it."""
        return sum((origin.amount for origin in self.origins), Decimal(0))


def trace_report(
    pack: Pack, reading: Reading, figure: TracedFigure, states: Sequence[SourceState]
) -> str:
    """The figure, then a line for each figure behind it: department, amount, file and cell."""
    words = load_messages()["trace"]
    namer = Namer(pack, reading)
    name = f"{namer.row(figure.cell)}·{namer.column(figure.cell)}"
    amount = format_money(figure.amount) if figure.amount is not None else words["blank"]
    facts = {"cell": figure.asked, "name": name, "amount": amount, "unit": figure.unit}
    lines = [words["head"].format(count=len(figure.origins), **facts)]
    rows = [_row(reading, origin, states) for origin in figure.origins]
    widths = [max((measure_width(row[n]) for row in rows), default=0) for n in range(2)]
    for department, money_, where in rows:
        left = department + " " * (widths[0] - measure_width(department))
        lines.append(f"  {left}  {money_:>{widths[1]}}  {where}")
    if (figure.amount or Decimal(0)) != figure.total:
        lines.append(words["differs"].format(total=format_money(figure.total), amount=amount))
    return "\n".join(lines)


def _row(reading: Reading, origin: Origin, states: Sequence[SourceState]) -> tuple[str, str, str]:
    source = reading.sources[origin.source]
    where = f"{source.file} {address(origin.cell)}" if origin.cell else source.file
    state = load_messages()["trace"][states[origin.source].value]
    return source.department, format_money(origin.amount), where + state

"""What is behind one consolidated figure, as a list that adds up to it."""

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
    """What became of a source's file since it was added; the word for it stands in the pack."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


class TracedFigure(NamedTuple):
    """A figure of a consolidated workbook: where it was asked for, which it is, its amount in
    `unit`, and the figures behind it."""

    asked: str
    cell: CellKey
    amount: Decimal | None
    unit: str
    origins: tuple[Origin, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the figures behind it."""
        return sum((one.amount for one in self.origins), Decimal(0))


def trace_report(
    pack: Pack, reading: Reading, found: TracedFigure, states: Sequence[SourceState]
) -> str:
    """The figure, then a line for each figure behind it: department, amount, file and cell."""
    words = load_messages()["trace"]
    namer = Namer(pack, reading)
    name = f"{namer.row(found.cell)}·{namer.column(found.cell)}"
    amount = format_money(found.amount) if found.amount is not None else words["blank"]
    facts = {"cell": found.asked, "name": name, "amount": amount, "unit": found.unit}
    lines = [words["head"].format(count=len(found.origins), **facts)]
    rows = [_row(reading, one, states) for one in found.origins]
    widths = [max((measure_width(row[n]) for row in rows), default=0) for n in range(2)]
    for department, money_, where in rows:
        left = department + " " * (widths[0] - measure_width(department))
        lines.append(f"  {left}  {money_:>{widths[1]}}  {where}")
    if (found.amount or Decimal(0)) != found.total:
        lines.append(words["differs"].format(total=format_money(found.total), amount=amount))
    return "\n".join(lines)


def _row(reading: Reading, one: Origin, states: Sequence[SourceState]) -> tuple[str, str, str]:
    source = reading.sources[one.source]
    where = f"{source.file} {address(one.cell)}" if one.cell else source.file
    said = load_messages()["trace"][states[one.source].value]
    return source.department, format_money(one.amount), where + said

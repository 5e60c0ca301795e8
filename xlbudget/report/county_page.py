"""A county's overview as a self-contained page: what is wrong first, then four bar charts, then
every department. The figures are those of the workbook's sheet."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from importlib.resources import files
from typing import Any

from xlbudget.core.consolidation import Source
from xlbudget.core.overview import MOST_FLAGGED, Bar, Overview
from xlbudget.messages import load_messages
from xlbudget.report.messages import format_money

TEMPLATE = "county.html"
HUNDRED = Decimal(100)


def render_county_page(sources: Sequence[Source], overview: Overview) -> str:
    """The page as HTML; `sources` are those of the workbook's sheet 来源, in its order."""
    from jinja2 import Environment

    source = files("xlbudget.report").joinpath(TEMPLATE).read_text(encoding="utf-8")
    template = Environment(autoescape=True, trim_blocks=True).from_string(source)
    return template.render(_page(sources, overview))


def _page(sources: Sequence[Source], overview: Overview) -> dict[str, Any]:
    words = load_messages()["overview"]
    wrong, left = len(overview.flagged), len(overview.left_out)
    return {
        "title": words["title"].format(county=overview.county, year=overview.year),
        "words": words,
        "verdict": words["verdict"].format(
            count=overview.departments, total=format_money(overview.total), unit=overview.unit
        ),
        "failed": bool(wrong or left),
        "flagged_title": words["flagged"].format(count=wrong) if wrong else words["clean"],
        "flagged": _numbered(sources, overview)[:MOST_FLAGGED],
        "more": _more(words, wrong - MOST_FLAGGED),
        "left_title": words["left_out"].format(count=left) if left else "",
        "left_out": overview.left_out,
        "pictures": list(_charts(words, overview)),
        "headings": [heading.format(unit=overview.unit) for heading in words["headings"]],
        "departments": [
            {"source": source, "total": format_money(source.total)} for source in sources
        ],
    }


def _numbered(sources: Sequence[Source], overview: Overview) -> list[tuple[int, Source]]:
    """The flagged departments, each with its number in the table of all."""
    numbers = {source: number for number, source in enumerate(sources, start=1)}
    return [(numbers[source], source) for source in overview.flagged]


def _more(words: Any, count: int) -> str:
    """A sentence on how many departments with errors are marked only in the table of all; "" for
    none."""
    return words["more"].format(count=count, sheet=words["departments"]) if count > 0 else ""


def _charts(words: Any, overview: Overview) -> list[dict[str, Any]]:
    charts = {
        "classes": _bars(overview.classes),
        "income": _bars(overview.income),
        "largest": _bars(overview.largest),
        "three_public": _stacks(overview),
    }
    return [
        {
            "title": words["pictures"][name][0].format(unit=overview.unit),
            "bars": bars,
            "parts": overview.parts if name == "three_public" else (),
        }
        for name, bars in charts.items()
        if bars
    ]


def _bars(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    longest = max((bar.amount for bar in bars), default=Decimal(0))
    return [
        {
            "name": bar.name,
            "amount": format_money(bar.amount),
            "parts": [_part(0, bar.amount, longest)],
        }
        for bar in bars
    ]


def _stacks(overview: Overview) -> list[dict[str, Any]]:
    longest = max((stack.total for stack in overview.three_public), default=Decimal(0))
    return [
        {
            "name": stack.name,
            "amount": format_money(stack.total),
            "parts": [
                {**_part(index, amount, longest), "says": f"{name} {format_money(amount)}"}
                for index, (name, amount) in enumerate(
                    zip(overview.parts, stack.amounts, strict=True)
                )
            ],
        }
        for stack in overview.three_public
    ]


def _part(index: int, amount: Decimal, longest: Decimal) -> dict[str, str | int]:
    """One segment of a bar, its width in percent of the longest bar; a negative amount has width
    0."""
    percent = max(amount, Decimal(0)) / longest * HUNDRED if longest > 0 else Decimal(0)
    return {"place": index, "width": f"{percent:.2f}"}

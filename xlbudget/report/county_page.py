"""A county's overview as a self-contained page: what is wrong first, then four pictures drawn as
bars, then every department. The figures are those of the workbook's sheet."""

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


def render_county_page(sources: Sequence[Source], shown: Overview) -> str:
    """The page; `sources` are those of the workbook's sheet 来源, in its order."""
    from jinja2 import Environment

    source = files("xlbudget.report").joinpath(TEMPLATE).read_text(encoding="utf-8")
    template = Environment(autoescape=True, trim_blocks=True).from_string(source)
    return template.render(_page(sources, shown))


def _page(sources: Sequence[Source], shown: Overview) -> dict[str, Any]:
    words = load_messages()["overview"]
    wrong, left = len(shown.flagged), len(shown.left_out)
    return {
        "title": words["title"].format(county=shown.county, year=shown.year),
        "words": words,
        "verdict": words["verdict"].format(
            count=shown.departments, total=format_money(shown.total), unit=shown.unit
        ),
        "failed": bool(wrong or left),
        "flagged_title": words["flagged"].format(count=wrong) if wrong else words["clean"],
        "flagged": _numbered(sources, shown)[:MOST_FLAGGED],
        "more": _more(words, wrong - MOST_FLAGGED),
        "left_title": words["left_out"].format(count=left) if left else "",
        "left_out": shown.left_out,
        "pictures": list(_pictures(words, shown)),
        "headings": [heading.format(unit=shown.unit) for heading in words["headings"]],
        "departments": [
            {"source": source, "total": format_money(source.total)} for source in sources
        ],
    }


def _numbered(sources: Sequence[Source], shown: Overview) -> list[tuple[int, Source]]:
    """The flagged departments with their places in the table of all."""
    numbers = {source: number for number, source in enumerate(sources, start=1)}
    return [(numbers[source], source) for source in shown.flagged]


def _more(words: Any, count: int) -> str:
    """Says how many departments with errors are only marked in the table of all."""
    return words["more"].format(count=count, sheet=words["departments"]) if count > 0 else ""


def _pictures(words: Any, shown: Overview) -> list[dict[str, Any]]:
    pictures = {
        "classes": _bars(shown.classes),
        "income": _bars(shown.income),
        "largest": _bars(shown.largest),
        "three_public": _stacks(shown),
    }
    return [
        {
            "title": words["pictures"][name][0].format(unit=shown.unit),
            "bars": bars,
            "parts": shown.parts if name == "three_public" else (),
        }
        for name, bars in pictures.items()
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


def _stacks(shown: Overview) -> list[dict[str, Any]]:
    longest = max((stack.total for stack in shown.three_public), default=Decimal(0))
    return [
        {
            "name": stack.name,
            "amount": format_money(stack.total),
            "parts": [
                {**_part(place, amount, longest), "says": f"{name} {format_money(amount)}"}
                for place, (name, amount) in enumerate(zip(shown.parts, stack.amounts, strict=True))
            ],
        }
        for stack in shown.three_public
    ]


def _part(place: int, amount: Decimal, longest: Decimal) -> dict[str, str | int]:
    """One stretch of a bar, as a share of the longest; less than nothing is drawn as nothing."""
    share = max(amount, Decimal(0)) / longest * HUNDRED if longest > 0 else Decimal(0)
    return {"place": place, "width": f"{share:.2f}"}

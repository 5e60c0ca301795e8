"""A form set serves the years from its own on: its titles and headings name the budget's year.

In a pack's texts ``{year}`` stands for the budget's year, ``{year-1}`` for the year before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from xlbudget.packs.catalogue_versions import choose_version
from xlbudget.packs.model import Form, Heading, Pack

YEAR_WORD = re.compile(r"\{year(?:\s*([+-])\s*(\d+))?\}")


@lru_cache(maxsize=16)
def apply_year(pack: Pack, year: int) -> Pack:
    """The pack with the titles and headings that it prints for a budget of this year, and with the
    catalogues that were in force then."""
    return pack if year == pack.year else fill_in_year(pack, year)


def fill_in_year(pack: Pack, year: int) -> Pack:
    """The same, whatever year the pack is printed for."""
    codes_year = choose_version(pack.versions, year)
    return replace(
        pack,
        year=year,
        codes_year=codes_year,
        catalogues=pack.versions[codes_year],
        forms=apply_year_to_forms(pack.form_texts, year),
    )


def apply_year_to_forms(forms: Mapping[str, Form], year: int) -> Mapping[str, Form]:
    """Forms with a budget's year filled into their titles and headings."""
    return {
        key: form._replace(
            title=fill_year(form.title, year),
            blocks=tuple(
                replace(block, headings=tuple(_printed(h, year) for h in block.headings))
                for block in form.blocks
            ),
        )
        for key, form in forms.items()
    }


def _printed(heading: Heading, year: int) -> Heading:
    children = tuple(_printed(child, year) for child in heading.children)
    return Heading(fill_year(heading.text, year), heading.key, children)


def fill_year(text: str, year: int) -> str:
    """``{year-1}年预算数`` for 2027 → ``2026年预算数``."""

    def fill(match: re.Match[str]) -> str:
        sign, years = match.groups(default="0")
        return str(year - int(years) if sign == "-" else year + int(years))

    return YEAR_WORD.sub(fill, text)

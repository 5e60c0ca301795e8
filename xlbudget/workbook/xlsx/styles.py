"""How the workbook looks: fonts, borders and colours by role, each format made once."""

from __future__ import annotations

from typing import Any

from xlbudget.layout.plan import (
    ABOUT,
    AMOUNT,
    ENTRY,
    HEADING,
    LABELLED,
    NOTE,
    TEXT,
    TITLE,
    TITLE_SIZE,
    UNIT,
)

SONG, HEI, FANG = "宋体", "黑体", "仿宋"
BASE: dict[str, Any] = {"font_name": SONG, "font_size": 10, "valign": "vcenter"}
TOTAL, LINK, STATE, PLAIN, WORDS = "total", "link", "state", "plain", "words"
CUT, LEAD, JUMP, SIDE = "cut", "lead", "jump", "side"
MONEY = "#,##0"
SIDE_DECIMALS = 8
"""The decimals of the sides of a constraint, which a sum of floats still has right: figures of a
form in 元 beside one in 万元 have six."""
STYLES: dict[str, dict[str, Any]] = {
    LABELLED: {"font_name": HEI, "font_size": 11},
    TITLE: {"font_name": HEI, "font_size": TITLE_SIZE, "align": "center"},
    ABOUT: {"font_name": FANG, "font_size": 11},
    UNIT: {"font_name": FANG, "font_size": 11, "align": "right"},
    HEADING: {"font_name": HEI, "align": "center", "text_wrap": True, "border": 1},
    TEXT: {"border": 1, "num_format": "@", "shrink": True},
    ENTRY: {"border": 1, "num_format": "@", "shrink": True, "locked": False},
    AMOUNT: {"border": 1, "align": "right", "locked": False},
    TOTAL: {"border": 1, "align": "right", "bg_color": "#FFFBE6"},
    NOTE: {"font_name": FANG, "font_size": 11},
    LINK: {"border": 1, "font_color": "#0563C1", "underline": 1},
    JUMP: {"border": 1, "font_color": "#0563C1", "underline": 1, "shrink": True},
    STATE: {"border": 1, "align": "center"},
    PLAIN: {"border": 1, "shrink": True},
    SIDE: {"border": 1, "shrink": True, "num_format": f"{MONEY}.00{'#' * (SIDE_DECIMALS - 2)}"},
    CUT: {"border": 1, "num_format": "@", "align": "fill"},
    LEAD: {"font_name": HEI, "font_size": 11},
    WORDS: {"font_name": FANG, "font_size": 11, "text_wrap": True, "valign": "top"},
}
RED = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
AMBER = {"bg_color": "#FFE4B5", "font_color": "#7F4F00"}
GREY = {"bg_color": "#F0F0F0", "font_color": "#404040"}
PAPER_A4 = 9


class Formats:
    """The formats of one workbook, made when first asked for."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[Any, ...], Any] = {}

    def cell(self, role: str, level: int = 0, decimals: int = 0) -> Any:
        """The format of a role; `level` indents, `decimals` makes it an amount."""
        key = (role, level, decimals)
        if key not in self._made:
            style = {**BASE, **STYLES[role]}
            if decimals:
                style["num_format"] = f"{MONEY}.{'0' * decimals}"
            elif role in (AMOUNT, TOTAL):
                style["num_format"] = MONEY
            if level:
                style["indent"] = level
            self._made[key] = self._book.add_format(style)
        return self._made[key]

    def index(self, role: str, level: int = 0, decimals: int = 0) -> int:
        """The number of that format in the workbook's table of styles."""
        return int(self.cell(role, level, decimals)._get_xf_index())

    def colour(self, style: dict[str, Any]) -> Any:
        """A conditional format's colours."""
        key = tuple(style.items())
        if key not in self._made:
            self._made[key] = self._book.add_format(style)
        return self._made[key]

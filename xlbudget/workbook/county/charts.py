"""Excel's own charts over small tables: bars, stacked bars, a ring of shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from xlbudget.workbook.xlsx.package import Book

COLOURS = ("#2F6DB5", "#E08E2B", "#4E9F6D", "#B5524A", "#7B68A6", "#8A8F98")
FONT, SMALL = {"size": 9}, {"size": 8}
WHOLE = "#,##0"
BESIDE_TITLE = {"x": 0.42, "y": 0.01, "width": 0.56, "height": 0.08}
NAME_PIXELS = 11
ROOM = 1.18
MANY = 6
"""As many bars or more stand close together; fewer would be too thick."""


class ChartTable(NamedTuple):
    """Where a chart's figures stand: a heading row, names in the first column, amounts in the
    `columns` after it, `size` rows. `longest` are the characters of the longest name, `largest`
    is the largest amount."""

    sheet: str
    row: int
    column: int
    columns: Sequence[int]
    size: int
    longest: int = 0
    largest: float = 0

    def names(self) -> list[Any]:
        """The range of the names."""
        return self._range(self.column)

    def amounts(self, column: int) -> list[Any]:
        """The range of a column's amounts."""
        return self._range(column)

    def _range(self, column: int) -> list[Any]:
        return [self.sheet, self.row + 1, column, self.row + self.size, column]


def draw_bars(book: Book, table: ChartTable, title: str, width: int) -> Any:
    """Horizontal bars in the table's order, the first on top; several columns are stacked.
    `width` is the chart's, in pixels."""
    stacked = len(table.columns) > 1
    kind = {"type": "bar", **({"subtype": "stacked"} if stacked else {})}
    chart = book.add_chart(kind)
    for colour, column in zip(COLOURS, table.columns, strict=False):
        series = {
            "name": [table.sheet, table.row, column],
            "categories": table.names(),
            "values": table.amounts(column),
            "fill": {"color": colour},
            "gap": 40 if table.size >= MANY else 120,
        }
        labels = {"value": True, "num_format": WHOLE, "font": FONT}
        chart.add_series(series if stacked else {**series, "data_labels": labels})
    names = {"reverse": True, "interval_unit": 1, "num_font": SMALL, "line": {"color": "#999999"}}
    chart.set_y_axis(names)
    chart.set_x_axis(_axis_of_amounts(table, stacked))
    if not stacked:
        chart.set_legend({"none": True})
        return _titled(chart, title)
    chart.set_plotarea({"layout": _plot(table, width)})
    chart.set_legend({"position": "top", "font": FONT, "layout": BESIDE_TITLE})
    return _titled(chart, title, {"layout": {"x": 0.02, "y": 0.02}})


def _axis_of_amounts(table: ChartTable, stacked: bool) -> dict[str, Any]:
    """The axis, visible where bars have no labels; else it leaves room for the longest bar's."""
    room = {} if stacked or table.largest <= 0 else {"max": table.largest * ROOM}
    return {
        **room,
        "visible": stacked,
        "num_font": FONT,
        "num_format": WHOLE,
        "major_gridlines": {"visible": stacked, "line": {"color": "#DDDDDD"}},
        # Reversed, the axis goes to the top: its figures are set back to the bottom.
        "label_position": "high",
    }


def _plot(table: ChartTable, width: int) -> dict[str, float]:
    """The plot area: all room below the title and the legend beside it. With less, LibreOffice
    leaves out every second name."""
    names = round(min(0.45, (table.longest * NAME_PIXELS + 12) / width), 3)
    return {"x": names, "y": 0.1, "width": round(0.97 - names, 3), "height": 0.82}


def draw_ring(book: Book, table: ChartTable, title: str, _: int) -> Any:
    """A ring of shares with their percentages."""
    chart = book.add_chart({"type": "doughnut"})
    chart.add_series(
        {
            "categories": table.names(),
            "values": table.amounts(table.columns[0]),
            "points": [{"fill": {"color": colour}} for colour in COLOURS[: table.size]],
            "data_labels": {"percentage": True, "font": {**FONT, "color": "white", "bold": True}},
        }
    )
    chart.set_hole_size(50)
    chart.set_legend({"position": "right", "font": FONT})
    return _titled(chart, title)


def _titled(chart: Any, title: str, layout: Mapping[str, Any] = MappingProxyType({})) -> Any:
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, **layout})
    chart.set_chartarea({"border": {"color": "#BBBBBB"}})
    return chart

"""Excel's own charts over small tables: bars, stacked bars, a ring of shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from xlbudget.workbook.package import Book

COLOURS = ("#2F6DB5", "#E08E2B", "#4E9F6D", "#B5524A", "#7B68A6", "#8A8F98")
FONT, SMALL = {"size": 9}, {"size": 8}
WHOLE = "#,##0"
MANY = 6
"""Bars from which on they stand close together; fewer would be fat."""


class Table(NamedTuple):
    """Where a chart's figures stand: a heading row, names in the first column, amounts in the
    `columns` after it, `size` rows."""

    sheet: str
    row: int
    column: int
    columns: Sequence[int]
    size: int

    def names(self) -> list[Any]:
        """The range of the names."""
        return self._range(self.column)

    def amounts(self, column: int) -> list[Any]:
        """The range of a column's amounts."""
        return self._range(column)

    def _range(self, column: int) -> list[Any]:
        return [self.sheet, self.row + 1, column, self.row + self.size, column]


def bars(book: Book, table: Table, title: str) -> Any:
    """Horizontal bars in the table's order, the first on top; several columns are stacked."""
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
    grid = {"visible": stacked, "line": {"color": "#DDDDDD"}}
    # Reversed, the amounts' axis goes to the top: its figures are set back to the bottom.
    chart.set_x_axis(
        {
            "visible": stacked,
            "num_font": FONT,
            "num_format": WHOLE,
            "major_gridlines": grid,
            "label_position": "high",
        }
    )
    chart.set_legend({"position": "bottom", "font": FONT} if stacked else {"none": True})
    return _titled(chart, title)


def ring(book: Book, table: Table, title: str) -> Any:
    """A ring of shares with their percentages."""
    chart = book.add_chart({"type": "doughnut"})
    chart.add_series(
        {
            "categories": table.names(),
            "values": table.amounts(table.columns[0]),
            "points": [{"fill": {"color": colour}} for colour in COLOURS[: table.size]],
            "data_labels": {"percentage": True, "font": FONT},
        }
    )
    chart.set_hole_size(50)
    chart.set_legend({"position": "right", "font": FONT})
    return _titled(chart, title)


def _titled(chart: Any, title: str) -> Any:
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    chart.set_chartarea({"border": {"color": "#BBBBBB"}})
    return chart

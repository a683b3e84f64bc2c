"""Charts under the rows of a sheet, real ones that follow the cells when somebody edits them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.worksheet.pagebreak import Break

from exports.pages import share_page
from exports.tables import Chart

_COLOURS: Final = ("1F5C4D", "C8741A", "5B7FA6", "8E5A86")
_NARROWEST_CM: Final = 18.0
_WIDEST_CM: Final = 34.0
_ROW_CM: Final = 0.53
_LEAST_CM: Final = 8.0
_MOST_CM: Final = 16.0


def draw_charts(
    created: Any, charts: Sequence[Chart], last: int, rows: int, width_cm: float, *, arabic: bool
) -> None:
    """Draw charts under a sheet, as wide as its table where that is sensible; on paper they share its page.

    :param last: its last row that is no total; ``rows``: its last row; ``width_cm``: of its columns.
    :param arabic: the sheet runs from right to left, and so do the charts.
    """
    below = rows + 2
    charts_cm = 0.0
    begins: list[int] = []
    for chart in charts:
        end = min(chart.last or last, last)
        if end < 2:
            continue
        drawn: Any = LineChart() if chart.kind == "lines" else BarChart()
        labels = Reference(created, min_col=chart.labels + 1, min_row=2, max_row=end)
        for place in chart.values:
            values = Reference(created, min_col=place + 1, min_row=1, max_row=end)
            drawn.add_data(values, titles_from_data=True)
        drawn.set_categories(labels)
        for number, series in enumerate(drawn.series):
            colour = _COLOURS[number % len(_COLOURS)]
            if chart.kind == "lines":
                series.graphicalProperties.line.solidFill = colour
                series.smooth = False
            else:
                series.graphicalProperties.solidFill = colour
        drawn.title = chart.title
        drawn.height = _LEAST_CM
        drawn.width = min(max(width_cm, _NARROWEST_CM), _WIDEST_CM)
        drawn.legend.position = "b"
        # LibreOffice and newer Excels hide the axes of a chart that does not say
        drawn.x_axis.delete = drawn.y_axis.delete = False
        drawn.y_axis.number_format = "0"
        drawn.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="DCE5E1"))
        if chart.kind == "bars":
            drawn.type = "bar"
            drawn.x_axis.scaling.orientation = "maxMin"  # the first row on top
            drawn.y_axis.crosses = "max"
            drawn.height = min(max(_LEAST_CM, 3.5 + 0.55 * (end - 1) * max(1, len(chart.values) * 0.6)), _MOST_CM)
            drawn.gapWidth = 60
        if arabic:
            if chart.kind == "bars":
                drawn.y_axis.scaling.orientation = "maxMin"
            else:
                drawn.x_axis.scaling.orientation = "maxMin"
        if len(chart.values) == 1:
            drawn.legend = None
        created.add_chart(drawn, f"A{below}")
        begins.append(below)
        charts_cm += drawn.height + 2 * _ROW_CM
        below += int(drawn.height / _ROW_CM) + 2
    if not share_page(created, width_cm, rows, charts_cm):
        for row in begins:
            created.row_breaks.append(Break(id=row - 1))

"""How a sheet goes on A4 paper: direction of the page, how many pages its columns take, what each page repeats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from exports.tables import Sheet

_A4: Final = 9
_WIDTH_CM: Final = 27.7
"""Of the paper laid on its side, without margins."""
#: Printed smaller, 11 points are read with a glass: more columns take another page.
_SMALLEST: Final = 0.45
_ROW_CM: Final = 0.53
#: Rows of a table that shares its page with its charts.
_MOST_ROWS: Final = 45
_MARGINS_INCHES: Final = {"left": 0.4, "right": 0.4, "top": 0.65, "bottom": 0.6, "header": 0.3, "footer": 0.3}


def to_cm(widths: Sequence[float]) -> float:
    """Give the width of columns whose widths are in characters of Calibri 11: 7 pixels each and 5 between."""
    return sum(width * 7 + 5 for width in widths) * 2.54 / 96


def set_pages(created: Any, sheet: Sheet, widths: Sequence[float]) -> None:
    """Lay a sheet on paper: its columns on one page, or on so few that they can be read; headings on each.

    :param created: a sheet of openpyxl.
    """
    across = sheet.fit or max(1, math.ceil(to_cm(widths) * _SMALLEST / _WIDTH_CM))
    page = created.page_setup
    page.orientation, page.paperSize = "landscape", _A4
    page.fitToWidth, page.fitToHeight = across, 0
    created.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    created.page_margins = PageMargins(**_MARGINS_INCHES)
    created.print_title_rows = "1:1"
    if across > 1 and sheet.frozen:
        created.print_title_cols = f"A:{get_column_letter(sheet.frozen)}"


def share_page(created: Any, width_cm: float, rows: int, charts_cm: float) -> bool:
    """Put a short table and the charts under it on one page, upright where they are higher than wide.

    :param rows: of the table.
    :returns: False for a long table, whose charts come after its pages.
    """
    if rows > _MOST_ROWS:
        return False
    page = created.page_setup
    page.fitToHeight = 1
    if rows * _ROW_CM + charts_cm > width_cm:
        page.orientation = "portrait"
    return True

"""An empty list of women, with the choices of its cells, to be filled in and sent in (`exports.roundtrip`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from exports.headings import KEY as KEY_HEADING
from exports.headings import NOMINAL
from exports.headings import VERSION as VERSION_HEADING
from exports.manifest import EDITABLE, NOMINAL_SHEET, find_editable, hide_manifest, offer_choices
from exports.programme import Options, Programme
from exports.register import to_columns
from exports.returned import KEY, VERSION

BLANK_ROWS: Final = 500


def write_blank_list(programme: Programme, options: Options) -> bytes:
    """Write an empty list of women, with the choices of its cells, to be filled in and sent in."""
    if programme.sign is None:
        raise ValueError("a list without a signature could not come back")
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = NOMINAL_SHEET
    sheet.sheet_view.rightToLeft = options.language == "ar"
    known = find_editable(programme)
    kept = [(name, heading) for name, heading in NOMINAL if any(n == name and p in known for n, p, _ in EDITABLE)]
    columns = offer_choices(
        to_columns([*(heading for _, heading in kept), KEY_HEADING, VERSION_HEADING], options.language),
        [name for name, _ in kept],
        programme,
        options,
    )
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        cell = sheet.cell(1, place, column.heading)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F5C4D")
        sheet.column_dimensions[letter].width = column.width or 16
        sheet.column_dimensions[letter].hidden = column.heading in (KEY, VERSION)
        if column.format == "id":
            for row in range(2, BLANK_ROWS + 2):
                sheet.cell(row, place).number_format = "@"
        if column.listed:
            reach = f"{letter}2:{letter}{BLANK_ROWS + 1}"
            sheet.add_data_validation(DataValidation("list", formula1=column.listed, allow_blank=True, sqref=reach))
    sheet.freeze_panes = "A2"

    def hide(name: str, texts: Sequence[Sequence[str]]) -> None:
        hidden = book.create_sheet(name)
        hidden.sheet_state = "veryHidden"
        for place, column in enumerate(texts, start=1):
            for number, text in enumerate(column, start=1):
                hidden.cell(number, place, text).data_type = "s"

    hide_manifest(hide, columns, [name for name, _ in kept], replace(programme, women=[]), options)
    out = BytesIO()
    book.save(out)
    return out.getvalue()

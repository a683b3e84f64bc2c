"""What a workbook is besides its sheets, saved by openpyxl: it is not asked for the sheets that are written already."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_STORED, ZipFile

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.writer.excel import ExcelWriter

RELATIONS: Final = "_rels/.rels"


def save_parts(workbook: Any, written: Mapping[str, Any]) -> dict[str, bytes]:
    """Give the files of a workbook.

    :param written: the relations of its sheets that are written already, by the sheet's name.
    """
    out = BytesIO()
    _OtherParts(workbook, ZipFile(out, "w", ZIP_STORED), written).save()
    with ZipFile(out) as file:
        return {name: file.read(name) for name in file.namelist()}


@cache
def write_relations() -> bytes:
    """Give the file that says what kind of archive a workbook is."""
    return save_parts(Workbook(), {})[RELATIONS]


class _OtherParts(ExcelWriter):
    def __init__(self, workbook: Any, archive: ZipFile, written: Mapping[str, Any]) -> None:
        super().__init__(workbook, archive)
        self._written = written

    def write_worksheet(self, ws: Any) -> None:
        """Write a sheet; of one that is written, take note."""
        if ws.title not in self._written:
            super().write_worksheet(ws)
            return
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts = ws._charts
        ws._rels = self._written[ws.title]
        self.manifest.append(ws)

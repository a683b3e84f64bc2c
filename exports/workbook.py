"""The workbook itself; openpyxl is known here and in the few modules that ``tests/server/test_house.py`` names.

openpyxl makes everything but the rows: the workbook, its styles, the heads of its sheets with their panes, widths,
prompts and filters. The rows are XML already (``exports.markup``) and go between the head and the end of their sheet
while the archive is written (``exports.zipstream``). So bytes leave while rows are made, memory does not grow with the
number of submissions, and a workbook that was not finished is opened by no program.

Three things are settled here and in ``exports.sheets`` once for all sheets. A text is written as text, whatever it
begins with, so no answer can become a formula, neither when the file is opened nor when somebody edits the cell. What
exceeds a sheet continues on a next one. And every text that was cut is remembered with its cell, for ``14_Lisez_moi``.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC
from io import BytesIO
from typing import Any, BinaryIO, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break

from exports.blocks import Kept
from exports.cells import Mended, to_cell
from exports.charts import draw_charts
from exports.contents import fill_book
from exports.cover import NAME as COVER
from exports.cover import Loss, Outcome, Written
from exports.labels import in_language
from exports.naming import to_sheet_name
from exports.pages import set_pages, to_cm
from exports.programme import Options, Programme
from exports.saving import RELATIONS, save_parts, write_relations
from exports.sheets import SheetWriter
from exports.styles import LINKED, to_alignment, to_number_format, to_unit
from exports.tables import Column, Sheet, shorten
from exports.texts import SHEETS, say
from exports.widths import heading_height
from exports.zipstream import ZipStream, deflate

#: The files that name the sheets' files.
_NAMING: Final = ("[Content_Types].xml", "xl/_rels/workbook.xml.rels")
_SHEET_NAME: Final = re.compile(rb"xl/worksheets/sheet[0-9]+\.xml")
_SHEET_RELATIONS: Final = re.compile(r"xl/worksheets/_rels/(sheet[0-9]+\.xml)\.rels")
_END_OF_ROWS: Final = b"</sheetData>"
# openpyxl knows of the headings alone, and a wrong size makes readers stop early
_DIMENSION: Final = re.compile(rb"<dimension [^>]*/>")
#: Rows below the last one whose cells offer the choices too: for women who are added by hand.
ROOM: Final = 500
#: Different units that get a number format of their own: Excel takes some two hundred formats in all.
MOST_UNITS: Final = 60
_HEAD_FONT: Final = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
_HEAD_FILL: Final = PatternFill("solid", fgColor="1F5C4D")
_HEAD_ALIGNMENT: Final = Alignment(vertical="center", horizontal="center", wrap_text=True)
_HEAD_BORDER: Final = Border(right=Side("thin", color="FFFFFF"))
_FONTS: Final = {
    "total": Font(name="Calibri", size=11, bold=True),
    "fresh-total": Font(name="Calibri", size=11, bold=True),
    "title": Font(name="Calibri", size=12, bold=True, color="1F5C4D"),
}
_FILLS: Final = {
    "total": PatternFill("solid", fgColor="E3EFEA"),
    "title": PatternFill("solid", fgColor="F1F6F4"),
    "disputed": PatternFill("solid", fgColor="FFD9A0"),
    "fresh": PatternFill("solid", fgColor="CDEBC5"),
    "fresh-total": PatternFill("solid", fgColor="CDEBC5"),
}
_LINE: Final = Side("thin", color="8FA8A0")
_LINES: Final = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_LINK_FONT: Final = Font(name="Calibri", size=11, color="1155CC", underline="single")
_FONTS[LINKED] = _LINK_FONT


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sheet can hold. Source: "Excel specifications and limits"."""

    rows: int = 1_048_576
    columns: int = 16_384


EXCEL: Final = Limits()


def write_workbook(
    programme: Programme, options: Options, out: BinaryIO, *, limits: Limits = EXCEL, kept: Kept | None = None
) -> Outcome:
    """Write the consolidated workbook of a programme to ``out`` (any writable binary file; it need not seek).

    See :func:`stream_workbook`. Where it fails, what ``out`` has got is no workbook that a program opens.

    :returns: what was written and what could not be, as listed on ``14_Lisez_moi``.
    """
    chunks = stream_workbook(programme, options, limits=limits, kept=kept)
    while True:
        try:
            out.write(next(chunks))
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome


def stream_workbook(
    programme: Programme, options: Options, *, limits: Limits = EXCEL, kept: Kept | None = None
) -> Generator[bytes, None, Outcome]:
    """Give the bytes of the consolidated workbook as they are made.

    Memory holds the register of women and what the indicators need of each, never the submissions.

    :param kept: where blocks of rows are kept from one workbook to the next; the workbook is the same without.
    """
    book = Book(programme, options, limits)
    try:
        filling = fill_book(book, programme, options, kept)
        while True:
            try:
                next(filling)
            except StopIteration as end:
                outcome: Outcome = end.value
                break
            yield from book.archive.take()
        book.finish()
        yield from book.archive.take()
    finally:
        book.archive.discard()
    return outcome


class Book:
    """The workbook being made: names, order, styles, and what was lost on the way."""

    def __init__(self, programme: Programme, options: Options, limits: Limits) -> None:
        self.options = options
        self.limits = limits
        self.losses: list[Loss] = []
        self.replaced = 0
        local = programme.extracted_at.astimezone(options.zone)
        self.archive = ZipStream(local)
        self.notice = say(
            "confidential", options.language, author=programme.author[:60], when=f"{local:%d/%m/%Y %H:%M}"
        )
        self._arabic = options.language == "ar"
        self._workbook: Any = Workbook()
        self._workbook.properties.creator = _fold(programme.author, 100) or "Hirfa"
        named = _fold(in_language(programme.title, options.language), 100)
        self._workbook.properties.title = named or say("title", options.language)
        self._workbook.properties.created = programme.extracted_at.astimezone(UTC).replace(tzinfo=None)
        self._places: list[tuple[int, int, int]] = []
        self._writers: list[SheetWriter] = []
        self._opened: dict[str, Opened] = {}
        self._units: dict[str, int] = {}
        self._looks: dict[tuple[object, ...], str] = {}
        head: Any = WriteOnlyCell(self._workbook.worksheets[0])
        head.font, head.fill, head.alignment, head.border = _HEAD_FONT, _HEAD_FILL, _HEAD_ALIGNMENT, _HEAD_BORDER
        self.head_style = head._style
        self._workbook.remove(self._workbook.worksheets[0])
        self._hidden: list[tuple[str, Sequence[Sequence[str]]]] = []
        self.archive.add(RELATIONS, write_relations())  # first, so that the file is known for what it is

    def wants_form(self, form_id: str) -> bool:
        """Tell whether the rows of a form are wanted: all are."""
        return bool(form_id)

    def open(self, sheet: Sheet, title: str) -> SheetWriter:
        """Begin a sheet; several may be open at once."""
        writer = SheetWriter(self, sheet, title)
        self._writers.append(writer)
        return writer

    def create(self, sheet: Sheet, number: int, title: str) -> Opened:
        """Create the ``number``-th part of a sheet at its place in the workbook, under a name of its own.

        :param title: what stands above it on paper.
        """
        tail = sheet.tail if number == 1 else f"{sheet.tail} ({number})"
        taken = [*self._workbook.sheetnames, *(SHEETS if sheet.form else ())]
        name = to_sheet_name(sheet.name, taken, tail=tail)
        place = (sheet.order, number, len(self._places))
        index = sum(other < place for other in self._places)
        self._places.append(place)
        created = self._workbook.create_sheet(name, index)
        _dress(created, sheet, self.options.language, title, self.notice if sheet.personal else "")
        opened = self._opened[name] = Opened(self, created, sheet, f"xl/worksheets/rows{len(self._places)}.xml")
        return opened

    def hide(self, name: str, columns: Sequence[Sequence[str]]) -> None:
        """Add a sheet that no reader sees: each of the columns one below the other."""
        self._hidden.append((name, columns))

    def style(self, column: Column, style: str, look: str = "") -> str:
        """Give the attribute of a style of a column; ``look`` is "total", "title", "disputed", "fresh",
        "fresh-total" or ""."""
        unit = to_unit(column, arabic=self._arabic)
        known = self._units.setdefault(unit, len(self._units)) < MOST_UNITS
        number_format = to_number_format(column, style, unit if known else "")
        alignment = to_alignment(column, style, arabic=self._arabic)
        if look == "title":
            alignment = {"vertical": "center", "horizontal": "right" if self._arabic else "left"}
        key = (number_format, tuple(alignment.items()), style == "quoted", look, column.bordered)
        attribute = self._looks.get(key)
        if attribute is None:
            cell = WriteOnlyCell(self._workbook.worksheets[0])
            cell.number_format = number_format
            cell.alignment = Alignment(**alignment)
            if style == "quoted":
                cell.quotePrefix = True
            if look in _FONTS:
                cell.font = _FONTS[look]
            if look in _FILLS:
                cell.fill = _FILLS[look]
            if column.bordered and not look:
                cell.border = _LINES
            attribute = self._looks[key] = f' s="{cell.style_id}"'
        return attribute

    def link_style(self, column: Column) -> str:
        """Give the attribute of the style of a link."""
        cell = WriteOnlyCell(self._workbook.worksheets[0])
        cell.font = _LINK_FONT
        cell.alignment = Alignment(**to_alignment(replace(column, format="id"), "link", arabic=self._arabic))
        return f' s="{cell.style_id}"'

    def lose(self, name: str, place: int, row: int, length: int) -> None:
        """Take note of a text that was cut."""
        self.losses.append(Loss(name, f"{get_column_letter(place + 1)}{row}", length))

    def name_of(self, sheet: Sheet) -> str | None:
        """Give the name a sheet got, None when it was not opened."""
        return next((writer.names[0] for writer in self._writers if writer.sheet is sheet), None)

    def written(self) -> Iterator[Written]:
        """Give all sheets in the order of the workbook."""
        known = {written.name: written for writer in self._writers for written in writer.written()}
        for name in self._workbook.sheetnames:
            yield known[name]

    def finish(self) -> None:
        """Write everything but the rows; the cover is what opens."""
        self._workbook.active = self._workbook[COVER]
        for name, columns in self._hidden:
            sheet = self._workbook.create_sheet(name)
            sheet.sheet_state = "veryHidden"
            for place, texts in enumerate(columns, start=1):
                for number, text in enumerate(texts, start=1):
                    cell = sheet.cell(number, place)
                    cell.value, cell.data_type = _fold(text, len(text) + 1), "s"
        names = {
            f"xl/worksheets/sheet{number}.xml": self._opened[title].path
            for number, title in enumerate(self._workbook.sheetnames, start=1)
            if title in self._opened
        }
        relations = {name: opened.relations for name, opened in self._opened.items()}
        for name, data in save_parts(self._workbook, relations).items():
            if name == RELATIONS:
                continue
            if name in _NAMING:
                data = _SHEET_NAME.sub(lambda found: names.get(found[0].decode(), found[0].decode()).encode(), data)
            related = _SHEET_RELATIONS.fullmatch(name)
            if related:
                path = f"xl/worksheets/{related[1]}"
                name = f"xl/worksheets/_rels/{names.get(path, path).rpartition('/')[2]}.rels"
            self.archive.add(name, data)
        self.archive.close()


class Opened:
    """One sheet of the workbook, its rows going into the archive."""

    def __init__(self, book: Book, created: Any, sheet: Sheet, path: str) -> None:
        self._book = book
        self._sheet = sheet
        self._created = created
        self._links: list[Hyperlink] = []
        self.name: str = created.title
        self.path = path

    def begin(self, columns: Sequence[Column], widths: Sequence[float]) -> None:
        """Write everything before the rows, and the row of headings."""
        created = self._created
        self._columns = columns
        self._width_cm = to_cm(widths)
        set_pages(created, self._sheet, widths)
        for place, (column, width) in enumerate(zip(columns, widths, strict=True), start=1):
            letter = get_column_letter(place)
            created.column_dimensions[letter].width = width
            cell = created.cell(1, place)
            value = to_cell(column.heading)
            cell.value = value.text if isinstance(value, Mended) else value
            cell.data_type = "s"
            cell._style = copy(self._book.head_style)
        created.row_dimensions[1].height = heading_height(columns, widths)
        self.entry = self._book.archive.open(self.path)
        self._out = BytesIO()
        self._writer: Any = WorksheetWriter(created, self._out)
        self._writer.write_top()
        self._writer.write_rows()
        stream: Any = self._writer.xf.send(True)
        stream.flush()
        self._writer.xf.send(None)
        self.entry.put(deflate(_DIMENSION.sub(b"", self._take().removesuffix(_END_OF_ROWS), count=1)))
        # it is written, and not needed again
        created.delete_rows(1)
        created.column_dimensions.clear()
        created.row_dimensions.clear()

    def link(self, place: int, row: int, column: Column, name: str) -> str:
        """Make a cell lead to another sheet; gives the attribute of its style."""
        ref, target = f"{get_column_letter(place + 1)}{row}", name.replace("'", "''")
        self._links.append(Hyperlink(ref=ref, location=f"'{target}'!A1", display=name))
        return self._book.link_style(column)

    def break_before(self, row: int) -> None:
        """Begin a page with a row."""
        self._created.row_breaks.append(Break(id=row - 1))

    def finish(self, columns: int, filtered_to: int, rows: int) -> None:
        """Write everything after the rows."""
        if filtered_to > 1 and self._sheet.filtered:
            self._created.auto_filter.ref = f"A1:{get_column_letter(columns)}{filtered_to}"
        for place, column in enumerate(self._columns, start=1):
            letter = get_column_letter(place)
            if column.prompt:
                note = DataValidation(showInputMessage=True, showErrorMessage=False, sqref=f"{letter}1")
                note.prompt = _fold(column.prompt, 250)
                self._created.data_validations.append(note)
        for place, column in enumerate(self._columns, start=1):
            letter = get_column_letter(place)
            if column.listed:
                reach = f"{letter}2:{letter}{max(filtered_to, 1) + ROOM}"
                choice = DataValidation("list", formula1=column.listed, allow_blank=True, sqref=reach)
                choice.errorStyle = "stop"
                self._created.data_validations.append(choice)
        if self._sheet.charts and filtered_to > 1:
            arabic = self._book.options.language == "ar"
            draw_charts(self._created, self._sheet.charts, filtered_to, rows, self._width_cm, arabic=arabic)
        self._created._hyperlinks = self._links
        self._writer.write_tail()
        self._writer.close()
        self.relations: Any = self._writer._rels
        self.entry.put(deflate(_END_OF_ROWS + self._take()))
        self.entry.close()
        self._created.data_validations.dataValidation = []

    def _take(self) -> bytes:
        """Give what was written of the sheet's XML since the last time."""
        made = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return made


def _dress(created: Any, sheet: Sheet, language: str, title: str, notice: str) -> None:
    """Set what a sheet needs before its first row: direction, panes, what its pages say."""
    view = created.sheet_view
    view.rightToLeft = language == "ar"
    view.tabSelected = sheet.name == COVER and not sheet.form
    view.showGridLines = sheet.filtered
    created.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}2"
    footer = created.HeaderFooter.oddFooter
    footer.left.text, footer.right.text = "&A", "&P / &N"
    header = created.HeaderFooter.oddHeader  # Excel takes 255 characters in all
    first, second = (header.right, header.left) if language == "ar" else (header.left, header.right)
    first.text = _fold(title, 90).replace("&", "&&")
    second.text = _fold(notice, 110).replace("&", "&&") or None


def _fold(text: str, length: int) -> str:
    """Give a text that may stand outside cells: XML-safe, at most so long, visibly shortened."""
    if len(text) + sum(char > "\uffff" for char in text) > length:  # Excel counts UTF-16 units
        text = shorten(text, length // 2 if max(text) > "\uffff" else length)
    made = to_cell(text)
    return made.text if isinstance(made, Mended) else str(made or "")

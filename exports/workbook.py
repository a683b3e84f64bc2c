"""The workbook itself: the only place that knows openpyxl.

Rows are streamed: a sheet is a temporary file of openpyxl's that grows row by row, so memory does not grow with the
number of submissions, and nothing reaches ``out`` before every row is made: a half workbook is never taken for a whole
one.

Three things are settled here once for all sheets. A text is written as text, whatever it begins with, so no answer can
become a formula, neither when the file is opened nor when somebody edits the cell. What exceeds a sheet continues on a
next one. And every text that was cut is remembered with its cell, for ``14_Lisez_moi``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC
from io import RawIOBase
from typing import Any, BinaryIO, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from exports.cells import Mended, to_cell
from exports.contents import fill_book
from exports.cover import NAME as COVER
from exports.cover import Link, Loss, Outcome, Written
from exports.programme import Options, Programme
from exports.styles import to_alignment, to_number_format, to_style, to_unit
from exports.tables import Column, Disputed, Sheet, Total, shorten, to_sheet_name
from exports.texts import SHEETS, say
from exports.widths import heading_height, measure, row_height

#: Rows looked at to choose the widths of the columns.
SAMPLE: Final = 60

#: Different units that get a number format of their own: Excel takes some two hundred formats in all.
MOST_UNITS: Final = 60
_HEAD_FONT: Final = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
_HEAD_FILL: Final = PatternFill("solid", fgColor="1F5C4D")
_HEAD_ALIGNMENT: Final = Alignment(vertical="center", horizontal="center", wrap_text=True)
_HEAD_BORDER: Final = Border(right=Side("thin", color="FFFFFF"))
_TOTAL_FONT: Final = Font(name="Calibri", size=11, bold=True)
_TOTAL_FILL: Final = PatternFill("solid", fgColor="E3EFEA")
_DISPUTED_FILL: Final = PatternFill("solid", fgColor="FFD9A0")
_LINK_FONT: Final = Font(name="Calibri", size=11, color="1155CC", underline="single")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sheet can hold. Source: "Excel specifications and limits"."""

    rows: int = 1_048_576
    columns: int = 16_384


EXCEL: Final = Limits()


def write_workbook(programme: Programme, options: Options, out: BinaryIO, *, limits: Limits = EXCEL) -> Outcome:
    """Write the consolidated workbook of a programme to ``out`` (any writable binary file; it need not seek).

    Memory holds the register of women and what the indicators need of each, never the submissions. ``out`` gets its
    first byte once all rows are made; whatever fails before leaves it untouched.

    :returns: what was written and what could not be, as listed on ``14_Lisez_moi``.
    """
    book = Book(programme, options, limits)
    try:
        outcome = fill_book(book, programme, options)
        book.save(out)
    except BaseException:
        book.discard()
        raise
    return outcome


class Book:
    """The workbook being made: names, order, and what was lost on the way."""

    def __init__(self, programme: Programme, options: Options, limits: Limits) -> None:
        self.options = options
        self.limits = limits
        self.losses: list[Loss] = []
        self.replaced = 0
        self.cells = _Cells(options.language)
        local = programme.extracted_at.astimezone(options.zone)
        self.notice = say(
            "confidential", options.language, author=programme.author[:60], when=f"{local:%d/%m/%Y %H:%M}"
        )
        self._workbook: Any = Workbook(write_only=True)
        self._workbook.properties.creator = _fold(programme.author, 100) or "Hirfa"
        self._workbook.properties.title = _fold(programme.title, 100) or say("title", options.language)
        self._workbook.properties.created = programme.extracted_at.astimezone(UTC).replace(tzinfo=None)
        self._places: list[tuple[int, int, int]] = []
        self._writers: list[_Writer] = []

    def open(self, sheet: Sheet, title: str) -> _Writer:
        """Begin a sheet; several may be open at once."""
        writer = _Writer(self, sheet, title)
        self._writers.append(writer)
        return writer

    def create(self, sheet: Sheet, number: int) -> Any:
        """Create the ``number``-th part of a sheet at its place in the workbook, under a name of its own."""
        tail = sheet.tail if number == 1 else f"{sheet.tail} ({number})"
        taken = [*self._workbook.sheetnames, *(SHEETS if sheet.form else ())]
        name = to_sheet_name(sheet.name, taken, tail=tail)
        place = (sheet.order, number, len(self._places))
        index = sum(other < place for other in self._places)
        self._places.append(place)
        created = self._workbook.create_sheet(name, index)
        _dress(created, sheet, self.options.language, self.notice if sheet.personal else "")
        return created

    def name_of(self, sheet: Sheet) -> str | None:
        """Give the name a sheet got, None when it was not opened."""
        return next((writer.names[0] for writer in self._writers if writer.sheet is sheet), None)

    def written(self) -> Iterator[Written]:
        """Give all sheets in the order of the workbook."""
        known = {written.name: written for writer in self._writers for written in writer.written()}
        for name in self._workbook.sheetnames:
            yield known[name]

    def save(self, out: BinaryIO) -> None:
        """Write everything out; the cover is what opens."""
        self._workbook.active = self._workbook[COVER]
        self._workbook.save(out)

    def discard(self) -> None:
        """Drop the temporary files of a workbook that will not be finished (openpyxl removes them while saving)."""
        with suppress(Exception):
            self._workbook.save(_Nowhere())


class _Cells:
    """Makes cells. One is kept for each column and style, for openpyxl writes a row before the next is made."""

    def __init__(self, language: str) -> None:
        self._arabic = language == "ar"
        self._kept: dict[int, dict[tuple[int, str, bool, bool], Any]] = {}
        self._units: dict[str, int] = {}

    def head(self, created: Any, columns: Sequence[Column], widths: Sequence[float]) -> None:
        """Write the row of headings, and set the widths first: openpyxl takes them only then."""
        for place, (column, width) in enumerate(zip(columns, widths, strict=True), start=1):
            letter = get_column_letter(place)
            created.column_dimensions[letter].width = width
            if column.prompt:
                note = DataValidation(showInputMessage=True, showErrorMessage=False, sqref=f"{letter}1")
                note.prompt = _fold(column.prompt, 250)
                created.data_validations.append(note)
        created.row_dimensions[1].height = heading_height(columns, widths)
        row = []
        for column in columns:
            cell = WriteOnlyCell(created)
            value = to_cell(column.heading)
            cell.value = value.text if isinstance(value, Mended) else value
            cell.data_type = "s"
            cell.font, cell.fill, cell.alignment, cell.border = _HEAD_FONT, _HEAD_FILL, _HEAD_ALIGNMENT, _HEAD_BORDER
            row.append(cell)
        created.append(row)

    def make(self, created: Any, place: int, column: Column, value: object, *, total: bool, styled: bool) -> object:
        """Give what openpyxl takes for a value: itself where it needs no style, else a cell."""
        disputed = type(value) is Disputed
        if isinstance(value, Disputed):
            value = value.value
        if isinstance(value, Link):
            return self._link(created, column, value.name)
        style = to_style(column, value, plain=not (styled or total or disputed))
        if not style:
            return value
        cell = self._keep(created, place, column, style, total, disputed)
        cell.value = value
        if type(value) is str:
            cell.data_type = "s"  # never a formula, never an error value
        return cell

    def _keep(self, created: Any, place: int, column: Column, style: str, total: bool, disputed: bool) -> Any:
        kept = self._kept.setdefault(id(created), {})
        key = (place, style, total, disputed)
        cell = kept.get(key)
        if cell is None:
            cell = kept[key] = WriteOnlyCell(created)
            unit = to_unit(column, arabic=self._arabic)
            known = self._units.setdefault(unit, len(self._units)) < MOST_UNITS
            cell.number_format = to_number_format(column, style, unit if known else "")
            cell.alignment = Alignment(**to_alignment(column, style, arabic=self._arabic))
            if style == "quoted":
                cell.quotePrefix = True
            if total:
                cell.font, cell.fill = _TOTAL_FONT, _TOTAL_FILL
            if disputed:
                cell.fill = _DISPUTED_FILL
        return cell

    def _link(self, created: Any, column: Column, name: str) -> Any:
        cell = WriteOnlyCell(created, name)
        cell.data_type = "s"
        cell.hyperlink = Hyperlink(ref="A1", location="'" + name.replace("'", "''") + "'!A1", display=name)
        cell.font = _LINK_FONT
        cell.alignment = Alignment(**to_alignment(replace(column, format="id"), "link", arabic=self._arabic))
        return cell

    def forget(self, created: Any) -> None:
        """Drop the cells of a finished sheet."""
        self._kept.pop(id(created), None)


def _dress(created: Any, sheet: Sheet, language: str, notice: str) -> None:
    """Set what a sheet needs before its first row: direction, panes, page."""
    view = created.sheet_view
    view.rightToLeft = language == "ar"
    view.tabSelected = sheet.name == COVER and not sheet.form
    view.showGridLines = sheet.filtered
    created.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}2"
    created.print_title_rows = "1:1"
    page = created.page_setup
    page.orientation, page.paperSize = "landscape", 9  # A4
    if sheet.fit:
        page.fitToWidth, page.fitToHeight = sheet.fit, 0
        created.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer = created.HeaderFooter.oddFooter
    footer.left.text, footer.right.text = "&A", "&P / &N"
    if notice:
        created.HeaderFooter.oddHeader.center.text = _fold(notice, 200).replace("&", "&&")


def _fold(text: str, length: int) -> str:
    """Give a text that may stand outside cells: XML-safe, at most so long, visibly shortened."""
    if len(text) + sum(char > "\uffff" for char in text) > length:  # Excel counts UTF-16 units
        text = shorten(text, length // 2 if max(text) > "\uffff" else length)
    made = to_cell(text)
    return made.text if isinstance(made, Mended) else str(made or "")


class _Nowhere(RawIOBase):
    """Takes bytes and forgets them."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


class _Writer:
    """Writes the rows of one sheet, over as many sheets as it takes."""

    def __init__(self, book: Book, sheet: Sheet, title: str) -> None:
        self._book = book
        self.sheet = sheet
        self._title = title
        self.names: list[str] = []
        self._rows: dict[str, int] = {}
        self._waiting: list[tuple[Sequence[object], bool]] | None = []
        self._widths: list[float] = []
        self._styled = all(column.width for column in sheet.columns)
        self._wrapped = any(column.wrapped for column in sheet.columns)
        self._groups = self._split()
        self._parts: list[tuple[Any, str, Sequence[int]]] = []
        self._row = 0
        self._filtered_to = 0
        self._begin()

    def _split(self) -> list[Sequence[int]]:
        """Share the columns out over sheets: KEY comes first on each continuation."""
        count, most, key = len(self.sheet.columns), self._book.limits.columns, self.sheet.key
        if count <= most:
            return [range(count)]
        groups: list[Sequence[int]] = [range(most)]
        rest = [index for index in range(most, count) if index != key]
        step = max(most - 1, 1)
        return groups + [[key, *rest[start : start + step]] for start in range(0, len(rest), step)]

    def _begin(self) -> None:
        """Create the next sheet of each group of columns."""
        self._finish()
        for group in self._groups:
            created = self._book.create(self.sheet, len(self.names) + 1)
            self.names.append(created.title)
            self._rows[created.title] = 0
            self._parts.append((created, created.title, group))
        self._row = 0
        if self._waiting is None:
            self._head()

    def put(self, row: Sequence[object]) -> None:
        """Write a row of any values."""
        zone = self._book.options.zone
        cells: list[object] = []
        for value in row:
            if type(value) is Disputed:
                cells.append(Disputed(to_cell(value.value, zone)))
            else:
                cells.append(value if type(value) is Link else to_cell(value, zone))
        self.append(cells, total=isinstance(row, Total))

    def append(self, cells: Sequence[object], *, total: bool = False) -> None:
        """Write a row of what ``to_cell`` made."""
        if self._waiting is None:
            self._write(cells, total)
            return
        self._waiting.append((cells, total))
        if len(self._waiting) >= SAMPLE:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting or [], None
        self._widths = measure(self.sheet.columns, [cells for cells, _ in waiting])
        self._head()
        for cells, total in waiting:
            self._write(cells, total)

    def _head(self) -> None:
        for created, name, group in self._parts:
            columns = [self.sheet.columns[index] for index in group]
            self._book.cells.head(created, columns, [self._widths[index] for index in group])
            self._rows[name] = 0
        self._row = 1

    def _write(self, cells: Sequence[object], total: bool) -> None:
        if self._row >= self._book.limits.rows:
            self._begin()
        self._row += 1
        if not total:
            self._filtered_to = self._row
        columns = self.sheet.columns
        height = row_height(columns, cells) if self._wrapped else None
        for created, name, group in self._parts:
            made = []
            if height:
                created.row_dimensions[self._row].height = height
            for place, index in enumerate(group):
                value = cells[index]
                if value is not None or total:
                    bare = value.value if type(value) is Disputed else value
                    if type(bare) is Mended:
                        self._mended(bare, name, place)
                        value = bare.text if bare is value else Disputed(bare.text)
                    value = self._book.cells.make(
                        created, place, columns[index], value, total=total, styled=self._styled
                    )
                made.append(value)
            created.append(made)
            if height:
                del created.row_dimensions[self._row]  # written; a long sheet must not keep them all
            self._rows[name] += 1

    def _mended(self, value: Mended, name: str, place: int) -> None:
        self._book.replaced += value.replaced
        if value.length:
            self._book.losses.append(Loss(name, f"{get_column_letter(place + 1)}{self._row}", value.length))

    def _finish(self) -> None:
        for created, _, group in self._parts:
            if self.sheet.filtered and self._filtered_to > 1:
                created.auto_filter.ref = f"A1:{get_column_letter(len(group))}{self._filtered_to}"
            created.close()
            self._book.cells.forget(created)
        self._parts = []
        self._filtered_to = 0

    def close(self) -> None:
        """End the sheet. One without rows has its headings all the same."""
        if self._waiting is not None:
            self._flush()
        self._finish()

    def written(self) -> Iterator[Written]:
        """Tell what became of the sheet, part by part."""
        for number, name in enumerate(self.names):
            title = self._title if not number else say("continued", self._book.options.language, title=self._title)
            yield Written(name, title, self._rows[name])

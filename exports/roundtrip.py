"""The list of women sent back: what was changed in it, cell by cell, against what was exported.

Reads what Excel or LibreOffice saved: rows may be sorted or filtered, columns moved or removed, sheets added. A row is
found by its KEY, a column by its heading, what was there before by the signed manifest (`exports.manifest`). Nothing is
deleted by a missing row, and nothing is taken from a cell that cannot be read with certainty.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from itertools import islice
from typing import Final, NamedTuple
from xml.sax.saxutils import unescape

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from python_calamine import CalamineError, CalamineWorkbook

from exports.cells import Mended, to_cell
from exports.headings import KEY as KEY_HEADING
from exports.headings import NOMINAL
from exports.headings import VERSION as VERSION_HEADING
from exports.manifest import (
    BIRTH,
    BIRTH_DATE,
    BIRTH_YEAR,
    EDITABLE,
    NOMINAL_SHEET,
    SHEET,
    Editable,
    Manifest,
    ManifestError,
    Sign,
    find_editable,
    hide_manifest,
    offer_choices,
    read_manifest,
)
from exports.programme import Options, Programme
from exports.readings import Birth, Choices, UnreadableError, read_birth, read_phone, to_plain_text
from exports.register import to_columns

KEY, VERSION = "KEY", "VERSION"
MAX_ROWS: Final = 200_000
HEAD_ROWS: Final = 25
"""The row of headings is looked for among so many."""
MAX_VALUE: Final = 2000
BLANK_ROWS: Final = 500


class CellChange(NamedTuple):
    """One property of one woman that was edited: ``cell`` is where ("07_Liste_nominative!D12")."""

    key: str
    property: str
    was: str
    now: str
    cell: str


class CellProblem(NamedTuple):
    """A cell, or a row, that cannot be taken over; ``code`` is put in words by the page."""

    cell: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row without KEY: a woman who was written into the list."""

    cell: str
    values: Mapping[str, str]
    notes: tuple[CellProblem, ...] = ()
    """What was read with a guess, or not read; the row can be taken without it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a list that was sent back says."""

    manifest: Manifest
    changes: tuple[CellChange, ...]
    problems: tuple[CellProblem, ...]
    new: tuple[NewRow, ...]
    missing: tuple[str, ...]
    """KEYs that were exported and stand in no row; nothing is done to them."""
    lost: tuple[str, ...]
    """Headings that may be edited and were not found; nothing is changed in them."""
    rows: int


class Cell(NamedTuple):
    """A cell that was read: its value, its address; a formula has no value."""

    value: object
    address: str
    formula: bool = False


_BLANK: Final = Cell(None, "")
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)>")
_NAMED: Final = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>")
_ATTRIBUTE: Final = re.compile(r"([\w:]+)\s*=\s*\"([^\"]*)\"")
_FORMULA: Final = re.compile(rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]+[0-9]+)"[^>]*>\s*<(?:\w+:)?f\b')
_ERROR: Final = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+[0-9]+)"')
_MARKS: Final = (b'"e"', *(b"%cf%c" % (begin, end) for begin in b"<:" for end in b"> /\n\t\r"))
"""A sheet without any of these has neither formula nor error."""


Row = Sequence[Cell]


def read_sheets(data: bytes) -> Iterator[tuple[str, list[Row]]]:
    """Read the sheets of a workbook, hidden ones too; formulas and errors give no value.

    Of a workbook that was exported only the manifest and the list are read, and other sheets are looked through only
    when the list is no longer where it was: the answers may be far more.
    The bytes must have passed `forms.workbook.check_workbook`.

    :raises ManifestError: "damaged" when it is not what its parts say.
    """
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        parts = _find_parts(data)
        exported = SHEET in book.sheet_names
        titles = book.sheet_names
        where = NOMINAL_SHEET
        if exported and where in titles and _is_list(where, book.get_sheet_by_name(where).iter_rows()):
            titles = [where, SHEET]
        for title in titles:
            sheet = book.get_sheet_by_name(title)
            if exported and title != SHEET and not _is_list(title, sheet.iter_rows()):
                continue
            broken = _find_broken(data, parts.get(title, ""))
            yield title, _read_rows(title, sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS), broken)
    except (CalamineError, zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
        raise ManifestError("damaged") from error


def _is_list(title: str, rows: Iterable[Sequence[object]]) -> bool:
    """Say whether the headings of a list stand among the first rows of a sheet."""
    wanted = {KEY} if title == NOMINAL_SHEET else {KEY, VERSION}
    return any(wanted <= set(map(to_plain_text, row)) for row in islice(rows, HEAD_ROWS))


def _read_rows(title: str, rows: Sequence[Sequence[object]], broken: Container[str]) -> list[Row]:
    letters = [get_column_letter(place) for place in range(1, max(map(len, rows), default=0) + 1)]
    made: list[Row] = []
    for number, values in enumerate(rows, start=1):
        row = []
        some = False
        for letter, value in zip(letters, values, strict=False):
            bad = broken and f"{letter}{number}" in broken
            if (value is None or value == "") and not bad:
                row.append(_BLANK)
                continue
            some = True
            row.append(Cell(None if bad else value, f"{title}!{letter}{number}", bool(bad)))
        if some:
            made.append(row)
    return made


def _find_parts(data: bytes) -> dict[str, str]:
    """Say in which part of the archive each sheet lies."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        relations = archive.read("xl/_rels/workbook.xml.rels").decode()
        workbook = archive.read("xl/workbook.xml").decode()
    targets = {}
    for found in _RELATION.findall(relations):
        given = dict(_ATTRIBUTE.findall(found))
        targets[given.get("Id", "")] = given.get("Target", "")
    parts = {}
    for found in _NAMED.findall(workbook):
        given = dict(_ATTRIBUTE.findall(found))
        ids = (value for name, value in given.items() if name.endswith(":id") and value in targets)
        target = targets.get(next(ids, ""), "")
        parts[unescape(given.get("name", ""), {"&quot;": '"', "&apos;": "'"})] = (
            target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        )
    return parts


def _find_broken(data: bytes, part: str) -> frozenset[str]:
    """Find the cells of a sheet that hold a formula or an error: what they show is not what somebody typed.

    :raises ManifestError: "damaged" when a formula has no address.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        xml = archive.read(part)
    if not any(mark in xml for mark in _MARKS):
        return frozenset()
    found = frozenset(address.decode() for address in _FORMULA.findall(xml))
    if xml.count(b"<f>") + xml.count(b"<f ") + xml.count(b"<f/") > len(_FORMULA.findall(xml)):
        raise ManifestError("damaged")
    return found | frozenset(address.decode() for address in _ERROR.findall(xml))


def compare(sheets: Mapping[str, Sequence[Row]], sign: Sign, today: date) -> Comparison:
    """Compare a list that was sent back with what was exported.

    :raises ManifestError: "missing" when it is no such list, "damaged", "forged"; "columns" when no sheet has KEY.
    """
    hidden = sheets.get(SHEET)
    if not hidden:
        raise ManifestError("missing")
    manifest = read_manifest([row[0].value for row in hidden if row], sign)
    for title, rows in sheets.items():
        wanted = {KEY} if title == NOMINAL_SHEET else {KEY, VERSION}
        head = next((n for n, row in enumerate(rows[:HEAD_ROWS]) if wanted <= {_text(c) for c in row}), None)
        if head is not None:
            return _Comparer(manifest, today).compare(rows[head], rows[head + 1 :])
    raise ManifestError("columns")


def _text(cell: Cell) -> str:
    return to_plain_text(cell.value)


class _Comparer:
    def __init__(self, manifest: Manifest, today: date) -> None:
        self._manifest = manifest
        self._today = today
        self._choices = {
            name: Choices({choice: (word,) for choice, word in words.items()})
            for name, words in manifest.choices.items()
        }
        self._changes: list[CellChange] = []
        self._problems: list[CellProblem] = []
        self._new: list[NewRow] = []

    def compare(self, head: Row, rows: Sequence[Row]) -> Comparison:
        places: dict[str, int] = {}
        for place, cell in enumerate(head):
            heading = _text(cell)
            if heading in places and heading in {KEY, VERSION, *(c.heading for c in self._manifest.columns)}:
                self._problems.append(CellProblem(cell.address, "twice", heading))
            places.setdefault(heading, place)
        found = [(column, places[column.heading]) for column in self._manifest.columns if column.heading in places]
        seen: dict[str, str] = {}
        count = 0
        for row in rows:
            count += 1
            self._row(row, places, found, seen)
        return Comparison(
            self._manifest,
            tuple(self._changes),
            tuple(self._problems),
            tuple(self._new),
            tuple(key for key in self._manifest.rows if key not in seen),
            tuple(column.heading for column in self._manifest.columns if column.heading not in places),
            count,
        )

    def _row(
        self, row: Row, places: Mapping[str, int], found: Sequence[tuple[Editable, int]], seen: dict[str, str]
    ) -> None:
        key_cell = _at(row, places[KEY])
        key = _text(key_cell)
        where = next((cell.address for cell in row if cell.address), "")
        if key_cell.formula:
            self._problems.append(CellProblem(key_cell.address, "formula"))
            return
        if not key:
            self._add_new(row, found, where)
            return
        known = self._manifest.rows.get(key)
        if known is None:
            self._problems.append(CellProblem(key_cell.address, "unknown_key", key))
            return
        if key in seen:
            self._problems.append(CellProblem(key_cell.address, "repeated", seen[key]))
            return
        seen[key] = key_cell.address
        version = _text(_at(row, places[VERSION])) if VERSION in places else str(known[0])
        if version != str(known[0]):
            self._problems.append(
                CellProblem(_at(row, places[VERSION]).address or key_cell.address, "version", version)
            )
            return
        for column, place in found:
            cell = _at(row, place)
            address = cell.address or f"{where.partition('!')[0]}!{get_column_letter(place + 1)}{_row_of(where)}"
            if cell.formula:
                self._problems.append(CellProblem(address, "formula"))
                continue
            try:
                self._changes += self._compare_cell(key, column, cell.value, known[1], address)
            except UnreadableError as error:
                self._problems.append(CellProblem(address, error.code, error.text))

    def _compare_cell(
        self, key: str, column: Editable, value: object, was: Mapping[str, str], address: str
    ) -> list[CellChange]:
        if column.property == BIRTH:
            return self._compare_birth(key, value, was, address)
        before = was.get(column.property, "")
        words = self._manifest.choices.get(column.property, {}) if column.kind == "choice" else {}
        if not before if value is None else type(value) is str and value in (before, words.get(before)):
            return []
        text = to_plain_text(value)
        if text in (to_plain_text(before), _shown(before)):
            return []
        if column.kind == "choice":
            if text == to_plain_text(words.get(before, "")):
                return []
            now = (
                self._choices[column.property].read(text, near=False).name if column.property in self._choices else text
            )
        elif column.kind == "phone":
            now = read_phone(value)
        else:
            now = _limit(text)
        return [CellChange(key, column.property, before, now, address)] if now != before else []

    def _compare_birth(self, key: str, value: object, was: Mapping[str, str], address: str) -> list[CellChange]:
        day, year = was.get(BIRTH_DATE, ""), was.get(BIRTH_YEAR, "")
        if to_plain_text(value) == day:
            return []
        try:
            now = read_birth(value, self._today)
        except UnreadableError:
            if to_plain_text(value) == _shown(day):  # what was exported was no date either
                return []
            raise
        if now == Birth(day, year) or (not day and now == Birth("", year)) or (day and now.day == day):
            return []
        pairs = ((BIRTH_DATE, day, now.day), (BIRTH_YEAR, year, now.year))
        return [CellChange(key, name, before, after, address) for name, before, after in pairs if before != after]

    def _add_new(self, row: Row, found: Sequence[tuple[Editable, int]], where: str) -> None:
        made = read_new(
            [(column.property, column.kind, _at(row, place)) for column, place in found],
            self._choices,
            self._today,
            where,
        )
        if made is not None:
            self._new.append(made)


def read_new(
    cells: Iterable[tuple[str, str, Cell]], choices: Mapping[str, Choices], today: date, where: str
) -> NewRow | None:
    """Read the row of a new woman; None when none of its cells says anything.

    :param cells: property, kind and cell.
    """
    values: dict[str, str] = {}
    notes: list[CellProblem] = []
    for name, kind, cell in cells:
        if cell.formula:
            notes.append(CellProblem(cell.address, "formula"))
            continue
        text = to_plain_text(cell.value)
        if not text:
            continue
        try:
            if kind == "birth":
                born = read_birth(cell.value, today)
                values.update((n, v) for n, v in ((BIRTH_DATE, born.day), (BIRTH_YEAR, born.year)) if v)
            elif kind == "phone":
                values[name] = read_phone(cell.value)
            elif kind == "choice":
                chosen = choices[name].read(text)
                values[name] = chosen.name
                if not chosen.sure:
                    notes.append(CellProblem(cell.address, "near", text))
            else:
                values[name] = _limit(text)
        except UnreadableError as error:
            notes.append(CellProblem(cell.address, error.code, error.text))
    return NewRow(where, values, tuple(notes)) if values else None


def _limit(text: str) -> str:
    if len(text) > MAX_VALUE:
        raise UnreadableError("long", text[:40])
    return text


def _at(row: Row, place: int) -> Cell:
    return row[place] if place < len(row) else Cell(None, "")


def _row_of(address: str) -> str:
    return "".join(c for c in address.rpartition("!")[2] if c.isdigit())


def _shown(before: str) -> str:
    made = to_cell(before)
    return to_plain_text(made.text if isinstance(made, Mended) else made)


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

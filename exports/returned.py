"""The sheets of a workbook that somebody saved: what their cells hold, and which hold a formula or an error.

Only values of cells are taken, never what a formula says they are: `CalamineWorkbook` reads what is stored, and cells
with formulas are found in the XML.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Container, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice
from typing import Final, NamedTuple
from xml.sax.saxutils import unescape

from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook

from exports.manifest import NOMINAL_SHEET, SHEET, ManifestError
from exports.readings import to_plain_text

KEY, VERSION = "KEY", "VERSION"
MAX_ROWS: Final = 200_000
HEAD_ROWS: Final = 25
"""The row of headings is looked for among so many."""


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


def at(row: Row, place: int) -> Cell:
    """Give the cell at a place, a blank one where the row is shorter."""
    return row[place] if place < len(row) else Cell(None, "")

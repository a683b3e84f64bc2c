"""The list of women sent back: what was changed in it, cell by cell, against what was exported.

Reads what Excel or LibreOffice saved: rows may be sorted or filtered, columns moved or removed, sheets added. A row is
found by its KEY, a column by its heading, what was there before by the signed manifest (`exports.manifest`). Nothing is
deleted by a missing row, and nothing is taken from a cell that cannot be read with certainty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from openpyxl.utils import get_column_letter

from exports.cells import Mended, to_cell
from exports.manifest import (
    BIRTH,
    BIRTH_DATE,
    BIRTH_YEAR,
    NOMINAL_SHEET,
    SHEET,
    Editable,
    Manifest,
    ManifestError,
    Sign,
    read_manifest,
)
from exports.readings import Birth, Choices, UnreadableError, read_birth, read_phone, to_plain_text
from exports.returned import HEAD_ROWS, KEY, VERSION, Cell, Row, at

MAX_VALUE: Final = 2000


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
        key_cell = at(row, places[KEY])
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
        version = _text(at(row, places[VERSION])) if VERSION in places else str(known[0])
        if version != str(known[0]):
            self._problems.append(
                CellProblem(at(row, places[VERSION]).address or key_cell.address, "version", version)
            )
            return
        for column, place in found:
            cell = at(row, place)
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
            [(column.property, column.kind, at(row, place)) for column, place in found],
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


def _row_of(address: str) -> str:
    return "".join(c for c in address.rpartition("!")[2] if c.isdigit())


def _shown(before: str) -> str:
    made = to_cell(before)
    return to_plain_text(made.text if isinstance(made, Mended) else made)

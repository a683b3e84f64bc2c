"""Answers written straight to the XML of a cell, as fast as their type allows.

For each question of a form version and its column, :func:`to_writer` chooses once how an answer becomes a cell. The
plain way is always ``to_xml(to_cell(read(text)))``; what is short-cut here (texts without anything special, plain
numbers, moments as phones write them) gives the very same cell, and answers that come again (choices, dates) are looked
up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final, NamedTuple, Protocol

from exports.cells import CellValue, Mended, to_cell
from exports.markup import BLANK, to_number, to_xml
from exports.rows import Asked, Reader
from exports.styles import RISKY, to_style
from exports.tables import POINTS, Column

#: Cells of one question that are remembered by the answer.
MOST_KNOWN: Final = 1000
_LONGEST: Final = 16_000
_ODD_BEGINNINGS: Final = RISKY | {" "}
_NUMBERS: Final = {"integer", "decimal", "range", "calculate", "hidden"}
_MOMENTS: Final = {"dateTime", "start", "end"}
_NUMBER: Final = re.compile(r"(?:0|-?[1-9][0-9]{0,8})(?:\.[0-9]{0,5}[1-9])?")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{3})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_COORDINATE: Final = re.compile(r"-?[0-9]{1,4}(?:\.[0-9]{1,10})?")
_MARCH_1900: Final = datetime(1900, 3, 1)  # noqa: DTZ001  what a cell shows has no zone

class Styler(Protocol):
    """Gives the attribute of a style of a column; ``look`` as in ``exports.workbook.Book.style``."""

    def __call__(self, column: Column, style: str, look: str = "") -> str: ...


#: Takes note of a text that could not be written as it was, in the column with that index.
Loser = Callable[[int, Mended], None]
Render = Callable[[str], str]


class Writer(NamedTuple):
    """``get(text) or render(text)`` is the cell (four of them for a place) at index ``place``."""

    place: int
    get: Callable[[str], str | None]
    render: Render


class Pen:
    """Writes the values of the columns of one table."""

    def __init__(self, columns: Sequence[Column], zone: tzinfo, style: Styler, lose: Loser) -> None:
        self._columns = columns
        self._zone = zone
        self._style = style
        self._lose = lose
        self._attributes: dict[tuple[int, str], str] = {}

    def write(self, place: int, value: object) -> str:
        """Write any value as the cell of a column."""
        return self.write_cell(place, self.to_cell(value))

    def to_cell(self, value: object) -> CellValue:
        """Make a value that a cell can hold."""
        return to_cell(value, self._zone)

    def write_cell(self, place: int, value: CellValue) -> str:
        """Write what ``to_cell`` made."""
        if value is None:
            return BLANK
        if type(value) is Mended:
            self._lose(place, value)
            value = value.text
        column = self._columns[place]
        style = to_style(column, value, plain=True)
        attribute = self._attributes.get((place, style))
        if attribute is None:
            attribute = self._attributes[place, style] = self._style(column, style) if style else ""
        return to_xml(value, attribute)

    def to_writer(self, asked: Asked, *, external: bool) -> Writer:
        """Choose how the answers to a question are written.

        :param external: its words come from outside the form and are asked for each time.
        """
        kind, place = asked.node.type, asked.place
        if kind in POINTS and not asked.secret:
            return Writer(place, _nothing.get, self._point(place, asked))
        known: dict[str, str] = {}
        if asked.span > 1 and kind not in POINTS:
            return Writer(place, known.get, self._several(place, asked.read, known))
        plain = self._plain(place, asked.read, {} if external else known)
        if kind in POINTS:
            return Writer(place, _nothing.get, lambda text: plain(text) + BLANK * 3)
        if asked.read is str:
            return Writer(place, _nothing.get, self.to_text_writer(place))
        if asked.secret or external:
            return Writer(place, _nothing.get, plain)
        if kind in _NUMBERS:
            return Writer(place, known.get, self._number(place, plain))
        if kind in _MOMENTS:
            return Writer(place, _nothing.get, self._moment(place, plain))
        return Writer(place, known.get, plain)

    def _plain(self, place: int, read: Reader, known: dict[str, str]) -> Render:
        zone = self._zone

        def render(text: str) -> str:
            value = to_cell(read(text), zone)
            made = self.write_cell(place, value)
            if type(value) is not Mended:
                if len(known) >= MOST_KNOWN:
                    known.clear()
                known[text] = made
            return made

        return render

    def _several(self, place: int, read: Reader, known: dict[str, str]) -> Render:
        """Give the writer of answers that fill several cells."""
        zone = self._zone

        def render(text: str) -> str:
            values = read(text)
            assert isinstance(values, tuple)  # noqa: S101 - a question split into its choices
            cells = [to_cell(value, zone) for value in values]
            made = "".join(self.write_cell(place + number, cell) for number, cell in enumerate(cells))
            if not any(type(cell) is Mended for cell in cells):
                if len(known) >= MOST_KNOWN:
                    known.clear()
                known[text] = made
            return made

        return render

    def _around(self, place: int, like: CellValue) -> tuple[str, str]:
        """Give what stands before and after the content of a cell that holds a value like this one."""
        made = self.write_cell(place, like)
        begin, end = ("<t>", "</t>") if type(like) is str else ("<v>", "</v>")
        return made[: made.index(begin) + 3], made[made.index(end) :]

    def to_text_writer(self, place: int) -> Render:
        """Give the writer of texts that stay texts."""
        head, tail = self._around(place, "x")

        def render(text: str) -> str:
            if (
                text.isprintable()
                and text[0] not in _ODD_BEGINNINGS
                and text[-1] != " "
                and "<" not in text
                and "&" not in text
                and ">" not in text
                and "_x" not in text
                and len(text) < _LONGEST
            ):
                return f"{head}{text}{tail}"
            return self.write(place, text)

        return render

    def _number(self, place: int, plain: Render) -> Render:
        whole, tail = self._around(place, 7)
        broken, _ = self._around(place, 7.5)

        def render(text: str) -> str:
            if _NUMBER.fullmatch(text):
                return f"{broken if '.' in text else whole}{text}{tail}"
            return plain(text)

        return render

    def _moment(self, place: int, plain: Render) -> Render:
        render_moment = self.to_moment_writer(place)

        def render(text: str) -> str:
            if _MOMENT.fullmatch(text):
                try:
                    return render_moment(datetime.fromisoformat(text)) or plain(text)
                except (ValueError, OverflowError):  # no such day, or beyond the calendar
                    return plain(text)
            return plain(text)

        return render

    def to_moment_writer(self, place: int) -> Callable[[datetime], str]:
        """Give the writer of aware moments; "" for one that is no date in a workbook."""
        zone = self._zone
        head, tail = self._around(place, _MARCH_1900)

        def render(moment: datetime) -> str:
            local = moment.astimezone(zone).replace(tzinfo=None)
            if local < _MARCH_1900:
                return ""
            return f"{head}{to_number(local)}{tail}"

        return render

    def _point(self, place: int, asked: Asked) -> Render:
        ends = [(self._around(place + n, 7)[0], self._around(place + n, 7.5)[0]) for n in range(4)]
        decimals = asked.node.decimals
        rounding = decimals is not None and 0 <= decimals < 10

        def render(text: str) -> str:
            parts = text.split()
            if not 2 <= len(parts) <= 4:
                return general(text)
            made = ""
            for number, (part, (whole, broken)) in enumerate(zip(parts, ends, strict=False)):
                if not _COORDINATE.fullmatch(part):
                    return general(text)
                if rounding and number < 2:
                    part = str(round(Decimal(part), decimals))
                if "." in part:
                    part = part.rstrip("0").rstrip(".")
                if part[0] == "0" or part[:2] == "-0":
                    part = repr(float(part)) if "." in part else str(int(part))
                made += f"{broken if '.' in part else whole}{part}</v></c>"
            return made + BLANK * (4 - len(parts))

        def general(text: str) -> str:
            values = asked.read(text)
            assert isinstance(values, tuple)  # noqa: S101 - a place has four columns
            return "".join(self.write(place + number, value) for number, value in enumerate(values))

        return render


_nothing: Final[dict[str, str]] = {}

"""Answers written straight to the XML of cells, a column at a time and as fast as their type allows.

For each question of a form version and its column, :func:`to_writer` chooses once how answers become cells. The plain
way is always ``to_xml(to_cell(read(text)))``; what is short-cut here (texts without anything special, plain numbers,
moments as phones write them) gives the very same cells, and answers that come again (choices, dates) are looked up.
Whether a column holds nothing special is asked once of all its answers together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timezone, tzinfo
from decimal import Decimal
from operator import itemgetter
from typing import Final, NamedTuple, Protocol

from exports.cells import CellValue, Linked, Mended, to_cell
from exports.markup import BLANK, EPOCH, to_number, to_serial, to_xml
from exports.rows import Asked, Reader
from exports.styles import LINKED, RISKY, to_style
from exports.tables import POINTS, Column

#: Cells of one question that are remembered by the answer.
MOST_KNOWN: Final = 1000
_LONGEST: Final = 16_000
_ODD_BEGINNINGS: Final = RISKY | {" "}
_NUMBERS: Final = {"integer", "decimal", "range", "calculate", "hidden"}
_MOMENTS: Final = {"dateTime", "start", "end"}
_PLAIN: Final = r"(?:0|-?[1-9][0-9]{0,8})(?:\.[0-9]{0,5}[1-9])?+"
_NUMBER: Final = re.compile(_PLAIN)
_SHORTENED: Final = {"decimal", "calculate", "hidden"}
_ZEROS: Final = re.compile(r"(\.[0-9]*?[1-9])0++(?=\|)|\.0++(?=\|)")
_ALL_NUMBERS: Final = re.compile(rf"(?:{_PLAIN})?+(?:\|(?:{_PLAIN})?+)*+")
_MOMENT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{3})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
_ALL_MOMENTS: Final = re.compile(rf"(?:{_MOMENT})?+(?:\|(?:{_MOMENT})?+)*+")
_COORDINATE: Final = re.compile(r"-?[0-9]{1,4}(?:\.[0-9]{1,10})?")
_PART: Final = (
    r"(?:(0|-?[1-9][0-9]{0,3})(?:\.0*+)?+"
    r"|(-?(?:[1-9][0-9]{0,3}\.[0-9]{0,9}[1-9]|0\.0{0,2}[1-9](?:[0-9]{0,7}[1-9])?))0*+)"
)
_POINT: Final = re.compile(" ".join([_PART] * 4))  # numbers that are written as they are read, but for zeros at the end
_MARCH_1900: Final = datetime(1900, 3, 1)  # noqa: DTZ001  what a cell shows has no zone
_FIRST_DAY: Final = (_MARCH_1900 - EPOCH).days
_LAST_DAY: Final = (datetime(9999, 12, 31) - EPOCH).days  # noqa: DTZ001
_FIRST: Final = itemgetter(0)
_LAST: Final = itemgetter(-1)


class Styler(Protocol):
    """Gives the attribute of a style of a column; ``look`` as in ``exports.workbook.Book.style``."""

    def __call__(self, column: Column, style: str, look: str = "") -> str: ...


#: Takes note of a text that could not be written as it was, in the column with that index.
Loser = Callable[[int, Mended], None]
#: Gives the cell of an answer, and whether it is written as it was.
Render = Callable[[str], tuple[str, bool]]
#: Gives the cells of the answers of a column; of "" blank ones.
Write = Callable[[Sequence[str]], list[str]]


class Writer(NamedTuple):
    """Writes the answers to a question: each ``span`` cells, the first at index ``place``."""

    place: int
    span: int
    write: Write


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
        linked = type(value) is Linked
        style = LINKED if linked else to_style(column, value, plain=True)
        attribute = self._attributes.get((place, style))
        if attribute is None:
            look = LINKED if linked else ""
            attribute = self._attributes[place, style] = self._style(column, style, look) if style else ""
        return to_xml(value, attribute)

    def to_writer(self, asked: Asked, *, external: bool) -> Writer:
        """Choose how the answers to a question are written.

        :param external: its words come from outside the form and are asked for again in every block.
        """
        kind, place = asked.node.type, asked.place
        if kind in POINTS and not asked.secret:
            return Writer(place, 4, self._points(place, asked))
        if asked.span > 1 and kind not in POINTS:
            several, blank = self._several(place, asked.read), BLANK * asked.span
            if external:
                return Writer(place, asked.span, lambda texts: _Known(several, blank).write(texts))
            return Writer(place, asked.span, _Known(several, blank).write)
        plain = self._plain(place, asked.read)
        if kind in POINTS:
            return Writer(place, 4, _one_by_one(lambda text: (f"{plain(text)[0]}{BLANK * 3}", False), BLANK * 4))
        if asked.read is str:
            return Writer(place, 1, self.to_text_writer(place))
        if external:
            return Writer(place, 1, lambda texts: _Known(plain).write(texts))
        if asked.secret:
            return Writer(place, 1, _one_by_one(plain))
        if kind in _NUMBERS:
            return Writer(place, 1, self._numbers(place, plain, shortened=kind in _SHORTENED))
        if kind in _MOMENTS:
            return Writer(place, 1, self._moments(place, plain))
        return Writer(place, 1, _Known(plain).write)

    def _plain(self, place: int, read: Reader) -> Render:
        zone = self._zone

        def render(text: str) -> tuple[str, bool]:
            value = to_cell(read(text), zone)
            return self.write_cell(place, value), type(value) is not Mended

        return render

    def _several(self, place: int, read: Reader) -> Render:
        """Give the writer of an answer that fills several cells."""
        zone = self._zone

        def render(text: str) -> tuple[str, bool]:
            values = read(text)
            assert isinstance(values, tuple)  # noqa: S101 - a question split into its choices
            cells = [to_cell(value, zone) for value in values]
            made = "".join(self.write_cell(place + number, cell) for number, cell in enumerate(cells))
            return made, not any(type(cell) is Mended for cell in cells)

        return render

    def _around(self, place: int, like: CellValue) -> tuple[str, str]:
        """Give what stands before and after the content of a cell that holds a value like this one."""
        made = self.write_cell(place, like)
        begin, end = ("<t>", "</t>") if type(like) is str else ("<v>", "</v>")
        return made[: made.index(begin) + 3], made[made.index(end) :]

    def to_text_writer(self, place: int) -> Write:
        """Give the writer of texts that stay texts."""
        head, tail = self._around(place, "x")

        def render(text: str) -> str:
            plain = text.isprintable() and text[0] not in _ODD_BEGINNINGS and text[-1] != " "
            if plain and not _is_odd(text) and len(text) < _LONGEST:
                return f"{head}{text}{tail}"
            return self.write(place, text)

        def write(texts: Sequence[str]) -> list[str]:
            every, given = "".join(texts), list(filter(None, texts))
            if (
                every.isprintable()
                and _ODD_BEGINNINGS.isdisjoint(map(_FIRST, given))
                and " " not in map(_LAST, given)
                and not _is_odd(every)
                and (len(every) < _LONGEST or max(map(len, given)) < _LONGEST)
            ):
                return [f"{head}{text}{tail}" if text else BLANK for text in texts]
            return [render(text) if text else BLANK for text in texts]

        return write

    def _numbers(self, place: int, plain: Render, *, shortened: bool) -> Write:
        """Give the writer of numbers.

        :param shortened: zeros at the end of a fraction say nothing.
        """
        whole, tail = self._around(place, 7)
        broken, _ = self._around(place, 7.5)
        others = _Known(plain)

        def write(texts: Sequence[str]) -> list[str]:
            every = "|".join(texts)
            if shortened and "." in every:
                every = _ZEROS.sub(r"\1", f"{every}|")[:-1]
            short = every.split("|")
            if len(short) == len(texts) and _ALL_NUMBERS.fullmatch(every):
                if "." not in every:
                    return [f"{whole}{text}{tail}" if text else BLANK for text in short]
                return [f"{broken if '.' in text else whole}{text}{tail}" if text else BLANK for text in short]
            made = [
                f"{broken if '.' in text else whole}{text}{tail}" if is_number(text) else others[text] for text in texts
            ]
            others.forget()
            return made

        is_number = _NUMBER.fullmatch
        return write

    def _moments(self, place: int, plain: Render) -> Write:
        write_moments, known = self.to_moment_writer(place), _Known(plain)

        def write(texts: Sequence[str]) -> list[str]:
            try:
                if _ALL_MOMENTS.fullmatch("|".join(texts)):
                    made = write_moments([datetime.fromisoformat(text) if text else None for text in texts])
                    return [cell or (plain(text)[0] if text else BLANK) for cell, text in zip(made, texts, strict=True)]
            except ValueError:  # no such day
                pass
            return known.write(texts)

        return write

    def to_moment_writer(self, place: int) -> Callable[[Sequence[datetime | None]], list[str]]:
        """Give the writer of aware moments; "" for one that is no date in a workbook, and for None."""
        zone = self._zone
        head, tail = self._around(place, _MARCH_1900)
        epoch = EPOCH.replace(tzinfo=zone)

        def render(moment: datetime) -> str:
            try:
                local = moment.astimezone(zone).replace(tzinfo=None)
            except (OverflowError, ValueError):  # beyond the calendar
                return ""
            return f"{head}{to_number(local)}{tail}" if local >= _MARCH_1900 else ""

        def shift(moment: datetime) -> str:
            passed = moment - epoch
            if not _FIRST_DAY <= passed.days <= _LAST_DAY:
                return ""
            return f"{head}{to_serial(passed)}{tail}"

        fast = shift if isinstance(zone, timezone) else render  # one distance from UTC, whatever the day
        return lambda moments: [fast(moment) if moment else "" for moment in moments]

    def _points(self, place: int, asked: Asked) -> Write:
        ends = [(self._around(place + n, 7)[0], self._around(place + n, 7.5)[0]) for n in range(4)]
        decimals = asked.node.decimals
        rounding = decimals is not None and 0 <= decimals < 10
        (whole0, broken0), (whole1, broken1), (whole2, broken2), (whole3, broken3) = ends
        end = "</v></c>"

        def render(text: str) -> str:
            found = None if rounding else _POINT.fullmatch(text)
            if found:
                w0, b0, w1, b1, w2, b2, w3, b3 = found.groups()
                return (
                    f"{broken0 if b0 else whole0}{b0 or w0}{end}{broken1 if b1 else whole1}{b1 or w1}{end}"
                    f"{broken2 if b2 else whole2}{b2 or w2}{end}{broken3 if b3 else whole3}{b3 or w3}{end}"
                )
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
                made += f"{broken if '.' in part else whole}{part}{end}"
            return made + BLANK * (4 - len(parts))

        def general(text: str) -> str:
            values = asked.read(text)
            assert isinstance(values, tuple)  # noqa: S101 - a place has four columns
            return "".join(self.write(place + number, value) for number, value in enumerate(values))

        return lambda texts: [render(text) if text else BLANK * 4 for text in texts]


class _Known(dict[str, str]):
    """Cells of one question by the answer; what could not be written as it was is made, and told, each time."""

    def __init__(self, render: Render, blank: str = BLANK) -> None:
        super().__init__({"": blank})
        self._render = render
        self._blank = blank

    def __missing__(self, text: str) -> str:
        made, keep = self._render(text)
        if keep:
            self[text] = made
        return made

    def write(self, texts: Sequence[str]) -> list[str]:
        made = list(map(self.__getitem__, texts))
        self.forget()
        return made

    def forget(self) -> None:
        """Forget, when there are many."""
        if len(self) > MOST_KNOWN:
            self.clear()
            self[""] = self._blank


def _one_by_one(render: Render, blank: str = BLANK) -> Write:
    return lambda texts: [render(text)[0] if text else blank for text in texts]


def _is_odd(text: str) -> bool:
    """Tell whether a text needs more than being put into its cell, or may."""
    return "<" in text or "&" in text or ">" in text or "_x" in text

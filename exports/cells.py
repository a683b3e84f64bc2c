"""The only maker of cell values: whatever comes in, something a workbook can hold comes out.

A single bad value must never spoil a sheet. A library that raises in the middle of a row leaves the sheet broken, and
one that cuts a long text says nothing; so :func:`to_cell` is total (it never raises, for any object) and every loss is
carried beside the value as :class:`Mended`, to be listed for the reader.

Text stays text here. That a text beginning with ``=`` is no formula is the duty of the writer (``exports.workbook``),
which marks the type of every text cell.

Source: ECMA-376 part 1, 18.3.1.4 (cells), 22.9.2.19 (ST_Xstring escapes); "Excel specifications and limits".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Final, NamedTuple

from exports.programme import ALGIERS

#: What one cell may hold, in UTF-16 units as Excel counts them.
MAX_TEXT: Final = 32_767
#: Numbers keep 15 significant digits in a workbook; longer ones would be changed silently, so they become text.
MAX_DIGITS: Final = 15
#: Joins the answers of a select_multiple.
SEPARATOR: Final = " ; "

_LARGEST: Final = 9.99e307
_SMALLEST: Final = 2.3e-308
# Excel believes in 29 February 1900 and LibreOffice does not: before March 1900 they show different days.
_FIRST_DAY: Final = date(1900, 3, 1)
_FIRST_MOMENT: Final = datetime(1900, 3, 1)  # noqa: DTZ001  compared with what a cell shows, which has no zone
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


_MOST_LINKED: Final = 255


class Mended(NamedTuple):
    """A text that could not be written as it was.

    ``length`` is the original length when the text was cut, else 0; ``replaced`` counts the characters XML cannot hold.
    """

    text: str
    length: int
    replaced: int


class Linked(NamedTuple):
    """A text that leads to an address when it is clicked."""

    text: str
    address: str


CellValue = None | str | int | float | date | datetime | time | Mended | Linked


def link(text: CellValue, address: str) -> CellValue:
    """Make a text cell lead somewhere, where a workbook can: it holds both in a formula, 255 characters each at most.

    :param address: percent-encoded.
    """
    plain = type(text) is str and text.isprintable() and "_x" not in text and text.strip() == text
    if not plain or max(len(str(text)), len(address)) > _MOST_LINKED:
        return text
    return Linked(str(text), address)


def to_cell(value: object, zone: tzinfo = ALGIERS) -> CellValue:
    """Make a value that a cell can hold; total: never raises.

    - None and the empty text give None (an empty cell);
    - aware moments are shown in ``zone``; dates before March 1900 stay ISO text;
    - integers and decimals of more than 15 significant digits, NaN and infinities become text;
    - sequences are joined by `` ; ``; anything unknown is shown as its text;
    - characters that XML forbids become visible signs, text beyond 32,767 is cut with a mark (see :class:`Mended`).
    """
    kind = type(value)
    if kind is str:
        return to_text(value)  # type: ignore[arg-type]
    if value is None or kind is bool:
        return value  # type: ignore[return-value]
    try:
        return _to_cell(value, zone)
    except Exception:  # the promise is to be total, whatever the object does
        return to_text(f"<{kind.__name__}>")


def _to_cell(value: object, zone: tzinfo) -> CellValue:
    if isinstance(value, str):
        return to_text(str.__str__(value))
    if isinstance(value, int):
        return _integer(int(value))
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, float):
        return _float(float(value))
    if isinstance(value, datetime):
        return _moment(value, zone)
    if isinstance(value, date):
        return value if value >= _FIRST_DAY else value.isoformat()
    if isinstance(value, time):
        return value.replace(tzinfo=None)
    if isinstance(value, bytes):
        return to_text(value.decode("utf-8", "replace"))
    if isinstance(value, (tuple, list)):
        return to_text(join(str(item) for item in value))
    return to_text(str(value))


def join(items: Iterable[str]) -> str:
    """Join the answers of a multiple choice in one text."""
    return SEPARATOR.join(items)


def _integer(value: int) -> int | str:
    if abs(value) < 10**MAX_DIGITS:
        return value
    try:
        return str(value)
    except ValueError:  # Python refuses to write out more than 4,300 digits
        return hex(value)


def _float(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "INF" if value > 0 else "-INF"
    if value and not _SMALLEST <= abs(value) <= _LARGEST:
        return repr(value)
    return value


def _decimal(value: Decimal) -> int | float | str:
    if not value.is_finite():
        return "NaN" if value.is_nan() else _infinity(value)
    digits = "".join(map(str, value.as_tuple().digits)).rstrip("0")
    if len(digits) > MAX_DIGITS:
        return str(value)
    number = float(value)
    if value and not _SMALLEST <= abs(number) <= _LARGEST:
        return str(value)
    return int(number) if number.is_integer() and abs(number) < 10**MAX_DIGITS else number


def _infinity(value: Decimal) -> str:
    return "INF" if value > 0 else "-INF"


def _moment(value: datetime, zone: tzinfo) -> datetime | str:
    try:
        local = value if value.tzinfo is None else value.astimezone(zone).replace(tzinfo=None)
    except (OverflowError, ValueError):  # the first and last day of the calendar
        return value.isoformat()
    return local if local >= _FIRST_MOMENT else value.isoformat()


def to_text(text: str) -> str | Mended | None:
    """Make a text cell: XML-safe, one kind of line end, at most 32,767 UTF-16 units, losses told."""
    if not text:
        return None
    replaced = 0
    if not text.isprintable():
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        text, replaced = _ILLEGAL.subn(_visible, text)
    if "_x" in text:
        # readers take _x0041_ for an escaped "A"; escaping the first underscore keeps the text as it was written
        text = _ESCAPE.sub("_x005F_", text)
    if len(text) > MAX_TEXT // 2:
        size = _units(text)
        if size > MAX_TEXT:
            return Mended(_cut(text, size), size, replaced)
    return Mended(text, 0, replaced) if replaced else text


def _visible(found: re.Match[str]) -> str:
    code = ord(found.group())
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, size: int) -> str:
    mark = f" […] [coupé – مقطوع : {size}]"
    room = (MAX_TEXT - len(mark)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + mark

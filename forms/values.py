"""What a text in a filled form means by its type: as a value, and as what two texts are compared by.

Both functions are total: a text that is not of its type stays the text it is, because nothing that was answered may be
lost. Numbers are exact (Decimal), never binary floats.

Follows https://getodk.github.io/xforms-spec/#data-types.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII)
_WHOLE_AS_DECIMAL = re.compile(r"(-?(?:0|[1-9][0-9]*))\.0+")
_MAX_DIGITS = 100  # and exponents of two digits: every number also fits a binary float

_NUMBERS = frozenset({"integer", "decimal", "range"})
_MULTIPLE = frozenset({"select_multiple", "rank"})
_DATETIMES = frozenset({"dateTime", "start", "end"})
_DATES = frozenset({"date", "today"})
_SHAPES = frozenset({"geotrace", "geoshape"})
_COMPUTED = frozenset({"calculate", "hidden"})


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A place: degrees (WGS 84), metres above the ellipsoid, and accuracy in metres; None where it was not written."""

    latitude: Decimal
    longitude: Decimal
    altitude: Decimal | None
    accuracy_m: Decimal | None


Value = None | str | int | Decimal | date | datetime | time | bool | tuple[str, ...] | GeoPoint


def to_value(type: str, text: str) -> Value:
    """Return what a text means by the ODK type of its question; None when it is blank, the text when it is not so.

    Whole numbers are int, others Decimal; `select_multiple` and `rank` are tuples of names in their order;
    `acknowledge` is True for "OK"; a geotrace or geoshape stays text (see `to_points`).
    """
    text = text.strip()
    if not text:
        return None
    value: Value = None
    if type in _NUMBERS:
        value = _to_int_or_decimal(type, text)
    elif type in _MULTIPLE:
        value = tuple(text.split())
    elif type in _DATES:
        value = _to_date(text)
    elif type in _DATETIMES:
        value = _to_datetime(text)
    elif type == "time":
        value = _to_time(text)
    elif type == "geopoint":
        value = _to_point(text)
    elif type == "acknowledge" and text == "OK":
        value = True
    return text if value is None else value


def to_points(text: str) -> tuple[GeoPoint, ...]:
    """Return the points of a geotrace or geoshape ("lat lon alt acc; …"); () when one of them is no point."""
    points = [_to_point(part) for part in text.split(";") if part.strip()]
    return tuple(point for point in points if point) if all(points) else ()


def canonical(type: str, text: str) -> str | tuple[str, ...]:
    """Return what a text is compared by: two texts that mean the same by their type give the same.

    Numbers by their value ("1.0" is "1"), `select_multiple` as a sorted tuple without repetitions, dates and times as
    ISO 8601 (a date with a time and an offset in UTC), places by their numbers, everything else as text in NFC. A
    calculation can be anything: only "3.0", which some phones write for "3", is taken for it.
    """
    text = text.strip()
    if type == "text":
        return _nfc(text)
    if type == "select_multiple":
        return tuple(sorted({unicodedata.normalize("NFC", name) for name in text.split()}))
    if type == "rank":
        return tuple(unicodedata.normalize("NFC", name) for name in text.split())
    if type in _COMPUTED:
        whole = _WHOLE_AS_DECIMAL.fullmatch(text)
        return whole[1] if whole and whole[1] != "-0" else ("0" if whole else _nfc(text))
    if type in _SHAPES:
        points = to_points(text)
        return ";".join(_point_text(point) for point in points) if points else _nfc(text)
    value = to_value(type, text)
    if isinstance(value, bool) or value is None:
        return text
    if isinstance(value, int | Decimal):
        return _number_text(Decimal(value))
    if isinstance(value, datetime | time):
        return _moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, GeoPoint):
        return _point_text(value)
    return _nfc(text)


def to_number(text: str) -> Decimal | None:
    """Return the number a text is, exactly, in ASCII or any other decimal digits; None when it is none."""
    text = text.strip()
    if len(text) > _MAX_DIGITS or not _NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _to_int_or_decimal(type: str, text: str) -> int | Decimal | None:
    number = to_number(text)
    if number is None or type == "decimal":
        return number
    return int(number) if number == number.to_integral_value() else number


def _to_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _to_datetime(text: str) -> datetime | None:
    day, mark, clock = text.partition("T")
    if not mark or not _DATE.fullmatch(day) or not _TIME.fullmatch(clock):
        return None
    try:
        return datetime.fromisoformat(f"{day}T{clock}")
    except ValueError:
        return None


def _to_time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if _TIME.fullmatch(text) else None
    except ValueError:
        return None


def _to_point(text: str) -> GeoPoint | None:
    parts = text.split()
    numbers = [to_number(part) for part in parts]
    if not 2 <= len(parts) <= 4 or None in numbers:
        return None
    latitude, longitude, altitude, accuracy = (*numbers, None, None)[:4]
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return GeoPoint(latitude, longitude, altitude, accuracy)


def _number_text(number: Decimal) -> str:
    """Write a number in plain digits without leading or trailing zeros; never rounds."""
    if not number:
        return "0"
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101  # finite
    written = "".join(map(str, digits))
    if exponent >= 0:
        whole, fraction = written + "0" * exponent, ""
    else:
        written = written.rjust(1 - exponent, "0")
        whole, fraction = written[:exponent], written[exponent:].rstrip("0")
    return ("-" if sign else "") + (whole.lstrip("0") or "0") + ("." + fraction if fraction else "")


def _moment_text(moment: datetime | time) -> str:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            return moment.isoformat()
    return moment.isoformat()


def _point_text(point: GeoPoint) -> str:
    numbers = (point.latitude, point.longitude, point.altitude or Decimal(0), point.accuracy_m or Decimal(0))
    return " ".join(_number_text(number) for number in numbers)

"""What texts mean by their type, and what they are compared by."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.values import GeoPoint, canonical, to_number, to_points, to_value

TYPES = ["text", "integer", "decimal", "date", "time", "dateTime", "select_one", "select_multiple", "rank", "range"]
TYPES += ["note", "calculate", "geopoint", "geotrace", "geoshape", "image", "barcode", "acknowledge", "hidden", "start"]
TYPES += ["end", "today", "deviceid", "audit", "unheard-of"]
TZ = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("text", "", None),
        ("text", " \n", None),
        ("text", " a ", "a"),
        ("integer", "007", 7),
        ("integer", "3.0", 3),
        ("integer", "-3", -3),
        ("integer", "٣", 3),
        ("integer", "3.5", Decimal("3.5")),
        ("integer", "three", "three"),
        ("integer", "1e3", 1000),
        ("integer", "9" * 60, int("9" * 60)),
        ("decimal", "1.50", Decimal("1.50")),
        ("decimal", "1,5", "1,5"),
        ("decimal", "NaN", "NaN"),
        ("decimal", "Infinity", "Infinity"),
        ("decimal", "1e999999999", "1e999999999"),
        ("decimal", "1_000", "1_000"),
        ("decimal", "9" * 101, "9" * 101),
        ("range", "3", 3),
        ("range", "0.1", Decimal("0.1")),
        ("date", "2026-11-23", date(2026, 11, 23)),
        ("date", "2026-02-30", "2026-02-30"),
        ("date", "20261123", "20261123"),
        ("date", "2026-W01-1", "2026-W01-1"),
        ("today", "2026-11-23", date(2026, 11, 23)),
        ("dateTime", "2026-11-23T10:00:00.000+01:00", datetime(2026, 11, 23, 10, tzinfo=TZ)),
        ("start", "2026-11-23T10:00:00Z", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("dateTime", "2026-11-23T10:00", datetime(2026, 11, 23, 10)),  # noqa: DTZ001  # no offset was written
        ("dateTime", "2026-11-23", "2026-11-23"),
        ("dateTime", "2026-11-23T25:00:00Z", "2026-11-23T25:00:00Z"),
        ("time", "10:30:00.000+01:00", time(10, 30, tzinfo=TZ)),
        ("time", "10:30", time(10, 30)),
        ("time", "soon", "soon"),
        ("select_one", "a b", "a b"),
        ("select_multiple", " b a ", ("b", "a")),
        ("rank", "b a", ("b", "a")),
        ("acknowledge", "OK", True),
        ("acknowledge", "yes", "yes"),
        ("geopoint", "35.7 -0.6 80 4.5", GeoPoint(Decimal("35.7"), Decimal("-0.6"), Decimal(80), Decimal("4.5"))),
        ("geopoint", "35.7 -0.6", GeoPoint(Decimal("35.7"), Decimal("-0.6"), None, None)),
        ("geopoint", "95 0 0 0", "95 0 0 0"),
        ("geopoint", "35.7", "35.7"),
        ("geopoint", "1 2 3 4 5", "1 2 3 4 5"),
        ("geotrace", "1 2 0 0; 1 3 0 0", "1 2 0 0; 1 3 0 0"),
        ("calculate", "3101", "3101"),
        ("barcode", "0123", "0123"),
        ("unheard-of", "x", "x"),
    ],
)
def test_to_value_gives_the_value_of_the_type_when_text_is_of_it(type: str, text: str, value: object) -> None:
    found = to_value(type, text)
    assert found == value
    assert found.__class__ is value.__class__


@pytest.mark.parametrize(
    ("type", "one", "other"),
    [
        ("integer", "1.0", "1"),
        ("integer", "+1", "1"),
        ("integer", "٣", "3"),
        ("integer", "1e2", "100"),
        ("decimal", "-0.0", "0"),
        ("decimal", "1.50", "1.5"),
        ("decimal", ".5", "0.500"),
        ("decimal", "1.5e-3", "0.0015"),
        ("range", "5", "5.0"),
        ("select_multiple", "a b", "b a a"),
        ("date", " 2026-11-23", "2026-11-23"),
        ("dateTime", "2026-11-23T10:00:00.000+01:00", "2026-11-23T09:00:00Z"),
        ("time", "10:30:00.000", "10:30:00"),
        ("geopoint", "35.70 -0.60", "35.7 -0.6 0 0.0"),
        ("geotrace", "1 2;1 3", "1.0 2 0 0; 1 3 0 0"),
        ("text", "e\u0301", "é"),
        ("select_multiple", "e\u0301", "é"),
        ("text", " a", "a"),
        ("calculate", "3.0", "3"),
        ("calculate", "-0.0", "0"),
    ],
)
def test_canonical_gives_the_same_when_texts_mean_the_same(type: str, one: str, other: str) -> None:
    assert canonical(type, one) == canonical(type, other)


@pytest.mark.parametrize(
    ("type", "one", "other"),
    [
        ("integer", "1", "2"),
        ("integer", "1", ""),
        ("decimal", "0.1234567890123456789012345678901234567890", "0.1234567890123456789012345678901234567891"),
        ("decimal", "1", "10"),
        ("select_multiple", "a b", "a"),
        ("rank", "a b", "b a"),
        ("date", "2026-11-23", "2026-11-24"),
        ("time", "10:30", "10:31"),
        ("text", "a", "A"),
        ("text", "1.0", "1"),
        ("barcode", "01", "1"),
        ("calculate", "007", "7"),
        ("calculate", "1.10", "1.1"),
        ("geopoint", "35.7 -0.6", "35.7 -0.7"),
    ],
)
def test_canonical_gives_another_when_texts_mean_something_else(type: str, one: str, other: str) -> None:
    assert canonical(type, one) != canonical(type, other)


@pytest.mark.parametrize("type", TYPES)
def test_canonical_is_blank_when_text_is_blank(type: str) -> None:
    assert not canonical(type, " \n")


@given(st.sampled_from(TYPES), st.one_of(st.text(), st.from_regex(r"[0-9eE.:TZ+\- ;]{0,40}", fullmatch=True)))
def test_to_value_and_canonical_never_raise_when_text_is_anything(type: str, text: str) -> None:
    to_value(type, text)
    again = canonical(type, text)
    hash(again)
    if isinstance(again, str):
        assert canonical(type, again) == again


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_canonical_keeps_the_number_when_text_is_a_number(number: Decimal) -> None:
    written = canonical("decimal", str(number))
    assert isinstance(written, str)
    assert to_number(written) == number


@given(st.datetimes(timezones=st.timezones()))
def test_canonical_keeps_the_moment_when_text_is_a_moment(moment: datetime) -> None:
    written = canonical("dateTime", moment.isoformat())
    assert isinstance(written, str)
    assert canonical("dateTime", written) == written


def test_to_points_gives_points_when_all_are_places() -> None:
    assert [point.longitude for point in to_points("1 2 0 0; 1 3.5 0 0;")] == [2, Decimal("3.5")]
    assert to_points("1 2; x") == ()
    assert to_points("") == ()

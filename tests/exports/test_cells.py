"""Whatever comes in, a cell comes out; and what cannot be written whole is told."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.cells import MAX_TEXT, Mended, to_cell, to_text


class Colour(IntEnum):
    RED = 3


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError("no")


class Sly(str):
    def __str__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, None),
        ("", None),
        ("0550123456", "0550123456"),
        ("=1+1", "=1+1"),
        (True, True),
        (7, 7),
        (Colour.RED, 3),
        (999_999_999_999_999, 999_999_999_999_999),
        (1_000_000_000_000_000, "1000000000000000"),
        (Decimal("3.50"), 3.5),
        (Decimal("1E+3"), 1000),
        (Decimal("0.1234567890123456"), "0.1234567890123456"),
        (Decimal("NaN"), "NaN"),
        (Decimal("-Infinity"), "-INF"),
        (Decimal("1e99999"), "1E+99999"),
        (Decimal("1e-99999"), "1E-99999"),
        (math.nan, "NaN"),
        (math.inf, "INF"),
        (-math.inf, "-INF"),
        (5e-324, "5e-324"),
        (date(2026, 11, 23), date(2026, 11, 23)),
        (date(1900, 2, 28), "1900-02-28"),
        (date(1, 1, 1), "0001-01-01"),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), datetime(2026, 11, 24, 0, 30)),
        (datetime(1899, 1, 1, tzinfo=UTC), "1899-01-01T00:00:00+00:00"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), "9999-12-31T23:59:00+00:00"),
        (time(8, 5, tzinfo=timezone(timedelta(hours=2))), time(8, 5)),
        (("a", "b c"), "a ; b c"),
        (b"ab\xff", "ab\ufffd"),
        (Hostile(), "<Hostile>"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("_x0041_", "_x005F_x0041_"),
        ("x_x_y", "x_x_y"),
    ],
)
def test_to_cell_gives_what_a_cell_can_hold(value: object, cell: object) -> None:
    made = to_cell(value)
    assert made == cell
    assert type(made) is type(cell)


def test_to_cell_gives_the_text_when_a_subclass_of_str_lies() -> None:
    assert to_cell(Sly("abc")) == "abc"


def test_to_cell_gives_hexadecimal_when_an_integer_is_too_long_to_write_out() -> None:
    assert str(to_cell(10**5000)).startswith("0x")


def test_to_text_shows_and_counts_forbidden_characters() -> None:
    assert to_text("a\x00b\x1b\ud800\uffff") == Mended("a\u2400b\u241b\ufffd\ufffd", 0, 4)


def test_to_text_keeps_all_when_exactly_full() -> None:
    assert to_text("é" * MAX_TEXT) == "é" * MAX_TEXT


@pytest.mark.parametrize("letter", ["a", "م", "😀"])
def test_to_text_cuts_with_a_mark_and_tells_the_length_when_too_long(letter: str) -> None:
    units = len(letter.encode("utf-16-le")) // 2
    count = MAX_TEXT // units + 1
    made = to_text(letter * count)
    assert isinstance(made, Mended)
    assert made.length == count * units
    assert len(made.text.encode("utf-16-le")) // 2 <= MAX_TEXT
    assert made.text.startswith(letter * 100)
    assert str(count * units) in made.text[-60:]


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.times()
    | st.timedeltas()
    | st.complex_numbers()
    | st.fractions(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.frozensets(st.text()) | st.dictionaries(st.text(), inner),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANYTHING)
def test_to_cell_never_raises_and_gives_only_what_cells_hold(value: object) -> None:
    made = to_cell(value)
    text = made.text if isinstance(made, Mended) else made
    assert type(text) in (type(None), str, int, float, bool, date, datetime, time)
    if isinstance(text, str):
        assert text
        assert len(text.encode("utf-16-le")) // 2 <= MAX_TEXT
        assert not any(ord(char) < 32 and char not in "\t\n" for char in text)
    if isinstance(text, float):
        assert math.isfinite(text)

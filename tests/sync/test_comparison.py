from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.comparison import Comparison, add, rank, subtract, to_amount, to_elements, to_plain, to_served, write_elements

numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)


@pytest.mark.parametrize(
    ("number", "text"),
    [("3", "3"), ("3.0", "3"), ("2.50", "2.5"), ("-0", "0"), ("0.00", "0"), ("1E+3", "1000"), ("1E-3", "0.001")],
)
def test_to_plain_writes_no_exponent_and_no_useless_zero(number: str, text: str) -> None:
    assert to_plain(Decimal(number)) == text


@given(numbers, numbers)
def test_add_and_subtract_are_exact(one: Decimal, other: Decimal) -> None:
    assert subtract(add(one, other), other) == one


@given(numbers)
def test_to_amount_reads_what_to_plain_writes(number: Decimal) -> None:
    text = to_plain(number)
    assert len(text) > 100 or to_amount(text) == number


@given(st.text())
def test_every_function_is_total(text: str) -> None:
    to_amount(text)
    write_elements(to_elements(text), ("a",))
    for type_ in ("integer", "decimal", "date", "dateTime", "time", "select_one", "calculate", "geopoint", "text", "?"):
        to_served(type_, text)
        rank(type_, (), text)
        assert Comparison().is_same(type_, text, text)


@pytest.mark.parametrize(
    ("type_", "smaller", "larger"),
    [
        ("integer", "9", "10"),
        ("calculate", "9", "10"),
        ("calculate", "2025-12-31", "2026-01-01"),
        ("integer", "many", "-5"),
        ("date", "soon", "1900-01-01"),
        ("date", "2025-12-31", "2026-01-01"),
        ("dateTime", "2026-01-01T10:30:00+01:00", "2026-01-01T10:00:00Z"),
    ],
)
def test_rank_orders_by_type(type_: str, smaller: str, larger: str) -> None:
    assert rank(type_, (), smaller) < rank(type_, (), larger)


def test_rank_orders_choices_by_their_place_in_the_form() -> None:
    choices = ("none", "started", "done")
    assert rank("select_one", choices, "other") < rank("select_one", choices, "none")
    assert rank("select_one", choices, "started") < rank("select_one", choices, "done")


def test_write_elements_puts_unknown_ones_last() -> None:
    assert write_elements({"z", "b", "a", "c"}, ("c", "b")) == "c b a z"


@pytest.mark.parametrize(
    ("type_", "text", "ranked"),
    [
        ("integer", "03", (1, Decimal(3), "")),
        ("integer", "three", (0, Decimal(0), "three")),
        ("calculate", "2026-11-23", (0, Decimal(0), "2026-11-23")),
        ("select_one", "b", (1, Decimal(1), "")),
        ("select_one", "c", (0, Decimal(0), "c")),
        ("date", "2026-11-23", (1, Decimal(0), "2026-11-23")),
        ("date", "soon", (0, Decimal(0), "soon")),
    ],
)
def test_rank_tells_what_is_of_its_type_and_what_is_not(type_: str, text: str, ranked: tuple[int, Decimal, str]) -> None:
    choices = ("a", "b") if type_ == "select_one" else ()
    assert rank(type_, choices, text) == ranked


def test_rank_orders_sets_by_their_elements() -> None:
    assert rank("select_multiple", (), "b a") == (1, Decimal(0), "a b")

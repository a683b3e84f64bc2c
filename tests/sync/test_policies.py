from __future__ import annotations

import pytest

from sync.policies import POLICIES, fits


@pytest.mark.parametrize("policy", ["review", "last", "first"])
@pytest.mark.parametrize("type_", ["text", "integer", "select_one", "select_multiple", "geopoint", "image", "anything"])
def test_fits_is_true_when_the_policy_only_chooses(policy: str, type_: str) -> None:
    assert fits(policy, type_)


@pytest.mark.parametrize(
    ("policy", "type_", "expected"),
    [
        ("max", "integer", True),
        ("max", "date", True),
        ("min", "dateTime", True),
        ("max", "select_one", True),
        ("max", "text", False),
        ("max", "select_multiple", False),
        ("max", "geopoint", False),
        ("sum", "decimal", True),
        ("sum", "range", True),
        ("sum", "calculate", True),
        ("sum", "date", False),
        ("sum", "text", False),
        ("sum", "select_one", False),
        ("union", "select_multiple", True),
        ("union", "select_multiple trades", True),
        ("union", "select_multiple_from_file trades.csv", True),
        ("union", "select_one", False),
        ("union", "integer", False),
        ("append", "text", True),
        ("append", "integer", False),
        ("append", "image", False),
    ],
)
def test_fits_is_known_for_each_type(policy: str, type_: str, expected: bool) -> None:
    assert fits(policy, type_) is expected


@pytest.mark.parametrize("policy", ["", "Review", "average", "max "])
def test_fits_is_false_when_the_policy_is_unknown(policy: str) -> None:
    assert policy not in POLICIES
    assert not fits(policy, "integer")


def test_fits_takes_the_words_after_a_type_and_its_capitals_for_nothing() -> None:
    assert fits("max", "select_one_from_file communes.csv")
    assert fits("max", "select_one or_other")
    assert fits("sum", "Integer")
    assert not fits("append", "select_one notes")


def test_fits_takes_no_type_for_one_that_may_give_anything() -> None:
    assert all(fits(policy, "") for policy in POLICIES)

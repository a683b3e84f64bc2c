from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.actions import PropertyRow, action_id, instance_of, row_from_json, row_to_json
from sync.errors import SyncError

ids = st.lists(st.text(max_size=5), max_size=3).map(tuple)
rows = st.dictionaries(st.text(max_size=5), st.builds(PropertyRow, st.text(max_size=5), ids, ids), max_size=4)


@given(rows)
def test_row_from_json_gives_the_row_back(row: dict[str, PropertyRow]) -> None:
    assert row_from_json(json.loads(json.dumps(row_to_json(row)))) == row


def test_row_to_json_leaves_out_the_heads_when_they_are_those_behind_the_value() -> None:
    row = {"town": PropertyRow("x", ("a", "b"), tuple("ab")), "nick": PropertyRow("y", ("a",), ("a", "b"))}
    assert row_to_json(row) == {
        "town": {"value": "x", "by": ["a", "b"]},
        "nick": {"value": "y", "by": ["a"], "heads": ["a", "b"]},
    }


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "x",
        {"name": None},
        {"name": {}},
        {"name": {"value": 1, "by": []}},
        {"name": {"value": "x"}},
        {"name": {"value": "x", "by": "ab"}},
        {"name": {"value": "x", "by": [1]}},
        {"name": {"value": "x", "by": [], "heads": None}},
    ],
)
def test_row_from_json_says_so_when_it_is_no_row(data: object) -> None:
    with pytest.raises(SyncError) as caught:
        row_from_json(data)
    assert caught.value.code == "bad_row"
    assert not isinstance(data, dict) or "'name'" in str(caught.value)  # of a row it says which property


@pytest.mark.parametrize("instance", ["uuid:1", "", "a#b", "#", "x#1"])
def test_instance_of_finds_the_submission_of_an_action(instance: str) -> None:
    assert instance_of(action_id(instance, 12)) == instance


@pytest.mark.parametrize("other", ["r17", "uuid:1#x", "#-1"])
def test_instance_of_is_the_id_itself_when_it_is_of_another_make(other: str) -> None:
    assert instance_of(other) == other

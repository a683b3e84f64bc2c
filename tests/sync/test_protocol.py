from __future__ import annotations

import contextlib
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import SyncError
from sync.protocol import ERA_STEP, MAX_INFLATED, find_era_start, find_version_floor, inflate, to_visible


@given(st.binary(max_size=2000))
def test_inflate_gives_back_what_was_compressed(data: bytes) -> None:
    assert inflate(gzip.compress(data), len(data)) == data


def code_of(data: bytes, max_bytes: int = 1000) -> str:
    with pytest.raises(SyncError) as caught:
        inflate(data, max_bytes)
    return caught.value.code


def test_inflate_refuses_when_one_byte_too_many() -> None:
    assert code_of(gzip.compress(b"x" * 1001)) == "too_large"


def test_inflate_stops_early_when_it_is_a_bomb() -> None:
    bomb = gzip.compress(bytes(200 * 2**20), 9)
    assert code_of(bomb, MAX_INFLATED) == "too_large"


@given(st.binary(max_size=300), st.integers(1, 400))
def test_inflate_says_truncated_when_cut_anywhere(data: bytes, lost: int) -> None:
    whole = gzip.compress(data)
    assert code_of(whole[: max(0, len(whole) - lost)]) in ("truncated", "bad_gzip")


@pytest.mark.parametrize("data", [b"{}", b"\x1f\x8b", b"", zlib.compress(b"x"), b"\x1f\x8b\x08\xff" + b"x" * 30])
def test_inflate_refuses_when_it_is_no_gzip(data: bytes) -> None:
    assert code_of(data) in ("bad_gzip", "truncated")


def test_inflate_refuses_when_something_follows() -> None:
    one = gzip.compress(b"x")
    assert code_of(one + one) == "bad_gzip"
    assert code_of(one + b"\n") == "bad_gzip"


def test_inflate_refuses_when_the_content_was_damaged() -> None:
    data = bytearray(gzip.compress(b"some words to compress"))
    data[-6] ^= 1
    assert code_of(bytes(data)) == "bad_gzip"


@given(st.binary(max_size=200))
def test_inflate_raises_nothing_else_when_the_bytes_are_any(data: bytes) -> None:
    with contextlib.suppress(SyncError):
        inflate(b"\x1f\x8b\x08" + data, 100)


def test_find_era_start_is_above_what_was_lost() -> None:
    assert find_era_start(0) == 0
    assert find_era_start(2) == 2 * ERA_STEP
    assert [find_era_start(0, counter) // ERA_STEP for counter in (1, ERA_STEP - 1, ERA_STEP, 5 * ERA_STEP)] == [
        1,
        1,
        2,
        6,
    ]
    assert find_era_start(7, 5 * ERA_STEP) == 7 * ERA_STEP


def test_find_version_floor_is_none_before_the_first_restore() -> None:
    assert [find_version_floor(era) for era in (0, 1, 2)] == [0, 0, 2 * ERA_STEP]


def test_to_visible_leaves_office_values_in_the_office() -> None:
    values = {"label": "Fatima", "name": "F", "nin": "99", "odd": "x", "undeclared": "y", "_deleted": "true"}
    visibility = {"name": "", "nin": "office", "odd": "Office "}
    assert to_visible(values, visibility) == {"label": "Fatima", "name": "F"}


def test_to_visible_hides_a_label_that_is_declared_so() -> None:
    assert to_visible({"label": "x"}, {"label": "office"}) == {}


def test_inflate_holds_no_more_than_one_byte_above_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is kept while inflating, not afterwards."""
    asked: list[int] = []
    real = zlib.decompressobj

    class Watching:
        def __init__(self, wbits: int) -> None:
            self._real = real(wbits=wbits)

        def decompress(self, data: bytes, most: int = 0) -> bytes:
            asked.append(most)
            return self._real.decompress(data, most)

    monkeypatch.setattr(zlib, "decompressobj", Watching)
    assert code_of(gzip.compress(b"x" * 5000), 1000) == "too_large"
    assert asked == [1001]


def test_inflate_says_what_is_wrong_in_a_sentence() -> None:
    with pytest.raises(SyncError, match="more than 10 bytes"):
        inflate(gzip.compress(b"x" * 11), 10)

"""A hand-over file: what of it is believed, line by line, and what is made of a head that says odd things."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from sync import handover
from sync.errors import SyncError
from sync.handover import Entry, Head, is_genuine, read_entries, read_head, sign

BOM = b"\xef\xbb\xbf"
LINES = (b'{"item": {"n": 1}}', b'{"file": {"n": 2}}', b'{"item": {"n": 3}}')
TOKEN_HASH = "ab" * 32
HEAD: dict[str, Any] = {
    "hirfa": "handover",
    "version": 1,
    "project": {"id": 7, "name": "Artisanat"},
    "appUser": {"id": 12, "name": "Amina"},
    "deviceId": "phone-1",
    "writtenAt": "2026-11-26T17:00:00Z",
    "clockOffsetMs": 1500,
    "count": 2,
    "photos": 1,
    "size": 60,
    "entries": [hashlib.sha256(line).hexdigest() for line in LINES],
}


def write(*lines: bytes, **head: Any) -> bytes:
    """Write a signed file."""
    first = json.dumps({**HEAD, **head}).encode()
    return b"\n".join((first, json.dumps({"signature": sign(first, TOKEN_HASH)}).encode(), *lines)) + b"\n"


def read(data: bytes) -> tuple[Head, list[Entry]]:
    stream = io.BytesIO(data)
    head = read_head(stream)
    return head, list(read_entries(stream, head))


def refuse(data: bytes) -> str:
    with pytest.raises(SyncError) as caught:
        read_head(io.BytesIO(data))
    return caught.value.code


def test_a_file_is_read_as_it_was_written() -> None:
    head, entries = read(write(*LINES))
    assert head == Head(
        7, 12, "Amina", "phone-1", "2026-11-26T17:00:00Z", 1.5, 2, 1, 60, tuple(HEAD["entries"]),
        json.dumps(HEAD).encode(), sign(json.dumps(HEAD).encode(), TOKEN_HASH),
    )  # fmt: skip
    assert entries == [Entry("item", {"n": 1}), Entry("file", {"n": 2}), Entry("item", {"n": 3})]


def test_a_head_is_genuine_under_its_own_token_and_as_it_was_signed_only() -> None:
    head, _ = read(write())
    assert is_genuine(head, TOKEN_HASH)
    assert not is_genuine(head, "cd" * 32)
    assert not is_genuine(replace(head, line=head.line + b" "), TOKEN_HASH)
    for odd in ("", "é", "\ud800"):
        assert not is_genuine(replace(head, signature=odd), TOKEN_HASH)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_handover"),
        (b"PK\x03\x04", "no_handover"),
        (b"[]\n[]", "no_handover"),
        (b"[" * 100_000, "no_handover"),
        (write(hirfa="batch"), "no_handover"),
        (write(hirfa="batch", version=2), "no_handover"),
        (write(version=2), "newer"),
        (write(version=0), "newer"),
        (write(version=None), "newer"),
        (write(entries=None), "no_handover"),
        (write(entries="x"), "no_handover"),
        (write(entries=[""] * 20_001), "no_handover"),
        (json.dumps(HEAD).encode() + b"\n", "no_handover"),
        (json.dumps(HEAD).encode() + b'\n{"signature": 5}', "no_handover"),
        (json.dumps(HEAD).encode() + b"\n{}", "no_handover"),
    ],
)
def test_read_head_says_so_when_it_is_none(data: bytes, code: str) -> None:
    assert refuse(data) == code


def test_read_head_takes_as_many_entries_as_are_allowed() -> None:
    assert len(read(write(entries=["é"] * 20_000))[0].entries) == 20_000


def test_read_head_reads_no_line_longer_than_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "MAX_HEAD", 100)
    first, second = (
        json.dumps(line).encode()[:-1].ljust(99) + b"}"
        for line in ({"hirfa": "handover", "version": 1, "entries": []}, {"signature": "s"})
    )
    assert read_head(io.BytesIO(first + b"\n" + second + b"\n")).line == first
    assert refuse(first[:-1] + b" }\n" + second) == "no_handover"
    assert refuse(first + b"\n" + second[:-1] + b"  }") == "no_handover"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ({"project": None, "appUser": 5}, {"project_id": 0, "app_user_id": 0, "app_user_name": ""}),
        ({"project": {}, "appUser": {}}, {"project_id": 0, "app_user_id": 0, "app_user_name": ""}),
        ({"count": True, "photos": -1, "size": 2**31}, {"count": 0, "photos": 0, "size": 0}),
        ({"count": 0, "photos": 1, "size": 2**31 - 1}, {"count": 0, "photos": 1, "size": 2**31 - 1}),
        ({"count": "3", "size": 2.5}, {"count": 0, "size": 0}),
        ({"deviceId": 5, "writtenAt": None}, {"device_id": "", "written_at": ""}),
        ({"deviceId": "a\0\ud800é" + "x" * 300}, {"device_id": "aé" + "x" * 251}),
        ({"entries": [5, "a", None]}, {"entries": ("", "a", "")}),
    ],
)
def test_read_head_takes_what_makes_no_sense_for_nothing(head: dict[str, Any], expected: dict[str, Any]) -> None:
    found = read(write(**head))[0]
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("offset_ms", "seconds"),
    [(0, 0.0), (-250, -0.25), (1.5, 0.0015), (True, 0.0), ("5", 0.0), (None, 0.0), (float("inf"), 0.0), (float("nan"), 0.0),
     (100 * 366 * 86_400_000 - 1000, 100 * 366 * 86_400 - 1.0), (100 * 366 * 86_400_000, 0.0), (-100 * 366 * 86_400_000, 0.0)],
)  # fmt: skip
def test_read_head_gives_the_offset_in_seconds_and_none_beyond_a_century(offset_ms: Any, seconds: float) -> None:
    assert read(write(clockOffsetMs=offset_ms))[0].clock_offset_s == seconds


def test_read_head_survives_an_offset_that_no_float_holds() -> None:
    assert read(write(clockOffsetMs=10**400))[0].clock_offset_s == 0.0


def test_read_entries_believes_each_listed_line_once_in_any_order() -> None:
    damaged = Entry("damaged", {})
    _, entries = read(write(LINES[2], LINES[0].replace(b"1", b"9"), LINES[0], LINES[0], b"no JSON"))
    assert entries == [Entry("item", {"n": 3}), damaged, Entry("item", {"n": 1}), damaged, damaged]


def test_read_entries_skips_empty_lines_and_what_an_editor_put_around() -> None:
    data = BOM + write(b"", b" " + LINES[0] + b"\r", b"\r", BOM + LINES[1])
    _, entries = read(data)
    assert entries == [Entry("item", {"n": 1}), Entry("file", {"n": 2})]


def test_read_entries_gives_a_listed_line_without_item_or_file_as_damaged_and_goes_on() -> None:
    lines = (b'{"item": 5, "file": {"n": 1}}', b'{"item": [], "file": "x"}', b"{}", LINES[0])
    listed = [hashlib.sha256(line).hexdigest() for line in lines]
    _, entries = read(write(*lines, entries=listed))
    assert [entry.kind for entry in entries] == ["file", "damaged", "damaged", "item"]
    assert entries[1] == entries[2] == Entry("damaged", {})


@pytest.mark.parametrize("line", [b"no JSON", b"[]", b"5"])
def test_read_entries_gives_a_listed_line_that_is_no_object_as_damaged_and_goes_on(line: bytes) -> None:
    listed = [hashlib.sha256(each).hexdigest() for each in (line, LINES[0])]
    _, entries = read(write(line, LINES[0], entries=listed))
    assert entries == [Entry("damaged", {}), Entry("item", {"n": 1})]


@pytest.mark.parametrize("length", [49, 50, 51, 98, 99, 100, 148, 149, 150])
def test_read_entries_passes_over_a_line_longer_than_the_longest(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """It alone is lost, wherever in a piece it ends."""
    monkeypatch.setattr(handover, "MAX_LINE", 49)
    line = b'{"item": {"n": "' + b"1" * (length - 19) + b'"}}'
    assert len(line) == length
    listed = [hashlib.sha256(each).hexdigest() for each in (line, LINES[0])]
    _, entries = read(write(line, LINES[0], entries=listed))
    assert [entry.kind for entry in entries] == ["item" if length < 50 else "damaged", "item"]
    assert entries[0].value == ({"n": "1" * 30} if length < 50 else {})
    _, entries = read(write(line, entries=listed)[:-1])
    assert [entry.kind for entry in entries] == ["item" if length < 50 else "damaged"]


def test_read_entries_never_holds_more_than_a_line_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched(io.BytesIO):
        def readline(self, size: int | None = None, /) -> bytes:
            assert size is not None and 0 < size <= 50
            return super().readline(size)

    monkeypatch.setattr(handover, "MAX_LINE", 49)
    head, _ = read(write())
    assert [entry.kind for entry in read_entries(Watched(b"x" * 500 + b"\n" + LINES[0]), head)] == ["damaged", "item"]

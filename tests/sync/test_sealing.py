"""Sealing: what a phone sealed opens here, and nothing opens as what it was not sealed for."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import SyncError
from sync.handover import sign
from sync.sealing import (
    OVERHEAD,
    SUITE,
    find_file_context,
    find_item_context,
    name_key,
    open_sealed,
    read_sealed,
    to_point,
    unpack,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "sealing.json").read_text())
KEY = ec.derive_private_key(int(VECTORS["privateKey"], 16), ec.SECP256R1())


def test_the_vectors_key_is_written_and_named_as_the_phone_does() -> None:
    assert to_point(KEY.public_key()) == read_sealed(VECTORS["publicKey"])
    assert name_key(KEY.public_key()) == VECTORS["keyId"]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: f"{case['by']}-{case['kind']}")
def test_open_sealed_opens_what_either_side_sealed(case: dict[str, str]) -> None:
    make = find_item_context if case["kind"] == "item" else find_file_context
    context = make(int(case["projectId"]), case["name"])
    assert context.hex() == case["context"]
    clear = open_sealed(read_sealed(case["sealed"]), KEY, context)
    assert (unpack(clear) if case["kind"] == "item" else clear) == case["clear"].encode()


@given(st.binary(max_size=200), st.binary(max_size=40), st.integers(0, 400), st.integers(0, 7))
def test_open_sealed_refuses_whatever_was_changed(clear: bytes, context: bytes, at: int, bit: int) -> None:
    sealed = bytearray(SUITE.encrypt(clear, KEY.public_key(), info=context))
    assert len(sealed) == len(clear) + OVERHEAD
    assert open_sealed(bytes(sealed), KEY, context) == clear
    with pytest.raises(SyncError):
        open_sealed(bytes(sealed), KEY, context + b"x")
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(SyncError):
        open_sealed(bytes(sealed), KEY, context)
    with pytest.raises(SyncError):
        open_sealed(bytes(sealed[: at % len(sealed)]), KEY, context)


def test_contexts_of_items_files_and_projects_differ() -> None:
    assert len({find_item_context(1, "a"), find_item_context(2, "a"), find_file_context(1, "a"), find_item_context(1, "1\na")}) == 4
    assert find_item_context(1, "\ud800").endswith(b"\n\xed\xa0\x80")  # an id is any text that JSON holds


def test_unpack_stops_at_its_limit() -> None:
    assert unpack(gzip.compress(b"x" * 1000), 1000) == b"x" * 1000
    assert unpack(b"<a/>", 4) == b"<a/>"
    for clear in (gzip.compress(b"x" * 1001), b"x" * 1001):
        with pytest.raises(SyncError, match="more than|larger than"):
            unpack(clear, 1000)


@pytest.mark.parametrize("text", ["é", "a", "====", "\ud800", "YQ==\n"])
def test_read_sealed_refuses_what_is_not_base64(text: str) -> None:
    with pytest.raises(SyncError):
        read_sealed(text)


def test_a_head_is_signed_as_the_phone_signs_it() -> None:
    case = VECTORS["handover"]
    token_hash = hashlib.sha256(case["token"].encode()).hexdigest()
    assert sign(case["head"].encode(), token_hash) == case["signature"]

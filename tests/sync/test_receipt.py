from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.receipt import Arrival, Receipt, Stored, decide_at, decide_receipt

NEW = Arrival("uuid:1", "s1", "uuid:1", None, known_form=True, revoked=False)


def test_decide_receipt_is_new_when_nothing_is_known() -> None:
    receipt = decide_receipt(NEW, None)
    assert receipt == Receipt("new", "accepted")
    assert receipt.stores
    assert receipt.applies


def test_decide_receipt_is_an_edit_when_the_original_is_unknown_too() -> None:
    receipt = decide_receipt(replace(NEW, deprecated_id="uuid:0"), None)
    assert receipt == Receipt("edit", "accepted")
    assert receipt.applies


@pytest.mark.parametrize("change", [{}, {"revoked": True}, {"known_form": False}, {"deprecated_id": "uuid:0"}])
def test_decide_receipt_is_a_duplicate_when_the_content_was_accepted(change: dict) -> None:
    receipt = decide_receipt(replace(NEW, **change), Stored("s1"))
    assert receipt == Receipt("duplicate", "duplicate")
    assert not receipt.stores
    assert not receipt.applies


def test_decide_receipt_repeats_the_first_answer_when_it_was_quarantined() -> None:
    receipt = decide_receipt(NEW, Stored(None, {"s1": "unknown_form"}))
    assert receipt == Receipt("duplicate", "quarantined", "unknown_form")


def test_decide_receipt_repeats_the_answer_when_a_variant_comes_again() -> None:
    receipt = decide_receipt(replace(NEW, sha256="s2"), Stored("s1", {"s2": "variant"}))
    assert receipt == Receipt("duplicate", "quarantined", "variant")


@pytest.mark.parametrize(
    "stored", [Stored("s0"), Stored(None, {"s0": "unknown_form"}), Stored(None, {"s0": "revoked"})]
)
def test_decide_receipt_is_a_variant_when_the_id_has_other_content(stored: Stored) -> None:
    receipt = decide_receipt(NEW, stored)
    assert receipt == Receipt("variant", "quarantined", "variant")
    assert receipt.stores
    assert not receipt.applies


def test_decide_receipt_is_new_when_only_damaged_content_came_before() -> None:
    assert decide_receipt(NEW, Stored(None, {"s0": "invalid_xml"})) == Receipt("new", "accepted")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"revoked": True}, "revoked"),
        ({"revoked": True, "known_form": False}, "revoked"),
        ({"invalid": True, "xml_id": None}, "invalid_xml"),
        ({"xml_id": "uuid:2"}, "other_id"),
        ({"known_form": False}, "unknown_form"),
        ({"deprecated_id": "uuid:1"}, "edits_itself"),
    ],
)
def test_decide_receipt_quarantines_with_the_reason(change: dict, reason: str) -> None:
    receipt = decide_receipt(replace(NEW, **change), None)
    assert receipt == Receipt("refused", "quarantined", reason)
    assert receipt.stores
    assert not receipt.applies


NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def at(finalized: datetime, offset_s: float = 0.0, not_before: datetime | None = None) -> datetime:
    return decide_at(finalized, offset_s, not_before=not_before, received_at=NOON)


def test_decide_at_corrects_the_clock_of_the_phone() -> None:
    assert at(datetime(2026, 5, 1, 9, tzinfo=UTC), 3600) == datetime(2026, 5, 1, 10, tzinfo=UTC)


def test_decide_at_is_in_utc_when_the_phone_has_a_zone() -> None:
    algiers = timezone(timedelta(hours=1))
    result = at(datetime(2026, 5, 1, 9, tzinfo=algiers))
    assert result == datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert result.utcoffset() == timedelta(0)


def test_decide_at_takes_utc_when_there_is_no_zone() -> None:
    assert at(datetime(2026, 5, 1, 9)) == datetime(2026, 5, 1, 9, tzinfo=UTC)  # noqa: DTZ001 - that is the case


@pytest.mark.parametrize("year", [1, 1970, 2019, 2126, 9999])
def test_decide_at_is_between_base_and_receipt_when_the_clock_is_off_by_years(year: int) -> None:
    base = NOON - timedelta(hours=1)
    assert at(datetime(year, 1, 1, tzinfo=UTC), 0, base) == (base if year < 2026 else NOON)


def test_decide_at_is_the_receipt_when_the_server_clock_went_back() -> None:
    assert at(NOON, 0, NOON + timedelta(hours=1)) == NOON


@given(
    st.datetimes(timezones=st.none() | st.timezones()),
    st.floats(),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_decide_at_is_total_and_never_after_the_receipt(
    finalized: datetime, offset_s: float, not_before: datetime | None
) -> None:
    result = at(finalized, offset_s, not_before)
    assert result <= NOON
    assert not_before is None or result >= min(not_before, NOON)


def test_decide_receipt_quarantines_what_is_invalid_although_its_id_could_be_read() -> None:
    assert decide_receipt(replace(NEW, invalid=True), None) == Receipt("refused", "quarantined", "invalid_xml")


@pytest.mark.parametrize("offset_s", [float("nan"), float("inf"), float("-inf")])
def test_decide_at_takes_no_offset_when_it_is_no_number(offset_s: float) -> None:
    assert at(datetime(2026, 5, 1, 9, tzinfo=UTC), offset_s) == datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(("offset_s", "expected"), [(1e18, NOON), (-1e18, datetime(1970, 1, 1, tzinfo=UTC))])
def test_decide_at_is_one_of_the_ends_when_the_offset_is_beyond_all_time(offset_s: float, expected: datetime) -> None:
    assert at(datetime(2026, 5, 1, 9, tzinfo=UTC), offset_s) == expected


def test_decide_at_is_in_utc_whatever_it_is_taken_from() -> None:
    algiers = timezone(timedelta(hours=1))
    edge = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))  # in UTC that is in no year
    for moment in (datetime(2026, 5, 1, 9, tzinfo=algiers), datetime(2026, 5, 1, 9), edge):
        assert at(moment).tzinfo is UTC
    base = datetime(2026, 5, 1, 12, tzinfo=algiers)
    assert at(datetime(2020, 1, 1, tzinfo=UTC), 0, base).tzinfo is UTC

"""Planted faults of what the office does: sealed forms, corrections, erasures, backups."""

from __future__ import annotations

from typing import Any

import pytest

from server.services import ahead, corrections, eras, erasure, keys, questions
from server.services.erased import Gone
from tests.simulator.pulling import Pulling
from tests.simulator.sabotage import Plant


def sealed_items_are_opened_as_the_first_one(patch: pytest.MonkeyPatch) -> None:
    """A server that keeps what it opened gives it for another item."""
    opened: list[bytes] = []
    true = keys.open_item

    def open_item(*given: Any, **more: Any) -> bytes:
        opened.append(true(*given, **more))
        return opened[0]

    patch.setattr(keys, "open_item", open_item)


def corrections_are_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(corrections, "list_given", lambda *_given: [])


def corrections_stay_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(corrections, "close_answered", lambda *_given: None)


def questions_are_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(questions, "list_asked", lambda *_given: [])


def questions_stay_open(patch: pytest.MonkeyPatch) -> None:
    """What was answered or settled is asked on."""
    patch.setattr(questions, "close_answered", lambda *_given: None)


def erased_women_come_back_with_a_late_phone(patch: pytest.MonkeyPatch) -> None:
    """What a phone sends about an erased woman is stored as if nothing had happened."""
    patch.setattr(ahead, "find_gone", lambda *_given: Gone(frozenset(), frozenset()))


def an_erasure_forgets_the_rows(patch: pytest.MonkeyPatch) -> None:
    """What history held of her stays."""
    patch.setattr(erasure._History, "erase", lambda self: set())


def an_erasure_forgets_the_free_pages(patch: pytest.MonkeyPatch) -> None:
    """The database is not rewritten: what was erased is left in pages that nothing uses."""
    patch.setattr(erasure, "scrub", lambda *_: True)


def the_list_of_erasures_is_lost(patch: pytest.MonkeyPatch) -> None:
    """The backup that is restored knows nothing of an erasure, and nothing else does."""
    patch.setattr(erasure, "write_list", lambda: None)


def no_era_begins(patch: pytest.MonkeyPatch) -> None:
    """A backup is restored and no phone is told."""
    patch.setattr(eras, "begin_era", lambda *_given: None)


def phone_offers_nothing_again(patch: pytest.MonkeyPatch) -> None:
    """A phone that hears of a new era pulls everything, and keeps to itself what it had sent."""
    patch.setattr(Pulling, "_offer_again", lambda self, item: None)


PLANTS: dict[Plant, int] = {
    sealed_items_are_opened_as_the_first_one: 7, corrections_are_not_told: 7, corrections_stay_open: 21,
    questions_are_not_told: 15, questions_stay_open: 47,
    erased_women_come_back_with_a_late_phone: 197, an_erasure_forgets_the_rows: 6, an_erasure_forgets_the_free_pages: 6,
    the_list_of_erasures_is_lost: 237, no_era_begins: 114, phone_offers_nothing_again: 114,
}
"""As in `sabotage`."""

"""What the judge of histories holds for right and for wrong, on logs short enough to be read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.checker import find_violations
from tests.simulator.questionnaires import Place
from tests.simulator.truth import NONE, Intent, Served, Truth

HER, MERGED_IN = ("hers", "rooms"), ("other's", "rooms")


def test_an_answer_left_as_it_was_is_with_the_other_record_once_they_are_separated() -> None:
    truth = Truth()
    truth.begin("other's", "ours0")["rooms"] = frozenset({MERGED_IN})
    truth.intents["rooms"][MERGED_IN] = Intent("2", NONE, 0, "other's")
    truth.begin("visit", "ours1")["rooms"] = frozenset({MERGED_IN})  # on a screen of both, left as it was
    blank = Served({}, {}, False, {})
    assert truth.find_violations(blank, ["visit"], {"other's", "visit"}, complete=True) == []
    again = truth.find_violations(blank, ["other's", "visit"], {"other's", "visit"}, complete=False)
    assert again == ["rooms: lost altogether"]


def test_an_answer_that_repeats_an_earlier_one_that_never_came_is_not_lost() -> None:
    truth = Truth()
    truth.begin("hers", "ours0")["rooms"] = frozenset({HER})
    truth.intents["rooms"][HER] = Intent("2", NONE, 0, "hers")
    truth.begin("visit", "ours0")["rooms"] = frozenset({HER})
    found = truth.find_violations(Served({}, {}, False, {}), ["visit"], {"visit"}, complete=False)
    assert found == ["rooms: lost altogether"]


@pytest.mark.parametrize("heard", [False, True])
def test_a_screen_of_before_a_restore_is_not_compared_with_numbers_given_anew(*, heard: bool) -> None:
    """Her registration was version 1 when she pulled it; lost with the restore and sent again it became 2000001."""
    registered = {"what": "finished", "device": "ours0", "kind": "ours", "instance": "i", "seq": 1, "edits": None}
    registered |= {"form": ("register", "1"), "photo": None, "steps": [("i", "W", "create", {"rooms": "3"}, Place())]}
    pulled = {"what": "pulled", "device": "ours0", "took": {"W": (1, {"rooms": "3"})}}
    opened = {"what": "opened", "device": "ours0", "instance": "v", "entity": "W", "shown": {"rooms": "3"}}
    opened |= {"version": 1, "over": [], "left": False}
    events = [registered, {"what": "backed_up"}, pulled, {"what": "restored"}, *([pulled] if heard else []), opened]
    told = [text for text in find_violations([*_dated(events), _quiet()]) if "does not show" in text]
    assert told == (["ours0 does not show her own i"] if heard else [])


def _dated(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"at": float(place), **event} for place, event in enumerate(events)]


def _quiet() -> dict[str, Any]:
    row = {"id": "i#0", "instance": "i", "kind": "create", "named": "W", "entity": "W", "version": 2_000_001, "base": None}
    row |= {"target": None, "counter": 2_000_001, "writes": ["rooms"]}
    lists = ("files", "left", "aside", "submissions", "kept_aside", "corrections", "questions", "replaced")
    tables = ("records", "disputes", "phones", "witnessed", "rebuilt")
    nothing: dict[str, Any] = {**{name: [] for name in lists}, **{name: {} for name in tables}}
    return {"what": "quiet", "at": 9.0, **nothing, "history": [row]}

"""What a phone shows, and that the server takes the same to have been seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.overlay import Unsent, overlay
from sync.policies import Rule
from tests.sync import same, vectors
from tests.sync.ledger import Ledger

SHOWN = {
    "a saved answer covers the pulled one": {"name": "Fatima", "phone": "2"},
    "a blank covers": {"phone": ""},
    "a blank label does not": {"label": "Fatima"},
    "registered here": {"name": "a", "paid": "3", "trades": "sewing pasta"},
    "sum: an addition": {"paid": "13"},
    "sum: a change, and a pull since": {"paid": "23"},
    "sum: counted on twice": {"visits": "5"},
    "sum: no number": {"paid": "10"},
    "sum: an edit of an answer the record holds": {"paid": "15"},
    "union: an addition": {"trades": "sewing pastry zari"},
    "union: one taken away and one added": {"trades": "sewing pastry"},
    "union: taken away, and a pull since": {"trades": "sewing pastry"},
    "notes: written below those shown": {"notes": "a\nb\nc"},
}


@pytest.mark.parametrize("name", SHOWN)
def test_overlay_shows_own_work_over_the_record(name: str) -> None:
    (vector,) = [vector for vector in vectors.build_vectors() if vector["name"] == name]
    assert vector["shown"] == SHOWN[name]


def test_overlay_vectors_are_those_in_the_file() -> None:
    """The phone is tested against the file: after a change run `python -m tests.sync.vectors`."""
    assert Path(vectors.PATH).read_text(encoding="utf-8") == vectors.to_text()


@pytest.mark.parametrize(
    "vector",
    [v for v in vectors.build_vectors() if v["record"] and "edit" not in v["name"] and "pull" not in v["name"]],
    ids=lambda vector: vector["name"],
)
def test_overlay_shows_what_the_server_takes_to_have_been_seen(vector: dict) -> None:
    """A next form that leaves every question as it was shown writes nothing."""
    rules = {n: Rule(r["policy"], r["type"], tuple(r["choices"])) for n, r in vector["rules"].items()}
    book = Ledger(rules)
    book.do("c", "create", saved=vector["record"])
    place = {"branch": "b", "base": 1}
    for pos, action in enumerate(vector["unsent"], start=1):
        book.do(f"p{pos}", saved=action["saved"], prefilled=action["prefilled"], pos=pos, **place)
    result = book.do("next", saved=vector["shown"], pos=len(vector["unsent"]) + 1, **place)
    assert "next" not in result.writes


def test_overlay_changes_neither_argument() -> None:
    record = {"name": "a"}
    assert overlay(record, [Unsent("update", {"name": "b"})], {}) == {"name": "b"}
    assert record == {"name": "a"}


def test_overlay_shows_the_other_answers_when_one_is_left_out() -> None:
    """What is no answer (a deletion, a blank label) ends nothing."""
    saved = {"_deleted": "true", "label": "", "name": "b"}
    assert overlay({"label": "L", "name": "a"}, [Unsent("update", saved)], {}) == {"label": "L", "name": "b"}


def test_overlay_adds_nothing_seen_when_the_question_was_blank_in_the_form() -> None:
    rules = {
        "notes": Rule("append", "text"),
        "trades": Rule("union", "select_multiple", ("a", "b")),
        "paid": Rule("sum", "integer"),
    }
    names = frozenset(rules)
    action = Unsent("update", {"notes": "n", "trades": "b", "paid": "3"}, names, names, {})
    assert overlay({"trades": "a", "paid": "10"}, [action], rules) == {"notes": "n", "trades": "a b", "paid": "13"}


def test_a_blank_on_a_screen_that_was_blank_is_no_zero() -> None:
    left = Unsent("update", {"paid": ""}, frozenset({"paid"}), frozenset({"paid"}))
    assert overlay({}, [left], {"paid": Rule("sum", "integer")}) == {"paid": ""}


def test_same_vectors_are_those_in_the_file() -> None:
    """The phone is tested against the file: after a change run `python -m tests.sync.same`."""
    assert Path(same.PATH).read_text(encoding="utf-8") == same.to_text()

"""What is left of a value that was erased: a mark that is the same for what means the same, and says nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sync.erasure import MARK, SHOWN_LABEL, Eraser, is_erased, to_shown
from sync.merge import EntityState
from sync.policies import Rule
from sync.shown import Conflict, Head

RULES = {
    "nee": Rule("review", "date"),
    "trades": Rule("union", "select_multiple", ("a", "b")),
    "paid": Rule("sum", "integer"),
}
ERASER = Eraser(b"salt", RULES, lambda name: name == "commune")


def test_what_is_erased_says_nothing_and_is_known_as_erased() -> None:
    mark = ERASER.erase("name", "Fatima")
    assert is_erased(mark) and not is_erased("Fatima") and not is_erased("")
    assert mark == MARK + hashlib.blake2b(b"name\0Fatima", key=b"salt", digest_size=16).hexdigest()


def test_values_that_mean_the_same_are_told_from_others_of_her_and_of_anybody() -> None:
    assert ERASER.erase("paid", "3.0") == ERASER.erase("paid", "3") != ERASER.erase("paid", "4")
    assert ERASER.erase("name", "3.0") != ERASER.erase("name", "3")  # of no rule: text
    assert ERASER.erase("name", "x") != ERASER.erase("other", "x")
    assert ERASER.erase("name", "x") != replace(ERASER, salt=b"other").erase("name", "x")
    assert is_erased(ERASER.erase("name", "\ud800"))


def test_a_set_is_erased_element_by_element() -> None:
    one, both = ERASER.erase("trades", "b"), ERASER.erase("trades", "b a")
    assert one == MARK + hashlib.blake2b(b"trades\0b", key=b"salt", digest_size=16).hexdigest()
    assert one in both.split(" ") and len(set(both.split(" "))) == 2
    assert ERASER.erase("trades", "a b") == both


@pytest.mark.parametrize(
    ("name", "value"), [("name", ""), ("name", " \n"), ("name", MARK + "00"), ("_deleted", "true"), ("commune", "3112")]
)
def test_blanks_what_is_kept_and_what_is_erased_already_stay(name: str, value: str) -> None:
    assert ERASER.erase(name, value) == value


def test_erase_saved_erases_every_answer() -> None:
    assert ERASER.erase_saved({"name": "x", "commune": "1"}) == {"name": ERASER.erase("name", "x"), "commune": "1"}


def test_erase_row_erases_what_is_behind_one_of_the_actions() -> None:
    row = {
        "by": {"value": "x", "by": ["a", "b"]},
        "heads": {"value": "y", "by": ["c"], "heads": ["c", "b"]},
        "others": {"value": "z", "by": ["c"], "heads": ["c", "d"]},
    }
    erased = ERASER.erase_row(row, frozenset({"b"}))
    assert erased == {
        "by": {"value": ERASER.erase("by", "x"), "by": ["a", "b"]},
        "heads": {"value": ERASER.erase("heads", "y"), "by": ["c"], "heads": ["c", "b"]},
        "others": row["others"],
    }
    assert ERASER.erase_row(row, frozenset()) == row
    assert is_erased(ERASER.erase_row(row, None)["others"]["value"])


def test_to_shown_shows_what_was_kept_and_no_dispute() -> None:
    values = {"label": "Fatima", "name": MARK + "00", "phone": "", "commune": "3112"}
    dispute = Conflict(
        "name", "review", True, "x", (Head("a", "x", datetime(2026, 1, 1, tzinfo=UTC), "amina", None, None),)
    )
    after = EntityState(values, {}, (dispute,), False, (), notes={"notes": dispute.candidates})
    assert to_shown(after) == EntityState({"commune": "3112", "label": SHOWN_LABEL}, {}, (), False, ())


def test_to_shown_leaves_a_record_that_is_part_of_another_alone() -> None:
    merged = EntityState({}, {}, (), False, (), merged_into="B")
    assert to_shown(merged) is merged

"""What each author had on the screen, and so what her answer changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.actions import LABEL, Recorded
from sync.policies import Rule
from sync.seeing import find_originals
from tests.sync.ledger import Ledger, act, listed


def test_a_registration_writes_what_it_says_when_its_author_had_seen_the_same() -> None:
    book = Ledger()
    book.do("one", "create", saved={"town": "a"})
    assert "other" in book.do("other", "create", saved={"town": "a"}, base=1, prefilled=("town",)).writes


def test_a_blank_label_of_the_last_step_leaves_the_one_before_it_on_the_screen() -> None:
    book = Ledger()
    book.do("made", "create", saved={LABEL: "K"})
    for pos, text in enumerate(("L", " ", "L"), start=1):
        book.do(f"step {pos}", saved={LABEL: text}, branch="b", pos=pos, base=1)
    assert set(book.state().writes) == {"made", "step 1"}


def test_an_answer_that_is_edited_later_had_seen_the_steps_before_it() -> None:
    book = Ledger()
    book.do("made", "create", saved={"town": "a"})
    book.do("step", saved={"town": "x"}, branch="b", pos=1, base=1)
    book.do("next", saved={"town": "x"}, branch="b", pos=2, base=1)
    after = book.do("edit", saved={"town": "y"}, base=1, edits="next")
    assert (after.values["town"], after.conflicts) == ("y", ())
    assert set(after.writes) == {"made", "step", "edit"}


def test_an_untouched_answer_passes_on_to_whose_it_was_when_the_next_step_changes_it() -> None:
    book = Ledger()
    book.do("made", "create", saved={"town": "a", "nick": "n"})
    book.do("step", saved={"town": "a", "nick": "n"}, branch="b", pos=1, base=1)
    after = book.do("next", saved={"town": "b", "nick": "m"}, branch="b", pos=2, base=1)
    assert (after.values, after.conflicts) == ({"town": "b", "nick": "m"}, ())


def test_a_calculation_made_anew_in_an_edit_counts_over_the_steps_before_it() -> None:
    book = Ledger({"visits": Rule("sum", "calculate")})
    book.do("made", "create", saved={"visits": "10"})
    for pos, text in ((1, "11"), (2, "12")):
        book.do(f"step {pos}", saved={"visits": text}, branch="b", pos=pos, base=1, blankable=())
    after = book.do("edit", saved={"visits": "12"}, branch="b", pos=2, base=1, blankable=(), edits="step 2")
    assert after.values["visits"] == "12"
    assert "edit" not in after.writes


def test_a_calculation_changed_in_an_edit_adds_what_it_counts_over_the_steps_before_it() -> None:
    book = Ledger({"visits": Rule("sum", "calculate")})
    book.do("made", "create", saved={"visits": "10"})
    for pos, text in ((1, "11"), (2, "12")):
        book.do(f"step {pos}", saved={"visits": text}, branch="b", pos=pos, base=1, blankable=())
    after = book.do("edit", saved={"visits": "14"}, branch="b", pos=2, base=1, blankable=(), edits="step 2")
    assert after.values["visits"] == "14"


def test_an_edit_of_an_edit_takes_back_only_what_the_first_had_added_when_that_was_not_prefilled() -> None:
    book = Ledger({"trades": Rule("union", "select_multiple", ("a", "b", "c"))})
    book.do("made", "create", saved={"trades": "a"})
    book.do("first", saved={"trades": "a b"}, prefilled=(), base=1)
    book.do("edit", saved={"trades": "a b c"}, base=1, edits="first")
    assert book.do("again", saved={"trades": "b c"}, base=1, edits="edit").values["trades"] == "a b c"


def test_an_edited_answer_that_may_hide_what_was_pulled_replaces_none_of_it() -> None:
    book = Ledger()
    book.do("made", "create", saved={"town": "x"})
    for base in (1, 2, 3):
        book.do(f"other {base}", saved={"code": str(base)}, base=base)
    book.do("late", saved={"town": "y"}, branch="b", pos=3, base=4)
    assert listed(book.state(), "town") == {"x", "y"}
    assert listed(book.do("edit", saved={"code": "9"}, base=4, edits="late"), "town") == {"x", "y"}


def test_a_blank_in_an_edit_of_what_is_not_here_is_named_for_it_may_be_an_answer() -> None:
    book = Ledger()
    book.do("made", "create", saved={"town": "a"})
    book.do("cleared", saved={"town": " "}, base=1)
    after = book.do("edit", saved={"town": " "}, blankable=(), base=2, edits="elsewhere")
    assert after.row["town"].by == ("cleared", "edit")


@pytest.mark.parametrize(
    ("changed", "cancelled", "found"),
    [
        ({}, (), {"edit": "one"}),
        ({}, ("one",), {}),
        ({}, ("one", "edit"), {"edit": "one"}),
        ({"entity_id": "other"}, (), {}),
        ({"edits": "edit"}, (), {}),
        ({"edits": "elsewhere"}, (), {}),
    ],
)
def test_find_originals_names_what_is_here_of_the_same_woman_and_stands(
    changed: dict[str, str], cancelled: tuple[str, ...], found: dict[str, str]
) -> None:
    actions = [act("one"), replace(act("edit", edits="one"), **changed)]
    records = {action.id: Recorded(action, "e", version, {}) for version, action in enumerate(actions, start=1)}
    assert find_originals(records, cancelled) == found


def test_find_originals_takes_no_decision_of_the_office_for_one() -> None:
    records = {a.id: Recorded(a, "e", 1, {}) for a in (act("settled", "resolve"), act("edit", edits="settled"))}
    assert find_originals(records, ()) == {}


def test_a_set_takes_away_what_a_later_row_brought_beside_her_own_unsent_additions() -> None:
    book = Ledger({"trades": Rule("union", "select_multiple", ("a", "b", "c"))})
    book.do("made", "create", saved={"trades": "b"})
    book.do("other", saved={"trades": "a b"}, base=1)
    book.do("step 1", saved={"trades": "c"}, prefilled=(), branch="b", pos=1, base=1)
    after = book.do("step 2", saved={"trades": "b c"}, branch="b", pos=2, base=2)
    assert after.values["trades"] == "b c"


def test_an_edited_answer_replaces_what_it_saw_when_it_tells_of_a_row_that_was_not_yet() -> None:
    book = Ledger()
    book.do("made", "create", saved={"town": "x"})
    book.do("step", saved={"code": "1"}, branch="b", pos=1, base=1)
    book.do("late", saved={"town": "y"}, branch="b", pos=9, base=9)
    assert book.do("edit", saved={"nick": "n"}, base=1, edits="late").conflicts == ()

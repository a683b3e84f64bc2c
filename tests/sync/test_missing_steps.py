"""What an answer replaces while a step before it in its branch has not arrived."""

from __future__ import annotations

import pytest

from sync.merge import EntityState
from sync.policies import Rule
from tests.sync.ledger import Ledger

RULES = {"town": Rule("review", "text"), "trades": Rule("union", "select_multiple", ("a", "b", "c"))}


def after_gap(saved: dict[str, str], *, pos: int, base: int, literal: bool = False) -> EntityState:
    """Register a woman, change her three times, and receive a step of which one before it is missing."""
    book = Ledger(RULES)
    book.do("create", "create", saved={"town": "x", "trades": "a b"})
    for number in range(2, 5):
        book.do(f"v{number}", saved={"code": str(number)}, base=number - 1)
    book.do("late", saved=saved, branch="b", pos=pos, base=base, literal=literal)
    return book.state("e")


def disputed(shown: EntityState) -> set[str]:
    return {conflict.property for conflict in shown.conflicts}


def test_an_answer_to_what_was_on_the_screen_replaces_it() -> None:
    shown = after_gap({"town": "y"}, pos=3, base=1)
    assert (shown.values["town"], disputed(shown)) == ("y", set())


@pytest.mark.parametrize("literal", [False, True])
def test_a_blank_may_repeat_one_of_the_missing_step(literal: bool) -> None:
    shown = after_gap({"town": " "}, pos=3, base=1, literal=literal)
    assert disputed(shown) == {"town"}


def test_a_branch_that_was_kept_over_a_pull_may_hide_what_the_pull_brought() -> None:
    shown = after_gap({"town": "y"}, pos=3, base=4)
    assert disputed(shown) == {"town"}


def test_a_shorter_set_of_our_own_app_removes_what_it_lacks() -> None:
    """Our own app shows what the row has; a copying client's shorter set may be that of the step that is missing."""
    assert after_gap({"trades": "a"}, pos=3, base=1).values["trades"] == "a"
    assert after_gap({"trades": "a"}, pos=3, base=1, literal=True).values["trades"] == "a b"


def test_nothing_is_hidden_where_the_branch_began_on_the_row() -> None:
    shown = after_gap({"town": " "}, pos=4, base=4)
    assert (shown.values["town"], disputed(shown)) == ("", set())


def test_taking_back_ones_own_additions_removes_none_that_the_row_did_not_show() -> None:
    """A copying phone's blank hides an element, and turns out to be none; meanwhile another agent had added it too."""
    book = Ledger(RULES)
    book.do("other", saved={"trades": "b"}, branch="other", pos=3, literal=True)
    shown = book.do("blank", saved={"trades": ""}, branch="other", pos=7, literal=True)
    assert (shown.values.get("trades", ""), shown.row["trades"].by) == ("", ("other", "blank"))
    book.do("adds", saved={"trades": "a b c"}, prefilled=(), branch="hers", pos=2, base=2)
    book.do("leaves", saved={"trades": "a"}, branch="hers", pos=3, base=2)
    for pos in (4, 5, 6):  # the steps between, one of them the same blank
        last = book.do(f"step{pos}", saved={"trades": ""}, branch="other", pos=pos, prefilled=(), literal=True)
    assert last.values["trades"] == "a b"
    for step in ("adds", "leaves"):  # what they are is the same when they are edited in another question
        assert book.do(f"{step} again", saved={"code": "1"}, edits=step).values["trades"] == "a b"

"""What an answer changes of what was on the screen, and an edited one of the answer it replaces."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.answers import Answer, Seen, Told, bring, find_answer, find_edited_answer
from sync.comparison import ZERO, Comparison
from sync.policies import Rule
from tests.sync.ledger import act

REVIEW, SUM = Rule("review", "text"), Rule("sum", "integer")
UNION, APPEND = Rule("union", "select_multiple", ("a", "b", "c")), Rule("append", "text")
ROW = ("row",)
OLD = ("old",)


def tell(text: str, seen: str = "", *, whole: bool = False, amount: int = 0, left: bool = False) -> Told:
    """Tell of an original; `left` when it said nothing."""
    return Told(text, (seen, ROW), whole, Decimal(amount), None if left else Answer(ROW, text))


def edit(rule: Rule, text: str, told: Told, own: Seen | None = None) -> Answer | None:
    action = act("new", saved={"said": text}, edits="old")
    return find_edited_answer(action, "said", text, told, own, rule, Comparison())


def answer(rule: Rule, text: str, seen: str, kind: str = "update", **given: Any) -> Answer | None:
    return find_answer(act("new", kind, saved={"said": text}, **given), "said", text, (seen, ROW), rule, Comparison())


def test_a_text_that_is_no_number_adds_nothing_and_is_an_answer_unless_it_was_on_the_screen() -> None:
    assert answer(SUM, "many", "3") == Answer(ROW, "many")
    assert answer(SUM, "many", "many") == Answer(ROW, None)
    assert answer(SUM, "many", "many", prefilled=()) == Answer(ROW, "many")
    assert answer(SUM, "many", "many", "resolve") == Answer(ROW, "many")


def test_a_cleared_sum_takes_away_what_was_on_the_screen() -> None:
    assert answer(SUM, " ", "3") == Answer(ROW, "", Decimal(-3))
    assert answer(SUM, " ", "3", "resolve") == Answer(ROW, "", Decimal(-3))
    assert answer(SUM, "0", "") == Answer(ROW, "0", ZERO)  # somebody counted: none
    assert answer(SUM, "3", "3.0") == Answer(ROW, None)
    assert answer(SUM, "3", "3", "resolve") == Answer(ROW, "3", ZERO)


def test_a_set_adds_and_removes_what_differs_from_the_screen_and_only_adds_when_nothing_was_prefilled() -> None:
    a, b, both = frozenset("a"), frozenset("b"), frozenset("ab")
    assert answer(UNION, "b", "a") == Answer(ROW, "b", added=b, removed=a, shown=a)
    assert answer(UNION, "b a", "a b") == Answer(ROW, None, shown=both)
    assert answer(UNION, "a b", "a", prefilled=()) == Answer(ROW, "a b", added=both)
    assert answer(UNION, "a", "a b", "resolve") == Answer(ROW, "a", added=a, removed=b, shown=both)
    assert answer(UNION, "a", "a", "resolve") == Answer(ROW, "a", added=a, shown=a)


def test_a_note_is_what_was_written_below_those_on_the_screen() -> None:
    assert answer(APPEND, "old\nnew ", "old \n") == Answer((), "new")
    assert answer(APPEND, "new ", "old") == Answer((), "new ")  # written in place of the old: as it stands
    assert answer(APPEND, "older", "old") == Answer((), "older")
    assert answer(APPEND, "new", " ") == Answer((), "new")
    assert answer(APPEND, "old", "old", prefilled=()) == Answer((), "old")
    assert answer(APPEND, " old", "old ") == Answer(ROW, None)
    assert answer(APPEND, " ", "old") is None
    assert answer(APPEND, " ", "old", "resolve") == Answer(ROW, " ")
    assert answer(APPEND, "old", "old", "resolve") == Answer(ROW, "old")


@pytest.mark.parametrize("rule", [REVIEW, SUM, UNION, APPEND])
def test_a_blank_that_stays_blank_says_nothing_of_its_own(rule: Rule) -> None:
    assert edit(rule, " ", tell("")) == Answer(OLD, None)
    assert edit(rule, " ", tell("", left=True)) is None


@pytest.mark.parametrize(("rule", "text"), [(REVIEW, "x"), (SUM, "3"), (UNION, "a b"), (APPEND, "x")])
def test_the_same_again_changes_nothing(rule: Rule, text: str) -> None:
    assert edit(rule, text, tell(text)) == Answer(OLD, None)
    assert edit(rule, text, tell(text, left=True)) == Answer(ROW, None)


def test_another_answer_stands_in_place_of_the_first() -> None:
    assert edit(REVIEW, "y", tell("x")) == Answer(OLD, "y")
    assert edit(REVIEW, "y", tell("x", left=True)) == Answer(ROW, "y")
    assert edit(REVIEW, " ", tell("x")) == Answer(OLD, "")


def test_a_sum_changes_by_the_difference_to_what_the_first_had_added() -> None:
    told = tell("5", "3", amount=2)
    assert edit(SUM, "6", told) == Answer(OLD, "6", Decimal(1))
    assert edit(SUM, "05.0", told) == Answer(OLD, None)
    assert edit(SUM, " ", told) == Answer(OLD, "", Decimal(-5))
    assert edit(SUM, "6", tell("5", "3", whole=True, amount=5)) == Answer(OLD, "6", Decimal(1))
    assert edit(SUM, "many", tell("few")) == Answer(OLD, "many", ZERO)


def test_a_calculation_made_anew_over_another_record_adds_what_it_added() -> None:
    """A phone calculates again when it opens the answers: 10 on the record and 2 more is 12 now, and was 5 of 3."""
    told = tell("5", "3", amount=2)
    assert edit(SUM, "12", told, ("10", ("later",))) == Answer(OLD, None)
    assert edit(SUM, "13", told, ("10", ("later",))) == Answer(OLD, "13", Decimal(1))


def test_an_edited_set_takes_back_what_the_first_had_added_itself() -> None:
    changed = edit(UNION, "a c", tell("a b", "a"))
    assert changed == Answer(OLD, "a c", added=frozenset("c"), withdrawn=frozenset("b"), shown=frozenset("ab"))
    less = edit(UNION, "b", tell("a b", "a"))
    assert less == Answer(OLD, "b", removed=frozenset("a"), shown=frozenset("ab"))
    whole = edit(UNION, "b", tell("a b", "a", whole=True))
    assert whole == Answer(OLD, "b", withdrawn=frozenset("a"))


def test_an_edited_note_stands_in_place_of_the_first_and_replaces_no_other() -> None:
    assert edit(APPEND, "m", tell("n")) == Answer(OLD, "m")
    assert edit(APPEND, "m", tell("n", left=True)) == Answer((), "m")
    assert edit(APPEND, " ", tell("n")) == Answer(OLD, "")
    assert edit(APPEND, "before\nmore", tell("before\nn", "before")) == Answer(OLD, "more")
    assert edit(APPEND, "before", tell("before\nn", "before")) == Answer(OLD, "")


def test_bring_lays_one_answer_of_ones_own_over_what_is_shown() -> None:
    compare = Comparison()
    assert bring(SUM, "3", Answer((), "5", Decimal(2)), compare) == "5"
    assert bring(SUM, "3", Answer((), "few"), compare) == "3"
    assert bring(SUM, "some", Answer((), "5", Decimal(2)), compare) == "2"
    brought = Answer((), "b", added=frozenset("b"), removed=frozenset("a"), withdrawn=frozenset("c"))
    assert bring(UNION, "c a", brought, compare) == "b"
    assert [bring(APPEND, shown, Answer((), note), compare) for shown, note in (("a", "b"), ("", "b"), ("a", ""))] == [
        "a\nb", "b", "a",
    ]  # fmt: skip
    for rule in (SUM, UNION, APPEND):
        assert bring(rule, "a", Answer((), None), compare) == "a"

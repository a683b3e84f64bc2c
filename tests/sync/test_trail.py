"""What the earlier steps of a branch left on the screen: step by step, over the row that the author had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from sync.actions import LABEL, EntityAction, Recorded
from sync.answers import Answer
from sync.comparison import Comparison
from sync.policies import Rule
from sync.trail import Trail, find_base
from tests.sync.ledger import act

RULES = {
    "notes": Rule("append", "text"),
    "trades": Rule("union", "select_multiple", ("a", "b", "c")),
    "paid": Rule("sum", "integer"),
}
COMPARE = Comparison()


class Branch:
    """A trail that is told its steps one by one; `answers` says what each brought to a collecting property."""

    def __init__(self, replaced: Mapping[str, int] | None = None, rules: Mapping[str, Rule] = RULES) -> None:
        self.graphs: dict[str, dict[str, Answer]] = {}
        self.trail = Trail(None, replaced or {}, rules, self.graphs)
        self._pos = 0

    def step(self, id: str, saved: dict[str, str], *, version: int, base: int = 1, adds: bool = True, **given: Any) -> str:
        """Lay down a step; `adds`: its answers are writes, else they are none at all."""
        action = act(id, saved=saved, branch="b", pos=self._pos, base=base, at=datetime(2026, 3, 1, tzinfo=UTC), **given)
        self.trail.add(self._pos, Recorded(action, "e", version, {}))
        self._pos += 1
        self.trail.reach(self._pos)
        for name, text in saved.items():
            if adds:
                self.graphs.setdefault(name, {})[id] = Answer((), text, added=COMPARE.to_elements(text))
        return id

    def latest(self, name: str, base: int) -> str | None:
        return _name(self.trail.find_latest(name, base))

    def top(self, base: int) -> str | None:
        return _name(self.trail.find_top(base))

    def collect(self, name: str, base: int, start: str = "") -> tuple[str, tuple[str, ...]]:
        return self.trail.collect(name, base, start, RULES[name], COMPARE)


def _name(action: EntityAction | None) -> str | None:
    return None if action is None else action.id


@pytest.mark.parametrize(("base", "seen"), [(None, 0), (4, 4), (5, 4), (9, 4)])
def test_find_base_is_below_the_version_when_an_action_tells_of_a_row_that_was_not_yet(base: int | None, seen: int) -> None:
    assert find_base(Recorded(act("a", base=base), "e", 5, {})) == seen


def test_find_base_is_as_told_when_the_version_is_another_womans() -> None:
    assert find_base(Recorded(act("a", base=9), "other", 5, {})) == 9


def test_the_last_step_is_on_top_of_a_row_that_does_not_hold_it() -> None:
    branch = Branch({"replaced": 4})
    assert branch.top(1) is None
    branch.step("first", {"town": "x"}, version=2)
    branch.step("second", {"town": "y"}, version=3, base=1)
    assert [branch.top(base) for base in (0, 1, 2, 3)] == [None, "second", "second", None]
    branch.step("edit", {"town": "z"}, version=5, edits="second")
    assert branch.top(1) is None  # of an edit each answer must be asked
    branch.step("replaced", {"town": "z"}, version=9)
    assert [branch.top(base) for base in (3, 4, 5)] == ["replaced", None, None]


def test_of_each_property_the_latest_step_that_saved_it_shows() -> None:
    branch = Branch()
    assert branch.latest("town", 1) is None
    branch.step("one", {"town": "x", LABEL: "L"}, version=2)
    branch.step("other", {"nick": "n", LABEL: " "}, version=3)
    assert branch.latest("town", 1) == "one"
    assert branch.latest("nick", 1) == "other"
    assert branch.latest(LABEL, 1) == "one"
    branch.step("two", {"town": ""}, version=4)
    assert [branch.latest("town", base) for base in (0, 1, 2, 3, 4)] == [None, "two", "two", "two", None]
    assert branch.latest("code", 1) is None


def test_a_step_that_arrived_first_is_in_the_row_before_an_earlier_one() -> None:
    branch = Branch()
    branch.step("late", {"town": "x"}, version=5)
    branch.step("early", {"town": "y"}, version=3)
    assert [branch.latest("town", base) for base in (1, 3, 4, 5)] == ["early", "late", "late", None]


def test_reach_lays_down_what_is_before_a_position_and_keeps_the_rest_when_they_come_in_any_order() -> None:
    trail = Trail(None, {}, RULES, {})
    for pos, id in ((0, "first"), (1, "second"), (0, "beside the first"), (1, "beside the second")):
        trail.add(pos, Recorded(act(id, saved={"town": id}, branch="b", pos=pos, base=1), "e", 9, {}))
    seen = []
    for pos in range(3):
        trail.reach(pos)
        seen.append(_name(trail.find_top(1)))
    assert seen == [None, "beside the first", "beside the second"]


def test_where_the_row_holds_an_edit_of_a_step_the_one_before_it_shows() -> None:
    branch = Branch({"second": 6})
    branch.step("first", {"town": "x"}, version=8)
    branch.step("second", {"town": "y"}, version=9)
    assert [branch.latest("town", base) for base in (5, 6, 7, 8)] == ["second", "first", "first", None]


def test_our_app_leaves_of_an_edit_what_it_changed_and_collect_all_of_it() -> None:
    for literal, shown in ((False, "first"), (True, "edit")):
        branch = Branch()
        branch.step("first", {"town": "x", "nick": "n"}, version=2)
        branch.graphs["nick"]["edit"] = Answer(("first",), "m")
        branch.step("edit", {"town": "x", "nick": "m"}, version=3, edits="first", literal=literal, adds=False)
        assert branch.latest("town", 1) == shown
        assert branch.latest("nick", 1) == "edit"


def test_of_a_collecting_property_a_copying_client_alone_shows_a_single_answer() -> None:
    branch = Branch()
    branch.step("copied", {"notes": "m"}, version=2, literal=True)
    branch.step("added", {"notes": "n"}, version=3)
    assert branch.latest("notes", 1) == "copied"
    assert branch.trail.collect_copy("notes", 1, "row", ("r",))[0] == "m"


def test_additions_are_shown_together_with_what_the_row_does_not_hold() -> None:
    branch = Branch()
    assert branch.collect("notes", 1, "row") == ("row", ())
    branch.step("one", {"notes": "m"}, version=2, prefilled=())
    branch.step("two", {"notes": "n"}, version=3, prefilled=())
    assert branch.collect("notes", 1, "row") == ("row\nm\nn", ("two", "one"))
    branch.step("three", {"notes": "o"}, version=4, prefilled=())
    assert branch.collect("notes", 1, "row") == ("row\nm\nn\no", ("three", "two", "one"))
    assert branch.collect("notes", 2, "row m") == ("row m\nn\no", ("three", "two"))
    assert branch.collect("notes", 4, "row m n o") == ("row m n o", ())


def test_what_arrived_before_the_row_was_pulled_is_not_added_to_it_again() -> None:
    branch = Branch({"edited": 5, "edited too": 5})
    branch.step("one", {"notes": "m"}, version=9, prefilled=())
    assert branch.collect("notes", 5, "row") == ("row\nm", ("one",))
    branch.step("held", {"notes": "n"}, version=4, prefilled=())
    branch.step("edited", {"notes": "n"}, version=9, prefilled=())
    branch.step("edited too", {"notes": "n"}, version=9, prefilled=())
    assert branch.collect("notes", 5, "row") == ("row\nm", ("one",))
    alone = Branch({"edited": 5})
    alone.step("edited", {"notes": "n"}, version=9, prefilled=())
    assert alone.collect("notes", 5, "row") == ("row", ())


def test_a_step_of_a_later_row_shows_nothing_over_an_earlier_one() -> None:
    branch = Branch()
    branch.step("one", {"notes": "m", "trades": "a"}, version=8, prefilled=())
    branch.step("later", {"notes": "n", "trades": "a b"}, version=9, base=7, prefilled=())
    assert branch.collect("notes", 5, "row") == ("row\nm", ("one",))
    assert branch.trail.uncover("trades", 1, "", (), COMPARE) == ({"a": ("one",)}, frozenset())


def test_a_prefilled_answer_repeats_all_before_it() -> None:
    branch = Branch()
    branch.step("one", {"paid": "3"}, version=2, prefilled=())
    branch.step("two", {"paid": "4"}, version=3)
    assert branch.collect("paid", 1, "0")[1] == ("two",)
    branch.step("silent", {"paid": "4"}, version=4, adds=False)
    assert branch.collect("paid", 1, "0")[1] == ()


def test_an_edit_repeats_nothing_whatever_was_prefilled() -> None:
    branch = Branch()
    branch.step("one", {"notes": "m"}, version=2, prefilled=())
    branch.step("two", {"notes": "n"}, version=3, edits="one")
    assert branch.collect("notes", 1, "row")[1] == ("two", "one")


def test_a_blank_ends_what_a_copying_client_shows_and_not_what_our_app_does() -> None:
    branch = Branch()
    branch.step("one", {"notes": "m"}, version=2, prefilled=(), literal=True)
    branch.step("blank", {"notes": " "}, version=3, prefilled=(), adds=False, literal=True)
    branch.step("two", {"notes": "n"}, version=4, prefilled=(), literal=True)
    assert branch.trail.collect_copy("notes", 1, "row", ("r",)) == ("n", ("two",))
    assert branch.collect("notes", 1, "row")[1] == ("two", "one")


def test_a_copying_client_shows_its_last_answer_with_the_row_behind_it_until_it_repeats_it() -> None:
    branch = Branch()
    assert branch.trail.collect_copy("notes", 1, "row", ("r",)) == ("row", ("r",))
    branch.step("one", {"notes": "m"}, version=2, prefilled=(), literal=True)
    assert branch.trail.collect_copy("notes", 1, "row", ("r",)) == ("m", ("r", "one"))
    branch.step("two", {"notes": "n"}, version=3, literal=True)
    assert branch.trail.collect_copy("notes", 1, "row", ("r",)) == ("n", ("two",))
    branch.step("elsewhere", {"town": "x"}, version=4, literal=True)
    assert branch.trail.collect_copy("notes", 1, "row", ("r",)) == ("n", ("two",))


def test_a_blank_label_on_a_copied_screen_leaves_the_one_before_it() -> None:
    branch = Branch(rules={LABEL: Rule("append", "text")})
    branch.step("one", {LABEL: "L"}, version=2, literal=True)
    branch.step("blank", {LABEL: " "}, version=3, literal=True, adds=False)
    assert branch.trail.collect_copy(LABEL, 1, "row", ("r",)) == ("L", ("one",))


def uncover(branch: Branch, start: str = "a c", by: tuple[str, ...] = ("r",)) -> tuple[Mapping[str, tuple[str, ...]], frozenset[str]]:
    return branch.trail.uncover("trades", 1, start, by, COMPARE)


def test_each_element_on_a_copied_screen_is_of_those_who_named_it_last_together() -> None:
    branch = Branch()
    assert uncover(branch) == ({"a": ("r",), "c": ("r",)}, frozenset({"a", "c"}))
    branch.step("one", {"trades": "a b"}, version=2, prefilled=(), literal=True)
    branch.step("two", {"trades": "a b c"}, version=3, prefilled=(), literal=True)
    assert uncover(branch) == ({"a": ("two", "one", "r"), "b": ("two", "one"), "c": ("two",)}, frozenset({"a"}))
    branch.step("repeats", {"trades": "a c"}, version=4, literal=True)
    assert uncover(branch) == ({"a": ("repeats",), "c": ("repeats",)}, frozenset())
    branch.step("silent", {"trades": "c"}, version=5, literal=True, prefilled=(), adds=False)
    assert uncover(branch) == ({"c": ("repeats",)}, frozenset())


def test_an_edit_on_a_copied_screen_shows_what_its_original_did() -> None:
    branch = Branch()
    branch.step("one", {"trades": "a b"}, version=2, prefilled=(), literal=True)
    branch.step("two", {"trades": "b"}, version=3, literal=True)
    branch.step("edit", {"trades": "a b c"}, version=4, edits="one", literal=True)
    behind, left = uncover(branch)
    assert {element: set(who) for element, who in behind.items()} == {"a": {"edit", "one", "r"}, "b": {"edit", "two", "one"}, "c": {"edit"}}
    assert left == frozenset({"a"})


def test_an_edit_of_what_is_not_here_shows_what_was_before_it() -> None:
    branch = Branch()
    branch.step("one", {"trades": "a"}, version=2, literal=True)
    branch.step("edit", {"trades": "a b"}, version=4, edits="elsewhere", literal=True)
    assert uncover(branch) == ({"a": ("edit", "one"), "b": ("edit",)}, frozenset())

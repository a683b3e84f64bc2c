"""Which actions are a phone's own chain on a record, and where in it each stands."""

from __future__ import annotations

import pytest

from sync.merge import EntityState
from tests.sync.ledger import Ledger, listed


def disputes(*steps: tuple[str, str, str | None, int | None, int | None]) -> EntityState:
    """Let each action (kind, town, branch, pos, base) say another town, after a record of it was made."""
    book = Ledger()
    book.do("made", "create", saved={"label": "x"})
    for kind, town, branch, pos, base in steps:
        book.do(town, kind, saved={"town": town}, branch=branch, pos=pos, base=base)
    return book.state()


def test_a_registration_is_the_first_step_of_its_branch_when_it_has_no_position() -> None:
    after = disputes(("create", "x", "b", None, None), ("update", "y", "b", 0, None))
    assert (after.values["town"], after.conflicts, after.forks) == ("y", (), ())


def test_a_registration_stands_at_its_position_when_it_has_one() -> None:
    after = disputes(("create", "x", "b", 0, None), ("update", "y", "b", 0, None))
    assert (listed(after, "town"), after.forks) == ({"x", "y"}, (("b", 0),))


def test_an_update_is_no_step_when_it_has_no_position() -> None:
    after = disputes(("update", "x", "b", None, 1), ("update", "y", "b", 1, 1))
    assert listed(after, "town") == {"x", "y"}


@pytest.mark.parametrize("edits", [{"edit": "step"}, {"edit": "between", "between": "step"}])
def test_a_step_that_arrives_after_its_edit_is_not_laid_over_a_row_that_holds_the_edit(edits: dict[str, str]) -> None:
    book = Ledger()
    book.do("made", "create", saved={"town": "a"})
    for edit, original in edits.items():
        book.do(edit, saved={"town": "y" if edit == "edit" else "z"}, base=1, edits=original)
    book.do("step", saved={"town": "x"}, branch="b", pos=1, base=1)
    after = book.do("next", saved={"town": "y"}, branch="b", pos=2, base=2)
    assert after.values["town"] == "y"
    assert "next" not in after.writes  # it repeats what the row showed


def test_two_steps_that_are_each_the_edit_of_the_other_end() -> None:
    book = Ledger()
    book.do("made", "create", saved={"town": "a"})
    book.do("one", saved={"town": "x"}, branch="b", pos=1, base=1, edits="other")
    after = book.do("other", saved={"town": "y"}, branch="b", pos=1, base=1, edits="one")
    assert after.values["town"] in ("x", "y")


def lacks_a_step(*steps: tuple[int, int | None], office: int = 0) -> bool:
    """Tell whether the last of some steps (pos, base) counts as one that may not have seen all of its branch.

    What such a one replaced is still named with the value, for it may stand again. Before the steps come the
    registration, on the same phone, and some work of the office.
    """
    book = Ledger()
    book.do("made", "create", saved={"town": "a"}, device="phone")
    for number in range(office):
        book.do(f"office {number}", saved={"code": str(number)}, base=1)
    for number, (pos, base) in enumerate(steps, start=1):
        saved = {"town": "b"} if number == len(steps) else {"nick": str(number)}
        book.do(f"step {number}", saved=saved, branch="b", pos=pos, base=base, device="phone")
    shown = book.do("blind", saved={"town": "a"}, prefilled=()).row["town"]
    assert shown.value == "a"
    return "made" in shown.heads


def test_a_branch_lacks_nothing_when_it_begins_on_the_row_or_where_she_was_registered() -> None:
    assert not lacks_a_step((1, 1))
    assert lacks_a_step((2, 1))
    assert not lacks_a_step((0, None))
    assert not lacks_a_step((1, None))
    assert lacks_a_step((2, None))


def test_a_branch_lacks_nothing_when_its_positions_follow_each_other() -> None:
    assert not lacks_a_step((1, 1), (2, 1))
    assert lacks_a_step((1, 1), (3, 1))
    assert lacks_a_step((2, 1), (3, 1))


def test_a_branch_that_goes_on_over_a_later_row_counts_the_steps_that_are_not_in_it() -> None:
    assert not lacks_a_step((1, 1), (4, 3), office=2)  # the first took version 4
    assert lacks_a_step((1, 1), (5, 3), office=2)
    assert lacks_a_step((1, 1), (3, 2))  # the first is in the row


def test_an_edit_is_no_step_when_an_answer_stands_at_its_position() -> None:
    book = Ledger()
    book.do("made", "create", saved={"town": "a"})
    book.do("step", saved={"town": "x"}, branch="b", pos=1, base=1)
    book.do("to nothing here", saved={"town": "y"}, branch="b", pos=1, base=1, edits="elsewhere")
    assert "next" not in book.do("next", saved={"town": "x"}, branch="b", pos=2, base=1).writes

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

"""How a record is put together: what counts once, in which order it is named, and what its rows say of a deletion."""

from __future__ import annotations

import pytest

from sync.actions import PropertyRow, Recorded
from sync.merge import EntityState, state
from sync.policies import Rule
from tests.sync.ledger import Ledger, act, listed


def test_state_takes_what_was_recorded_first_when_an_action_comes_twice() -> None:
    said = act("a", saved={"town": "x"})
    first, again = Recorded(said, "e", 1, {}), Recorded(said, "other", 1, {})
    for history in ([first, again], [again, first]):
        assert state("e", history, {}).values == {"town": "x"}


def test_state_says_only_where_she_is_now_when_she_was_merged() -> None:
    book = Ledger()
    book.do("a", "create", entity_id="e", saved={"town": "x"})
    book.do("b", "create", entity_id="f", saved={"town": "x"})
    book.do("merge", "merge", entity_id="e", target="f")
    assert book.state("e") == EntityState({}, {}, (), False, (), merged_into="f")


def test_state_keeps_an_answer_when_the_record_it_was_merged_into_has_the_same_id() -> None:
    book = Ledger()
    book.do("a", "create", entity_id="e", saved={"label": "x"})
    book.do("f", "create", entity_id="f", saved={"town": "x"})
    book.do("merge", "merge", entity_id="e", target="f")
    assert book.state("f").values["town"] == "x"


def test_state_names_those_who_differ_by_time_when_their_ids_say_otherwise() -> None:
    book = Ledger()
    book.do("create", "create", saved={"town": "a"})
    book.do("z", saved={"town": "first"}, base=1)
    after = book.do("b", saved={"town": " "}, base=1)
    (conflict,) = after.conflicts
    assert [(head.action_id, head.value) for head in conflict.candidates] == [("z", "first"), ("b", "")]
    assert after.row["town"] == PropertyRow("", ("b",), ("z", "b"))


@pytest.mark.parametrize("word", ["", "No", "FALSE", " 0 "])
def test_state_is_there_again_when_a_deletion_is_settled_by_no(word: str) -> None:
    book = Ledger()
    book.do("create", "create", saved={"town": "a"})
    gone = book.do("delete", "delete", base=1)
    assert (gone.deleted, gone.row["_deleted"]) == (True, PropertyRow("true", ("delete",), ("delete",)))
    back = book.do("settle", "resolve", saved={"_deleted": word}, base=2)
    assert (back.deleted, back.row["_deleted"]) == (False, PropertyRow("", ("settle",), ("settle",)))


def test_state_disputes_a_deletion_when_its_id_is_before_that_of_the_answer_it_did_not_see() -> None:
    book = Ledger()
    book.do("b", "create", saved={"town": "a"})
    book.do("c", saved={"town": "x"}, base=1)
    after = book.do("a", "delete", base=1)
    assert (after.deleted, listed(after, "_deleted")) == (False, {"true", ""})
    assert [(one.policy, one.open) for one in after.conflicts] == [("review", True)]
    assert after.row["_deleted"] == PropertyRow("", (), ("a",))


def gap(saved: dict[str, str], *before: tuple[str, str], rules: dict[str, Rule] | None = None) -> Ledger:
    """Let two answer one question before `late`, whose branch lacks a step: it saw the first of them, not the second."""
    (name, text), *_ = saved.items()
    book = Ledger(rules)
    book.do("create", "create", saved={name: "a"})
    for number, (id, said) in enumerate(before):
        book.do(id, saved={name: said}, base=1)
        assert book.version("e") == number + 2
    seen = 2 if before else 1
    book.do("late", saved={name: text}, branch="b", pos=seen + 1, base=seen)
    return book


def test_row_names_an_untouched_answer_when_a_step_before_it_is_missing() -> None:
    assert gap({"town": "a"}).state().row["town"] == PropertyRow("a", ("create", "late"), ("create", "late"))


def test_row_names_only_who_changed_it_when_what_she_replaced_says_otherwise() -> None:
    assert gap({"town": "b"}).state().row["town"] == PropertyRow("b", ("late",), ("late",))


@pytest.mark.parametrize("text", ["x", " "])
def test_row_names_whom_a_doubtful_answer_replaced_when_another_who_stands_says_the_same(text: str) -> None:
    book = gap({"town": "b"}, ("seen", text), ("unseen", text))
    assert book.state().row["town"] == PropertyRow("b", ("late",), ("unseen", "late", "seen"))
    book.do("undo", "undo", target="seen")
    assert book.state().row["town"].heads == ("unseen", "late")


def test_row_names_a_doubtful_answer_to_a_set_whatever_the_set_is_now() -> None:
    union = {"trades": Rule("union", "select_multiple", ("a", "b"))}
    book = gap({"trades": "a"}, rules=union)
    after = book.do("more", saved={"trades": "a b"}, base=1)
    assert (after.values["trades"], after.row["trades"].by) == ("a b", ("more", "create", "late"))

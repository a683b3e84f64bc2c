"""What is shown of the answers that stand, and who is named with it."""

from __future__ import annotations

from sync.actions import Recorded
from sync.answers import Answer
from sync.comparison import Comparison
from sync.policies import Rule
from sync.shown import Head, Shown, Standing, show, to_head
from tests.sync.ledger import START, Ledger, act


def test_to_head_says_who_said_it_when_on_which_phone_and_in_which_form() -> None:
    record = Recorded(act("a", author="fatma", device="phone", form_id="visit"), "e", 1, {})
    assert to_head(record, "x") == Head("a", "x", START, "fatma", "phone", "visit")


def test_show_gives_no_sum_when_nobody_said_a_number() -> None:
    graph = {"a": Answer((), "many")}
    standing = Standing(["a"], ["a"], graph, {}, Rule("sum", "integer"), Comparison())
    assert show(standing) == Shown("", (), ("a",), True)


def test_show_takes_back_an_element_when_an_edit_of_an_edit_leaves_it_out() -> None:
    book = Ledger({"trades": Rule("union", "select_multiple", ("a", "b", "c"))})
    book.do("create", "create", saved={"label": "x"})
    book.do("first", saved={"trades": "a b"}, prefilled=(), base=1)
    book.do("edit", saved={"trades": "a b c"}, base=1, edits="first")
    assert book.state().values["trades"] == "a b c"
    assert book.do("again", saved={"trades": "b c"}, base=1, edits="edit").values["trades"] == "b c"


def test_show_ends_when_two_sets_are_each_the_edit_of_the_other() -> None:
    """No phone sends that; whoever does must not keep the server busy for ever."""
    book = Ledger({"trades": Rule("union", "select_multiple", ("a", "b"))})
    book.do("create", "create", saved={"label": "x"})
    book.do("one", saved={"trades": "b"}, prefilled=(), base=1, edits="other")
    assert book.do("other", saved={"trades": "a b"}, prefilled=(), base=1, edits="one").values["trades"] == "b"

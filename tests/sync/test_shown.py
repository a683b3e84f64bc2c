"""What is shown of the answers that stand, and who is named with it."""

from __future__ import annotations

from sync.actions import Recorded
from sync.answers import Answer
from sync.comparison import Comparison
from sync.policies import Rule
from sync.shown import Head, Shown, Standing, show, to_head
from tests.sync.ledger import START, act


def test_to_head_says_who_said_it_when_on_which_phone_and_in_which_form() -> None:
    record = Recorded(act("a", author="fatma", device="phone", form_id="visit"), "e", 1, {})
    assert to_head(record, "x") == Head("a", "x", START, "fatma", "phone", "visit")


def test_show_gives_no_sum_when_nobody_said_a_number() -> None:
    graph = {"a": Answer((), "many")}
    standing = Standing(["a"], ["a"], graph, {}, Rule("sum", "integer"), Comparison())
    assert show(standing) == Shown("", (), ("a",), True)

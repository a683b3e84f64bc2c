"""The rule part by part: policies, edits, branches, deletion, merged records, rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sync.actions import PropertyRow, Recorded, action_id
from sync.merge import EntityState, Rule, apply, state
from tests.sync.ledger import START, Ledger, act, listed

RULES = {
    "count": Rule("review", "integer"),
    "phone": Rule("last", "text"),
    "code": Rule("first", "text"),
    "high": Rule("max", "integer"),
    "low": Rule("min", "date"),
    "level": Rule("max", "select_one", ("none", "started", "done")),
    "paid": Rule("sum", "decimal"),
    "visits": Rule("sum", "calculate"),
    "trades": Rule("union", "select_multiple", ("sewing", "pasta", "pastry")),
    "notes": Rule("append", "text"),
}


def disputed(name: str, one: str, other: str, first: str = "") -> EntityState:
    """Let two phones answer one property on the same version."""
    book = Ledger(RULES)
    book.do("c", "create", saved={name: first} if first else {"label": "x"})
    book.do("p", saved={name: one}, base=1)
    return book.do("q", saved={name: other}, base=1)


@pytest.mark.parametrize(
    ("name", "one", "other", "value", "is_open"),
    [
        ("count", "1", "2", "2", True),
        ("phone", "1", "2", "2", False),
        ("code", "1", "2", "1", False),
        ("high", "10", "9", "10", None),
        ("high", "٣", "2", "3", None),
        ("low", "2026-01-02", "2025-12-31", "2025-12-31", None),
        ("level", "done", "started", "done", None),
        ("paid", "1.5", "1", "2.5", None),
        ("trades", "pastry", "sewing zzz aaa", "sewing pastry aaa zzz", None),
        ("notes", "one", "two", "one\ntwo", None),
        ("undeclared", "a", "b", "b", True),
    ],
)
def test_state_shows_by_policy_when_two_answer(
    name: str, one: str, other: str, value: str, is_open: bool | None
) -> None:
    result = disputed(name, one, other)
    assert result.values[name] == value
    assert [c.open for c in result.conflicts] == ([] if is_open is None else [is_open])


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("count", "1", "01"),
        ("count", "1.0", "1"),
        ("name", "\u00e9", "e\u0301"),
        ("phone", "05", "05"),
        ("low", "2026-01-02", "2026-01-02"),
    ],
)
def test_state_has_no_conflict_when_both_mean_the_same(name: str, one: str, other: str) -> None:
    assert disputed(name, one, other).conflicts == ()


@pytest.mark.parametrize("name", ["count", "phone", "code", "trades", "notes", "paid"])
def test_state_has_no_conflict_when_one_answers_after_the_other(name: str) -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={name: "1"})
    book.do("p", saved={name: "2"}, base=1)
    assert book.do("q", saved={name: "3"}, base=2).conflicts == ()


def test_state_writes_numbers_in_plain_digits_when_they_were_written_otherwise() -> None:
    book = Ledger(RULES)
    result = book.do("c", "create", saved={"count": "007", "paid": "2.50", "high": "1e2", "name": "007"})
    assert result.values == {"count": "7", "paid": "2.5", "high": "100", "name": "007"}


def test_state_lists_a_text_that_is_no_number_when_it_should_be_added() -> None:
    result = disputed("paid", "3", "about ten", first="10")
    assert result.values["paid"] == "3"
    (conflict,) = result.conflicts
    assert (conflict.open, conflict.shown, [h.value for h in conflict.candidates]) == (True, "3", ["about ten"])


def test_state_keeps_the_odd_text_listed_when_somebody_adds_after_it() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"paid": "10"})
    book.do("p", saved={"paid": "ten"}, prefilled=(), base=1)
    after = book.do("q", saved={"paid": "5"}, prefilled=(), base=2)
    assert after.values["paid"] == "15"
    assert listed(after, "paid") == {"ten"}
    after = book.do("r", "resolve", saved={"paid": "25"}, base=3)
    assert (after.values["paid"], after.conflicts) == ("25", ())


@pytest.mark.parametrize("text", ["nan", "inf", "1e999999999", "1_000", "0x10", "9" * 200, "1,5", "--1"])
def test_state_adds_nothing_when_a_number_is_hostile(text: str) -> None:
    assert disputed("paid", "3", text, first="10").values["paid"] == "3"


def test_state_adds_exactly_when_numbers_are_long() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"paid": "1" + "0" * 60})
    assert book.do("p", saved={"paid": "0.1"}, prefilled=(), base=1).values["paid"] == "1" + "0" * 60 + ".1"


@pytest.mark.parametrize("prefilled", [("paid",), ()])
def test_state_reads_a_resolve_of_a_sum_as_the_difference_to_what_it_saw(prefilled: tuple[str, ...]) -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"paid": "10"})
    book.do("r", "resolve", saved={"paid": "8"}, base=1, prefilled=prefilled)
    late = book.do("p", saved={"paid": "5"}, prefilled=(), base=1)
    assert late.values["paid"] == "13"


def test_state_lists_what_cannot_be_compared_when_a_maximum_is_asked() -> None:
    result = disputed("high", "7", "many")
    assert result.values["high"] == "7"
    assert listed(result, "high") == {"many"}


def test_state_ignores_blanks_when_a_maximum_is_asked() -> None:
    result = disputed("high", "", "3", first="7")
    assert result.values["high"] == "3"
    assert result.conflicts == ()


def test_state_keeps_notes_with_their_authors() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"notes": "first"}, author="Amina")
    result = book.do("p", saved={"notes": "second"}, prefilled=(), base=1, author="Yamina")
    assert [(head.author, head.value) for head in result.notes["notes"]] == [("Amina", "first"), ("Yamina", "second")]


def test_state_takes_only_what_was_added_below_when_notes_were_prefilled() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"notes": "first"})
    result = book.do("p", saved={"notes": "first\nsecond"}, base=1)
    assert result.values["notes"] == "first\nsecond"
    assert book.do("q", saved={"notes": "first\nsecond"}, base=2).values["notes"] == "first\nsecond"


def test_state_replaces_notes_when_they_are_resolved() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"notes": "wrong"})
    book.do("p", saved={"notes": "good"}, prefilled=(), base=1)
    assert book.do("r", "resolve", saved={"notes": "good"}, base=2).values["notes"] == "good"


# Blanks and labels


def test_state_keeps_the_value_when_a_blank_was_not_prefilled() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "x"})
    assert book.do("p", saved={"name": ""}, prefilled=(), base=1).values["name"] == "x"


def test_state_keeps_the_value_when_nobody_could_blank_it() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "x"})
    assert book.do("p", saved={"name": ""}, blankable=(), base=1).values["name"] == "x"


def test_state_blanks_when_a_person_cleared_what_was_prefilled() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "x"})
    result = book.do("p", saved={"name": "  "}, base=1)
    assert result.values["name"] == ""
    assert result.conflicts == ()


@pytest.mark.parametrize("kind", ["create", "update", "resolve"])
def test_state_keeps_the_label_when_it_is_blank(kind: str) -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"label": "Fatima"})
    assert book.do("p", kind, saved={"label": ""}, base=1).values["label"] == "Fatima"


def test_state_disputes_a_label_like_any_property() -> None:
    assert listed(disputed("label", "a", "b"), "label") == {"a", "b"}


def test_state_writes_no_blank_when_created() -> None:
    assert Ledger(RULES).do("c", "create", saved={"name": "", "town": "T"}).values == {"town": "T"}


# Branches


def test_state_follows_a_branch_when_bases_stay_and_positions_grow() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    for pos, name in enumerate("123", start=1):
        book.do(f"p{pos}", saved={"name": name}, branch="b", pos=pos, base=1)
    assert book.state().values["name"] == "3"
    assert book.state().conflicts == ()


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 1, 2)])
def test_state_is_right_when_a_branch_arrives_in_any_order(order: tuple[int, ...]) -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0", "paid": "10", "trades": "pasta"})
    answers = {
        1: {"name": "1", "paid": "12", "trades": "pasta sewing"},
        2: {"name": "1", "paid": "12", "trades": "pasta sewing"},
        3: {"name": "3", "paid": "15", "trades": "sewing"},
    }
    for pos in order:
        book.do(f"p{pos}", saved=answers[pos], branch="b", pos=pos, base=1, at=START + timedelta(hours=pos))
    result = book.state()
    assert result.values == {"name": "3", "paid": "15", "trades": "sewing"}
    assert result.conflicts == ()
    assert set(result.writes) == {"c", "p1", "p3"}


def test_state_forgets_nothing_when_a_step_never_arrives() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0", "paid": "10"})
    result = book.do("p2", saved={"name": "2", "paid": "15"}, branch="b", pos=2, base=1)
    assert result.values == {"name": "2", "paid": "15"}
    assert result.conflicts == ()


def test_state_keeps_both_when_a_missing_step_may_cover_what_was_pulled() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    book.do("q", saved={"name": "X"}, base=1)
    book.do("q2", saved={"name": "Y"}, base=2)
    # Positions 1 (missing) and 2 of a branch that was kept over the pull of version 3.
    assert listed(book.do("p2", saved={"name": "N"}, branch="b", pos=2, base=3), "name") == {"Y", "N"}


def test_state_takes_plain_clients_by_their_base_alone() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0", "town": "T"})
    book.do("p1", saved={"name": "1", "town": "T"}, base=1)
    result = book.do("p2", saved={"name": "0", "town": "U"}, base=1)
    assert result.values == {"name": "1", "town": "U"}


def test_state_proves_nothing_by_order_when_a_branch_was_copied() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0", "town": "T"})
    book.do("p1", saved={"name": "1"}, branch="b", pos=1, base=1)
    book.do("p2", saved={"name": "2"}, branch="b", pos=2, base=1)
    book.do("p2'", saved={"town": "V"}, branch="b", pos=2, base=1)
    result = book.do("p3", saved={"name": "1", "town": "T"}, branch="b", pos=3, base=1)
    assert result.forks == (("b", 2),)
    assert result.values == {"name": "2", "town": "V"}


def test_state_has_no_fork_when_one_submission_names_her_twice() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    book.do(action_id("uuid:1", 0), saved={"name": "1"}, branch="b", pos=1, base=1)
    result = book.do(action_id("uuid:1", 1), saved={"name": "2"}, branch="b", pos=1, base=1)
    assert result.forks == ()
    assert listed(result, "name") == {"1", "2"}


def test_state_has_no_fork_when_an_edit_keeps_its_place() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    book.do("p1", saved={"name": "1"}, branch="b", pos=1, base=1)
    result = book.do("p1e", saved={"name": "2"}, branch="b", pos=1, base=1, edits="p1")
    assert (result.forks, result.values["name"], result.conflicts) == ((), "2", ())


def test_state_shows_a_covered_add_when_its_remover_never_saw_it() -> None:
    """A copy of older answers may cover an element on the phone; a later set that lacks it removes nothing."""
    book = Ledger(RULES)
    words = {"branch": "b", "base": 1, "literal": True}
    book.do("c", "create", saved={"trades": "sewing"})
    book.do("o", saved={"trades": "sewing"}, pos=1, **words)
    book.do("e", saved={"trades": "sewing"}, pos=3, edits="o", **words)
    book.do("p", saved={"trades": "sewing pasta"}, pos=4, **words)
    book.do("q", saved={"trades": "sewing pasta pastry"}, base=4)
    assert book.do("r", saved={"trades": "sewing pasta"}, base=5).values["trades"] == "sewing pasta"
    late = book.do("late", saved={"trades": "sewing pastry"}, pos=2, **words)
    assert late.values["trades"] == "sewing pasta pastry"


# Edits


def test_state_takes_the_old_amount_with_the_old_answer_when_edited() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"paid": "10"})
    book.do("p", saved={"paid": "3"}, prefilled=(), base=1)
    assert book.do("e", saved={"paid": "5"}, prefilled=(), base=1, edits="p").values["paid"] == "15"
    assert book.do("e2", saved={"paid": ""}, prefilled=(), base=1, edits="e").values["paid"] == "10"


@pytest.mark.parametrize("base", [1, 2])
def test_state_counts_a_visit_once_when_its_edit_calculates_again(base: int) -> None:
    """`visits so far + 1` is 4 on the record of 3, and 5 when the edit is opened on the record that counts the visit."""
    book = Ledger(RULES)
    book.do("c", "create", saved={"visits": "3"})
    book.do("p", saved={"visits": "4", "name": "x"}, blankable=(), base=1)
    again = str(3 + base)
    assert book.do("e", saved={"visits": again, "name": "y"}, blankable=(), base=base, edits="p").values == {
        "visits": "4",
        "name": "y",
    }


def test_state_takes_back_only_its_own_addition_when_a_set_is_edited() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"trades": "sewing"})
    book.do("p", saved={"trades": "sewing pasta"}, prefilled=(), base=1)
    result = book.do("e", saved={"trades": "pastry"}, prefilled=(), base=1, edits="p")
    assert result.values["trades"] == "sewing pastry"


def test_state_blanks_when_an_edit_clears_what_was_not_prefilled() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "x"}, device="d")
    assert book.do("e", "create", saved={"name": ""}, edits="c").values["name"] == ""


def test_state_keeps_an_answer_when_its_edit_lacks_the_question() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "x", "town": "T"})
    assert book.do("e", "create", saved={"name": "y"}, edits="c").values == {"name": "y", "town": "T"}


def test_state_replaces_nothing_when_the_original_of_an_edit_is_missing() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    book.do("q", saved={"name": "1"}, base=1)
    result = book.do("e", saved={"name": "2"}, base=2, edits="p")
    assert listed(result, "name") == {"1", "2"}
    result = book.do("p", saved={"name": "3"}, base=2)
    assert (result.values["name"], result.conflicts) == ("2", ())


def test_state_disputes_two_edits_of_one_answer() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    book.do("p", saved={"name": "1"}, base=1)
    book.do("e", saved={"name": "2"}, base=1, edits="p")
    assert listed(book.do("f", saved={"name": "3"}, base=1, edits="p"), "name") == {"2", "3"}


def test_state_is_as_before_when_an_edit_names_another_woman() -> None:
    book = Ledger(RULES)
    book.do("a", "create", entity_id="A", saved={"name": "1", "paid": "10", "trades": "pasta", "notes": "n"})
    book.do("b", "create", entity_id="B", saved={"name": "2", "paid": "20"})
    before = book.state("A").values
    saved = {"name": "9", "paid": "15", "trades": "sewing", "notes": "m"}
    book.do("p", entity_id="A", saved=saved, base=1)
    book.do("p2", entity_id="A", saved={**saved, "name": "8"}, base=1, edits="p")
    book.do("e", entity_id="B", saved={**saved, "paid": "25"}, base=1)
    result = book.do("u", "undo", entity_id="A", target="p2")
    assert result.values == before
    assert result.conflicts == ()
    assert book.state("B").values["paid"] == "25"


def test_state_is_as_before_when_the_cancelled_original_arrives_last() -> None:
    book = Ledger(RULES)
    book.do("a", "create", entity_id="A", saved={"name": "1"})
    book.do("u", "undo", entity_id="A", target="p")
    assert book.do("p", entity_id="A", saved={"name": "2"}, base=1).values["name"] == "1"


def test_state_keeps_what_was_built_on_a_cancelled_answer() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "1"})
    book.do("p", saved={"name": "2"}, base=1)
    book.do("q", saved={"name": "3"}, base=2)
    result = book.do("u", "undo", target="p")
    assert (result.values["name"], result.conflicts) == ("3", ())


# Deletion


def test_state_is_deleted_when_the_deletion_saw_a_conflict() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    book.do("p", saved={"name": "1"}, base=1)
    book.do("q", saved={"name": "2"}, base=1)
    assert book.do("d", "delete", base=3).deleted


def test_state_stays_when_a_deletion_and_a_restoration_did_not_see_each_other() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    book.do("d", "delete", base=1)
    book.do("r", "resolve", saved={"_deleted": ""}, base=2)
    result = book.do("d2", "delete", base=2)
    assert not result.deleted
    assert listed(result, "_deleted") == {"", "true"}


def test_state_is_deleted_when_an_officer_confirms_it() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    book.do("d", "delete", base=1)
    book.do("p", saved={"name": "1"}, base=1)
    result = book.do("r", "resolve", saved={"_deleted": "true"}, base=3)
    assert (result.deleted, result.conflicts) == (True, ())


def test_state_stays_when_a_form_saves_a_property_of_that_name() -> None:
    book = Ledger(RULES)
    result = book.do("c", "create", saved={"_deleted": "true", "name": "x"})
    assert (result.deleted, result.values) == (False, {"name": "x"})


def test_state_stays_when_the_deletion_is_cancelled() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    book.do("d", "delete", base=1)
    assert not book.do("u", "undo", target="d").deleted


# Merged records


def test_state_adds_both_when_two_records_are_one() -> None:
    book = Ledger(RULES)
    book.do("a", "create", entity_id="A", saved={"paid": "10", "trades": "pasta", "notes": "n"})
    book.do("b", "create", entity_id="B", saved={"paid": "20", "trades": "sewing", "notes": "m"})
    book.do("m", "merge", entity_id="A", target="B")
    assert book.state("B").values == {"paid": "30", "trades": "sewing pasta", "notes": "n\nm"}
    assert book.state("A").merged_into == "B"
    assert book.state("A").values == {}


def test_state_splits_again_when_the_middle_merge_is_taken_back() -> None:
    book = Ledger(RULES)
    for name in "ABC":
        book.do(name.lower(), "create", entity_id=name, saved={name: name})
    book.do("m", "merge", entity_id="A", target="B")
    book.do("n", "merge", entity_id="B", target="C")
    assert book.state("C").values == {"A": "A", "B": "B", "C": "C"}
    book.do("u", "unmerge", entity_id="C", target="n")
    assert book.state("C").values == {"C": "C"}
    assert book.state("B").values == {"A": "A", "B": "B"}
    assert book.state("A").merged_into == "B"


def test_state_understands_the_base_of_either_id_when_merged() -> None:
    book = Ledger(RULES)
    book.do("a", "create", entity_id="A", saved={"name": "1"})
    book.do("b", "create", entity_id="B", saved={"name": "1"})
    book.do("m", "merge", entity_id="A", target="B")
    book.do("p", entity_id="A", saved={"name": "1", "town": "T"}, base=1)
    result = book.do("q", entity_id="B", saved={"name": "2", "town": "T"}, base=3)
    assert result.conflicts == ()
    assert result.values == {"name": "2", "town": "T"}


# Facts


def test_apply_gives_the_row_to_record() -> None:
    create = act("c", "create", saved={"name": "x"})
    first = apply("e", [], create, {}, version=1)
    assert first.row == {"name": PropertyRow("x", ("c",), ("c",))}
    history = [Recorded(create, "e", 1, first.row)]
    second = apply("e", history, act("p", saved={"name": "x"}, base=1), {}, version=2)
    assert second.row == first.row


def test_state_is_empty_when_there_is_no_history() -> None:
    assert state("e", [], {}) == EntityState({}, {}, (), False, ())


def test_state_believes_no_base_above_the_arrival() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    book.do("p", saved={"name": "1"}, base=999)
    result = book.do("q", saved={"name": "2"}, base=1)
    assert listed(result, "name") == {"1", "2"}


def test_state_breaks_ties_by_time_in_any_zone_when_one_has_none() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"phone": "0"})
    later = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    book.do("p", saved={"phone": "1"}, base=1, at=later)
    book.do("q", saved={"phone": "2"}, base=1, at=datetime(2026, 5, 1, 11, 30, tzinfo=UTC).replace(tzinfo=None))
    assert book.state().values["phone"] == "2"


def test_state_breaks_ties_by_id_when_the_time_is_the_same() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "0"})
    book.do("z", saved={"name": "1"}, base=1, at=START)
    assert book.do("y", saved={"name": "2"}, base=1, at=START).values["name"] == "1"


def test_state_is_other_but_rows_stay_when_a_policy_changes() -> None:
    book = Ledger({"high": Rule("review", "integer")})
    book.do("c", "create", saved={"high": "1"})
    book.do("p", saved={"high": "9"}, base=1)
    book.do("q", saved={"high": "5"}, base=1)
    rows = [record.row for record in book.history]
    book.rules["high"] = Rule("max", "integer")
    assert book.state().values["high"] == "9"
    assert [record.row for record in book.history] == rows


def test_state_keeps_an_element_away_when_a_missing_step_brings_back_an_add_its_remover_had_on_the_screen() -> None:
    book = Ledger(RULES)
    words = {"branch": "b", "device": "d", "literal": True}
    book.do("c", "create", saved={"trades": "sewing pastry"}, device="d", literal=True)
    # p1, which is missing, had covered on the phone what was registered: p2 took nothing away, but who knows that yet
    assert book.do("p2", saved={"trades": "pasta"}, pos=3, **words).values["trades"] == "pasta"
    book.do("r", "resolve", saved={"trades": "sewing pasta"}, base=2)
    assert book.do("q", saved={"trades": "pasta"}, base=3).values["trades"] == "pasta"
    late = book.do("p1", saved={"trades": "pasta"}, prefilled=(), pos=2, **words)
    assert late.values["trades"] == "pasta pastry"


def test_state_keeps_what_was_registered_when_a_copied_set_covered_it_on_the_screen() -> None:
    """A set that was asked anew hides the record's on Collect's screen: what is taken away later was not the record's."""
    book = Ledger(RULES)
    words = {"branch": "b", "base": 1, "device": "d", "literal": True}
    book.do("c", "create", saved={"trades": "sewing pastry"})
    book.do("p1", saved={"trades": "pasta sewing"}, prefilled=(), pos=1, **words)
    book.do("p2", saved={"trades": "pastry"}, prefilled=(), pos=2, **words)
    # on the screen: pastry, which she said herself without having had the record's before her eyes
    assert book.do("p3", saved={"trades": ""}, pos=3, **words).values["trades"] == "sewing pasta pastry"
    for step in ("p1", "p2", "p3"):  # what they are is the same when they are edited in another question
        assert book.do(f"{step} again", saved={"name": "x"}, edits=step).values["trades"] == "sewing pasta pastry"


def test_state_takes_an_element_away_when_a_copied_set_showed_the_records_too() -> None:
    book = Ledger(RULES)
    words = {"branch": "b", "base": 1, "device": "d", "literal": True}
    book.do("c", "create", saved={"trades": "sewing pastry"})
    book.do("p1", saved={"trades": "pastry"}, prefilled=(), pos=1, **words)
    assert book.do("p2", saved={"trades": ""}, pos=2, **words).values["trades"] == "sewing"
    for step in ("p1", "p2"):
        assert book.do(f"{step} again", saved={"name": "x"}, edits=step).values["trades"] == "sewing"


def test_state_replaces_what_was_shown_when_a_kept_branch_begins_anew_on_a_row() -> None:
    """An edit takes no place, so positions have a hole; the first step on the next row misses nothing."""
    book = Ledger(RULES)
    words = {"branch": "b", "device": "d"}
    book.do("c", "create", saved={"name": "x"}, device="d")
    book.do("p", saved={}, pos=1, **words)
    book.do("r", "resolve", saved={}, base=2)
    book.do("e", saved={}, pos=2, edits="p", **words)
    result = book.do("q", saved={"name": ""}, base=4, pos=4, **words)
    assert (result.values["name"], listed(result, "name")) == ("", None)


# What only the office may see


def test_state_replaces_nothing_that_no_phone_was_sent_when_an_agent_answers() -> None:
    book = Ledger({"nin": Rule("review", "text", office=True)})
    book.do("c", "create", saved={"nin": "1"}, device="d1")
    result = book.do("p", saved={"nin": "2"}, base=1, device="d2")
    assert listed(result, "nin") == {"1", "2"}
    result = book.do("blank", saved={"nin": ""}, base=2, device="d2")
    assert listed(result, "nin") == {"1", "2"}
    result = book.do("r", "resolve", saved={"nin": "2"}, base=3)
    assert (listed(result, "nin"), result.values["nin"]) == (None, "2")
    assert book.do("o", saved={"nin": "3"}, base=4).values["nin"] == "3"


def test_state_knows_that_her_own_unsent_answer_was_shown_when_only_the_office_may_see_it() -> None:
    book = Ledger({"nin": Rule("review", "text", office=True)})
    book.do("c", "create", saved={"name": "x"}, device="d")
    book.do("p", saved={"nin": "1"}, branch="b", pos=1, base=1, device="d")
    result = book.do("q", saved={"nin": "2"}, branch="b", pos=2, base=1, device="d")
    assert (listed(result, "nin"), result.values["nin"]) == (None, "2")


# Edits, closer


def test_state_writes_nothing_when_an_edit_says_the_same_number_otherwise() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"visits": "3.5"})
    result = book.do("e", "create", saved={"visits": "3.50"}, edits="c")
    assert (result.values["visits"], "e" in result.writes) == ("3.5", False)


def test_state_writes_the_letters_when_an_edit_changes_a_text_that_looks_like_a_number() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"name": "007"})
    assert book.do("e", "create", saved={"name": "7"}, edits="c").values["name"] == "7"


def test_state_takes_an_element_from_everybody_when_an_edit_takes_away_what_it_had_seen() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"trades": "sewing pasta"})
    book.do("p", saved={"trades": "sewing pasta"}, base=1)
    result = book.do("e", saved={"trades": "pasta"}, base=1, edits="p")
    assert (result.values["trades"], result.conflicts) == ("pasta", ())


def test_state_keeps_a_note_when_its_edit_only_repeats_it() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"notes": "n"})
    book.do("p", saved={"notes": "m"}, prefilled=(), base=1)
    result = book.do("e", saved={"notes": "m"}, prefilled=(), base=1, edits="p")
    assert (result.values["notes"], "e" in result.writes) == ("n\nm", False)


def test_state_takes_a_note_back_when_its_edit_clears_it() -> None:
    book = Ledger(RULES)
    book.do("c", "create", saved={"notes": "n"})
    book.do("p", saved={"notes": "m"}, prefilled=(), base=1)
    assert book.do("e", saved={"notes": ""}, prefilled=(), base=1, edits="p").values["notes"] == "n"


# Extremes, closer


def test_state_shows_the_text_when_no_answer_can_be_compared() -> None:
    result = disputed("high", "many", "some")
    assert result.values["high"] == "some"
    assert listed(result, "high") == {"many"}
    (conflict,) = result.conflicts
    assert conflict.open


def test_state_names_all_who_said_the_largest() -> None:
    assert disputed("high", "7", "07").row["high"].by == ("p", "q")


def test_state_takes_zero_for_a_number_when_a_maximum_is_asked() -> None:
    result = disputed("high", "0", "-1")
    assert (result.values["high"], result.conflicts) == ("0", ())
    result = disputed("high", "0", "many")
    assert (result.values["high"], listed(result, "high")) == ("0", {"many"})

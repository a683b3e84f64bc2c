"""Twenty small histories on which simpler rules lose a value or invent a conflict.

c is a create, p1 and p2 are one phone's branch in order, q is another phone, r an officer.
"""

from __future__ import annotations

from sync.merge import Rule
from tests.sync.ledger import Ledger, listed

UNION = Rule("union", "select_multiple", ("a", "b", "c"))
SUM = Rule("sum", "integer")


def test_case_01_untouched_answer_passes_on_when_its_write_arrives_later():
    book = Ledger()
    book.do("c", "create", saved={"name": "A", "town": "T"})
    book.do("p2", saved={"name": "X"}, branch="b", pos=2, base=1)
    book.do("q", saved={"name": "Y"}, base=2)
    state = book.do("p1", saved={"name": "X", "town": "U"}, branch="b", pos=1, base=1)
    assert state.values == {"name": "Y", "town": "U"}
    assert state.conflicts == ()
    assert state.writes["p1"] == {"name": "X", "town": "U"}
    assert "p2" not in state.writes


def test_case_01_other_answers_of_the_late_write_stay_disputed():
    book = Ledger()
    book.do("c", "create", saved={"name": "A", "town": "T"})
    book.do("p2", saved={"name": "X"}, branch="b", pos=2, base=1)
    book.do("q", saved={"name": "Y", "town": "V"}, base=2)
    state = book.do("p1", saved={"name": "X", "town": "U"}, branch="b", pos=1, base=1)
    assert state.values["name"] == "Y"
    assert listed(state, "name") is None
    assert listed(state, "town") == {"U", "V"}


def test_case_01_removed_element_stays_removed_when_its_add_arrives_later():
    book = Ledger({"trades": UNION})
    book.do("c", "create", saved={"trades": "a"})
    book.do("p2", saved={"trades": "a b"}, branch="b", pos=2, base=1)
    book.do("q", saved={"trades": "a"}, base=2)
    state = book.do("p1", saved={"trades": "a b"}, branch="b", pos=1, base=1)
    assert state.values["trades"] == "a"


def test_case_02_hidden_loser_stays_when_the_shown_value_is_replaced():
    book = Ledger()
    book.do("c", "create", saved={"name": "0"})
    book.do("p1", saved={"name": "1"}, base=1)
    shown = book.do("q", saved={"name": "2"}, base=1)
    assert shown.values["name"] == "2"
    state = book.do("p2", saved={"name": "3"}, base=3)
    assert listed(state, "name") == {"1", "3"}
    state = book.do("r", "resolve", saved={"name": "3"}, base=4)
    assert state.conflicts == ()


def test_case_03_colleagues_value_stays_when_an_own_one_covered_it():
    book = Ledger()
    book.do("c", "create", saved={"name": "0"})
    book.do("q", saved={"name": "X"}, base=1)
    book.do("p1", saved={"name": "M"}, branch="b", pos=1, base=1)
    state = book.do("p2", saved={"name": "N"}, branch="b", pos=2, base=2)
    assert state.values["name"] == "N"
    assert listed(state, "name") == {"X", "N"}


def test_case_04_same_answer_again_is_a_write_when_another_was_seen_between():
    book = Ledger()
    book.do("c", "create", saved={"name": "0"})
    book.do("p1", saved={"name": "X"}, branch="b", pos=1, base=1)
    book.do("r", saved={"name": "Z"}, base=2)
    state = book.do("p2", saved={"name": "X"}, branch="b", pos=2, base=3)
    assert state.values["name"] == "X"
    assert state.conflicts == ()


def test_case_05_resolve_closes_when_it_confirms_the_value_shown():
    book = Ledger()
    book.do("c", "create", saved={"name": "0"})
    book.do("p", saved={"name": "1"}, base=1)
    book.do("q", saved={"name": "2"}, base=1)
    state = book.do("r", "resolve", saved={"name": "2"}, base=3)
    assert state.values["name"] == "2"
    assert state.conflicts == ()
    assert state.row["name"].heads == ("r",)


def test_case_06_blank_copy_changes_nothing_when_the_next_form_saves_it():
    book = Ledger()
    book.do("c", "create", saved={"phone": "0550"})
    book.do("p1", saved={"phone": ""}, prefilled=(), branch="b", pos=1, base=1, literal=True)
    state = book.do("p2", saved={"phone": ""}, branch="b", pos=2, base=1, literal=True)
    assert state.values["phone"] == "0550"
    assert state.conflicts == ()


def test_case_06_blank_copy_passes_nothing_when_it_arrives_late():
    book = Ledger()
    book.do("c", "create", saved={"phone": "0550"})
    book.do("p2", saved={"phone": ""}, branch="b", pos=2, base=1, literal=True)
    book.do("q", saved={"phone": "0661"}, base=2)
    state = book.do("p1", saved={"phone": ""}, prefilled=(), branch="b", pos=1, base=1, literal=True)
    assert listed(state, "phone") == {"0550", "0661"}


def test_case_07_element_goes_when_its_remover_saw_every_add():
    book = Ledger({"trades": UNION})
    book.do("c", "create", saved={"trades": "a b"})
    book.do("p", saved={"trades": "b"}, base=1)
    book.do("q", saved={"trades": "a b"}, base=2)
    assert book.state().values["trades"] == "a b"
    assert book.do("r", saved={"trades": "b"}, base=3).values["trades"] == "b"


def test_case_07_element_stays_when_one_add_was_not_seen():
    book = Ledger({"trades": UNION})
    book.do("c", "create", saved={"trades": "b"})
    book.do("p", saved={"trades": "a b"}, base=1)
    book.do("q", saved={"trades": "a b"}, base=1)
    assert book.do("r", saved={"trades": "b"}, base=2).values["trades"] == "a b"


def test_case_08_late_update_disputes_a_deletion_until_somebody_who_knows_deletes_again():
    book = Ledger()
    book.do("c", "create", saved={"name": "0", "town": "T"})
    assert book.do("d1", "delete", base=1).deleted
    state = book.do("u", saved={"name": "1"}, base=1)
    assert not state.deleted
    assert [(c.property, c.open) for c in state.conflicts] == [("_deleted", True)]
    state = book.do("d2", "delete", base=3)
    assert state.deleted
    assert state.conflicts == ()


def test_case_08_resolving_another_property_restores_nothing():
    book = Ledger()
    book.do("c", "create", saved={"name": "0", "town": "T"})
    book.do("d", "delete", base=1)
    state = book.do("r", "resolve", saved={"town": "U"}, base=2)
    assert state.deleted
    assert state.values["town"] == "U"


def test_case_08_resolving_another_property_deletes_nothing():
    book = Ledger()
    book.do("c", "create", saved={"name": "0"})
    book.do("d", "delete", base=1)
    book.do("u", saved={"name": "1"}, base=1)
    state = book.do("r", "resolve", saved={"name": "2"}, base=3)
    assert not state.deleted
    assert listed(state, "_deleted") == {"true", ""}


def test_case_08_only_a_resolve_that_names_it_restores():
    book = Ledger()
    book.do("c", "create", saved={"name": "0"})
    book.do("d", "delete", base=1)
    state = book.do("r", "resolve", saved={"_deleted": ""}, base=2)
    assert not state.deleted
    assert state.conflicts == ()
    assert "_deleted" not in state.values


def test_case_09_resolve_sees_the_values_of_both_when_records_were_merged():
    book = Ledger()
    book.do("a", "create", entity_id="A", saved={"name": "1"})
    book.do("b", "create", entity_id="B", saved={"name": "2"})
    book.do("m", "merge", entity_id="A", target="B")
    assert listed(book.state("B"), "name") == {"1", "2"}
    state = book.do("r", "resolve", entity_id="B", saved={"name": "1"}, base=2)
    assert state.conflicts == ()
    assert state.values["name"] == "1"


def test_case_10_untouched_answers_stay_untouched_when_unmerged():
    book = Ledger()
    book.do("a", "create", entity_id="A", saved={"name": "1", "town": "T"})
    book.do("b", "create", entity_id="B", saved={"name": "2"})
    book.do("m", "merge", entity_id="A", target="B")
    assert book.state("B").values["town"] == "T"
    book.do("u", entity_id="B", saved={"town": "T", "name": "2"}, base=2)
    state = book.do("n", "unmerge", entity_id="B", target="m")
    assert state.values == {"name": "2"}
    assert state.conflicts == ()
    assert book.state("A").values == {"name": "1", "town": "T"}


def test_case_10_untouched_answers_that_come_after_the_separation_stay_with_the_other_woman():
    book = Ledger()
    book.do("a", "create", entity_id="A", saved={"name": "1", "town": "T"})
    book.do("b", "create", entity_id="B", saved={"name": "2"})
    book.do("m", "merge", entity_id="A", target="B")
    book.do("n", "unmerge", entity_id="B", target="m")
    state = book.do("late", entity_id="B", saved={"town": "T", "name": "2", "rooms": "3"}, base=2)
    assert state.values == {"name": "2", "rooms": "3"}
    assert state.conflicts == ()
    assert book.state("A").values == {"name": "1", "town": "T"}


def test_case_10_what_was_written_meanwhile_stays_with_the_winner():
    book = Ledger()
    book.do("a", "create", entity_id="A", saved={"name": "1"})
    book.do("b", "create", entity_id="B", saved={"name": "1"})
    book.do("m", "merge", entity_id="A", target="B")
    record = book.do("late", entity_id="A", saved={"name": "5"}, base=1)
    assert record.merged_into == "B"
    book.do("n", "unmerge", entity_id="B", target="m")
    assert book.state("A").values == {"name": "1"}
    assert listed(book.state("B"), "name") == {"1", "5"}


def test_case_11_second_merge_is_nothing_when_both_are_one_already():
    book = Ledger()
    book.do("a", "create", entity_id="A", saved={"name": "1"})
    book.do("b", "create", entity_id="B", saved={"name": "1"})
    book.do("m", "merge", entity_id="A", target="B")
    before = list(book.history)
    book.do("n", "merge", entity_id="B", target="A")
    assert book.history == before
    assert book.state("A").merged_into == "B"
    assert book.state("B").merged_into is None


def test_case_11_ends_are_resolved_to_the_winners_of_the_moment():
    book = Ledger()
    for name in "ABC":
        book.do(name.lower(), "create", entity_id=name, saved={"name": name})
    book.do("m", "merge", entity_id="A", target="B")
    book.do("n", "merge", entity_id="A", target="C")
    assert book.state("B").merged_into == "C"
    assert listed(book.state("C"), "name") == {"A", "B", "C"}


def test_case_12_echo_removes_nothing_when_the_policy_has_changed():
    book = Ledger({"visits": Rule("review", "integer")})
    book.do("c", "create", saved={"visits": "1"})
    book.do("p", saved={"visits": "7"}, base=1)
    book.do("q", saved={"visits": "5"}, base=1)
    assert book.state().values["visits"] == "5"
    book.rules["visits"] = Rule("max", "integer")
    state = book.do("echo", saved={"visits": "5"}, base=3)
    assert state.values["visits"] == "7"


def test_case_13_copied_phone_keeps_both_answers():
    book = Ledger()
    book.do("c", "create", saved={"name": "0"})
    book.do("p1", saved={"name": "1"}, branch="b", pos=1, base=1, device="d")
    book.do("p2", saved={"name": "2"}, branch="b", pos=2, base=1, device="d")
    state = book.do("p2'", saved={"name": "3"}, branch="b", pos=2, base=1, device="d")
    assert state.forks == (("b", 2),)
    assert listed(state, "name") == {"2", "3"}
    state = book.do("p3", saved={"name": "4"}, branch="b", pos=3, base=1, device="d")
    assert listed(state, "name") == {"2", "3", "4"}


def test_case_14_both_creates_stay_when_two_phones_made_the_same_id():
    book = Ledger()
    book.do("c", "create", saved={"name": "1"}, device="d1")
    book.do("c'", "create", saved={"name": "2"}, device="d2")
    state = book.do("u", saved={"name": "3"}, branch="b", pos=1, device="d1")
    assert listed(state, "name") == {"2", "3"}


def test_case_14_follow_up_sees_the_create_of_its_device_when_it_arrives_first():
    book = Ledger()
    book.do("u", saved={"name": "3", "town": "T"}, branch="b", pos=1, device="d1")
    state = book.do("c", "create", saved={"name": "1", "town": "T"}, device="d1")
    assert state.values == {"name": "3", "town": "T"}
    assert state.conflicts == ()
    assert state.writes == {"c": {"name": "1", "town": "T"}, "u": {"name": "3"}}


def test_case_15_edit_of_a_create_replaces_it():
    book = Ledger()
    book.do("c", "create", saved={"name": "1", "town": "T"}, device="d")
    state = book.do("c2", "create", saved={"name": "2", "town": "T"}, device="d", edits="c")
    assert state.values == {"name": "2", "town": "T"}
    assert state.conflicts == ()
    assert state.writes["c2"] == {"name": "2"}


def test_case_15_edit_replaces_its_original_when_it_arrives_before_it():
    book = Ledger()
    book.do("c2", "create", saved={"name": "2", "town": "T"}, device="d", edits="c")
    assert book.state().values == {"name": "2", "town": "T"}
    state = book.do("c", "create", saved={"name": "1", "town": "T"}, device="d")
    assert state.values == {"name": "2", "town": "T"}
    assert state.conflicts == ()


def test_case_16_answers_that_were_not_prefilled_count_whole():
    book = Ledger({"paid": SUM, "trades": UNION})
    book.do("c", "create", saved={"paid": "10", "trades": "b a"})
    state = book.do("p", saved={"paid": "3", "trades": "c"}, prefilled=(), base=1)
    assert state.values == {"paid": "13", "trades": "a b c"}


def test_case_17_answers_are_compared_by_type():
    rules = {"trades": Rule("review", "select_multiple"), "income": Rule("review", "decimal")}
    book = Ledger(rules)
    book.do("c", "create", saved={"trades": "a b", "income": "1"})
    state = book.do("p", saved={"trades": "b a", "income": "1.0"}, base=1)
    assert "p" not in state.writes
    assert state.row["income"].by == ("c",)


def test_case_18_lost_version_is_not_taken_for_another_after_a_restore():
    book = Ledger()
    book.do("c", "create", saved={"name": "1"})
    book.do("x", saved={"name": "2"}, base=1)
    # Version 3, where name was "3", is lost; a phone has seen it. The new era begins far above.
    state = book.do("late", saved={"name": "4"}, base=1)
    record = book.history[-1]
    book.history[-1] = type(record)(record.action, "e", 1_000_003, record.row)
    assert listed(state, "name") == {"2", "4"}
    state = book.do("echo", saved={"name": "3"}, base=3)
    assert listed(state, "name") == {"3", "4"}
    assert book.history[-1].version == 1_000_004


def test_case_19_drafts_pin_what_they_were_opened_on():
    book = Ledger()
    book.do("c", "create", saved={"name": "0"})
    # Opened on version 1, finished after version 2 was pulled: the base is that of the opening.
    book.do("q", saved={"name": "1"}, base=1)
    state = book.do("p", saved={"name": "0"}, branch="b", pos=1, base=1)
    assert state.values["name"] == "1"
    assert state.conflicts == ()


def test_case_20_create_of_a_known_woman_is_judged_by_what_it_saw():
    book = Ledger()
    book.do("c", "create", saved={"name": "1"})
    # create and update both true with a baseVersion is an update; a lone create on a known id saw its base.
    state = book.do("again", "create", saved={"name": "2"}, base=1)
    assert state.values["name"] == "2"
    assert state.conflicts == ()

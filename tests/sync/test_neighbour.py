"""Where the documented semantics of ODK Central and ours meet: our answers. The table is in sync/README.md.

c is a create, p and q are two phones, r an officer.
"""

from __future__ import annotations

import pytest

from sync.merge import EntityState
from sync.receipt import Arrival, Stored, decide_receipt
from tests.sync.ledger import Ledger, listed


def registered(**saved: str) -> Ledger:
    """Register a woman; her version is 1."""
    book = Ledger()
    book.do("c", "create", saved={"label": "Fatima", **saved}, device="d")
    return book


def both(first: dict[str, str], second: dict[str, str]) -> EntityState:
    """Let two phones answer on version 1, one after the other."""
    book = registered(name="0", town="T")
    book.do("p", saved=first, base=1)
    return book.do("q", saved=second, base=1)


def test_different_properties_on_an_old_base_are_no_conflict() -> None:
    result = both({"name": "1"}, {"town": "U"})
    assert (result.values["name"], result.values["town"], result.conflicts) == ("1", "U", ())


def test_the_same_value_twice_on_an_old_base_is_no_conflict() -> None:
    result = both({"name": "1"}, {"name": "1"})
    assert (result.values["name"], result.conflicts) == ("1", ())
    assert result.row["name"].by == ("p", "q")


def test_different_values_of_one_property_all_stay_until_an_officer_decides() -> None:
    book = registered(name="0")
    book.do("p", saved={"name": "1"}, base=1)
    assert listed(book.do("q", saved={"name": "2"}, base=1), "name") == {"1", "2"}
    assert listed(book.do("later", saved={"name": "3"}, base=3), "name") == {"1", "3"}
    assert book.do("r", "resolve", saved={"name": "1"}, base=4).conflicts == ()


def test_an_untouched_prefilled_answer_takes_nothing_back() -> None:
    result = both({"name": "1", "town": "T"}, {"name": "0", "town": "U"})
    assert (result.values["name"], result.values["town"], result.conflicts) == ("1", "U", ())


def test_a_blank_that_was_not_prefilled_wipes_nothing() -> None:
    book = registered(name="0")
    assert book.do("p", saved={"name": ""}, prefilled=(), base=1).values["name"] == "0"


def test_a_prefilled_answer_that_was_cleared_is_blank() -> None:
    assert registered(name="0").do("p", saved={"name": ""}, base=1).values["name"] == ""


def test_a_step_that_comes_too_early_counts_at_once_and_the_missing_one_later() -> None:
    book = registered(name="0", town="T")
    place = {"branch": "b", "base": 1, "device": "d"}
    assert book.do("p3", saved={"name": "3"}, pos=3, **place).values["name"] == "3"
    book.do("p2", saved={"name": "2", "town": "U"}, pos=2, **place)
    result = book.do("p1", saved={"name": "1"}, pos=1, **place)
    assert (result.values["name"], result.values["town"], result.conflicts) == ("3", "U", ())


def test_a_step_that_never_comes_holds_nothing_back_and_is_not_waited_for() -> None:
    book = registered(name="0")
    result = book.do("p2", saved={"name": "2"}, branch="b", pos=2, base=1, device="d")
    assert (result.values["name"], result.conflicts) == ("2", ())


def test_a_branch_interrupted_by_somebody_else_is_disputed_only_where_answers_differ() -> None:
    book = registered(name="0", town="T")
    book.do("p1", saved={"name": "1"}, branch="b", pos=1, base=1)
    book.do("q", saved={"town": "V"}, base=2)
    result = book.do("p2", saved={"name": "2", "town": "T"}, branch="b", pos=2, base=1)
    assert (result.values["name"], result.values["town"], result.conflicts) == ("2", "V", ())


def test_an_update_without_base_stays_beside_what_is_there() -> None:
    assert listed(registered(name="0").do("p", saved={"name": "1"}), "name") == {"0", "1"}


@pytest.mark.parametrize("base", [7, 10**9])
def test_an_update_on_a_version_that_never_was_is_judged_by_the_nearest_lower_one(base: int) -> None:
    result = registered(name="0").do("p", saved={"name": "1"}, base=base)
    assert (result.values["name"], result.conflicts) == ("1", ())


def test_an_update_of_a_deleted_record_is_kept_and_disputes_the_deletion() -> None:
    book = registered(name="0")
    book.do("d", "delete", base=1)
    result = book.do("p", saved={"name": "1"}, base=1)
    assert (result.deleted, result.values["name"], listed(result, "_deleted")) == (False, "1", {"true", ""})


def test_a_second_registration_with_the_same_id_stays_beside_the_first() -> None:
    result = registered(name="0").do("again", "create", saved={"name": "1"}, device="e")
    assert listed(result, "name") == {"0", "1"}


def test_an_update_that_arrives_before_its_registration_makes_the_record() -> None:
    book = Ledger()
    assert book.do("p", saved={"name": "1"}, branch="b", pos=1, device="d").values == {"name": "1"}
    result = book.do("c", "create", saved={"name": "0", "label": "Fatima"}, device="d")
    assert (result.values, result.conflicts) == ({"name": "1", "label": "Fatima"}, ())


def test_an_edit_of_a_submission_that_made_a_record_changes_the_record() -> None:
    result = registered(name="0").do("c2", "create", saved={"label": "Fatima", "name": "1"}, edits="c", device="d")
    assert (result.values["name"], result.conflicts) == ("1", ())


def test_the_same_submission_again_gets_the_answer_it_got() -> None:
    arrival = Arrival("uuid:1", "s1", "uuid:1", None, known_form=True, revoked=False)
    assert decide_receipt(arrival, Stored("s1")).status == "duplicate"


def test_another_content_under_a_known_id_is_kept_for_an_officer() -> None:
    arrival = Arrival("uuid:1", "s2", "uuid:1", None, known_form=True, revoked=False)
    receipt = decide_receipt(arrival, Stored("s1"))
    assert (receipt.status, receipt.stores, receipt.applies) == ("quarantined", True, False)

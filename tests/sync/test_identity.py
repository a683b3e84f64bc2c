from __future__ import annotations

from sync.identity import find_linked, find_links, find_winner, resolve_ends
from tests.sync.ledger import act


def merged(loser: str, winner: str, action_id: str = "m"):
    return act(action_id, "merge", entity_id=loser, target=winner)


def test_find_winner_follows_every_merge_that_holds() -> None:
    links = find_links([merged("A", "B"), merged("B", "C", "n"), merged("D", "E", "o")])
    assert [find_winner(name, links) for name in "ABCDX"] == ["C", "C", "C", "E", "X"]


def test_find_links_leaves_out_a_merge_that_was_taken_back() -> None:
    actions = [merged("A", "B"), act("u", "unmerge", entity_id="B", target="m")]
    assert find_links(actions) == {}
    assert find_links(reversed(actions)) == {}


def test_find_links_holds_a_merge_made_again() -> None:
    actions = [merged("A", "B"), act("u", "unmerge", entity_id="B", target="m"), merged("B", "A", "n")]
    assert find_links(actions) == {"B": "A"}


def test_find_links_takes_the_merge_of_the_smallest_id_when_one_record_was_merged_twice() -> None:
    actions = [merged("A", "B", "m"), merged("A", "C", "n")]
    assert find_links(actions) == find_links(reversed(actions)) == {"A": "B"}


def test_find_winner_ends_when_links_run_in_a_circle() -> None:
    links = {"A": "B", "B": "C", "C": "B"}
    assert {find_winner(name, links) for name in "ABC"} == {"B"}


def test_resolve_ends_names_the_winners() -> None:
    resolved = resolve_ends(merged("A", "D"), {"A": "B", "D": "C"})
    assert resolved is not None
    assert (resolved.entity_id, resolved.target) == ("B", "C")


def test_resolve_ends_is_none_when_both_are_one() -> None:
    assert resolve_ends(merged("A", "B"), {"A": "B"}) is None
    assert resolve_ends(merged("B", "A"), {"A": "B"}) is None
    assert resolve_ends(merged("A", "A"), {}) is None


def test_find_linked_finds_all_that_ever_met() -> None:
    assert find_linked("A", [("A", "B"), ("C", "B"), ("D", "E")]) == {"A", "B", "C"}
    assert find_linked("X", [("A", "B")]) == {"X"}
